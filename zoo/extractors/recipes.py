"""The training recipes of the classifiers."""

from typing import NamedTuple


class Recipe(NamedTuple):
    """The training of one classifier.

    Attributes:
        dataset: name that `mixgan_tf.data.load_images` knows.
        stages: channels of the convolutions; see `conv_classifier`.
        epochs: passes over the training images.
        held_out: how many of the last images of the train split are kept out
            of training. Their accuracy chose these settings; the test split
            is looked at once, when training is over.
        batch_size: images of a step.
        learning_rate: of SGD with Nesterov momentum; it rises over the first
            epoch and falls linearly to 0.
        weight_decay: fraction of the kernels, times the learning rate, that
            each step takes away.
        shift: the most pixels by which images are moved in training.
        flip: whether images are mirrored at random in training.
        seed: of the first weights, the order and the changes of images.
    """

    dataset: str
    stages: tuple[tuple[int, ...], ...]
    epochs: int
    held_out: int
    batch_size: int = 128
    learning_rate: float = 0.1
    weight_decay: float = 5e-3
    shift: int = 0
    flip: bool = False
    seed: int = 0


RECIPES = {
    recipe.dataset: recipe
    for recipe in (
        Recipe(
            dataset="digits",
            stages=((16,), (32,), (64,)),
            epochs=30,
            held_out=137,
            batch_size=50,
            shift=1,
        ),
        Recipe(
            dataset="mnist",
            stages=((16, 16), (32, 32), (64,)),
            epochs=8,
            held_out=5000,
            shift=2,
        ),
        Recipe(
            dataset="cifar10",
            stages=((32,), (64, 64), (128, 128), (128,)),
            epochs=12,
            held_out=5000,
            shift=4,
            flip=True,
        ),
    )
}
