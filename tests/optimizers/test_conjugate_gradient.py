import numpy as np
import pytest
import tensorflow as tf

from mixgan_tf.optimizers.conjugate_gradient import conjugate_gradient


def system(size=12, seed=0):
    """A positive definite matrix, a right-hand side, and the operator."""
    random = np.random.default_rng(seed)
    root = random.normal(size=(size, size))
    matrix = np.eye(size) + root @ root.T
    return matrix, random.normal(size=size), operator_of(matrix)


def operator_of(matrix):
    """The matrix on vectors that come as two tensors of unlike shapes."""

    def operator(tensors):
        flat = tf.concat([tf.reshape(t, [-1]) for t in tensors], 0)
        return split(tf.linalg.matvec(tf.constant(matrix, flat.dtype), flat))

    return operator


def split(vector):
    vector = tf.convert_to_tensor(vector)
    return [tf.reshape(vector[:6], [2, 3]), vector[6:]]


def join(tensors):
    return np.concatenate([np.ravel(t) for t in tensors])


@pytest.mark.parametrize(
    "wrap", [lambda f: f, tf.function], ids=["eager", "graph"]
)
def test_solution_and_residual_are_those_of_the_matrix(wrap):
    matrix, rhs, operator = system()
    found = wrap(lambda: conjugate_gradient(operator, split(rhs), 1e-12, 60))()
    values = join(found.values)
    np.testing.assert_allclose(values, np.linalg.solve(matrix, rhs), rtol=1e-9)
    residual = np.linalg.norm(rhs - matrix @ values) / np.linalg.norm(rhs)
    assert residual < 1e-11
    assert float(found.residual) <= 1e-12
    assert 0 < int(found.iterations) < 60


def test_stops_at_the_tolerance_and_no_sooner():
    matrix, rhs, operator = system()
    found = conjugate_gradient(operator, split(rhs), 1e-3, 60)
    before = conjugate_gradient(
        operator, split(rhs), 0.0, int(found.iterations) - 1
    )
    assert float(found.residual) <= 1e-3 < float(before.residual)
    true = rhs - matrix @ join(found.values)
    np.testing.assert_allclose(
        found.residual, np.linalg.norm(true) / np.linalg.norm(rhs), rtol=1e-6
    )


def test_respects_the_cap():
    matrix, rhs, operator = system()
    found = conjugate_gradient(operator, split(rhs), 0.0, 1)
    assert int(found.iterations) == 1  # one step of steepest descent
    length = rhs @ rhs / (rhs @ matrix @ rhs)
    np.testing.assert_allclose(join(found.values), length * rhs, rtol=1e-12)


def test_identity_is_solved_in_one_iteration():
    _, rhs, operator = system()
    found = conjugate_gradient(operator_of(np.eye(12)), split(rhs))
    assert int(found.iterations) == 1
    np.testing.assert_allclose(join(found.values), rhs)


def test_good_start_helps_and_bad_one_is_dropped():
    matrix, rhs, operator = system()
    solution = np.linalg.solve(matrix, rhs)

    def iterations(start):
        found = conjugate_gradient(operator, split(rhs), 1e-3, 60, start)
        left = np.linalg.norm(rhs - matrix @ join(found.values))
        assert left <= 1.01e-3 * np.linalg.norm(rhs)
        return int(found.iterations)

    cold = iterations(None)
    assert iterations(split(solution)) == 0
    assert 0 < iterations(split(solution * 1.01)) < cold
    assert iterations(split(solution * 1e9)) == cold
    assert iterations(split(solution * np.nan)) == cold


def test_zero_right_hand_side_gives_zeros():
    found = conjugate_gradient(operator_of(np.eye(12)), split(np.zeros(12)))
    assert int(found.iterations) == 0 and float(found.residual) == 0
    assert not join(found.values).any()


def test_keeps_the_best_when_the_operator_is_not_positive_or_finite():
    spoilt = np.diag(np.r_[np.ones(11), -1.0])
    rhs = np.r_[np.ones(11), 2.0]  # positive at first: 11 - 4
    found = conjugate_gradient(operator_of(spoilt), split(rhs), 1e-6, 60)
    assert int(found.iterations) == 1
    np.testing.assert_allclose(join(found.values), rhs * 15 / 7)
    for bad in (
        -np.eye(12),
        np.full((12, 12), np.nan),
        np.full((12, 12), np.inf),
    ):
        found = conjugate_gradient(operator_of(bad), split(rhs), 1e-6, 60)
        assert int(found.iterations) == 0
        assert not join(found.values).any()
        assert float(found.residual) == 1
