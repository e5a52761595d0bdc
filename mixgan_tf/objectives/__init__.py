"""GAN objectives, and a function that makes one from its name."""

from mixgan_tf.arguments import resolve
from mixgan_tf.objectives.f_divergence import JensenShannon
from mixgan_tf.objectives.f_divergence import KullbackLeibler
from mixgan_tf.objectives.f_divergence import Pearson
from mixgan_tf.objectives.f_divergence import ReverseKullbackLeibler
from mixgan_tf.objectives.hinge import Hinge
from mixgan_tf.objectives.least_squares import LeastSquares
from mixgan_tf.objectives.minimax import Minimax
from mixgan_tf.objectives.minimax import NonSaturating
from mixgan_tf.objectives.mmd import MMD
from mixgan_tf.objectives.objective import Objective
from mixgan_tf.objectives.wasserstein import Wasserstein

OBJECTIVES: dict[str, type[Objective]] = {
    "hinge": Hinge,
    "jensen_shannon": JensenShannon,
    "kl": KullbackLeibler,
    "least_squares": LeastSquares,
    "minimax": Minimax,
    "mmd": MMD,
    "non_saturating": NonSaturating,
    "pearson": Pearson,
    "reverse_kl": ReverseKullbackLeibler,
    "wasserstein": Wasserstein,
}


def get(identifier: str | Objective) -> Objective:
    """Returns an objective from its name, or an instance as it is.

    Args:
        identifier: a key of `OBJECTIVES`, or an `Objective`.

    Returns:
        An `Objective`.

    Raises:
        ValueError: if there is no such objective.
    """
    return resolve(identifier, OBJECTIVES, Objective, "objective")


__all__ = [
    "MMD",
    "OBJECTIVES",
    "Hinge",
    "JensenShannon",
    "KullbackLeibler",
    "LeastSquares",
    "Minimax",
    "NonSaturating",
    "Objective",
    "Pearson",
    "ReverseKullbackLeibler",
    "Wasserstein",
    "get",
]
