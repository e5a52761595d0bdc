"""Loading of TensorFlow without its start-up messages."""

import contextlib
import os
import sys
import tempfile
from collections.abc import Callable
from collections.abc import Iterator
from typing import Any
from typing import TypeVar
from typing import overload

from mixgan_tf.cli.errors import UsageError

T = TypeVar("T")


@overload
def load_tensorflow() -> None: ...


@overload
def load_tensorflow(first: Callable[[], T]) -> T: ...


def load_tensorflow(first: Callable[[], Any] = lambda: None) -> Any:
    """Imports the library and starts TensorFlow without its messages.

    Its C++ side writes to file descriptor 2 before any log level is heeded;
    a command that promises one line per error must not. If the import fails,
    what it wrote is shown.

    Args:
        first: a function to call before TensorFlow runs anything.

    Returns:
        What `first` returns.
    """
    with _hidden_stderr():
        import tensorflow as tf

        result = first()
        tf.zeros([1])
        # All that registers Keras classes: files then load by their names.
        import mixgan_tf.export
        import mixgan_tf.networks  # noqa: F401

        return result


@contextlib.contextmanager
def _hidden_stderr() -> Iterator[None]:
    sys.stderr.flush()
    shown = os.dup(2)
    with tempfile.TemporaryFile() as hidden:
        os.dup2(hidden.fileno(), 2)
        try:
            yield
        except UsageError:
            raise
        except BaseException:
            os.dup2(shown, 2)
            hidden.seek(0)
            os.write(2, hidden.read())
            raise
        finally:
            os.dup2(shown, 2)
            os.close(shown)
