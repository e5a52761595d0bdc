"""A small preset to damage, and the two ways to be refused."""

import resource
import shutil

import pytest

import mixgan_tf as mg
from mixgan_tf.cli.main import main
from tests.models import tiny_gan
from tests.models import tiny_image_gan

# Whatever is asked for, no more memory may be taken than this.
MOST_EXTRA_BYTES = 2**30


@pytest.fixture(scope="session")
def saved(tmp_path_factory):
    """A compiled mixture of points, as a preset. Tests damage copies."""
    gan = tiny_gan(2, 1, num_classes=3)
    gan.compile(ema=0.9)
    gan.train_steps.assign(3)
    gan.save_to_preset(
        tmp_path_factory.mktemp("hostile") / "p", {"dataset": {"name": "ring"}}
    )
    return tmp_path_factory.getbasetemp() / "hostile0" / "p"


@pytest.fixture(scope="session")
def keras_file(tmp_path_factory):
    """A mixture of images, as a Keras file."""
    gan = tiny_image_gan()
    gan.train_steps.assign(3)
    gan.save(tmp_path_factory.mktemp("keras") / "gan.keras")
    return tmp_path_factory.getbasetemp() / "keras0" / "gan.keras"


@pytest.fixture
def preset(saved, tmp_path):
    """A copy of the preset."""
    return shutil.copytree(saved, tmp_path / "p")


@pytest.fixture(autouse=True)
def bounded_memory():
    """Fails a test that took a lot of memory, were it only for a moment."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    yield
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert (after - before) * 1024 < MOST_EXTRA_BYTES


@pytest.fixture
def refused(capfd):
    """Runs the command here: one line, exit code 2, no traceback."""

    def run(*arguments):
        code = main(["mixgan", *map(str, arguments)])
        out, error = capfd.readouterr()
        assert code == 2, (out, error)
        assert len(error.splitlines()) == 1, error
        assert len(error) < 2000
        assert error.startswith(f"mixgan {arguments[0]}: ")
        assert "Traceback" not in out + error
        return error

    return run


@pytest.fixture
def not_loaded():
    """Loads a preset, which must be one ValueError of one reasonable size."""

    def load(folder):
        with pytest.raises(ValueError, match=r"\w+ \w+") as caught:
            mg.MixGAN.from_preset(folder)
        assert len(str(caught.value)) < 1500
        return str(caught.value)

    return load
