"""Fixtures every test may use, and the settings of the whole run."""

import os

# Before TensorFlow: the convolutions the command line uses, and no chatter.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")

import gc
import pathlib

import pytest

from tests.distributed.four_devices import FourDevices

# TensorFlow is loaded where it is used: not by the process that only hands
# the tests out.


def _has_data(name):
    folder = os.environ.get("TFDS_DATA_DIR")
    return bool(folder) and (pathlib.Path(folder) / name).is_dir()


def pytest_collection_finish():
    # Graphs are many objects: without those that stay, and looked for less
    # often, garbage takes a sixth less of the time.
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


@pytest.fixture(autouse=True)
def fixed_seed():
    import keras

    keras.utils.set_random_seed(1)
    yield
    keras.backend.clear_session(free_memory=False)


@pytest.fixture
def gan():
    """A compiled unconditional mixture of three small networks a side."""
    from tests.models import tiny_gan

    gan = tiny_gan()
    gan.compile()
    return gan


@pytest.fixture(scope="session")
def four_devices():
    """A process with four logical CPU devices, to run functions in."""
    devices = FourDevices()
    yield devices
    devices.close()


@pytest.fixture
def mnist():
    """The name of MNIST where its TFDS files are at hand; skips elsewhere."""
    if not _has_data("mnist"):
        pytest.skip("TFDS_DATA_DIR names no folder with mnist")
    return "mnist"


@pytest.fixture
def cifar10():
    """The name of CIFAR-10 where its files are at hand; skips elsewhere."""
    if not _has_data("cifar10"):
        pytest.skip("TFDS_DATA_DIR names no folder with cifar10")
    return "cifar10"
