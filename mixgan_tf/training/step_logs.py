"""What a step reports: the names of its metrics, and their values."""

import tensorflow as tf

from mixgan_tf.distribution.replicas import sum_over_replicas
from mixgan_tf.distribution.rows import Rows
from mixgan_tf.model.mixture import mixture_entropy
from mixgan_tf.training.game import Game


def metric_names(gan: Game) -> list[str]:
    """Returns the names of the metrics that a compiled model reports.

    Args:
        gan: a `MixGAN` whose `compile` has resolved its arguments.
    """
    names = ["generator_loss", "payoff", "generator_entropy"]
    if gan.num_discriminators:
        names[1:1] = ["discriminator_loss"]
        names.append("discriminator_entropy")
    if gan.objective.uses_critics and not gan.competitive:
        names += [f"gradient_norm_{j}" for j in range(gan.num_discriminators)]
    return names


def metric_values(
    gan: Game, values: dict[str, tf.Tensor], rows: Rows
) -> tuple[dict[str, tf.Tensor], dict[str, tf.Tensor]]:
    """Returns one step's metrics, summed over replicas, and their weights.

    Args:
        gan: a compiled `MixGAN`.
        values: this replica's shares of what the step returned.
        rows: `Rows` of the batch.

    Returns:
        A tuple of two dicts from names to float32 scalars: the values, and by
        how many rows each counts in a mean.
    """
    values = dict(values)
    norms, present = (
        values.pop(name, None) for name in ("gradient_norms", "present")
    )
    values = sum_over_replicas(values)
    for player in gan.players:
        name = f"{player.name}_entropy"
        values[name] = mixture_entropy(player.logits)
    weights = dict.fromkeys(values, tf.cast(rows.total, tf.float32))
    if norms is not None:
        named = {
            f"gradient_norm_{j}": x for j, x in enumerate(tf.unstack(norms))
        }
        values |= sum_over_replicas(named)
        rows_judged = present * weights["payoff"]
        weights |= dict(zip(named, tf.unstack(rows_judged), strict=True))
    return values, weights
