"""New networks that are trained against one fixed side of a mixture."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING
from typing import NamedTuple
from typing import TypeAlias

import numpy as np
import tensorflow as tf

from mixgan_tf.compat import draws
from mixgan_tf.distribution import rows
from mixgan_tf.games.held_out import mixture_payoffs
from mixgan_tf.games.held_out import row_payoffs
from mixgan_tf.mixgan import MixGAN
from mixgan_tf.model.mixture import Mixture
from mixgan_tf.model.mixture import fresh_copies
from mixgan_tf.model.mixture import initial_weights_from
from mixgan_tf.training import steps as training_steps
from mixgan_tf.training.updates.discriminator_update import discriminator_update
from mixgan_tf.training.updates.generator_update import generator_update

if TYPE_CHECKING:
    from tqdm import tqdm

LabelledSamples: TypeAlias = tuple[np.ndarray, np.ndarray | None]


class Splits(NamedTuple):
    """Samples and labels for training, validation and the final judgement."""

    train: LabelledSamples
    validation: LabelledSamples
    test: LabelledSamples


class Opponent(NamedTuple):
    """The best of the networks that were trained."""

    payoffs: np.ndarray  # float64 (n,), for each test sample
    step: int  # of its training, when it was best


def best_opponent(
    gan: MixGAN,
    player: str,
    splits: Splits,
    steps: int,
    restarts: int,
    validate_every: int,
    batch_size: int,
    seed: int,
    progress: tqdm,
) -> Opponent:
    """Trains new networks against a model's other side and returns the best.

    Args:
        gan: a compiled `MixGAN` with discriminators.
        player: `"generator"` or `"discriminator"`: which kind is new.
        splits: `Splits` of the real samples.
        steps: updates of each network.
        restarts: how many networks are trained.
        validate_every: how often, in steps, a network is judged on the
            validation samples; always at the end, too.
        batch_size: rows of an update.
        seed: nonnegative int.
        progress: a `tqdm` to advance by one each step.

    Returns:
        An `Opponent`.

    Raises:
        ValueError: if no network ever had a finite payoff.
    """
    wanted = 1 if player == "discriminator" else -1
    best = -np.inf
    found: tuple[MixGAN, list[np.ndarray], int] | None = None
    for restart in range(restarts):
        game = new_game(gan, player, restart, seed)
        network = game.player(player).mixture
        update = _update_function(game, player)
        rng = np.random.default_rng([seed, restart])
        for step in range(1, steps + 1):
            update(tf.constant(step), *_batch(splits.train, batch_size, rng))
            progress.update()
            if step % validate_every and step < steps:
                continue
            score = wanted * _payoffs(game, *splits.validation, seed).mean()
            if score > best:  # not so where it is NaN
                best, found = score, (game, network.get_weights(), step)
    if found is None:
        raise ValueError(
            f"No new {player} had a finite payoff: the model has diverged, or "
            "training against it does; lower the learning rates it was "
            f"compiled with. Received: {restarts} restarts of {steps} steps"
        )
    game, weights, step = found
    game.player(player).mixture.set_weights(weights)
    return Opponent(_payoffs(game, *splits.test, seed + 1), step)


def new_game(gan: MixGAN, player: str, restart: int, seed: int) -> MixGAN:
    """Returns a model of one new network against copies of the other side.

    Args:
        gan: a compiled `MixGAN` with discriminators.
        player: `"generator"` or `"discriminator"`: which kind is new.
        restart: int; it chooses the template where the components differ,
            and with `seed` fixes the initial weights.
        seed: nonnegative int.

    Returns:
        A `MixGAN`, compiled like the given one. Only the new network is
        trainable.
    """
    other = "discriminator" if player == "generator" else "generator"
    templates = gan.player(player).components
    own_seed = int(np.random.SeedSequence([seed, restart]).generate_state(1)[0])
    with initial_weights_from(own_seed):
        *_, network = fresh_copies(
            templates[restart % len(templates)], restart + 1
        )
    still = gan.averaged_mixture(other)
    copies = Mixture.from_config(still.get_config()).components
    sides = {player: [network], other: copies}
    game = MixGAN(
        generator=sides["generator"],
        discriminator=sides["discriminator"],
        num_classes=gan.num_classes,
        class_dependent_weights=gan.class_dependent_weights,
        seed=own_seed >> 1,  # it must fit int32
    )
    game.player(other).mixture.set_weights(still.get_weights())
    for component in copies:  # batch normalisation infers, then
        component.trainable = False
    config = {**(gan.get_compile_config() or {}), "ema": None}
    config.pop("optimizer", None)  # a competitive one: for both players
    game.compile_from_config(config)
    game.train_steps.assign(gan.train_steps)  # noise may fall with it
    if player == "generator":
        for old, new in zip(gan.regularizers, game.regularizers, strict=True):
            if old.state is not None and new.state is not None:
                new.state.set_weights(old.state.get_weights())
    return game


def _update_function(
    game: MixGAN, player: str
) -> Callable[[tf.Tensor, tf.Tensor, tf.Tensor | None], None]:
    @tf.function
    def update(
        step: tf.Tensor, samples: tf.Tensor, labels: tf.Tensor | None
    ) -> None:
        key = draws.fold_in(tf.constant([game.seed, 0], tf.int32), step)
        batch = rows.global_rows(samples), samples, labels
        if player == "discriminator":
            for regularizer in game.regularizers:
                regularizer.before_update()
            made = discriminator_update(game, key, *batch)
        else:
            made = generator_update(game, key, *batch)
        regularizers = game.regularizers if player == "discriminator" else ()
        training_steps.apply(game.player(player), made, regularizers)

    return update


def _payoffs(
    game: MixGAN, samples: np.ndarray, labels: np.ndarray | None, seed: int
) -> np.ndarray:
    return mixture_payoffs(
        row_payoffs(game, samples, labels, seed),
        game.generator_weights,
        game.discriminator_weights,
        labels,
    )


def _batch(
    data: LabelledSamples, batch_size: int, rng: np.random.Generator
) -> list[tf.Tensor | None]:
    rows = rng.integers(len(data[0]), size=batch_size)
    return [None if part is None else tf.constant(part[rows]) for part in data]
