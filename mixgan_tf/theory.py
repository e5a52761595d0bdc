"""Numbers of samples and components that the paper's theorems require.

The theorems hold up to universal constants that the paper does not give. They
are arguments here, 1 by default: the results show how a requirement *scales*,
and are no advice on how large a data set or a mixture to use.
"""

import math

from mixgan_tf.arguments import require_number
from mixgan_tf.arguments import require_positive_int


def samples_for_generalization(
    num_parameters: int,
    epsilon: float,
    payoff_bound: float = 1.0,
    lipschitz: float = 1.0,
    phi_lipschitz: float = 1.0,
    constant: float = 1.0,
) -> int:
    """Returns the sample size at which the neural-net distance generalises.

    With `m = constant p Delta^2 log(L L_phi p / epsilon) / epsilon^2` samples
    of the data and as many of the generator's, the distance between the two
    sets that discriminators measure is within `epsilon` of that between the
    distributions, with probability at least `1 - exp(-p)`.

    Args:
        num_parameters: positive int `p`, of one discriminator.
        epsilon: positive float, the error, in the payoff's unit.
        payoff_bound: positive float `Delta`: the function `phi` of the payoff
            `E phi(D(x)) + E phi(1 - D(G(z)))` has values in
            `[-Delta, Delta]`. The logarithm has none until it is bounded:
            `log(delta + (1 - delta) t)` has `-log delta`.
        lipschitz: positive float `L`, of discriminators in their parameters.
        phi_lipschitz: positive float `L_phi`, of `phi`.
        constant: positive float, the universal constant, which is unknown.

    Returns:
        An int, at least 1.

    Raises:
        ValueError: if an argument is out of range, or `epsilon` so large that
            the formula says nothing.

    Example:
    ```python
    mg.theory.samples_for_generalization(1000, epsilon=0.1)  # 921,035
    ```

    Reference:
        [Arora et al., 2017](https://arxiv.org/abs/1703.00573), theorem 3.1.
    """
    return _requirement(
        num_parameters,
        epsilon,
        payoff_bound,
        dict(lipschitz=lipschitz, phi_lipschitz=phi_lipschitz),
        constant,
    )


def support_that_fools(
    num_parameters: int,
    epsilon: float,
    payoff_bound: float = 1.0,
    lipschitz: float = 1.0,
    phi_lipschitz: float = 1.0,
    constant: float = 1.0,
) -> int:
    """Returns the number of points that no discriminator tells from the data.

    The uniform distribution on so many samples of the data is, with
    probability at least `1 - exp(-p)`, within `epsilon` of the data for all
    discriminators of `p` parameters: a generator may have learned no more than
    these points. It is the number of `samples_for_generalization`, read the
    other way.

    Args:
        num_parameters: see `samples_for_generalization`, like all that follow.
        epsilon: positive float.
        payoff_bound: positive float.
        lipschitz: positive float.
        phi_lipschitz: positive float.
        constant: positive float.

    Returns:
        An int, at least 1.

    Raises:
        ValueError: see `samples_for_generalization`.

    Example:
    ```python
    mg.theory.support_that_fools(1000, epsilon=0.1)  # 921,035
    ```

    Reference:
        [Arora et al., 2017](https://arxiv.org/abs/1703.00573), corollary 3.2.
    """
    return samples_for_generalization(
        num_parameters,
        epsilon,
        payoff_bound,
        lipschitz,
        phi_lipschitz,
        constant,
    )


def components_for_equilibrium(
    num_parameters: int,
    epsilon: float,
    payoff_bound: float = 1.0,
    lipschitz: float = 1.0,
    input_lipschitz: float = 1.0,
    phi_lipschitz: float = 1.0,
    constant: float = 1.0,
) -> int:
    """Returns the number of generators that ensures an approximate equilibrium.

    `T = constant Delta^2 p log(L L' L_phi p / epsilon) / epsilon^2` generators
    with equal weights and a discriminator that always answers one half are an
    `epsilon`-approximate equilibrium, if generators can come close to any
    single point. The mixtures people train, of 3 or 5, are far smaller: the
    theorem promises nothing for them.

    Args:
        num_parameters: positive int `p`, of one network.
        epsilon: positive float: what either player can gain by deviating.
        payoff_bound: see `samples_for_generalization`.
        lipschitz: positive float `L`, of networks in their parameters.
        input_lipschitz: positive float `L'`, of networks in their input.
        phi_lipschitz: see `samples_for_generalization`.
        constant: positive float, the universal constant, which is unknown and
            need not be that of the other theorems.

    Returns:
        An int, at least 1.

    Raises:
        ValueError: see `samples_for_generalization`.

    Example:
    ```python
    mg.theory.components_for_equilibrium(1000, epsilon=0.1)  # 921,035
    ```

    Reference:
        [Arora et al., 2017](https://arxiv.org/abs/1703.00573), theorem 4.2.
    """
    return _requirement(
        num_parameters,
        epsilon,
        payoff_bound,
        dict(
            lipschitz=lipschitz,
            input_lipschitz=input_lipschitz,
            phi_lipschitz=phi_lipschitz,
        ),
        constant,
    )


def _requirement(
    num_parameters: int,
    epsilon: float,
    payoff_bound: float,
    slopes: dict[str, float],
    constant: float,
) -> int:
    require_positive_int("num_parameters", num_parameters)
    epsilon = require_number("epsilon", epsilon)
    payoff_bound = require_number("payoff_bound", payoff_bound)
    constant = require_number("constant", constant)
    log_ratio = math.log(num_parameters / epsilon)
    for argument, value in slopes.items():
        log_ratio += math.log(require_number(argument, value))
    if log_ratio <= 0:
        raise ValueError(
            "Argument `epsilon` must be smaller than the number of parameters "
            "times the Lipschitz constants: for larger errors the theorem says "
            f"nothing. Received: epsilon={epsilon:g}, "
            f"num_parameters={num_parameters}"
        )
    scale = (payoff_bound / epsilon) ** 2
    return math.ceil(constant * num_parameters * scale * log_ratio)
