"""The flags of one subcommand, parsed by absl."""

from collections.abc import Sequence

from absl import flags

from mixgan_tf.cli.errors import UsageError


def new_flags() -> flags.FlagValues:
    """Returns an empty `absl.flags.FlagValues` for one subcommand."""
    return flags.FlagValues()


def wants_help(arguments: Sequence[str]) -> bool:
    """Returns whether help was asked for."""
    return any(a in ("-h", "--help", "-help") for a in arguments)


def parse(
    values: flags.FlagValues,
    command: str,
    summary: str,
    arguments: Sequence[str],
    positional: Sequence[str] = (),
) -> list[str] | None:
    """Parses a subcommand's arguments.

    Args:
        values: `FlagValues` with the subcommand's flags.
        command: its name.
        summary: one line that says what it does.
        arguments: list of strings.
        positional: names of the positional arguments, all required.

    Returns:
        The list of positional arguments, or `None` if help was asked for and
        printed.

    Raises:
        UsageError: if a positional argument is missing or one too many.
        absl.flags.Error: if a flag is unknown, missing or malformed.
    """
    if wants_help(arguments):
        names = " ".join(p.upper() for p in positional)
        print(f"{summary}\n\nusage: mixgan {command} {names} [--flag=value]\n")
        print(values.main_module_help() or values.get_help())
        return None
    rest = values([f"mixgan {command}", *arguments])[1:]
    if len(rest) != len(positional):
        wanted = " ".join(p.upper() for p in positional) or "no argument"
        raise UsageError(
            f"expected {wanted} besides flags, received: "
            f"{' '.join(rest) or 'nothing'} (flags are written --name=value)"
        )
    return rest
