"""The payoffs of networks on held-out samples, sample by sample.

A row of the payoff is one real sample `x_k` with one sample of each generator
beside it: `a(D_j(x_k)) + b(D_j(G_i(z_ki)))`. Rows are independent, so their
mean estimates the payoff, and their spread says how well.
"""

from typing import NamedTuple

import numpy as np
import tensorflow as tf
from numpy.typing import ArrayLike

from mixgan_tf.arguments import require_positive_int
from mixgan_tf.distribution.rows import Rows
from mixgan_tf.mixgan import MixGAN
from mixgan_tf.model.mixture import Mixture
from mixgan_tf.networks.inspection import with_labels
from mixgan_tf.payoff.estimators import Shared
from mixgan_tf.training import data_checks
from mixgan_tf.training.discriminator_outputs import run_discriminator


class Estimate(NamedTuple):
    """A mean over held-out rows and its standard error."""

    value: float
    standard_error: float

    def __str__(self) -> str:
        """Returns `value ± standard error`, to the same decimal."""
        return f"{self.value:.4f} ± {self.standard_error:.4f}"


def require_game(gan: MixGAN, what: str) -> None:
    """Raises an error unless a model's payoff is of single pairs of networks.

    Args:
        gan: a `MixGAN`.
        what: the name of the user's function, for the message.

    Raises:
        ValueError: if the model is not compiled, has no discriminators, or
            its objective is no mean of functions of logits.
    """
    if not gan.compiled:
        raise ValueError(
            f"`{what}` needs an objective: call `compile` on the model first. "
            "Received: a model that is not compiled"
        )
    if not gan.objective.of_logits:
        raise ValueError(
            f"`{what}` needs a payoff that is linear in the mixture weights; "
            f"{type(gan.objective).__name__} is quadratic in them. "
            f"Received: objective={type(gan.objective).__name__}"
        )
    gan.require_discriminators(what)


def check_samples(
    gan: MixGAN, samples: ArrayLike, labels: ArrayLike | None, batch_size: int
) -> tuple[np.ndarray, np.ndarray | None]:
    """Returns held-out samples as arrays that fit the model.

    Args:
        gan: a `MixGAN`.
        samples: float array `(n, *sample_shape)`, what the user gave.
        labels: int array `(n,)`, or `None`.
        batch_size: the most samples judged at once.

    Returns:
        A tuple of a float32 array and an int32 array; labels are `None`
        without classes.

    Raises:
        ValueError: if they do not fit, or are fewer than two.
    """
    require_positive_int("batch_size", batch_size)
    rows = np.asarray(samples, "float32")
    classes = None
    if gan.num_classes is not None and labels is not None:
        classes = np.asarray(labels)
    data_checks.check_batch(gan, rows, classes)
    if len(rows) < 2:
        raise ValueError(
            "Argument `samples` must hold at least two samples, or there is "
            f"no standard error. Received: {len(rows)} samples"
        )
    return rows, None if classes is None else classes.astype("int32")


def row_payoffs(
    gan: MixGAN,
    samples: np.ndarray,
    labels: np.ndarray | None,
    seed: int,
    batch_size: int = 256,
    averaged: bool = True,
) -> np.ndarray:
    """Returns the payoff of every pair of networks on each sample.

    Networks run in inference mode. The mean over rows is
    `gan.payoff_matrix(samples, labels, seed, batch_size)` if `averaged`.

    Args:
        gan: a compiled `MixGAN` with discriminators.
        samples: float32 array `(n, *sample_shape)` of real samples.
        labels: int32 array `(n,)`, or `None`.
        seed: int that fixes the latents.
        batch_size: the most real samples judged at once.
        averaged: whether to use averaged weights where the model keeps them.

    Returns:
        A float64 array `(n, T_g, T_d)`.
    """
    generators, discriminators = (
        mixture.components for mixture in player_mixtures(gan, averaged)
    )
    num, payoffs = len(samples), []
    for chunk in np.array_split(np.arange(num), -(-num // batch_size)):
        reals = tf.constant(samples[chunk])
        classes = None if labels is None else tf.constant(labels[chunk])
        inputs = Shared().fake_inputs(
            tf.constant([seed, chunk[0]], tf.int32),
            Rows(len(chunk), len(chunk), 0),
            classes,
            len(generators),
            gan.latent_dim,
        )
        fakes = [
            generator(with_labels(i.latents, classes), training=False)
            for generator, i in zip(generators, inputs, strict=True)
        ]
        columns = []
        for j in range(len(discriminators)):
            real, *judged = run_discriminator(
                gan,
                j,
                [reals, *fakes],
                [classes] * (1 + len(fakes)),
                discriminators=discriminators,
            )
            earned = gan.objective.real_payoff(real.logits)
            columns.append(
                [earned + gan.objective.fake_payoff(f.logits) for f in judged]
            )
        payoffs.append(np.transpose(np.asarray(columns, "float64")))
    return np.concatenate(payoffs)


def player_mixtures(gan: MixGAN, averaged: bool = True) -> list[Mixture]:
    """Returns the mixtures of a model's two players.

    Args:
        gan: a `MixGAN`.
        averaged: whether to take averages where the model keeps them.

    Returns:
        A list of two `Mixture`s.
    """
    return [p.averaged if averaged else p.mixture for p in gan.players]


def mixture_payoffs(
    payoffs: np.ndarray,
    generator_weights: ArrayLike,
    discriminator_weights: ArrayLike,
    labels: np.ndarray | None = None,
) -> np.ndarray:
    """Returns the payoff of the two mixtures on each sample.

    Args:
        payoffs: `row_payoffs`, `(n, T_g, T_d)`.
        generator_weights: `(T_g,)`, or `(T_g, num_classes)`.
        discriminator_weights: `(T_d,)`.
        labels: int array `(n,)`, where the weights depend on the class.

    Returns:
        A float64 array `(n,)`.
    """
    w = np.asarray(generator_weights, "float64")
    if w.ndim == 2:
        w = w[:, labels]
    else:
        w = np.broadcast_to(w[:, None], (len(w), len(payoffs)))
    q = np.asarray(discriminator_weights, "float64")
    return np.einsum("kij,ik,j->k", payoffs, w, q)


def estimate(values: np.ndarray) -> Estimate:
    """Returns the mean of independent values and its standard error.

    Args:
        values: float array `(n,)`, at least two.

    Returns:
        An `Estimate`.
    """
    error = np.std(values, ddof=1) / np.sqrt(len(values))
    return Estimate(float(np.mean(values)), float(error))
