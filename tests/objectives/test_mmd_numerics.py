"""Gradients, shapes and edge cases of the quadratic form."""

import numpy as np
import pytest
import tensorflow as tf

import mixgan_tf as mg
from mixgan_tf.objectives import kernels
from tests.objectives.numpy_kernels import KERNELS
from tests.objectives.numpy_kernels import SELF
from tests.objectives.numpy_kernels import kernel_values
from tests.objectives.numpy_kernels import samples

MMD = mg.objectives.MMD


@pytest.fixture(params=sorted(KERNELS))
def kernel(request):
    return request.param


def form_of(mmd, reals, fakes):
    return [part.numpy() for part in mmd.quadratic_form(reals, fakes)]


@pytest.mark.parametrize("moved", [0, 1, 2])  # the reals, or a generator
def test_gradients_of_samples_match_finite_differences(kernel, moved):
    sets = [tf.constant(x) for x in samples(4, 3, 2)]

    def value(x):
        reals, *fakes = [*sets[:moved], x, *sets[moved + 1 :]]
        matrix, cross, constant = MMD(kernel).quadratic_form(reals, fakes)
        mixed = tf.reduce_sum(matrix * [[0.3, 0.5], [0.1, 0.7]])
        return mixed + tf.reduce_sum(cross * [1.5, -0.5]) + 3 * constant

    x = sets[moved]
    with tf.GradientTape() as tape:
        tape.watch(x)
        result = value(x)
    direction = np.random.default_rng(1).normal(size=x.shape)
    step = 1e-5 * direction
    np.testing.assert_allclose(
        np.sum(tape.gradient(result, x) * direction),
        (value(x + step) - value(x - step)) / 2e-5,
        rtol=1e-6,
    )


def test_gradient_of_weights(kernel):
    reals, *fakes = samples(7, 4, 5, 6)
    matrix, cross, constant = MMD(kernel).quadratic_form(reals, fakes)
    w = tf.constant([0.5, 0.2, 0.3], tf.float64)
    with tf.GradientTape() as tape:
        tape.watch(w)
        value = MMD.squared_distance(w, matrix, cross, constant)
    expected = 2 * (matrix.numpy() @ w.numpy() - cross.numpy())
    np.testing.assert_allclose(tape.gradient(value, w), expected, rtol=1e-12)


def test_permuting_generators_permutes_the_form(kernel):
    reals, *fakes = samples(7, 4, 5, 6)
    order = [2, 0, 1]
    matrix, cross, constant = form_of(MMD(kernel), reals, fakes)
    permuted = form_of(MMD(kernel), reals, [fakes[i] for i in order])
    for actual, expected in zip(
        permuted,
        (matrix[np.ix_(order, order)], cross[order], constant),
        strict=True,
    ):
        np.testing.assert_allclose(actual, expected, rtol=1e-12)


def test_single_samples_count_as_points(kernel):
    reals, fakes = samples(1, 1)
    matrix, cross, constant = form_of(MMD(kernel), reals, [fakes])
    np.testing.assert_allclose(matrix, [[SELF[kernel]]], rtol=1e-12)
    np.testing.assert_allclose(constant, SELF[kernel], rtol=1e-12)
    np.testing.assert_allclose(
        cross, kernel_values(kernel, reals, fakes)[0], rtol=1e-12
    )


def test_coincident_images_have_finite_gradients(kernel):
    image = np.random.default_rng(3).uniform(-1, 1, (1, 8, 8, 3))
    reals = tf.constant(np.repeat(image, 4, 0), tf.float32)
    fakes = [tf.constant(np.repeat(image, n, 0), tf.float16) for n in (1, 3)]
    with tf.GradientTape() as tape:
        tape.watch(fakes)
        form = MMD(kernel).quadratic_form(reals, fakes)
        value = MMD.squared_distance([0.4, 0.6], *form)
    assert all(part.dtype == tf.float32 for part in form)
    np.testing.assert_allclose(value, 0, atol=1e-3)
    for gradient in tape.gradient(value, fakes):
        assert np.isfinite(gradient).all()


@pytest.mark.parametrize("jit_compile", [False, True])
def test_energy_has_no_gradient_at_distance_zero(jit_compile):
    @tf.function(jit_compile=jit_compile)
    def value_and_gradient(squared):
        with tf.GradientTape() as tape:
            tape.watch(squared)
            value = kernels.energy(squared)
        return value, tape.gradient(value, squared)

    value, gradient = value_and_gradient(tf.constant([0.0, 4.0]))
    np.testing.assert_allclose(value, [0, -2])
    np.testing.assert_allclose(gradient, [0, -0.25])


def test_squared_distances_are_never_negative():
    points = np.repeat(np.random.default_rng(4).normal(size=(50, 300)), 2, 0)
    squared = kernels.squared_distances(tf.constant(points)).numpy()
    assert squared.min() == 0
    difference = points[:, None] - points
    np.testing.assert_allclose(squared, (difference**2).sum(-1), atol=1e-11)


@pytest.mark.parametrize("d", [1, 2, 3072])
def test_near_points_far_from_the_origin_keep_their_distance(d):
    # 0.01 apart for each coordinate, 100 from the origin, in float32.
    steps = np.arange(5, dtype=np.float32)[:, None]
    x = (np.full((5, d), 100.0) + 0.01 * steps).astype(np.float32)
    matrix, _, _ = form_of(MMD("energy"), x, [x])
    exact = kernel_values("energy", x.astype(float), x.astype(float))
    np.testing.assert_allclose(matrix[0, 0], exact.sum() / 20, rtol=1e-5)


@pytest.mark.parametrize("shape", [[None, 3], [None, None]])
def test_dynamic_shapes(kernel, shape):
    reals, *fakes = samples(7, 4, 5)
    spec = tf.TensorSpec(shape, tf.float64)
    form = tf.function(MMD(kernel).quadratic_form, autograph=False)
    traced = form.get_concrete_function(spec, [spec, spec])
    eager = form_of(MMD(kernel), reals, fakes)
    results = traced(*(tf.constant(x) for x in (reals, *fakes)))
    for actual, expected in zip(results, eager, strict=True):
        np.testing.assert_allclose(actual, expected, rtol=1e-12)
    empty = traced(*(tf.constant(x) for x in (reals, fakes[0], fakes[1][:0])))
    assert all(np.isfinite(part).all() for part in empty)
