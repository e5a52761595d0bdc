"""How the payoff is estimated: which fakes meet which discriminators."""

from mixgan_tf.distribution.rows import Rows
from mixgan_tf.payoff.estimators import ESTIMATORS
from mixgan_tf.payoff.estimators import FakeInputs
from mixgan_tf.payoff.estimators import Full
from mixgan_tf.payoff.estimators import PayoffEstimator
from mixgan_tf.payoff.estimators import Shared
from mixgan_tf.payoff.estimators import Stratified
from mixgan_tf.payoff.estimators import Subsampled
from mixgan_tf.payoff.estimators import get

__all__ = [
    "ESTIMATORS",
    "FakeInputs",
    "Full",
    "PayoffEstimator",
    "Rows",
    "Shared",
    "Stratified",
    "Subsampled",
    "get",
]
