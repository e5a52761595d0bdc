"""Statistics of real data, computed once and kept on disk."""

import hashlib
import json
import os
import pathlib
import re
import warnings
import zipfile

import numpy as np

from mixgan_tf import files
from mixgan_tf.arguments import error_summary
from mixgan_tf.metrics.features.extractor import Extractor
from mixgan_tf.metrics.features.sources import ImageSource
from mixgan_tf.metrics.features.sources import ImageSplit
from mixgan_tf.metrics.features.sources import arrays_sha256
from mixgan_tf.metrics.features.streaming import KEPT_FEATURES
from mixgan_tf.metrics.features.streaming import Statistics
from mixgan_tf.metrics.features.streaming import collect_statistics
from mixgan_tf.metrics.moments import Moments

# Raise it when what is stored, or how it is computed, changes.
FORMAT = 1
# What NumPy raises for files that are cut, changed or no archive.
_DAMAGE = (OSError, EOFError, ValueError, KeyError, zipfile.BadZipFile)


def cache_folder() -> pathlib.Path:
    """Returns the folder of cached files.

    `MIXGAN_CACHE` in the environment names it; otherwise it is
    `~/.cache/mixgan_tf`.
    """
    named = os.environ.get("MIXGAN_CACHE")
    return pathlib.Path(named or pathlib.Path.home() / ".cache" / "mixgan_tf")


def reference_statistics(
    real: ImageSource,
    extractor: Extractor,
    keep_features: int = KEPT_FEATURES,
) -> Statistics:
    """Returns the statistics of real images, from the cache if they are there.

    A file is found by the data set, its version, split and count, the
    extractor's hash, and how many features are kept. It is written whole or
    not at all and checked when read; a damaged one is computed again, with a
    warning. Only data sets are cached, not arrays or samples.

    Args:
        real: an `ImageSplit`, or another source.
        extractor: an `Extractor`.
        keep_features: the most features to keep.

    Returns:
        `Statistics`, without images or a classifier score.

    Raises:
        ValueError: if the images do not suit the extractor.

    Example:
    ```python
    real = mg.metrics.ImageSplit("mnist", "test")
    statistics = mg.metrics.reference_statistics(
        real, mg.metrics.get_extractor("mnist")
    )
    statistics.moments.mean
    ```
    """
    if not isinstance(real, ImageSplit):
        return collect_statistics(real, extractor, keep_features)
    key = json.dumps(
        {
            "format": FORMAT,
            "images": real.describe(),
            "extractor": extractor.describe(),
            "keep_features": keep_features,
        },
        sort_keys=True,
    )
    path = _path(real, key)
    if path.is_file():
        try:
            return _read(path, key)
        except _DAMAGE as error:
            warnings.warn(
                f"The cached statistics {path} are damaged and computed again. "
                f"{error_summary(error)}",
                RuntimeWarning,
                stacklevel=2,
            )
    statistics = collect_statistics(real, extractor, keep_features)
    try:
        _write(path, key, statistics)
    except OSError as error:
        warnings.warn(
            "The statistics of real images could not be cached; let "
            f"MIXGAN_CACHE name another folder. {error_summary(error)}",
            RuntimeWarning,
            stacklevel=2,
        )
    return statistics


def _path(real: ImageSplit, key: str) -> pathlib.Path:
    digest = hashlib.sha256(key.encode()).hexdigest()
    name = re.sub(r"\W+", "_", f"{real.name}_{real.split}")
    return cache_folder() / "references" / f"{name}_{digest[:16]}.npz"


def _arrays(statistics: Statistics) -> dict[str, np.ndarray]:
    moments = statistics.moments
    return {
        "count": np.array(moments.count),
        "mean": moments.mean,
        "scatter": moments.scatter,
        "features": statistics.features,
    }


def _write(path: pathlib.Path, key: str, statistics: Statistics) -> None:
    arrays = _arrays(statistics)
    with files.atomic_file(path) as temporary:
        np.savez(
            temporary,
            key=np.array(key),
            sha256=np.array(arrays_sha256(arrays.values())),
            count=arrays["count"],
            mean=arrays["mean"],
            scatter=arrays["scatter"],
            features=arrays["features"],
        )


def _read(path: pathlib.Path, key: str) -> Statistics:
    with np.load(path, allow_pickle=False) as stored:
        content = dict(stored)
    if str(content.pop("key")) != key:
        raise ValueError("they are of other images or another extractor")
    expected = str(content.pop("sha256"))
    statistics = Statistics(
        Moments.from_values(
            int(content["count"]), content["mean"], content["scatter"]
        ),
        content["features"],
    )
    if arrays_sha256(content.values()) != expected:
        raise ValueError("their SHA-256 is not the recorded one")
    return statistics
