"""How the payoff is estimated: which fakes meet which discriminators.

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

from typing import NamedTuple

import keras
import tensorflow as tf

from mixgan_tf import draws
from mixgan_tf.arguments import require_positive_int
from mixgan_tf.arguments import resolve


class Rows(NamedTuple):
    """Where this replica's rows lie in the global batch.

    Each is a Python int where it is known while tracing, else an int tensor.
    """

    local: object  # rows on this replica
    total: object  # rows on all replicas
    offset: object  # global index of this replica's first row


class FakeInputs(NamedTuple):
    """What one component generates from, on this replica."""

    latents: object  # float32 (n, latent_dim)
    labels: object  # int32 (n,), or None
    total: object  # float32 scalar: the component's rows on all replicas
    take: object  # function from the batch to the rows the labels are from
    whole: bool  # whether those are all the rows of the batch


class PayoffEstimator:
    """Base of the estimators.

    A subclass says with `fake_inputs` which latents each generator turns into
    samples. `fresh_per_discriminator` says whether every discriminator gets a
    draw of its own, `num_sampled` how many discriminators take part in a step
    (`None`: all).
    """

    fresh_per_discriminator = False
    num_sampled = None

    def fake_inputs(self, key, rows, labels, num_generators, latent_dim):
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

    def sampled_discriminators(self, key, num_discriminators):
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

    def get_config(self):
        """Returns the constructor's arguments."""
        return {}

    @classmethod
    def from_config(cls, config):
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

    def __init__(self, common_latents=False):
        self.common_latents = common_latents

    def fake_inputs(self, key, rows, labels, num_generators, latent_dim):
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

    def get_config(self):
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

    def fake_inputs(self, key, rows, labels, num_generators, latent_dim):
        """See `PayoffEstimator.fake_inputs`."""
        total = enough_rows(rows.total, num_generators)
        latents = tf.slice(
            draws.normal([total, latent_dim], key),
            [rows.offset, 0],
            [rows.local, latent_dim],
        )
        # The rows are dealt out from a random place, lest a periodic order of
        # the classes give each component always the same ones.
        start = draws.integers([], key + [0, 1], maxval=total)
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

    def __init__(self, num_sampled=1):
        require_positive_int("num_sampled", num_sampled)
        self.num_sampled = num_sampled

    def get_config(self):
        """Returns the constructor's arguments."""
        return {"num_sampled": self.num_sampled}


ESTIMATORS = {
    "full": Full,
    "shared": Shared,
    "stratified": Stratified,
    "subsampled": Subsampled,
}


def get(identifier):
    """Returns the estimator that a name or an instance stands for.

    Args:
        identifier: a key of `ESTIMATORS`, or a `PayoffEstimator`.

    Returns:
        A `PayoffEstimator`.

    Raises:
        ValueError: if there is no such estimator.
    """
    return resolve(identifier, ESTIMATORS, PayoffEstimator, "payoff")


def dealt_rows(rows, total, start, component, count):
    """Returns a function that takes a component's rows out of a tensor.

    Row `g` of the global batch goes to component `((g - start) mod total) mod
    count`. On one replica that is a roll and a stride, with static shapes. A
    replica may hold no row of a component; where batches are of one static
    size, as on TPUs, each holds as many of every component.

    Args:
        rows: `Rows` of the batch.
        total: its rows on all replicas.
        start: int scalar tensor, the same on all replicas.
        component: int.
        count: number of components.

    Returns:
        A function from a tensor `(rows.local, ...)` to the component's rows.

    Raises:
        ValueError: if batches of one static size cannot be dealt out evenly.
    """
    if isinstance(rows.total, int):
        if rows.local == rows.total:
            return lambda x: tf.roll(x, -start, axis=0)[component::count]
        if rows.local % count:
            raise ValueError(
                "On TPUs the batch of each replica must be a multiple of "
                "`num_generators` under this payoff: choose another batch "
                f"size, or `payoff='shared'`. Received: {rows.local} rows on "
                f"each replica for num_generators={count}"
            )
        first = (component - rows.offset + start) % count
        mine = first + count * tf.range(rows.local // count)
        return lambda x: tf.gather(x, mine)
    position = (rows.offset + tf.range(rows.local) - start) % total
    mine = tf.where(position % count == component)[:, 0]
    return lambda x: tf.gather(x, mine)


def enough_rows(total, num_generators):
    """Returns a number of rows, if it is one for each generator or more.

    Args:
        total: int or int scalar tensor.
        num_generators: int.

    Returns:
        `total`; a tensor waits for its check.

    Raises:
        ValueError: if an int is too small.
    """
    message = (
        "A batch must hold at least one row for each generator, or the "
        "stratified payoff would leave some out: use larger batches, and "
        "`drop_remainder=True` where the last one is short."
    )
    if isinstance(total, int):
        if total < num_generators:
            raise ValueError(
                f"{message} Received: a batch of {total} for "
                f"num_generators={num_generators}"
            )
        return total
    enough = tf.debugging.assert_greater_equal(total, num_generators, message)
    # What is drawn must wait for the check, or NaN reaches the weights first.
    with tf.control_dependencies([enough] if enough is not None else []):
        return tf.identity(total)


def _to_float(count):
    return tf.cast(count, tf.float32)
