"""Entry point of `mixgan`: picks the subcommand, maps errors to exit codes.

0: done. 2: bad usage or bad input, one line on standard error. 1: a failure
inside mixgan, with its traceback. 130: interrupted. With MIXGAN_TRACEBACK=1 in
the environment, bad input shows its traceback too.
"""

import importlib
import os
import re
import sys
from collections.abc import Sequence

from absl import flags

from mixgan_tf.cli.errors import UsageError
from mixgan_tf.version import __version__

COMMANDS = {
    "train": "train a recipe's model in a work folder, or go on there",
    "sample": "draw samples of a model as a picture",
    "evaluate": "score a model, and show what was found on a page",
    "export": "write a model as one generator: SavedModel, TFLite, ONNX, web",
    "zoo": "list the pretrained models and their scores, or verify them",
}

# The longest error message; what somebody typed may be longer.
MAX_MESSAGE = 1500
# Some libraries put tracebacks into their messages.
_TRACEBACK = re.compile(r"Traceback \(most recent call last\):\n([ \t].*\n)+")
_BAD_INPUT = (
    ValueError,
    OSError,
    FloatingPointError,
    flags.Error,
    UsageError,
    ImportError,  # an extra that is not installed
)


def main(argv: Sequence[str] | None = None) -> int:
    """Runs the command line.

    Args:
        argv: list of arguments, the program's name first; `sys.argv` if
            `None`.

    Returns:
        The exit code.
    """
    # Before TensorFlow is loaded: no start-up chatter, and oneDNN's
    # convolutions, which TensorFlow leaves off on CPUs without AVX-512.
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")
    argv = list(sys.argv if argv is None else argv)
    arguments = argv[1:]
    if not arguments or arguments[0] in ("-h", "--help", "help"):
        print(_usage())
        return 0 if arguments else 2
    if arguments[0] == "--version":
        print(__version__)
        return 0
    name = arguments[0]
    try:
        if name not in COMMANDS:
            raise UsageError(
                f"there is no command {name!r}; choose one of "
                f"{', '.join(COMMANDS)} (see `mixgan --help`)"
            )
        command = importlib.import_module(f"mixgan_tf.cli.{name}")
        return command.run(arguments[1:]) or 0
    except KeyboardInterrupt:
        print("mixgan: interrupted", file=sys.stderr)
        return 130
    except Exception as error:
        if os.environ.get("MIXGAN_TRACEBACK") or not _is_bad_input(error):
            raise
        message = " ".join(_TRACEBACK.sub("", str(error)).split())
        if len(message) > MAX_MESSAGE:
            message = f"{message[:MAX_MESSAGE]} ..."
        print(f"mixgan {name}: {message}", file=sys.stderr)
        return 2


def _is_bad_input(error: Exception) -> bool:
    if isinstance(error, _BAD_INPUT):
        return True
    # TensorFlow's own file errors, without importing it to name them.
    files = ("PermissionDenied", "NotFound", "ResourceExhausted", "DataLoss")
    return type(error).__module__.startswith("tensorflow") and any(
        type(error).__name__ == f"{name}Error" for name in files
    )


def _usage() -> str:
    lines = [f"  {name:<8}{text}" for name, text in COMMANDS.items()]
    return "\n".join(
        [
            "MIX+GAN: train, sample and export mixtures of GANs.",
            "",
            "usage: mixgan COMMAND [--flag=value ...]",
            "       mixgan COMMAND --help",
            "",
            *lines,
        ]
    )


if __name__ == "__main__":
    sys.exit(main())
