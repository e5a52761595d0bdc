"""Two processes must train exactly what one does."""

import sys

import numpy as np
import tensorflow as tf

from tests.distributed.multiworker_training import train
from tests.distributed.workers import run_workers


def test_two_workers_equal_one_replica(tmp_path):
    module = [sys.executable, "-m", "tests.distributed.multiworker_training"]
    done = run_workers(lambda index: [*module, f"{tmp_path}/{index}.npz"])
    assert [code for code, _, _ in done] == [0, 0], done[0][2][-3000:]
    first, second = (_load(tmp_path / f"{n}.npz") for n in (0, 1))
    one = train(tf.distribute.get_strategy())
    assert set(first) == set(one)
    for name, expected in one.items():
        np.testing.assert_array_equal(first[name], second[name])
        np.testing.assert_allclose(first[name], expected, atol=2e-5)


def _load(file):
    with np.load(file) as arrays:
        return dict(arrays)
