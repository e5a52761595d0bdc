"""GAN objectives. `get` turns a name into one; `OBJECTIVES` lists the names."""

from mixgan_tf.arguments import resolve
from mixgan_tf.objectives.minimax import Minimax
from mixgan_tf.objectives.minimax import NonSaturating
from mixgan_tf.objectives.objective import Objective

OBJECTIVES = {
    "minimax": Minimax,
    "non_saturating": NonSaturating,
}


def get(identifier):
    """Returns the objective that a name or an instance stands for.

    Args:
        identifier: a key of `OBJECTIVES`, or an `Objective`.

    Returns:
        An `Objective`.

    Raises:
        ValueError: if there is no such objective.
    """
    return resolve(identifier, OBJECTIVES, Objective, "objective")


__all__ = ["OBJECTIVES", "Minimax", "NonSaturating", "Objective", "get"]
