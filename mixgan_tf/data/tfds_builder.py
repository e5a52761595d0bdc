"""Finding a TFDS data set where the environment says it is."""

import os


def tfds_folder(data_dir=None):
    """Returns the folder that TFDS data sets are read from.

    TFDS itself looks at the environment once, when it is first imported; here
    `TFDS_DATA_DIR` counts whenever it is set.

    Args:
        data_dir: a folder, which comes first, or `None`.

    Returns:
        A string or path; `None` for TFDS's own default.
    """
    return data_dir or os.environ.get("TFDS_DATA_DIR") or None


def tfds_builder(name, data_dir=None):
    """Returns the TFDS builder of a data set.

    Args:
        name: its name.
        data_dir: see `tfds_folder`.

    Returns:
        A `tfds.core.DatasetBuilder`.

    Raises:
        tfds.core.DatasetNotFoundError: if there is no such data set.
    """
    import tensorflow_datasets as tfds

    return tfds.builder(name, data_dir=tfds_folder(data_dir))
