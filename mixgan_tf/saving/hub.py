"""Presets on the Hugging Face Hub, by addresses like hf://OWNER/NAME."""

import os
import re

SCHEME = "hf://"
_ADDRESS = re.compile(
    r"hf://(?P<repo>[\w.-]+/[\w.-]+?)(?:@(?P<revision>[\w./-]+))?"
)
# What a preset may consist of; a repository may hold more.
_PATTERNS = ["*.json", "*.weights.h5", "samples.png", "README.md"]


def is_address(preset: str | os.PathLike) -> bool:
    """Returns whether `preset` is meant as an address of the Hub."""
    return str(preset).startswith(SCHEME)


def fetch(address: str | os.PathLike) -> str:
    """Returns the folder of a preset of the Hub, fetched where needed.

    Files are kept in the cache of huggingface_hub, so that what was fetched
    once loads without a network. They are checked like those of any preset
    when it is read: a repository that is no preset is an error there.

    Args:
        address: `"hf://OWNER/NAME"`, or `"hf://OWNER/NAME@REVISION"` for a
            branch, tag or commit.

    Returns:
        The folder, a string.

    Raises:
        ValueError: if the address is malformed, huggingface_hub is missing, or
            the repository cannot be reached and is not in the cache.

    Example:
    ```python
    gan = mg.MixGAN.from_preset("hf://someone/mix_dcgan_faces@v1")
    ```
    """
    match = _ADDRESS.fullmatch(str(address))
    if match is None or ".." in str(address):
        raise ValueError(
            "Argument `preset` must be like 'hf://OWNER/NAME' or "
            f"'hf://OWNER/NAME@REVISION'. Received: {str(address)!r}"
        )
    try:
        import huggingface_hub
    except ImportError as error:
        raise ValueError(
            "Presets of the Hugging Face Hub need huggingface_hub; run "
            "`pip install mixgan-tf[hub]`, or fetch the files and name their "
            f"folder. Received: {str(address)!r}"
        ) from error
    try:
        return huggingface_hub.snapshot_download(
            match["repo"],
            revision=match["revision"],
            allow_patterns=_PATTERNS,
        )
    except Exception as error:  # its own errors, and its HTTP client's
        raise ValueError(
            "The preset could not be fetched from the Hugging Face Hub; check "
            "the address, the network and, for a private repository, "
            f"HF_TOKEN. {_first_line(error)} Received: {str(address)!r}"
        ) from error


def _first_line(error: Exception) -> str:
    lines = str(error).strip().splitlines() or [""]
    return f"{type(error).__name__}: {lines[0].rstrip('.')}."
