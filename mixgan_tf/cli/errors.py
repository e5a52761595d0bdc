"""The error that means: the command line was used wrongly."""


class UsageError(Exception):
    """Bad usage: an unknown flag, a missing one, a stray argument."""
