"""The check of arguments that are one of a few names."""


def require_choice(argument, value, choices):
    """Checks a network's argument.

    Args:
        argument: its name, for the message.
        value: what the user gave.
        choices: tuple of what it may be.

    Raises:
        ValueError: if it is none of them.
    """
    if value not in choices:
        raise ValueError(
            f"Argument `{argument}` must be one of "
            f"{', '.join(map(repr, choices))}. Received: {argument}={value!r}"
        )
