"""Penalties on the gradient of a discriminator's logit."""

from collections.abc import Callable
from typing import Any
from typing import NamedTuple

import keras
import tensorflow as tf

from mixgan_tf import random_streams
from mixgan_tf.arguments import require_choice
from mixgan_tf.arguments import require_number
from mixgan_tf.compat import draws
from mixgan_tf.distribution.row_draws import RowDraws
from mixgan_tf.distribution.rows import dealt_rows
from mixgan_tf.distribution.rows import enough_rows
from mixgan_tf.model.mixture import weights_of_rows
from mixgan_tf.model.mixture_model import MixtureModel
from mixgan_tf.networks.inspection import depends_on_batch
from mixgan_tf.networks.inspection import require_exact_derivatives
from mixgan_tf.regularizers.regularizer import PenaltyInputs
from mixgan_tf.regularizers.regularizer import Regularizer

INTERPOLATIONS = ("stratified", "pair", "mixture")


def gradient_norms(
    critic: Callable[[tf.Tensor], tf.Tensor],
    samples: tf.Tensor,
    squared: bool = False,
) -> tf.Tensor:
    """Returns the norm of the logit's gradient at each sample.

    Where the gradient is zero, the norm's own gradient is zero too, not NaN.

    Args:
        critic: differentiable function from samples to logits `(n,)`.
        samples: float tensor `(n, ...)`.
        squared: whether to return squared norms.

    Returns:
        A float32 tensor `(n,)`.
    """
    with tf.GradientTape(watch_accessed_variables=False) as tape:
        tape.watch(samples)
        logits = critic(samples)
    gradient = tf.cast(tape.gradient(logits, samples), tf.float32)
    squares = tf.reduce_sum(
        gradient**2, axis=list(range(1, gradient.shape.rank))
    )
    if squared:
        return squares
    positive = squares > 0
    return tf.where(positive, tf.sqrt(tf.where(positive, squares, 1.0)), 0.0)


class _Pairs(NamedTuple):
    """Real and generated rows, in pairs to interpolate between."""

    reals: tf.Tensor  # float (n, ...)
    fakes: tf.Tensor  # float (n, ...)
    labels: tf.Tensor | None  # int32 (n,)
    weights: tf.Tensor  # float32 (n,): the factor of each row's penalty
    numbers: RowDraws  # random numbers for the rows


class _GradientRegularizer(Regularizer):
    has_penalty = True

    def build(self, gan: MixtureModel) -> None:
        """Checks the discriminators' layers. See `Regularizer.build`."""
        for discriminator in gan.player("discriminator").components:
            require_exact_derivatives(discriminator, type(self).__name__)
            if depends_on_batch(discriminator):
                raise ValueError(
                    f"{type(self).__name__} needs the gradient of each "
                    "sample's own logit, which batch normalisation mixes with "
                    "the others': build the discriminators with "
                    "`normalization='layer'` or None. "
                    f"Received: {discriminator.name} with BatchNormalization"
                )


@keras.saving.register_keras_serializable("mixgan_tf")
class GradientPenalty(_GradientRegularizer):
    """A penalty on gradient norms between real and generated samples.

    It draws them to one: `weight * sum_i w_i mean (||grad D(x_i)|| - 1)^2`, at
    `x_i = e x + (1 - e) G_i(z)` with `e` uniform in `[0, 1]`. The three ways
    to interpolate have one expectation and differ in cost and noise:

    - `"stratified"`: every T-th real row for each generator;
    - `"pair"`: every row each generator made. Under the `stratified` payoff
      that is the same number of rows; under `shared`, T times as many;
    - `"mixture"`: for each real row one generator, drawn by the weights. Where
      the payoff deals out the rows, each has one generator anyway, and its
      weight is multiplied instead, as under `"pair"`.

    Args:
        weight: positive float.
        interpolation: one of the three.

    Example:
    ```python
    gan.compile(
        objective="wasserstein",
        discriminator_steps=5,
        regularizers=[mg.regularizers.GradientPenalty(10.0)],
    )
    ```

    Reference:
        [Gulrajani et al., 2017](https://arxiv.org/abs/1704.00028), eq. 3.
    """

    def __init__(
        self, weight: float = 10.0, interpolation: str = "stratified"
    ) -> None:
        self.weight = require_number("weight", weight)
        require_choice("interpolation", interpolation, INTERPOLATIONS)
        self.interpolation = interpolation

    def penalty(self, inputs: PenaltyInputs) -> tf.Tensor:
        """Returns the penalty. See `Regularizer.penalty`."""
        whole = all(component.whole for component in inputs.inputs)
        if self.interpolation == "mixture" and whole:
            pairs = [_pairs_by_weights(inputs)]
        else:
            count = len(inputs.fakes)
            every_row = self.interpolation != "stratified"
            pairs = [
                _component_pairs(inputs, i, count, every_row)
                for i in range(count)
            ]
        reals = tf.concat([p.reals for p in pairs], axis=0)
        fakes = tf.concat([p.fakes for p in pairs], axis=0)
        weights = tf.concat([p.weights for p in pairs], axis=0)
        labels = None
        if pairs[0].labels is not None:
            labels = tf.concat([p.labels for p in pairs], axis=0)
        numbers = RowDraws.joined([p.numbers for p in pairs])
        mixing = numbers.uniform([1] * (reals.shape.rank - 1))
        mixing = tf.cast(mixing, reals.dtype)
        between = mixing * reals + (1 - mixing) * tf.cast(fakes, reals.dtype)
        own = numbers.fold_in(random_streams.PENALTY_CRITIC)
        norms = gradient_norms(lambda x: inputs.critic(x, labels, own), between)
        total = tf.reduce_sum(weights * (norms - 1) ** 2)
        return self.weight * total

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor's arguments."""
        return {"weight": self.weight, "interpolation": self.interpolation}


@keras.saving.register_keras_serializable("mixgan_tf")
class R1(_GradientRegularizer):
    """A penalty on gradient norms at real samples.

    It draws them to zero: `weight / 2 * mean ||grad D(x)||^2` over real
    samples.

    Args:
        weight: positive float, the paper's gamma.

    Example:
    ```python
    gan.compile(regularizers=[mg.regularizers.R1(10.0)])
    ```

    Reference:
        [Mescheder et al., 2018](https://arxiv.org/abs/1801.04406), eq. 9.
    """

    def __init__(self, weight: float = 10.0) -> None:
        self.weight = require_number("weight", weight)

    def penalty(self, inputs: PenaltyInputs) -> tf.Tensor:
        """Returns the penalty. See `Regularizer.penalty`."""
        numbers = RowDraws.for_batch(inputs.key, inputs.rows)
        squares = gradient_norms(
            lambda x: inputs.critic(x, inputs.labels, numbers),
            inputs.reals,
            squared=True,
        )
        total = tf.cast(inputs.rows.total, tf.float32)
        return self.weight / 2 * tf.reduce_sum(squares) / total

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor's arguments."""
        return {"weight": self.weight}


def _component_pairs(
    inputs: PenaltyInputs, i: int, count: int, every_row: bool
) -> _Pairs:
    component, fakes = inputs.inputs[i], inputs.fakes[i]
    reals, total = component.take(inputs.reals), component.total
    labels = component.labels
    # Rows dealt out are of one component each: they can share a drawing.
    group = i if every_row and component.whole else 0
    key = random_streams.penalty_pairs(inputs.key, group)
    numbers = RowDraws.for_batch(key, inputs.rows).for_rows(component.take)
    if not every_row and component.whole:
        batch = enough_rows(inputs.rows.total, count)
        start = draws.integers(  # one for all replicas
            [], inputs.key, maxval=batch
        )
        mine = dealt_rows(inputs.rows, batch, start, i, count)
        reals, fakes, numbers = mine(reals), mine(fakes), numbers.for_rows(mine)
        labels = None if labels is None else mine(labels)
        total = tf.cast((batch - i - 1) // count + 1, tf.float32)
    weights = weights_of_rows(inputs.weights, i, labels) / total
    weights = tf.fill([tf.shape(reals)[0]], 1.0) * weights
    return _Pairs(reals, fakes, labels, weights, numbers)


def _pairs_by_weights(inputs: PenaltyInputs) -> _Pairs:
    # Each real row is paired with the fake of one generator, drawn by weight.
    first = inputs.inputs[0]
    numbers = RowDraws.for_batch(inputs.key, inputs.rows)
    weights = [
        tf.fill([inputs.rows.local], 1.0)
        * weights_of_rows(inputs.weights, i, first.labels)
        for i in range(len(inputs.fakes))
    ]
    ends = tf.cumsum(tf.stack(weights, axis=1)[:, :-1], axis=1)
    drawn = numbers.fold_in(random_streams.PENALTY_PAIRING).uniform([1]) >= ends
    drawn = tf.reduce_sum(tf.cast(drawn, tf.int32), axis=1)
    fakes = tf.gather(tf.stack(inputs.fakes, 1), drawn, axis=1, batch_dims=1)
    share = tf.fill([inputs.rows.local], 1.0 / first.total)
    return _Pairs(inputs.reals, fakes, first.labels, share, numbers)
