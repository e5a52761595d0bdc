import json
import math

import numpy as np
import pytest
from mixgan_tf.export.export_report import write_report
from mixgan_tf.export.verification import Verification
from mixgan_tf.export.verification import verify

import mixgan_tf as mg
from tests.export.mixtures import constant_network
from tests.export.mixtures import image_mixture
from tests.export.mixtures import mixture
from tests.export.mixtures import point_mixture


def exact(folded):
    """What a perfect file would return."""

    def run(latents, labels=None):
        inputs = latents if labels is None else [latents, labels]
        return np.array(folded(inputs))

    return run


@pytest.mark.parametrize("num_classes", [None, 3])
def test_a_perfect_file_has_no_error(num_classes):
    folded = mg.export.fold(point_mixture(num_classes=num_classes))
    found = verify(folded, exact(folded), num=120)
    assert found == Verification(120, 0.0, math.inf, 0)


@pytest.mark.parametrize(
    ("make", "span"),
    [
        (lambda: image_mixture(), 2.0),  # tanh
        # Unbounded: what the samples span, here exactly from -3 to 5.
        (
            lambda: mixture(
                [constant_network([-3.0, 0.0]), constant_network([1.0, 5.0])],
                [0.5, 0.5],
            ),
            8.0,
        ),
    ],
)
def test_a_known_error_has_its_signal_to_noise_ratio(make, span):
    folded = mg.export.fold(make())
    run = exact(folded)
    found = verify(folded, lambda x, y: run(x, y) - 0.01, num=100)
    assert found.max_abs_error == pytest.approx(0.01, rel=1e-3)
    assert found.psnr_db == pytest.approx(20 * math.log10(span / 0.01), abs=0.1)
    assert found.far_rows == 0


def test_rows_far_off_are_counted():
    folded = mg.export.fold(image_mixture())
    run = exact(folded)

    def wrong(latents, labels):
        samples = run(latents, labels)
        samples[3, 0, 0, 0] += 0.51  # over a quarter of tanh's range
        samples[4, 0, 0, 0] += 0.49
        return samples

    found = verify(folded, wrong, num=100, batch_size=50)
    assert found.far_rows == 2  # one in each batch
    assert found.max_abs_error == pytest.approx(0.51, rel=1e-3)
    mean_square = 2 * (0.51**2 + 0.49**2) / (100 * 64)
    psnr = 10 * math.log10(4 / mean_square)
    assert found.psnr_db == pytest.approx(psnr, abs=0.01)


def test_all_latents_and_labels_are_run_in_batches():
    folded = mg.export.fold(point_mixture(num_classes=3))
    run, seen = exact(folded), []

    def record(latents, labels):
        seen.append((latents, labels))
        return run(latents, labels)

    assert verify(folded, record, num=130, seed=4).num_latents == 130
    assert [len(latents) for latents, _ in seen] == [50, 50, 30]
    assert set(np.concatenate([labels for _, labels in seen])) == {0, 1, 2}
    assert all(labels.dtype == np.int32 for _, labels in seen)
    again = []
    verify(folded, lambda x, y: again.append(x) or run(x, y), num=130, seed=4)
    np.testing.assert_array_equal(again[2], seen[2][0])


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_samples_that_are_not_finite_are_far_off(value):
    folded = mg.export.fold(image_mixture())
    run = exact(folded)

    def broken(latents, labels):
        samples = run(latents, labels)
        samples[0] = value
        return samples

    found = verify(folded, broken, num=100)
    assert found.far_rows == 2
    assert not found.psnr_db >= 0


def test_samples_of_another_shape_are_refused():
    folded = mg.export.fold(image_mixture())
    run = exact(folded)
    with pytest.raises(ValueError, match=r"shape \(50, 8, 8, 1\).*Received"):
        verify(folded, lambda x, y: run(x, y)[:, :1, :1], num=50)


def test_reports_hold_strict_json(tmp_path):
    found = Verification(10, 0.0, math.inf, 0)
    folded = mg.export.fold(point_mixture(), "relu")
    write_report(
        tmp_path / "report.json",
        {
            "verification": found,
            "nested": {"one": [found._asdict(), math.nan]},
            "fold": folded.report(),
            "bytes": 3,
        },
    )

    def refuse(word):
        raise AssertionError(word)

    text = (tmp_path / "report.json").read_text()
    read = json.loads(text, parse_constant=refuse)
    assert read["verification"] == {
        "num_latents": 10,
        "max_abs_error": 0.0,
        "psnr_db": None,
        "far_rows": 0,
    }
    assert read["nested"]["one"][0]["psnr_db"] is None
    assert read["nested"]["one"][1] is None
    assert read["fold"]["failure_mass"] == folded.failure_mass
    assert read["bytes"] == 3


def test_text_is_one_line_even_when_read_back():
    text = str(Verification(1000, 1.2e-6, 118.04, 2))
    assert text == (
        "1000 latents: largest error 1.2e-06, PSNR 118.0 dB, 2 rows far off"
    )
    assert "PSNR inf dB" in str(Verification(10, 0.0, None, 0))
    assert "PSNR inf dB" in str(Verification(10, 0.0, math.inf, 0))
