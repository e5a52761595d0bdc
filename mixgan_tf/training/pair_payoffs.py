"""The payoff of every pair of networks, without any update."""

import numpy as np
import tensorflow as tf

from mixgan_tf.distribution.rows import Rows
from mixgan_tf.model.mixture import weights_of_rows
from mixgan_tf.networks.inspection import with_labels
from mixgan_tf.payoff.estimators import FakeInputs
from mixgan_tf.payoff.estimators import Shared
from mixgan_tf.training.discriminator_outputs import run_discriminator
from mixgan_tf.training.game import Game
from mixgan_tf.training.updates import kernel_updates
from mixgan_tf.training.updates.payoff_terms import entropy_share


def generate(
    gan: Game, key: tf.Tensor, rows: Rows, labels: tf.Tensor | None
) -> tuple[list[FakeInputs], list[tf.Tensor]]:
    """Returns as many samples of each generator as there are real ones.

    Each has latents of its own; networks run in inference mode, with averaged
    weights where the model keeps averages.

    Args:
        gan: a `MixGAN`.
        key: int32 tensor `(2,)`, a stateless random seed.
        rows: `Rows` of the real samples.
        labels: int32 tensor `(n,)`, or `None`.

    Returns:
        A tuple of two lists: `FakeInputs` and samples.
    """
    inputs = Shared().fake_inputs(
        key, rows, labels, gan.num_generators, gan.latent_dim
    )
    generators = gan.averaged_mixture("generator").components
    return inputs, [
        generator(with_labels(i.latents, i.labels), training=False)
        for generator, i in zip(generators, inputs, strict=True)
    ]


def pairwise(
    gan: Game,
    key: tf.Tensor,
    rows: Rows,
    samples: tf.Tensor,
    labels: tf.Tensor | None,
    weighted: bool = False,
) -> tuple[tf.Tensor, tf.Tensor]:
    """Returns the payoff and the generator's loss of every pair.

    Args:
        gan: a compiled `MixGAN`.
        key: int32 tensor `(2,)`, a stateless random seed.
        rows: `Rows` of `samples`.
        samples: float tensor `(n, ...)`.
        labels: int32 tensor `(n,)`, or `None`.
        weighted: whether to multiply what each generator's samples earn by
            its mixture weight: the payoffs of a discriminator then add up to
            the mixture's.

    Returns:
        A tuple of float32 tensors `(T_g, T_d)`, this replica's shares.
    """
    inputs, fakes = generate(gan, key, rows, labels)
    discriminators = gan.averaged_mixture("discriminator").components
    total = tf.cast(rows.total, tf.float32)
    w = gan.averaged_mixture("generator").mixture_weights
    payoffs: list[list[tf.Tensor]] = []
    losses: list[list[tf.Tensor]] = []
    for j in range(len(discriminators)):
        real, *judged = run_discriminator(
            gan,
            j,
            [samples, *fakes],
            [labels, *(i.labels for i in inputs)],
            discriminators=discriminators,
        )
        earned = tf.reduce_sum(gan.objective.real_payoff(real.logits))
        payoffs.append([])
        losses.append([])
        for i, fake in enumerate(judged):
            weight, share = 1.0, 1.0
            if weighted:
                weight = weights_of_rows(w, i, labels)
                share = 1.0 / len(judged)
            value = weight * gan.objective.fake_payoff(fake.logits)
            cost = weight * gan.objective.generator_loss(fake.logits)
            payoffs[-1].append((share * earned + tf.reduce_sum(value)) / total)
            losses[-1].append(tf.reduce_sum(cost) / total)
    return tf.transpose(tf.stack(payoffs)), tf.transpose(tf.stack(losses))


def evaluate(
    gan: Game,
    key: tf.Tensor,
    rows: Rows,
    samples: tf.Tensor,
    labels: tf.Tensor | None,
) -> dict[str, tf.Tensor]:
    """Returns this replica's shares of both losses and of the payoff.

    Args:
        gan: a compiled `MixGAN`.
        key: int32 tensor `(2,)`, a stateless random seed.
        rows: `Rows` of `samples`.
        samples: float tensor `(n, ...)`.
        labels: int32 tensor `(n,)`, or `None`.

    Returns:
        A dict of float32 scalars.
    """
    q = tf.ones([1])
    if gan.num_discriminators:
        q = gan.averaged_mixture("discriminator").mixture_weights
    if gan.objective.of_logits:
        payoffs, losses = pairwise(
            gan, key, rows, samples, labels, weighted=True
        )
        payoff = tf.reduce_sum(q * payoffs)
        loss = tf.reduce_sum(q * losses)
    else:
        w = gan.averaged_mixture("generator").mixture_weights
        forms = _forms(gan, key, rows, samples)
        payoff = loss = kernel_updates.mean_distance(gan, forms, w, q)
    entropies = [
        entropy_share(player.averaged, gan.entropy_weight)
        for player in gan.players
    ]
    values = {"payoff": payoff, "generator_loss": loss + entropies[0]}
    if gan.num_discriminators:
        values["discriminator_loss"] = -payoff + entropies[1]
    return values


def _forms(
    gan: Game, key: tf.Tensor, rows: Rows, samples: tf.Tensor
) -> list[kernel_updates.Form]:
    inputs, fakes = generate(gan, key, rows, None)
    networks = None
    if gan.num_discriminators:
        networks = gan.averaged_mixture("discriminator").components
    return kernel_updates.quadratic_forms(
        gan, samples, [inputs], [fakes], discriminators=networks
    )


def _kernel_payoffs(
    gan: Game, key: tf.Tensor, rows: Rows, samples: tf.Tensor
) -> tf.Tensor:
    forms = _forms(gan, key, rows, samples)
    return tf.stack(
        [
            tf.linalg.diag_part(products) - 2 * with_data + constant
            for products, with_data, constant in forms
        ],
        axis=1,
    )


def payoff_matrix(
    gan: Game,
    samples: np.ndarray,
    labels: np.ndarray | None,
    seed: int,
    batch_size: int,
) -> np.ndarray:
    """Returns the payoff of every pair on one device. See `MixGAN`.

    Args:
        gan: a compiled `MixGAN`.
        samples: float32 array `(n, ...)`.
        labels: int array `(n,)`, or `None`.
        seed: int that fixes the latents.
        batch_size: the most samples that are judged at once.

    Returns:
        A float32 NumPy array `(T_g, T_d)`.
    """
    num = len(samples)
    matrix = np.zeros((), "float32")
    # Chunks of about equal size: estimates from a few samples are poor.
    for chunk in np.array_split(np.arange(num), -(-num // batch_size)):
        start = chunk[0]
        batch = tf.constant(samples[chunk])
        classes = None
        if labels is not None:
            classes = tf.cast(np.asarray(labels)[chunk], tf.int32)
        rows = Rows(batch.shape[0], batch.shape[0], 0)
        key = tf.constant([seed, start], tf.int32)
        if gan.objective.of_logits:
            payoffs, _ = pairwise(gan, key, rows, batch, classes)
        else:
            payoffs = _kernel_payoffs(gan, key, rows, batch)
        matrix = matrix + payoffs.numpy() * (rows.total / num)
    return matrix
