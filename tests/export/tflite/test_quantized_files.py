import keras
import numpy as np
import pytest
from mixgan_tf.export.tflite import quantization as quantizing

import mixgan_tf as mg
from mixgan_tf.model import sampling
from tests.export.mixtures import CLASS_WEIGHTS
from tests.export.mixtures import call
from tests.export.mixtures import chosen_components
from tests.export.mixtures import expected_samples
from tests.export.mixtures import inputs_of
from tests.export.mixtures import mixture
from tests.export.mixtures import point_mixture
from tests.export.tflite.tflite_models import FIVE
from tests.export.tflite.tflite_models import exported
from tests.export.tflite.tflite_models import signature


@pytest.mark.parametrize(
    "quantization,batch_size,least_db",
    [
        ("float16", None, 70),
        ("int8", None, 35),
        ("int8", 1, 35),
        ("dynamic", None, 40),
    ],
)
@pytest.mark.parametrize("kind", ["images", "labelled images", "residual"])
def test_quantised_files_make_almost_the_same(
    kind, quantization, batch_size, least_db
):
    gan, path = exported(kind, quantization, batch_size)
    inputs = inputs_of(gan, 40, seed=3)
    made = mg.export.open_tflite(path)(*inputs)
    assert made.dtype == np.float32
    error = np.mean((made - expected_samples(gan, inputs)) ** 2)
    assert 10 * np.log10(4 / error) > least_db


def test_fewer_bits_make_smaller_files(tmp_path):
    networks = [
        mg.networks.MLPGenerator(2, latent_dim=8, width=256, depth=3)
        for _ in range(2)
    ]
    gan = mixture(networks, [0.5, 0.5])
    sizes = {}
    for name in quantizing.QUANTIZATIONS:
        path = mg.export.to_tflite(
            gan, tmp_path / name, quantization=name, batch_size=1
        )
        sizes[name] = path.stat().st_size
    weights = 4 * sum(g.count_params() for g in networks)
    graphs = 60_000
    for name, part in (("float32", 1), ("float16", 2), ("int8", 4)):
        assert 0 < sizes[name] - weights / part < graphs
    assert 0 < sizes["dynamic"] - weights / 4 < graphs


def beside_quantiles(weights):
    """Coordinates on a quantile, next to one, and far from all."""
    at = sampling.selector_thresholds(weights).ravel().astype("float32")
    away = np.float32([1e-6, 1e-5, 1e-4, 1e-3, 1e-2])
    return np.concatenate(
        [
            at,
            np.nextafter(at, np.float32(np.inf)),
            np.nextafter(at, np.float32(-np.inf)),
            *(at + a for a in away),
            *(at - a for a in away),
            np.float32([-40, -5, -0.0, 0.0, 5, 40]),
            np.random.default_rng(0).normal(size=300).astype("float32"),
        ]
    )


@pytest.mark.parametrize("batch_size", [None, 1])
@pytest.mark.parametrize("quantization", ["float32", "float16", "int8"])
def test_rows_next_to_a_quantile_are_not_misrouted(quantization, batch_size):
    gan, path = exported("constants", quantization, batch_size)
    h = beside_quantiles(FIVE)
    latents = np.stack([np.zeros_like(h), h], 1)
    expected = call(mg.export.fold(gan), [latents])[:, 0]
    # Where float32 and float64 numbers compare alike, SciPy says the same.
    clear = np.abs(h[:, None] - sampling.selector_thresholds(FIVE)) > 5e-7
    clear = clear.all(1)
    assert clear.sum() > 300
    np.testing.assert_array_equal(
        expected[clear], chosen_components(FIVE, h[clear].astype("float64"))
    )
    made = mg.export.open_tflite(path)(latents)[:, 0]
    np.testing.assert_array_equal(np.round(made), expected)


def test_each_class_has_its_own_quantiles_in_int8(tmp_path):
    networks = []
    for value in range(3):
        latents, classes = keras.Input((1,)), keras.Input((), dtype="int32")
        layer = keras.layers.Dense(
            1,
            kernel_initializer="zeros",
            bias_initializer=keras.initializers.Constant(value),
        )
        networks.append(keras.Model([latents, classes], layer(latents)))
    gan = mixture(networks, CLASS_WEIGHTS, 2)
    path = mg.export.to_tflite(gan, tmp_path / "f", quantization="int8")
    h = beside_quantiles(CLASS_WEIGHTS)
    latents = np.stack([np.zeros_like(h), h], 1)
    run = mg.export.open_tflite(path)
    for label in (0, 1):
        classes = np.full(len(h), label, "int32")
        expected = call(mg.export.fold(gan), [latents, classes])[:, 0]
        assert set(expected) == {0, 1, 2}
        np.testing.assert_array_equal(
            np.round(run(latents, classes)[:, 0]), expected
        )


def test_dynamic_is_for_single_rows(tmp_path):
    gan, path = exported("images", "dynamic")
    details = signature(path).get_input_details()
    assert details["latents"]["shape_signature"].tolist() == [1, 5]
    with pytest.raises(ValueError, match="single rows.*Received.*both"):
        mg.export.to_tflite(
            gan, tmp_path / "f", quantization="dynamic", batch_size="both"
        )


def test_given_latents_decide_what_int8_resolves(tmp_path):
    gan = point_mixture()
    inputs = inputs_of(gan, 300)
    expected = expected_samples(gan, inputs)
    errors = []
    for scale in (1.0, 4.0):
        path = mg.export.to_tflite(
            gan,
            tmp_path / str(scale),
            quantization="int8",
            representative_latents=scale * inputs[0],
        )
        made = mg.export.open_tflite(path)(*inputs)
        errors.append(np.mean((made - expected) ** 2))
    assert errors[1] > 4 * errors[0]  # of steps four times as wide


@pytest.mark.parametrize(
    "latents,received",
    [
        ([], r"shape \(0,\)"),
        (np.zeros((0, 3)), r"shape \(0, 3\)"),
        (np.zeros((5, 2)), r"shape \(5, 2\)"),
        (np.zeros((5, 3, 1)), r"shape \(5, 3, 1\)"),
        ([[0.0, np.nan, 0.0]], "not finite"),
        ("many", "shape"),
    ],
)
def test_latents_that_do_not_fit_are_refused(latents, received, tmp_path):
    with pytest.raises(
        ValueError, match=rf"representative_latents.*Received: .*{received}"
    ):
        mg.export.to_tflite(
            point_mixture(),
            tmp_path / "f",
            quantization="int8",
            representative_latents=latents,
        )
    assert not list(tmp_path.iterdir())


def test_latents_without_int8_are_refused(tmp_path):
    with pytest.raises(ValueError, match="for quantization='int8'.*float16"):
        mg.export.to_tflite(
            point_mixture(),
            tmp_path / "f",
            quantization="float16",
            representative_latents=np.zeros((5, 3)),
        )
