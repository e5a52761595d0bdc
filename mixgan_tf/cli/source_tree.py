"""The commit that results are recorded with."""

import pathlib
import subprocess

from mixgan_tf import version


def commit() -> str | None:
    """Returns the commit of the source tree the package runs from, if any.

    Returns:
        A string, with `-dirty` behind it if tracked files differ from the
        commit; `None` outside a git tree. Presets do not count: they are what
        is recorded.
    """
    root = pathlib.Path(version.__file__).parents[1]
    if not (root / ".git").exists():
        return None

    def git(*arguments: str) -> str | None:
        done = subprocess.run(
            ["git", "-C", str(root), *arguments],
            capture_output=True,
            text=True,
        )
        return done.stdout.strip() if done.returncode == 0 else None

    try:
        head = git("rev-parse", "HEAD")
        changed = git(
            *("status", "--porcelain", "--untracked-files=no"),
            *("--", ".", ":(exclude)zoo/presets"),
        )
    except OSError:
        return None
    return f"{head}-dirty" if head and changed else head
