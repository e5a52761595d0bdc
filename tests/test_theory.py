import math

import numpy as np
import pytest

import mixgan_tf as mg

CALCULATORS = [
    mg.theory.samples_for_generalization,
    mg.theory.support_that_fools,
    mg.theory.components_for_equilibrium,
]


@pytest.mark.parametrize("calculate", CALCULATORS)
def test_against_the_formula_in_numbers(calculate):
    # 1000 * log(1000 / 0.1) / 0.01 = 100,000 * log(10,000) = 921,034.04
    assert calculate(1000, 0.1) == 921_035
    # 2 * 50 * 3^2 * log(4 * 5 * 50 / 0.5) / 0.25 = 3600 * log(2000)
    found = calculate(
        50, 0.5, payoff_bound=3, lipschitz=4, phi_lipschitz=5, constant=2
    )
    assert found == math.ceil(3600 * math.log(2000)) == 27_364


def test_the_input_slope_enters_the_logarithm_of_components_alone():
    base = mg.theory.components_for_equilibrium(100, 1.0)
    steep = mg.theory.components_for_equilibrium(100, 1.0, input_lipschitz=7)
    assert abs(steep - base - 100 * math.log(7)) <= 1
    with pytest.raises(TypeError):
        mg.theory.samples_for_generalization(100, 1.0, input_lipschitz=7)


@pytest.mark.parametrize("calculate", CALCULATORS)
def test_how_it_scales(calculate):
    base = calculate(1000, 0.01)
    # Half the error: four times as much, and a term from the logarithm.
    expected = 4 * (1 + math.log(2) / math.log(1000 / 0.01))
    np.testing.assert_allclose(
        calculate(1000, 0.005) / base, expected, rtol=1e-6
    )
    twice = calculate(1000, 0.01, payoff_bound=2) / base
    np.testing.assert_allclose(twice, 4, rtol=1e-6)
    np.testing.assert_allclose(
        calculate(1000, 0.01, constant=10) / base, 10, rtol=1e-6
    )
    assert calculate(1001, 0.01) > base
    assert calculate(1000, 0.01, lipschitz=2) > base
    assert calculate(1000, 0.01, phi_lipschitz=2) > base


@pytest.mark.parametrize("calculate", CALCULATORS)
def test_the_smallest_answer_is_one(calculate):
    found = calculate(2, 1.0, constant=1e-9)
    assert found == 1 and isinstance(found, int)


@pytest.mark.parametrize("calculate", CALCULATORS)
@pytest.mark.parametrize(
    ("argument", "value"),
    [
        ("num_parameters", 0),
        ("num_parameters", 1.5),
        ("epsilon", 0),
        ("epsilon", float("nan")),
        ("epsilon", 10_000),  # the logarithm is negative
        ("payoff_bound", -1),
        ("lipschitz", 0),
        ("phi_lipschitz", None),
        ("constant", 0),
    ],
)
def test_bad_arguments_are_refused(calculate, argument, value):
    arguments = {"num_parameters": 100, "epsilon": 0.1, argument: value}
    with pytest.raises(ValueError, match=f"`{argument}`.*Received"):
        calculate(**arguments)
