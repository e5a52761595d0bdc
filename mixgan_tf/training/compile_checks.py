"""What `compile` refuses: games that the model or the platform cannot play."""

import keras
import tensorflow as tf

from mixgan_tf.compat import loss_scaling
from mixgan_tf.compat.layers import nested_layers
from mixgan_tf.networks import SpectralNormalization
from mixgan_tf.networks.inspection import output_shapes
from mixgan_tf.networks.inspection import require_exact_derivatives
from mixgan_tf.objectives import Objective
from mixgan_tf.regularizers import Regularizer
from mixgan_tf.training.game import Game
from mixgan_tf.training.schedules import AdaptiveSteps


def check_game(gan: Game) -> None:
    """Checks that the objective, the optimizers and the networks fit.

    Args:
        gan: a `MixGAN` whose `compile` has resolved its arguments.

    Raises:
        ValueError: if they do not.
    """
    _check_placement(gan)
    _check_loss_scaling(gan)
    _check_normalization(gan)
    if gan.objective.of_logits:
        gan.require_discriminators("compile")
        for discriminator in gan.player("discriminator").components:
            _require_logits(discriminator, gan.objective)
        _check_sampled(gan)
    else:
        _check_distance(gan)
    if gan.competitive:
        _check_competitive(gan)
    if isinstance(gan.discriminator_steps, AdaptiveSteps):
        _check_adaptive(gan, gan.discriminator_steps)
    if gan.ema and "discriminator" in gan.ema.players:
        gan.require_discriminators("ema")


def _check_placement(gan: Game) -> None:
    if gan.component_devices is not None and gan.jit_compile:
        raise ValueError(
            "Argument `jit_compile`: XLA compiles for one device, and this "
            "model is spread over several; leave it out. "
            f"Received: jit_compile={gan.jit_compile!r}, "
            f"placement={gan.placement!r}"
        )


def _check_loss_scaling(gan: Game) -> None:
    if keras.config.dtype_policy().name != loss_scaling.POLICY:
        return
    for wanted, what in (
        (gan.competitive, "competitive optimizers"),
        (not gan.objective.of_logits, "objectives of samples or features"),
        (isinstance(gan.discriminator_steps, AdaptiveSteps), "AdaptiveSteps"),
        (gan.component_devices is not None, "a spread placement"),
    ):
        if wanted:
            raise ValueError(
                "Under `mixed_float16` losses are scaled, which MixGAN does "
                f"not do for {what}; use `mixed_bfloat16` or `float32`. "
                f"Received: dtype policy {loss_scaling.POLICY!r}"
            )


def _check_normalization(gan: Game) -> None:
    if tf.distribute.get_strategy().num_replicas_in_sync == 1:
        return
    for network in gan.all_networks():
        for layer in nested_layers(network):
            if isinstance(layer, keras.layers.BatchNormalization) and not (
                layer.synchronized
            ):
                raise ValueError(
                    "On several replicas, batch normalisation must take its "
                    "statistics from all of them: a replica without rows "
                    "would make them NaN. Build the networks with "
                    "`BatchNormalization(synchronized=True)`. "
                    f"Received: {network.name} with {layer.name}"
                )


def _require_logits(discriminator: keras.Model, objective: Objective) -> None:
    outputs = output_shapes(discriminator)
    features = outputs.get("features", ())
    if features[1:] not in ((), (1,)):
        raise ValueError(
            f"The objective {type(objective).__name__} needs one logit for "
            "each sample, shape (batch, 1); several features suit 'mmd' only. "
            f"Received: a discriminator with output {features}"
        )


def _check_sampled(gan: Game) -> None:
    sampled = gan.payoff.num_sampled
    replicas = tf.distribute.get_strategy().num_replicas_in_sync
    if replicas == 1 or sampled is None or sampled >= gan.num_discriminators:
        return
    for discriminator in gan.player("discriminator").components:
        kinds = (keras.layers.BatchNormalization, SpectralNormalization)
        for layer in nested_layers(discriminator):
            if isinstance(layer, kinds):
                raise ValueError(
                    "On several replicas, a payoff that samples discriminators"
                    " cannot update the state of their layers; use "
                    "`payoff='stratified'`. Received: payoff="
                    f"{type(gan.payoff).__name__} and a discriminator with "
                    f"{type(layer).__name__}"
                )


def _check_distance(gan: Game) -> None:
    name = type(gan.objective).__name__
    if gan.num_classes is not None:
        raise ValueError(
            f"The objective {name} compares samples without their classes; "
            "use a model without `num_classes`. "
            f"Received: num_classes={gan.num_classes}"
        )
    if any(r.has_penalty for r in gan.regularizers):
        raise ValueError(
            f"The objective {name} has no logits whose gradient a penalty "
            "could be of; use 'weight_clipping' or 'spectral_normalization'. "
            f"Received: regularizers={_names(gan.regularizers)}"
        )
    if gan.payoff.num_sampled is not None:
        raise ValueError(
            f"The objective {name} needs every discriminator in each step: "
            "use `payoff='stratified'` or 'shared'. "
            f"Received: payoff={type(gan.payoff).__name__}"
        )
    if getattr(gan.payoff, "common_latents", False):
        raise ValueError(
            f"The objective {name} compares generators with each other, which "
            "common latents would bias: leave `common_latents` out. "
            "Received: common_latents=True"
        )
    if gan.discriminator_mixture is None:
        if gan.discriminator_steps != 1:
            raise ValueError(
                "Argument `discriminator_steps` is for discriminators, and "
                "this model has none. Received: discriminator_steps="
                f"{gan.discriminator_steps!r}"
            )
        if gan.regularizers:
            raise ValueError(
                "Argument `regularizers` is for discriminators, and this "
                "model has none. "
                f"Received: regularizers={_names(gan.regularizers)}"
            )
        return
    for discriminator in gan.player("discriminator").components:
        if set(output_shapes(discriminator)) != {"features"}:
            raise ValueError(
                f"The objective {name} takes a discriminator's outputs as "
                "features; build it without class or reconstruction heads. "
                f"Received: outputs {sorted(output_shapes(discriminator))}"
            )


def _check_competitive(gan: Game) -> None:
    name = type(gan.optimizer).__name__
    if not (gan.objective.zero_sum and gan.objective.of_logits):
        raise ValueError(
            f"{name} solves zero-sum games, in which the generators minimise "
            "the payoff itself: use 'minimax', 'wasserstein' or another "
            "objective without a generator loss of its own. "
            f"Received: objective={type(gan.objective).__name__}"
        )
    if any(r.has_penalty for r in gan.regularizers):
        raise ValueError(
            f"{name} solves zero-sum games, which a penalty on one player is "
            "not part of; leave it out. "
            f"Received: regularizers={_names(gan.regularizers)}"
        )
    if gan.payoff.num_sampled is not None:
        raise ValueError(
            f"{name} needs every discriminator in each step: use "
            "`payoff='stratified'`. "
            f"Received: payoff={type(gan.payoff).__name__}"
        )
    if gan.discriminator_steps != 1:
        raise ValueError(
            f"{name} updates both players at once: leave out "
            "`discriminator_steps`. "
            f"Received: discriminator_steps={gan.discriminator_steps!r}"
        )
    for discriminator in gan.player("discriminator").components:
        heads = set(output_shapes(discriminator))
        if not heads <= {"features", "logit"}:
            raise ValueError(
                f"{name} solves zero-sum games, which the losses of class and "
                "reconstruction heads are not part of. "
                f"Received: a discriminator with outputs {sorted(heads)}"
            )
    for network in (
        *gan.player("generator").components,
        *gan.player("discriminator").components,
    ):
        require_exact_derivatives(network, name)
    _require_one_replica(name)


def _check_adaptive(gan: Game, schedule: AdaptiveSteps) -> None:
    undecided = 0.0
    if gan.objective.of_logits:
        zero = tf.zeros([])
        undecided = -0.5 * float(
            gan.objective.real_payoff(zero) + gan.objective.fake_payoff(zero)
        )
    if undecided <= schedule.min_cost:
        raise ValueError(
            "`AdaptiveSteps` goes by half the negative payoff, and with this "
            f"objective that is {undecided:.2g} for undecided discriminators, "
            "not above its `min_cost`: they would never be updated. Use "
            "'minimax', 'non_saturating' or 'hinge'. "
            f"Received: objective={type(gan.objective).__name__}"
        )
    _require_one_replica("AdaptiveSteps")


def _require_one_replica(name: str) -> None:
    replicas = tf.distribute.get_strategy().num_replicas_in_sync
    if replicas > 1:
        raise ValueError(
            f"{name} works on one replica only. "
            f"Received: a strategy of {replicas} replicas"
        )


def _names(regularizers: list[Regularizer]) -> list[str]:
    return [type(regularizer).__name__ for regularizer in regularizers]
