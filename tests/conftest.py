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

FOLDER = pathlib.Path(__file__).parent
# What takes long, the longest first. It is begun first, so that both processes
# of `make test` are busy to the end, and left out of `make test-quick`.
SLOW = (
    "distributed/test_distribution.py",
    "integration/test_strategies.py",
    "zoo/test_verification.py",
    "zoo/test_recipes.py",
    "export/tflite/",
    "integration/",
    "export/saved_model/",
    "export/web/",
    "distributed/",
    "training/test_fit.py",
    "training/test_head_losses.py",
    "training/test_ema.py",
    "training/test_train_step.py",
    "saving/test_hub.py",
    "export/test_onnx.py",
    "zoo/test_presets.py",
    "zoo/test_extractor_training.py",
    "saving/test_saving.py",
    "compat/test_loss_scaling.py",
    "regularizers/test_regularizers.py",
    "metrics/test_mode_coverage.py",
    "training/test_competitive_updates.py",
    "callbacks/test_resolve_mixture.py",
    "callbacks/test_best_checkpoint.py",
    "games/test_duality_gap.py",
    "optimizers/test_competitive",
    "hostile/",
    "test_random_streams.py",
    "training/test_schedules.py",
    "training/test_kernel_updates.py",
    "metrics/features/test_extractor_folders.py",
    "metrics/test_image_scores.py",
    "distribution/test_threads.py",
    "networks/test_spectral_normalization.py",
    "callbacks/test_callbacks.py",
    "data/test_data.py",
    "data/test_stacked.py",
    "compat/test_read_before_update.py",
    "test_files.py",
    "metrics/neural_net/test_distance.py",
    "report/scoring/test_score_model.py",
    "export/folding/test_folded_generator.py",
)


def pytest_configure(config):
    # Files are handed out in the order below, not by their number of tests.
    config.option.loadscopereorder = False


def pytest_collection_modifyitems(items):
    ranks = {}
    for item in items:
        place = item.path.relative_to(FOLDER).as_posix()
        slow = [i for i, part in enumerate(SLOW) if place.startswith(part)]
        ranks[item] = min(slow, default=len(SLOW))
        if slow:
            item.add_marker("slow")
    items.sort(key=ranks.get)


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
