"""`mixgan train`: trains a recipe in a work folder, or resumes there.

WORKDIR/recipe.json    what is being trained
WORKDIR/checkpoints/   the latest two
WORKDIR/logs/          for TensorBoard
WORKDIR/samples/       a grid of samples every so often
WORKDIR/best/          the weights that scored best, if the recipe validates
WORKDIR/preset/        the trained model, at the end
"""

import pathlib
from collections.abc import Sequence

from absl import flags
from ml_collections import ConfigDict
from ml_collections import config_flags

from mixgan_tf import files
from mixgan_tf.cli import models
from mixgan_tf.cli import parsing
from mixgan_tf.cli import resuming
from mixgan_tf.cli import source_tree
from mixgan_tf.cli import strategies
from mixgan_tf.cli import training_run
from mixgan_tf.cli.errors import UsageError
from mixgan_tf.cli.quiet import load_tensorflow
from mixgan_tf.distribution.threads import use_thread_plan
from mixgan_tf.zoo.recipe_checks import check_recipe
from mixgan_tf.zoo.recipe_checks import check_recipe_size

SUMMARY = (
    "Trains a recipe's model in a work folder; run again, it goes on from the "
    "last checkpoint."
)


def run(arguments: Sequence[str]) -> int:
    """Runs `mixgan train`.

    Args:
        arguments: the command line after `train`.

    Returns:
        The exit code.
    """
    arguments = _join_values(arguments)
    if not parsing.wants_help(arguments):
        arguments = [_with_recipe_path(argument) for argument in arguments]
    values = parsing.new_flags()
    _define_flags(values, arguments)
    try:
        if parsing.parse(values, "train", SUMMARY, arguments) is None:
            return 0
    except (flags.Error, UsageError):
        raise
    except Exception as error:  # whatever a recipe file or an override raises
        raise UsageError(
            f"the recipe or an override of it is bad. {type(error).__name__}: "
            f"{error}"
        ) from error
    if values.recipe is None or values.workdir is None:
        raise UsageError(
            "the flags --recipe and --workdir are required. Received: "
            f"{' '.join(arguments) or 'nothing'}"
        )
    command = " ".join(["mixgan train", *_recorded_arguments(arguments)])
    workdir = pathlib.Path(values.workdir)
    train(values.recipe, workdir, command, values.strategy)
    return 0


def _define_flags(values: flags.FlagValues, arguments: Sequence[str]) -> None:
    from mixgan_tf import zoo

    flags.DEFINE_string(
        "workdir",
        None,
        "Folder for checkpoints, logs, samples and the trained preset.",
        flag_values=values,
    )
    flags.DEFINE_enum(
        "strategy",
        "auto",
        strategies.NAMES,
        strategies.HELP,
        flag_values=values,
    )
    config_flags.DEFINE_config_file(
        "recipe",
        None,
        f"One of {', '.join(zoo.list_recipes())}, or a Python file with "
        "get_config(). Override entries with --recipe.ENTRY=VALUE.",
        flag_values=values,
        sys_argv=arguments,
    )


def train(
    recipe: ConfigDict,
    workdir: pathlib.Path,
    command: str,
    strategy: str = "auto",
) -> None:
    """Trains a recipe in a work folder, from its last checkpoint if any.

    Args:
        recipe: `ml_collections.ConfigDict`.
        workdir: `pathlib.Path`.
        command: the command line, recorded in the preset.
        strategy: one of `strategies.NAMES`.

    Raises:
        ValueError: if the recipe differs from the folder's, or does not fit,
            or another process trains there.
        FloatingPointError: if training diverges.
        OSError: if the folder cannot be written to.
    """
    check_recipe(recipe)
    workdir.mkdir(parents=True, exist_ok=True)
    with (
        strategies.worker_folder(workdir) as folder,
        files.alone_in(folder),
    ):
        files.require_space(folder, 2**20)
        _train(recipe, folder, command, strategy)


def _train(
    recipe: ConfigDict, workdir: pathlib.Path, command: str, strategy_name: str
) -> None:
    checkpoints = workdir / models.CHECKPOINTS
    recorded = workdir / models.RECIPE_FILE
    if recorded.exists() and any(checkpoints.glob("step_*")):
        resuming.refuse_changes(recipe, models.read_recipe(recorded), workdir)
    players = ("num_generators", "num_discriminators")
    use_thread_plan(max(recipe.get(count, 1) for count in players))
    strategies.check(strategy_name)
    placement = strategies.placement_for(strategy_name)
    strategy = load_tensorflow(lambda: strategies.create(strategy_name))
    check_recipe_size(recipe)
    from mixgan_tf import callbacks
    from mixgan_tf.zoo.building import build_dataset
    from mixgan_tf.zoo.building import build_model
    from mixgan_tf.zoo.building import set_learning_rates
    from mixgan_tf.zoo.validation import validation_score

    commit = source_tree.commit()
    with strategy.scope():
        gan = build_model(recipe, placement)
    step = callbacks.restore_latest(gan, checkpoints)
    strategies.require_same_step(strategy, step)
    set_learning_rates(gan, recipe)
    dataset = build_dataset(recipe, start_step=step)
    score = validation_score(recipe)
    # Only now: a recipe that cannot be built leaves no trace in the folder.
    with files.atomic_file(recorded) as temporary:
        text = recipe.to_json_best_effort(indent=1) + "\n"
        temporary.write_text(text, encoding="utf-8")
    if step:
        print(f"Resuming {workdir} at step {step} of {recipe.steps}.")
    resuming.rewind(workdir, step)
    done = resuming.preset_steps(workdir / "preset") >= step
    if step >= recipe.steps and done:
        print(f"Nothing to do: {workdir} has been trained {step} steps.")
        return
    watchers = training_run.make_callbacks(recipe, workdir, score)
    step = training_run.fit(gan, recipe, dataset, watchers, step)
    selection = training_run.restore_best(gan, workdir, score)
    training_run.save_preset(gan, recipe, workdir, selection, command, commit)
    training_run.print_summary(workdir, step)


def _join_values(arguments: Sequence[str]) -> list[str]:
    # `--recipe NAME` as well as `--recipe=NAME`, and the same for --workdir.
    joined: list[str] = []
    for argument in arguments:
        if joined and joined[-1] in ("--recipe", "--workdir"):
            joined[-1] = f"{joined[-1]}={argument}"
        else:
            joined.append(argument)
    return joined


def _with_recipe_path(argument: str) -> str:
    from mixgan_tf import zoo

    flag, equals, value = argument.partition("=")
    if equals and flag == "--recipe":
        return f"--recipe={zoo.recipe_path(value)}"
    return argument


def _recorded_arguments(arguments: Sequence[str]) -> list[str]:
    # The recipe by its name, not by the path it was found at.
    return [
        f"--recipe={pathlib.Path(a.partition('=')[2]).stem}"
        if a.startswith("--recipe=")
        else a
        for a in arguments
        if not a.startswith("--workdir")
    ]
