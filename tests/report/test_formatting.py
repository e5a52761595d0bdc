import subprocess
import sys

import pytest

from mixgan_tf.report import formatting


@pytest.mark.parametrize(
    ("mean", "sd", "text"),
    [
        (0.2061, 0.0134, "0.206 ± 0.013"),
        (9.447421, 0.000026, "9.447 ± 0.000"),
        (0.0001, 0.0091, "0.0001 ± 0.0091"),
        (-0.01254, 0.012, "-0.013 ± 0.012"),
        (137.2, 12.4, "137 ± 12"),
        (10.0, 0.0, "10 ± 0"),
        (0.0, 0.5, "0.00 ± 0.50"),
        (123456.0, 1.0, "123456 ± 1"),
        (0.123456, None, "0.1235"),
    ],
)
def test_digits_that_count(mean, sd, text):
    assert formatting.with_spread(mean, sd) == text


def test_the_scores_that_stand_for_all():
    images = ["kernel@mnist", "recall@mnist", "frechet@mnist", "modes@mnist"]
    assert formatting.main_scores(dict.fromkeys(images)) == [
        "frechet@mnist",
        "recall@mnist",
    ]
    stacked = ["frechet@mnist_channels", "modes@mnist_channels"]
    assert formatting.main_scores(dict.fromkeys(stacked))[0] == stacked[1]
    points = {"modes": 1, "high_quality": 2}
    assert formatting.main_scores(points) == ["modes", "high_quality"]


def test_a_protocol_in_a_few_words():
    record = {
        "data": {"name": "mnist", "split": "test", "num": 10_000},
        "samples": {"num": 2000, "seeds": [0]},
        "extractor": {"name": "mnist", "sha256": "0123456789"},
    }
    assert formatting.short_protocol(record) == (
        "mnist test (10,000), 2,000 samples x 1 seed, extractor mnist 01234567"
    )
    points = {"data": {"name": "ring"}, "samples": record["samples"]}
    assert formatting.short_protocol(points) == "ring, 2,000 samples x 1 seed"


def test_it_works_without_tensorflow():
    script = (
        "import sys; sys.argv = ['mixgan']\n"
        "import mixgan_tf.report.formatting, mixgan_tf.zoo.cards\n"
        "assert 'tensorflow' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", script], check=True, timeout=60)


def test_the_zoo_is_listed_without_tensorflow_and_templates():
    script = (
        "import sys; sys.argv = ['mixgan', 'zoo', 'list']\n"
        "from mixgan_tf.cli.main import main\n"
        "assert main(sys.argv) == 0\n"
        "assert not {'tensorflow', 'jinja2'} & set(sys.modules)\n"
    )
    subprocess.run([sys.executable, "-c", script], check=True, timeout=60)
