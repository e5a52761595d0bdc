r"""Trains one of the classifiers that scores are computed with.

    python -m mixgan_tf.zoo.extractors.train --dataset=mnist

In runs/extractors/mnist:
checkpoint.weights.h5  what an interrupted training goes on from
extractor/             the result, for `get_extractor`

With the same versions on the same kind of processor it makes the same weights.
"""

import os
import pathlib

# Before TensorFlow is loaded; as the mixgan command does.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")

import keras
import tensorflow as tf
from absl import app
from absl import flags
from absl import logging
from mixgan_tf.zoo.extractors.networks import conv_classifier
from mixgan_tf.zoo.extractors.networks import with_features
from mixgan_tf.zoo.extractors.recipes import RECIPES
from mixgan_tf.zoo.extractors.recipes import Recipe
from mixgan_tf.zoo.extractors.training_data import labelled_arrays
from mixgan_tf.zoo.extractors.training_data import ordered_batches
from mixgan_tf.zoo.extractors.training_data import training_batches

from mixgan_tf import files
from mixgan_tf.metrics.features.extractor_folders import save_extractor
from mixgan_tf.metrics.features.sources import ImageSplit


def train(recipe: Recipe, workdir: str | os.PathLike[str]) -> pathlib.Path:
    """Trains a classifier, from its last checkpoint if there is one.

    Args:
        recipe: a `Recipe`.
        workdir: the folder to train in.

    Returns:
        The folder of the finished extractor, a `pathlib.Path`.

    Raises:
        ValueError: if the data set is not at hand.
    """
    checkpoint = pathlib.Path(workdir) / "checkpoint.weights.h5"
    keras.utils.set_random_seed(recipe.seed)
    images, labels = labelled_arrays(recipe.dataset, "train")
    cut = len(images) - recipe.held_out
    kept_out = images[cut:], labels[cut:]
    steps = cut // recipe.batch_size
    model = conv_classifier(
        images.shape[1:], int(labels.max()) + 1, recipe.stages
    )
    model.compile(
        optimizer=_optimizer(recipe, steps),
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=["accuracy"],
    )
    model.optimizer.build(model.trainable_variables)
    if checkpoint.is_file():
        print(f"Going on from {checkpoint}.")
        model.load_weights(checkpoint)
    done = int(model.optimizer.iterations.numpy())
    model.fit(
        training_batches(images[:cut], labels[:cut], recipe, done),
        steps_per_epoch=steps,
        initial_epoch=done // steps,
        epochs=recipe.epochs,
        validation_data=ordered_batches(*kept_out),
        callbacks=[SaveEveryEpoch(checkpoint)],
        verbose=2,
    )
    splits = {
        "held_out": kept_out,
        "test": labelled_arrays(recipe.dataset, "test"),
    }
    accuracy = {
        name: round(model.evaluate(ordered_batches(*split), verbose=0)[1], 5)
        for name, split in splits.items()
    }
    folder = save_extractor(
        with_features(model),
        pathlib.Path(workdir) / "extractor",
        name=recipe.dataset,
        metadata={
            "trained_on": ImageSplit(recipe.dataset, "train", cut).describe(),
            "held_out": f"train[{cut}:]",
            "accuracy": accuracy,
            "recipe": recipe._asdict(),
            "command": "python -m mixgan_tf.zoo.extractors.train "
            f"--dataset={recipe.dataset}",
        },
    )
    print(f"Accuracy: {accuracy}. The extractor is in {folder}.")
    return folder


class SaveEveryEpoch(keras.callbacks.Callback):
    """Saves the weights and the optimizer's state after every epoch.

    Not the whole model: its file would forget what the optimizer excludes
    from weight decay.

    Args:
        path: the `.weights.h5` file, replaced each time.
    """

    def __init__(self, path: pathlib.Path) -> None:
        super().__init__()
        self.path = path

    def on_epoch_end(
        self, epoch: int, logs: dict[str, float] | None = None
    ) -> None:
        """Saves the file whole, or leaves the old one."""
        with files.atomic_file(self.path) as temporary:
            self.model.save_weights(temporary)


def _optimizer(
    recipe: Recipe, steps_per_epoch: int
) -> keras.optimizers.Optimizer:
    steps = recipe.epochs * steps_per_epoch
    warm_up = min(steps_per_epoch, steps // 4)
    optimizer = keras.optimizers.SGD(
        keras.optimizers.schedules.CosineDecay(
            0.0,
            steps - warm_up,
            warmup_target=recipe.learning_rate,
            warmup_steps=warm_up,
        ),
        momentum=0.9,
        nesterov=True,
        weight_decay=recipe.weight_decay,
    )
    optimizer.exclude_from_weight_decay(var_names=["gamma", "beta", "bias"])
    return optimizer


def main(arguments: list[str]) -> None:
    """Runs the command."""
    logging.set_verbosity(logging.WARNING)  # not every file TFDS opens
    recipe = RECIPES[_FLAGS.dataset]
    tf.config.experimental.enable_op_determinism()
    train(recipe, _FLAGS.workdir or f"runs/extractors/{recipe.dataset}")


_FLAGS = flags.FLAGS

if __name__ == "__main__":
    flags.DEFINE_enum("dataset", None, sorted(RECIPES), "What to train on.")
    flags.DEFINE_string(
        "workdir", None, "Where; runs/extractors/DATASET by default."
    )
    flags.mark_flag_as_required("dataset")
    app.run(main)
