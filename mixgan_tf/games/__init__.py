"""The game that a mixture's networks play: equilibria and gains of deviating.

`empirical_game` judges the *weights* of the components there are;
`duality_gap` asks what *new* networks could gain.
"""

from mixgan_tf.games.duality_gap import DualityGap
from mixgan_tf.games.duality_gap import duality_gap
from mixgan_tf.games.empirical_game import EmpiricalGame
from mixgan_tf.games.empirical_game import empirical_game
from mixgan_tf.games.held_out import Estimate
from mixgan_tf.games.matrix_game import Equilibrium
from mixgan_tf.games.matrix_game import exploitability
from mixgan_tf.games.matrix_game import solve_matrix_game
from mixgan_tf.games.regularized_game import solve_regularized_game

__all__ = [
    "DualityGap",
    "EmpiricalGame",
    "Equilibrium",
    "Estimate",
    "duality_gap",
    "empirical_game",
    "exploitability",
    "solve_matrix_game",
    "solve_regularized_game",
]
