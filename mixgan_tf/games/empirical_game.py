"""The T x T game that a mixture's networks play on held-out samples."""

import statistics
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from mixgan_tf.games.held_out import Estimate
from mixgan_tf.games.held_out import check_samples
from mixgan_tf.games.held_out import estimate
from mixgan_tf.games.held_out import mixture_payoffs
from mixgan_tf.games.held_out import require_game
from mixgan_tf.games.held_out import row_payoffs
from mixgan_tf.games.matrix_game import Equilibrium
from mixgan_tf.games.matrix_game import exploitability
from mixgan_tf.games.matrix_game import solve_matrix_game
from mixgan_tf.mixgan import MixGAN

CONFIDENCE = 0.95


class EmpiricalGame(NamedTuple):
    """An estimate of the game between the components of a mixture.

    `print(game.summary())` shows all of it.

    Attributes:
        payoff: float64 `(T_g, T_d)`: what discriminator `j` earns against
            generator `i`. Generators want it small.
        standard_errors: float64 `(T_g, T_d)`, of its entries.
        equilibrium: an `Equilibrium` of the estimated game.
        generator_weights: float64 `(T_g,)`, as learned.
        discriminator_weights: float64 `(T_d,)`, as learned.
        mixture_payoff: an `Estimate` of the payoff of the learned weights.
        exploitability: what both sets of learned weights together lose to
            the best single components of the other side. Only the weights
            are judged: a new network might exploit the mixture more.
        margin: with 95 % confidence no entry of the payoff is off by more,
            and neither then is the game's value, while the exploitability is
            off by at most twice as much. By the normal approximation and
            Bonferroni's inequality.
        num_samples: how many held-out samples there were.
    """

    payoff: np.ndarray
    standard_errors: np.ndarray
    equilibrium: Equilibrium
    generator_weights: np.ndarray
    discriminator_weights: np.ndarray
    mixture_payoff: Estimate
    exploitability: float
    margin: float
    num_samples: int

    def summary(self) -> str:
        """Returns the game as text: a table and a few lines."""
        return _summary(self)


def empirical_game(
    gan: MixGAN,
    samples: ArrayLike,
    labels: ArrayLike | None = None,
    seed: int = 0,
    batch_size: int = 256,
) -> EmpiricalGame:
    """Estimates and solves the game between a mixture's components.

    The payoff of each pair is measured on samples that were not trained on;
    the rows are the generators, who minimise it. If the model keeps averages
    of its weights, they play.

    Args:
        gan: a compiled `MixGAN` with discriminators.
        samples: float array `(n, *sample_shape)` of held-out real samples.
        labels: int array `(n,)` of their classes, if conditional.
        seed: int that fixes the latents.
        batch_size: the most real samples that one call judges.

    Returns:
        An `EmpiricalGame`.

    Raises:
        ValueError: if the samples do not fit the model; if its generators'
            weights depend on the class, or descend another loss than the
            payoff: they play another game then.

    Example:
    ```python
    game = mg.games.empirical_game(gan, held_out_images)
    print(game.summary())
    ```
    """
    require_matrix_game(gan, "empirical_game")
    checked = check_samples(gan, samples, labels, batch_size)
    payoffs = row_payoffs(gan, *checked, seed, batch_size)
    return game_from_rows(
        payoffs, gan.generator_weights, gan.discriminator_weights
    )


def require_matrix_game(gan: MixGAN, what: str) -> None:
    """Raises an error unless mixture weights play a zero-sum matrix game.

    Args:
        gan: a `MixGAN`.
        what: the name of the user's function, for the message.

    Raises:
        ValueError: if the model's weights do not.
    """
    require_game(gan, what)
    if gan.class_dependent_weights:
        raise ValueError(
            f"`{what}` is about one weight for each generator, and this model "
            "has weights for every class, whose game is no T x T matrix. Use "
            "a model without `class_dependent_weights`; `payoff_matrix` and "
            "`mg.games.duality_gap` work with it. "
            "Received: class_dependent_weights=True"
        )
    objective = gan.objective
    if not objective.zero_sum and objective.weight_grad == "loss":
        raise ValueError(
            f"`{what}` is about generators' weights that minimise the payoff; "
            "with this objective they descend the generators' own loss, which "
            "is another game. Use an objective with `weight_grad='payoff'`. "
            f"Received: {type(objective).__name__}(weight_grad='loss')"
        )


def game_from_rows(
    payoffs: np.ndarray,
    generator_weights: ArrayLike,
    discriminator_weights: ArrayLike,
) -> EmpiricalGame:
    """Returns the game that the payoffs of single samples describe.

    Args:
        payoffs: float array `(n, T_g, T_d)`, at least two rows.
        generator_weights: `(T_g,)` probabilities.
        discriminator_weights: `(T_d,)` probabilities.

    Returns:
        An `EmpiricalGame`.

    Raises:
        ValueError: if a payoff is not finite.
    """
    payoff = payoffs.mean(axis=0)
    if not np.isfinite(payoff).all():
        raise ValueError(
            "The networks' payoffs are not finite: training has diverged, or "
            "the model was saved after it had. "
            f"Received: payoffs {payoff.tolist()}"
        )
    errors = payoffs.std(axis=0, ddof=1) / np.sqrt(len(payoffs))
    each = (1 - CONFIDENCE) / payoff.size
    quantile = statistics.NormalDist().inv_cdf(1 - each / 2)
    w = np.asarray(generator_weights, "float64")
    q = np.asarray(discriminator_weights, "float64")
    return EmpiricalGame(
        payoff=payoff,
        standard_errors=errors,
        equilibrium=solve_matrix_game(payoff),
        generator_weights=w,
        discriminator_weights=q,
        mixture_payoff=estimate(mixture_payoffs(payoffs, w, q)),
        exploitability=exploitability(payoff, w, q),
        margin=float(quantile * errors.max()),
        num_samples=len(payoffs),
    )


def _summary(game: EmpiricalGame) -> str:
    columns = range(game.payoff.shape[1])
    table = [
        ["", *(f"D{j}" for j in columns), "weight", "equilibrium"],
        *(
            [
                f"G{i}",
                *(str(Estimate(*entry)) for entry in zip(*row, strict=True)),
                f"{game.generator_weights[i]:.3f}",
                f"{game.equilibrium.row_strategy[i]:.3f}",
            ]
            for i, row in enumerate(
                zip(game.payoff, game.standard_errors, strict=True)
            )
        ),
        ["weight", *(f"{x:.3f}" for x in game.discriminator_weights)],
        [
            "equilibrium",
            *(f"{x:.3f}" for x in game.equilibrium.column_strategy),
        ],
    ]
    widths = [
        max(len(row[c]) for row in table if c < len(row))
        for c in range(len(table[0]))
    ]
    lines = [
        "  ".join(
            cell.rjust(width) for cell, width in zip(row, widths, strict=False)
        )
        for row in table
    ]
    confidence = f"{100 * CONFIDENCE:g} %"
    return "\n".join(
        [
            f"Payoff ± standard error on {game.num_samples} held-out samples; "
            "generators (rows) minimise it",
            "",
            *lines,
            "",
            f"payoff of the learned weights  {game.mixture_payoff}",
            f"value of the game              {game.equilibrium.value:.4f} "
            f"(off by at most {game.margin:.4f}, {confidence})",
            f"exploitability of the weights  {game.exploitability:.4f} "
            f"(off by at most {2 * game.margin:.4f}, {confidence})",
        ]
    )
