"""Inception features from the TF-Hub module that TF-GAN's scores use."""

import contextlib
import hashlib
import importlib.util
import pathlib
import sys
import types
from collections.abc import Callable
from collections.abc import Iterator

import numpy as np
import tensorflow as tf

from mixgan_tf import files
from mixgan_tf.arguments import error_summary
from mixgan_tf.metrics.features.extractor import Extractor

MODULE = "https://tfhub.dev/tensorflow/tfgan/eval/inception/1"
SIDE = 299
_NAMES = {
    "classifier_score": "inception_score",
    "frechet": "frechet_inception_distance",
    "kernel": "kernel_inception_distance",
}


class InceptionExtractor(Extractor):
    """The Inception network of 2015, whose scores papers report.

    It needs a network connection for its first use, or a copy: TensorFlow Hub
    looks into the folder that the variable TFHUB_CACHE_DIR names. Colour
    images of any size are resized to 299x299, bilinearly and without
    antialiasing, as TF-GAN's examples do; other resizers give other scores.

    Args:
        module: address or folder of the TF-Hub module.

    Raises:
        ValueError: if it cannot be loaded.

    Reference:
        [Salimans et al., 2016](https://arxiv.org/abs/1606.03498),
        [Heusel et al., 2017](https://arxiv.org/abs/1706.08500).
    """

    resizer = "tf.image.resize bilinear 299x299, no antialiasing"

    def __init__(self, module: str = MODULE) -> None:
        network, self.sha256 = _download(module)
        self.name = "inception"
        self.metadata = {"module": str(module)}
        self.input_shape = (None, None, 3)

        def run(images: tf.Tensor) -> dict[str, tf.Tensor]:
            images = tf.image.resize(images, [SIDE, SIDE])
            outputs = network(images)
            return {"features": outputs["pool_3"], "logits": outputs["logits"]}

        self._run = tf.function(
            run, input_signature=[tf.TensorSpec([None, None, None, 3])]
        )
        features, logits = self(np.zeros((1, SIDE, SIDE, 3)))
        self.feature_dim = features.shape[1]
        self.num_classes = logits.shape[1]

    def score_name(self, metric: str) -> str:
        """Returns the name of a score in the literature."""
        return _NAMES[metric]


def _download(
    module: str,
) -> tuple[Callable[[tf.Tensor], dict[str, tf.Tensor]], str]:
    try:
        with _pkg_resources():
            import tensorflow_hub
    except ImportError as error:
        raise ValueError(
            "The extractor 'inception' needs TensorFlow Hub: pip install "
            f"tensorflow-hub tf-keras. {error_summary(error)}"
        ) from error
    try:
        folder = pathlib.Path(tensorflow_hub.resolve(str(module)))
        network = tensorflow_hub.load(str(folder))
    except Exception as error:  # of urllib, of files or of TensorFlow
        raise ValueError(
            f"The extractor 'inception' could not be loaded from {module}: "
            "check the network, or let TFHUB_CACHE_DIR name a folder that has "
            f"it. {error_summary(error)}"
        ) from error
    return network, _folder_sha256(folder)


def _folder_sha256(folder: pathlib.Path) -> str:
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            name = path.relative_to(folder).as_posix()
            digest.update(f"{name} {files.sha256(path)}\n".encode())
    return digest.hexdigest()


@contextlib.contextmanager
def _pkg_resources() -> Iterator[None]:
    """Stands in for `pkg_resources`, which TensorFlow Hub imports.

    setuptools has dropped it.
    """
    if importlib.util.find_spec("pkg_resources"):
        yield
        return
    from packaging import version

    stand_in = types.ModuleType("pkg_resources")
    vars(stand_in).update(parse_version=version.parse)
    sys.modules["pkg_resources"] = stand_in
    try:
        yield
    finally:
        del sys.modules["pkg_resources"]
