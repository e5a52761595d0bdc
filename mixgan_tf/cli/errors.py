"""The error for a command line that is used wrongly."""


class UsageError(Exception):
    """Bad usage: an unknown flag, a missing one, a stray argument."""
