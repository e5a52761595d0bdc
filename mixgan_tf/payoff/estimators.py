"""Estimators of the payoff: which fakes meet which discriminators.

Every estimator is unbiased for `sum_ij w_i q_j F(G_i, D_j)` and for its
gradients with respect to both players' networks and mixture logits; they
differ in cost and variance. For `B` real samples, `T` generators and `T`
discriminators:

| name         | generator rows | discriminator rows (real + fake) |
|--------------|----------------|----------------------------------|
| `full`       | `T * T * B`    | `T * B + T * T * B`              |
| `shared`     | `T * B`        | `T * B + T * T * B`              |
| `stratified` | `B`            | `2 * T * B`                      |
| `subsampled` | `B`            | `2 * S * B`, `S` of `T` sampled  |

Rows are counted over the *global* batch, so that several replicas draw the
numbers that one replica would.
"""

from collections.abc import Callable
from typing import Any
from typing import NamedTuple

import keras
import tensorflow as tf

from mixgan_tf import random_streams
from mixgan_tf.arguments import require_positive_int
from mixgan_tf.arguments import resolve
from mixgan_tf.compat import draws
from mixgan_tf.distribution.rows import Rows
from mixgan_tf.distribution.rows import dealt_rows
from mixgan_tf.distribution.rows import enough_rows


class FakeInputs(NamedTuple):
    """What one component generates from, on this replica."""

    latents: tf.Tensor  # float32 (n, latent_dim)
    labels: tf.Tensor | None  # int32 (n,)
    total: tf.Tensor  # float32 scalar: the component's rows on all replicas
    # From the batch to the rows that the labels are from.
    take: Callable[[tf.Tensor], tf.Tensor]
    whole: bool  # whether those are all the rows of the batch


class PayoffEstimator:
    """Base of the estimators.

    A subclass says with `fake_inputs` which latents each generator turns into
    samples. `fresh_per_discriminator` says whether every discriminator gets a
    draw of its own, `num_sampled` how many discriminators take part in a step
    (`None`: all).
    """

    fresh_per_discriminator: bool = False
    num_sampled: int | None = None

    def fake_inputs(
        self,
        key: tf.Tensor,
        rows: Rows,
        labels: tf.Tensor | None,
        num_generators: int,
        latent_dim: int,
    ) -> list[FakeInputs]:
        """Draws each generator's latents for one update.

        Args:
            key: int32 tensor `(2,)`, a stateless random seed.
            rows: `Rows` of the real batch.
            labels: int32 tensor `(rows.local,)`, or `None`.
            num_generators: how many generators.
            latent_dim: size of the latent vector.

        Returns:
            A list of `FakeInputs`, one for each generator.
        """
        raise NotImplementedError

    def sampled_discriminators(
        self, key: tf.Tensor, num_discriminators: int
    ) -> tuple[list[int] | tf.Tensor, float]:
        """Returns the discriminators of one update and their weight factor.

        Args:
            key: int32 tensor `(2,)`, a stateless random seed.
            num_discriminators: how many there are.

        Returns:
            A tuple `(indices, factor)`: a list of ints or an int32 tensor,
            and the float that makes the sum over them unbiased.
        """
        if self.num_sampled is None or self.num_sampled >= num_discriminators:
            return list(range(num_discriminators)), 1.0
        order = tf.argsort(draws.uniform([num_discriminators], key))
        factor = num_discriminators / self.num_sampled
        return order[: self.num_sampled], factor

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor's arguments."""
        return {}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> "PayoffEstimator":
        """Builds an estimator from `get_config()`'s result."""
        return cls(**config)


@keras.saving.register_keras_serializable("mixgan_tf")
class Shared(PayoffEstimator):
    """Each generator makes a whole batch, and every discriminator sees it.

    Args:
        common_latents: whether all generators map the same latents, as in the
            authors' code, rather than each its own.

    Example:
    ```python
    gan.compile(payoff="shared")
    gan.compile(payoff=mg.payoff.Shared(common_latents=True))
    ```
    """

    def __init__(self, common_latents: bool = False) -> None:
        self.common_latents = common_latents

    def fake_inputs(
        self,
        key: tf.Tensor,
        rows: Rows,
        labels: tf.Tensor | None,
        num_generators: int,
        latent_dim: int,
    ) -> list[FakeInputs]:
        """See `PayoffEstimator.fake_inputs`."""
        count = 1 if self.common_latents else num_generators
        latents = tf.slice(
            draws.normal([count, rows.total, latent_dim], key),
            [0, rows.offset, 0],
            [count, rows.local, latent_dim],
        )
        return [
            FakeInputs(
                latents[i % count],
                labels,
                _to_float(rows.total),
                take=lambda batch: batch,
                whole=True,
            )
            for i in range(num_generators)
        ]

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor's arguments."""
        return {"common_latents": self.common_latents}


@keras.saving.register_keras_serializable("mixgan_tf")
class Full(Shared):
    """Each pair of a generator and a discriminator has a batch of its own.

    The least correlated and by far the dearest: `T * T * B` generated rows.

    Args:
        common_latents: whether the generators that one discriminator judges
            map the same latents.

    Example:
    ```python
    gan.compile(payoff="full")
    ```
    """

    fresh_per_discriminator = True


@keras.saving.register_keras_serializable("mixgan_tf")
class Stratified(PayoffEstimator):
    """The generators share one batch of latents, every T-th row each.

    Which component a row of the batch goes to (and, with classes, its label)
    begins at a random place in every update.

    A step generates as many samples as a single GAN would. The weight `w_i`
    multiplies component `i`'s mean, so the weights still learn.

    Example:
    ```python
    gan.compile(payoff="stratified")
    ```
    """

    def fake_inputs(
        self,
        key: tf.Tensor,
        rows: Rows,
        labels: tf.Tensor | None,
        num_generators: int,
        latent_dim: int,
    ) -> list[FakeInputs]:
        """See `PayoffEstimator.fake_inputs`."""
        total = enough_rows(rows.total, num_generators)
        latents = tf.slice(
            draws.normal([total, latent_dim], key),
            [rows.offset, 0],
            [rows.local, latent_dim],
        )
        # The rows are dealt out from a random place, lest a periodic order of
        # the classes give each component always the same ones.
        start = draws.integers(
            [], random_streams.start_of_deal(key), maxval=total
        )
        inputs = []
        for i in range(num_generators):
            mine = dealt_rows(rows, total, start, i, num_generators)
            inputs.append(
                FakeInputs(
                    mine(latents),
                    None if labels is None else mine(labels),
                    _to_float((total - i - 1) // num_generators + 1),
                    take=mine,
                    whole=False,
                )
            )
        return inputs


@keras.saving.register_keras_serializable("mixgan_tf")
class Subsampled(Stratified):
    """`Stratified`, with only some of the discriminators in each update.

    The sampled ones are drawn uniformly without replacement and their weights
    multiplied by `T / num_sampled`. A step costs little more than a single
    GAN's, for noisier gradients.

    Args:
        num_sampled: how many discriminators take part in an update.

    Example:
    ```python
    gan.compile(payoff=mg.payoff.Subsampled(num_sampled=2))
    ```
    """

    def __init__(self, num_sampled: int = 1) -> None:
        require_positive_int("num_sampled", num_sampled)
        self.num_sampled = num_sampled

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor's arguments."""
        return {"num_sampled": self.num_sampled}


ESTIMATORS = {
    "full": Full,
    "shared": Shared,
    "stratified": Stratified,
    "subsampled": Subsampled,
}


def get(identifier: str | PayoffEstimator) -> PayoffEstimator:
    """Returns the estimator that a name or an instance stands for.

    Args:
        identifier: a key of `ESTIMATORS`, or a `PayoffEstimator`.

    Returns:
        A `PayoffEstimator`.

    Raises:
        ValueError: if there is no such estimator.
    """
    return resolve(identifier, ESTIMATORS, PayoffEstimator, "payoff")


def _to_float(count: int | tf.Tensor) -> tf.Tensor:
    return tf.cast(count, tf.float32)
