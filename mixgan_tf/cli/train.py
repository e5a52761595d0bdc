"""`mixgan train`: trains a recipe in a work folder, or goes on there.

WORKDIR/recipe.json    what is being trained
WORKDIR/checkpoints/   the latest two
WORKDIR/logs/          for TensorBoard
WORKDIR/samples/       a grid of samples every so often
WORKDIR/best/          the weights that scored best, if the recipe validates
WORKDIR/preset/        the trained model, at the end
"""

import json
import pathlib
import sys

from absl import flags
from ml_collections import config_flags

from mixgan_tf import files
from mixgan_tf.cli import models
from mixgan_tf.cli import parsing
from mixgan_tf.cli import resuming
from mixgan_tf.cli import source_tree
from mixgan_tf.cli import strategies
from mixgan_tf.cli.errors import UsageError
from mixgan_tf.cli.quiet import load_tensorflow
from mixgan_tf.distribution.threads import use_thread_plan
from mixgan_tf.zoo.recipe_checks import check_recipe
from mixgan_tf.zoo.recipe_checks import check_recipe_size

SUMMARY = (
    "Trains a recipe's model in a work folder; run again, it goes on from the "
    "last checkpoint."
)


def run(arguments):
    """Runs `mixgan train`.

    Args:
        arguments: the command line after `train`.

    Returns:
        The exit code.
    """
    from mixgan_tf import zoo

    arguments = _joined(arguments)
    if not parsing.wants_help(arguments):
        arguments = [_with_recipe_path(a, zoo) for a in arguments]
    values = parsing.new_flags()
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
        raise UsageError("the flags --recipe and --workdir are required")
    command = " ".join(["mixgan train", *_shown(arguments)])
    workdir = pathlib.Path(values.workdir)
    train(values.recipe, workdir, command, values.strategy)
    return 0


def train(recipe, workdir, command, strategy="auto"):
    """Trains a recipe in a work folder from wherever it stands there.

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
        strategies.folder_of_this_worker(workdir) as folder,
        files.alone_in(folder),
    ):
        files.require_space(folder, 2**20)
        _train(recipe, folder, command, strategy)


def _train(recipe, workdir, command, strategy):
    checkpoints = workdir / models.CHECKPOINTS
    recorded = workdir / models.RECIPE_FILE
    if recorded.exists() and any(checkpoints.glob("step_*")):
        resuming.refuse_changes(recipe, models.read_recipe(recorded), workdir)
    players = ("num_generators", "num_discriminators")
    use_thread_plan(max(recipe.get(count, 1) for count in players))
    strategies.check(strategy)
    placement = strategies.placement_of(strategy)
    strategy = load_tensorflow(lambda: strategies.create(strategy))
    check_recipe_size(recipe)
    from mixgan_tf import callbacks
    from mixgan_tf.pictures import image_grid
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
    watchers = [
        callbacks.StopOnNaN(),
        *([] if score is None else [_best_checkpoint(score, recipe, workdir)]),
        callbacks.MixtureMonitor(workdir / "logs", every=recipe.log_every),
        callbacks.SampleGrid(
            workdir / "samples",
            workdir / "logs" / "samples",
            every=recipe.sample_every,
            last_step=recipe.steps,
        ),
        callbacks.CollapseMonitor(every=recipe.sample_every),
        # Last: what is resumed from has been scored, logged and drawn.
        callbacks.Checkpoint(checkpoints, every=recipe.checkpoint_every),
    ]
    # An epoch lasts from one checkpoint to the next; the last may be short.
    every = recipe.checkpoint_every
    while step < recipe.steps:
        epoch = step // every
        length = min(every - step % every, recipe.steps - step)
        epochs = epoch + (recipe.steps - step) // length
        if length < every:
            epochs = epoch + 1
        gan.fit(
            dataset,
            steps_per_epoch=length,
            initial_epoch=epoch,
            epochs=epochs,
            callbacks=watchers,
            verbose=1 if sys.stdout.isatty() else 2,
        )
        step = int(gan.train_steps.numpy())
        if step < recipe.steps:
            dataset = build_dataset(recipe, start_step=step)
    best = None
    if score is not None:
        best = callbacks.restore_best(gan, workdir / models.BEST)
    if best is not None:
        print(
            f"Step {best['step']} scored best: {best['name']} "
            f"{best['score']:.4g} on validation data."
        )
        best = {**best, "protocol": score.describe()}
    picture = callbacks.component_grid(gan, columns=10, rows_per_component=3)
    gan.save_to_preset(
        workdir / "preset",
        metadata={
            "dataset": recipe.dataset.to_dict(),
            "recipe": json.loads(recipe.to_json_best_effort()),
            "command": command,
            "commit": commit,
            "selection": best,
        },
        extra_files={"samples.png": image_grid.png_bytes(picture, scale=2)},
    )
    print(f"Trained {step} steps. In {workdir}:")
    print("  preset/       the model: mixgan sample --model=WORKDIR/preset")
    print("  samples/      a picture every so often, a row for each generator")
    print("  logs/         tensorboard --logdir=WORKDIR/logs")
    print("  checkpoints/  to go on from: run again with more --recipe.steps")


def _best_checkpoint(score, recipe, workdir):
    from mixgan_tf import callbacks

    return callbacks.BestCheckpoint(
        score,
        workdir / models.BEST,
        every=recipe.validation.every,
        log_dir=workdir / "logs" / "validation",
        name=score.name,
        resumes_from=workdir / models.CHECKPOINTS,
    )


def _joined(arguments):
    # `--recipe NAME` as well as `--recipe=NAME`, and the same for --workdir.
    joined = []
    for argument in arguments:
        if joined and joined[-1] in ("--recipe", "--workdir"):
            joined[-1] = f"{joined[-1]}={argument}"
        else:
            joined.append(argument)
    return joined


def _with_recipe_path(argument, zoo):
    flag, equals, value = argument.partition("=")
    if equals and flag == "--recipe":
        return f"--recipe={zoo.recipe_path(value)}"
    return argument


def _shown(arguments):
    # The recipe by its name, not by the path it was found at.
    return [
        f"--recipe={pathlib.Path(a.partition('=')[2]).stem}"
        if a.startswith("--recipe=")
        else a
        for a in arguments
        if not a.startswith("--workdir")
    ]
