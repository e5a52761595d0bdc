import concurrent.futures
import importlib
import json
import math
import pathlib

import numpy as np
import pytest

import mixgan_tf as mg
from mixgan_tf.metrics import mode_coverage

BENCHMARKS = pathlib.Path(__file__).parents[2] / "benchmarks"


@pytest.mark.parametrize(
    ("name", "sd", "modes"), [("ring", 0.02, 8), ("grid", 0.05, 25)]
)
def test_the_data_themselves_cover_every_mode(name, sd, modes):
    data = getattr(mg.data, name)(batch_size=40_000, seed=1)
    centers = getattr(mg.data, f"{name}_centers")()
    points = next(iter(data))
    found = mode_coverage(points, centers, sd)
    assert found.modes == modes
    # The squared distance over sd^2 is chi-squared with 2 degrees.
    for radius in (1.0, 2.0, 3.0):
        found = mode_coverage(points, centers, sd, radius=radius)
        expected = 1 - math.exp(-(radius**2) / 2)
        error = 4 * math.sqrt(expected * (1 - expected) / 40_000)
        assert abs(found.high_quality - expected) < error


def test_a_collapsed_generator_covers_one_mode():
    centers = mg.data.ring_centers()
    assert mode_coverage(np.tile(centers[3], [100, 1]), centers, 0.02) == (1, 1)


def test_a_mode_counts_from_its_share_of_all_samples():
    centers = np.array([[0.0, 0], [10, 0], [0, 10], [10, 10]])
    # Of 400 samples the fair share is 100. Strays belong to no mode.
    counts, strays = [20, 19, 101, 0], 260
    samples = np.concatenate(
        [np.repeat(centers, counts, axis=0), np.full([strays, 2], 5.0)]
    )
    assert mode_coverage(samples, centers, 0.1) == (2, 140 / 400)
    assert mode_coverage(samples, centers, 0.1, share=0.19).modes == 3
    assert mode_coverage(samples, centers, 0.1, share=1.0).modes == 1


def test_the_radius_is_a_distance_not_a_box():
    centers, sd = np.zeros([1, 3]), 0.5
    inside = [1.49, 0, 0]
    corner = [1.4, 1.4, 1.4]
    assert mode_coverage([inside, corner], centers, sd) == (1, 0.5)
    assert mode_coverage([inside, corner], centers, sd, radius=5) == (1, 1)


def test_samples_that_are_not_numbers_are_near_nothing():
    samples = np.array([[np.nan, 0], [np.inf, 0], [2, 0], [2, 0]])
    assert mode_coverage(samples, mg.data.ring_centers(), 0.02) == (1, 0.5)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"samples": np.zeros([5, 3])}, "`samples` and `centers`.*Received"),
        ({"samples": np.zeros([0, 2])}, "`samples` and `centers`.*Received"),
        ({"centers": np.zeros(2)}, "`samples` and `centers`.*Received"),
        ({"sd": 0}, "`sd`.*Received: sd=0"),
        ({"radius": -1}, "`radius`.*Received: radius=-1"),
        ({"share": 1.5}, "`share`.*Received: share=1.5"),
    ],
)
def test_bad_arguments_are_named(change, message):
    arguments = {"samples": np.zeros([5, 2]), "centers": np.zeros([1, 2])}
    with pytest.raises(ValueError, match=message):
        mode_coverage(**{**arguments, "sd": 1.0, **change})


def test_benchmark_trains_reports_and_resumes(tmp_path, monkeypatch, capsys):
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    monkeypatch.setenv("XLA_FLAGS", "--xla_backend_optimization_level=1")
    benchmark = importlib.import_module("mode_coverage")
    # In this process: another would spend most of the time on imports.
    monkeypatch.setattr(
        concurrent.futures,
        "ProcessPoolExecutor",
        concurrent.futures.ThreadPoolExecutor,
    )
    running = importlib.import_module("running")
    monkeypatch.setattr(running, "use_one_thread", lambda: None)
    flags = ["", "--rows=ring_ns_16_10k", "--settings=single", "--seeds=2"]
    benchmark.FLAGS([*flags, "--steps=20", f"--out={tmp_path}"])
    benchmark.main([])
    cells = json.loads((tmp_path / "mode_coverage.json").read_text())
    runs = cells["ring_ns_16_10k/single"]["runs"]
    assert 0 < runs[0]["high_quality"] != runs[1]["high_quality"] < 1
    mean = (runs[0]["modes"] + runs[1]["modes"]) / 2
    table = (tmp_path / "mode_coverage.md").read_text()
    assert f"width 16, 20 steps | modes | {mean:.2f} ± " in table
    assert table in capsys.readouterr().out
    assert (tmp_path / "mode_coverage.png").stat().st_size > 10_000

    def never(_):
        raise AssertionError("trains")

    monkeypatch.setattr(benchmark, "run", never)
    benchmark.main([])  # what is finished is not run again
    benchmark.FLAGS([*flags, "--steps=30"])  # another protocol is
    with pytest.raises(AssertionError, match="trains"):
        benchmark.main([])
