"""Which distribution strategies can train a mixture, and how."""

import keras
import tensorflow as tf

from mixgan_tf.compat.made_under import strategy_of_model
from mixgan_tf.compat.made_under import strategy_of_optimizer

TPU = (tf.distribute.TPUStrategy, tf.distribute.experimental.TPUStrategy)
_SUPPORTED = (
    tf.distribute.OneDeviceStrategy,
    tf.distribute.MirroredStrategy,
    tf.distribute.MultiWorkerMirroredStrategy,
    *TPU,
)
_REASONS = {
    "ParameterServer": "its workers update the same variables at times of "
    "their own, and a step of a mixture needs all replicas at once",
    "CentralStorage": "Keras 3 cannot update variables that all replicas share",
}


def check_strategy(model: keras.Model, jit_compile: bool) -> None:
    """Refuses to compile where a step would be wrong.

    Args:
        model: a Keras model about to be compiled.
        jit_compile: whether its step is to be compiled by XLA.

    Raises:
        ValueError: if the current strategy is unsupported, or is not the one
            the model was made under.
    """
    require_supported_strategy()
    strategy = tf.distribute.get_strategy()
    made_under = strategy_of_model(model)
    if made_under is None and not tf.distribute.has_strategy():
        made_under = strategy  # both are TensorFlow's default
    if strategy is not made_under:
        raise ValueError(
            "`compile` must run in the scope of the strategy that the model "
            "was made in: put both inside `with strategy.scope():`. "
            f"Received: a model of {type(made_under).__name__} compiled under "
            f"{type(strategy).__name__}"
        )
    if jit_compile and strategy.num_replicas_in_sync > 1:
        raise ValueError(
            "Argument `jit_compile`: Keras cannot compile a step of several "
            "replicas by XLA; leave it out. "
            f"Received: jit_compile={jit_compile!r} on "
            f"{strategy.num_replicas_in_sync} replicas"
        )


def require_supported_strategy() -> None:
    """Refuses distribution strategies that cannot train a mixture.

    Raises:
        ValueError: if the current strategy is one of them.
    """
    strategy = tf.distribute.get_strategy()
    if not tf.distribute.has_strategy() or isinstance(strategy, _SUPPORTED):
        return
    name = type(strategy).__name__
    reason = next(
        (why for part, why in _REASONS.items() if part in name),
        "it is not known how it sums over replicas",
    )
    raise ValueError(
        "MixGAN trains on one device, or under MirroredStrategy, "
        "MultiWorkerMirroredStrategy or TPUStrategy; not under this strategy: "
        f"{reason}. Received: {name}"
    )


def check_scope(model: keras.Model) -> None:
    """Refuses to train in the scope of a strategy that is not the model's.

    Args:
        model: a Keras model.

    Raises:
        ValueError: if the current scope is another strategy's.
    """
    require_supported_strategy()
    current = tf.distribute.get_strategy()
    made_in = strategy_of_model(model)
    if tf.distribute.has_strategy() and current is not made_in:
        raise ValueError(
            "The model trains under the strategy that it was made in: make "
            "and compile it inside this one's scope, or leave the scope. "
            f"Received: a model of {type(made_in).__name__} in the scope "
            f"of {type(current).__name__}"
        )


def check_optimizer(
    optimizer: keras.optimizers.Optimizer, argument: str
) -> None:
    """Refuses optimizers that would go wrong on replicas.

    Keras clips, averages and accumulates before the gradients are summed over
    replicas; and one made outside the strategy's scope does not sum them.

    Args:
        optimizer: a Keras optimizer.
        argument: the user's argument, for the message.

    Raises:
        ValueError: if such an option is set and there are several replicas,
            or if it was made outside their strategy's scope.
    """
    strategy = tf.distribute.get_strategy()
    if strategy.num_replicas_in_sync == 1:
        return
    optimizer = getattr(optimizer, "inner_optimizer", optimizer)
    made_under = strategy_of_optimizer(optimizer)
    if made_under is not strategy:
        raise ValueError(
            f"Argument `{argument}` must be made inside the strategy's scope, "
            "or its gradients are not summed over replicas: put it inside "
            "`with strategy.scope():`. Received: an optimizer of "
            f"{type(made_under).__name__} under {type(strategy).__name__}"
        )
    for option in (
        "clipnorm",
        "global_clipnorm",
        "clipvalue",
        "use_ema",
        "gradient_accumulation_steps",
    ):
        if getattr(optimizer, option, None):
            raise ValueError(
                f"Argument `{argument}`: Keras optimizers apply `{option}` "
                "before gradients are summed over replicas, which changes the "
                "result; leave it out under a distribution strategy. "
                f"Received: {option}={getattr(optimizer, option)!r}"
            )


def check_precision() -> None:
    """Refuses policies whose variables are not float32.

    Averages and small steps get lost in variables of less.
    """
    policy = keras.config.dtype_policy().name
    if policy not in ("float32", "mixed_bfloat16", "mixed_float16"):
        raise ValueError(
            "MixGAN trains under the policies `float32`, `mixed_bfloat16` and "
            "`mixed_float16`, whose variables are float32. "
            f"Received: dtype policy {policy!r}"
        )
