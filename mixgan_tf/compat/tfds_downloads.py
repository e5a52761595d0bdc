"""Downloads by TensorFlow Datasets without its chatter."""

import contextlib
import logging
import sys
from collections.abc import Iterator

# Each waits twice as long as the one before: TFDS's own ten take minutes.
_RETRIES = 4


@contextlib.contextmanager
def quiet_download() -> Iterator[None]:
    """Silences downloads within the block, so that only errors are printed.

    Progress bars appear only where somebody sees them, on a terminal or in a
    notebook. There is no line for each attempt, and there are few attempts, so
    that those who have no network learn it in seconds.
    """
    import tensorflow_datasets as tfds
    from tensorflow_datasets.core.download import downloader
    from tensorflow_datasets.core.utils import tqdm_utils

    connections = logging.getLogger("urllib3.connectionpool")
    # TFDS has no public way to ask whether its bars are on.
    level, bars = connections.level, tqdm_utils._active
    retries = downloader.MAX_RETRIES
    seen = sys.stderr.isatty() or "ipykernel" in sys.modules
    try:
        connections.setLevel(logging.ERROR)
        downloader.MAX_RETRIES = _RETRIES
        if not seen:
            tfds.disable_progress_bar()
        yield
        # Otherwise other threads may go on trying, and say so.
        connections.setLevel(level)
    finally:
        downloader.MAX_RETRIES = retries
        tfds.display_progress_bar(bars)
