"""Kills training at random moments, resumes it, compares all it wrote.

    python benchmarks/kill_resume.py --kills=20

Each kill is a training of its own, in a process of its own, that gets `kill -9`
at a random moment of an uninterrupted one's time: every other one as soon as,
from then on, a file is half written. One that has ended by then is not counted.
What the resumed training leaves is compared with what the uninterrupted one
left: weights, optimizers, averages, scores, TensorBoard's points, pictures and
the preset, all of it bit by bit.

The processes are forked once TensorFlow is loaded, which takes most of a
training's time; so this runs on Linux alone.
"""

import argparse
import importlib
import json
import os
import pathlib
import random
import shutil
import signal
import sys
import time

import mixgan_tf.callbacks
import mixgan_tf.cli.train  # noqa: F401
from mixgan_tf import files
from mixgan_tf.cli.main import main as mixgan

RECIPES = {
    "points": [
        "--recipe=mix_mlp_ring",
        "--recipe.generator.width=8",
        "--recipe.discriminator.width=8",
        "--recipe.validation.num=200",
    ],
    "digits": [
        "--recipe=mix_dcgan_digits",
        "--recipe.generator.width=4",
        "--recipe.discriminator.width=4",
        "--recipe.generator_learning_rate=0.02",  # scores go up and down
        "--recipe.validation.extractor=digits",
        "--recipe.validation.split=test",
        "--recipe.validation.num=100",
    ],
}
COMMON = [
    "--recipe.num_generators=2",
    "--recipe.num_discriminators=2",
    "--recipe.ema_decay=0.9",
    "--recipe.steps=63",
    "--recipe.checkpoint_every=5",
    "--recipe.sample_every=4",
    "--recipe.log_every=2",
    "--recipe.validation.every=3",
]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--recipe", choices=RECIPES, default="points")
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=pathlib.Path, default="runs/kill_resume")
    options = parser.parse_args()
    for name in ("zoo.building", "zoo.validation", "export", "metrics"):
        importlib.import_module(f"mixgan_tf.{name}")
    shutil.rmtree(options.out, ignore_errors=True)
    options.out.mkdir(parents=True)
    recipe = [*RECIPES[options.recipe], *COMMON]
    straight = options.out / "straight"
    began = time.monotonic()
    seconds = finished(start(straight, recipe)) - began
    print(f"Uninterrupted: {seconds:.1f} s", flush=True)
    chance = random.Random(options.seed)
    rows = []
    while len(rows) < options.kills:
        moment = chance.uniform(0, seconds)
        row = kill_once(options.out, recipe, len(rows), moment)
        rows += [] if row is None else [row]
    # Only now: what forks must not have started TensorFlow.
    from work_folder import contents
    from work_folder import differences

    expected = contents(straight)
    for row in rows:
        row["differs"] = differences(contents(row.pop("folder")), expected)
    report(rows, expected, seconds, options.out)


def start(folder, recipe):
    """Forks a training; returns its process number."""
    child = os.fork()
    if child:
        return child
    log = os.open(f"{folder}.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(log, 1)
    os.dup2(log, 2)
    code = mixgan(["mixgan", "train", *recipe, f"--workdir={folder}"])
    sys.stdout.flush()
    os._exit(code)


def finished(child):
    """Waits for a training, which must succeed; returns the time."""
    _, status = os.waitpid(child, 0)
    if status:
        raise RuntimeError(f"A training failed: see the logs. Status {status}")
    return time.monotonic()


def kill_once(out, recipe, kill, moment):
    """Kills one training, and resumes it.

    Returns:
        A row of the table; `None` if it had ended by then.
    """
    folder = out / f"{kill:02d}"
    in_a_write = kill % 2 == 1
    child = start(folder, recipe)
    time.sleep(moment)
    ended = os.waitpid(child, os.WNOHANG)[0] == child
    while in_a_write and not ended and not list(folder.rglob(".tmp-*")):
        ended = os.waitpid(child, os.WNOHANG)[0] == child
    if not ended:
        os.kill(child, signal.SIGKILL)
        ended = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    if ended:
        shutil.rmtree(folder)
        return None
    saved = sorted(folder.glob("checkpoints/step_*"))
    row = {
        "kill": kill,
        "after_s": moment,
        "latest checkpoint": int(saved[-1].name[5:13]) if saved else 0,
        "half written": [p.name for p in folder.rglob(".tmp-*")],
        "folder": folder,
    }
    finished(start(folder, recipe))
    print(".", end="", flush=True)
    return row


def report(rows, expected, seconds, out):
    """Prints the table and writes it."""
    same = sum(not row["differs"] for row in rows)
    lines = [
        f"{same} of {len(rows)} resumed trainings end as the uninterrupted "
        f"one ({seconds:.1f} s): {len(expected['events'])} TensorBoard points "
        f"and {len(expected) - 1} files are the same, bit by bit.",
        "",
        "| kill | after (s) | latest checkpoint | half written | differs |",
        "|---:|---:|---:|---|---|",
    ]
    for row in rows:
        left = ", ".join(row["half written"]) or "-"
        lines.append(
            f"| {row['kill']} | {row['after_s']:.2f} "
            f"| {row['latest checkpoint']} | {left} "
            f"| {', '.join(row['differs']) or 'nothing'} |"
        )
    text = "\n".join(lines) + "\n"
    print("\n" + text)
    with files.atomic_file(out / "kill_resume.md") as temporary:
        temporary.write_text(text)
    with files.atomic_file(out / "kill_resume.json") as temporary:
        temporary.write_text(json.dumps(rows, indent=1) + "\n")
    print(f"In {out}: kill_resume.md, kill_resume.json, the trainings")


if __name__ == "__main__":
    main()
