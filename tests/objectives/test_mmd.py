import itertools

import keras
import numpy as np
import pytest
import tensorflow as tf

import mixgan_tf as mg
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


def test_pooled_weighted_samples_have_the_same_discrepancy(kernel):
    reals, *fakes = samples(7, 4, 5, 6)
    w = np.array([0.5, 0.2, 0.3])
    matrix, cross, constant = form_of(MMD(kernel), reals, fakes)
    # The discrepancy of two weighted samples, each sample paired with itself
    # too, in NumPy; `K` and `constant` leave those pairs out.
    pooled = np.concatenate([*fakes, reals])
    masses = np.concatenate(
        [np.full(len(x), v / len(x)) for x, v in zip(fakes, w, strict=True)]
        + [np.full(len(reals), -1 / len(reals))]
    )
    expected = masses @ kernel_values(kernel, pooled, pooled) @ masses

    def refilled(mean, n):
        return ((n - 1) * mean + SELF[kernel]) / n

    for i, x in enumerate(fakes):
        matrix[i, i] = refilled(matrix[i, i], len(x))
    constant = refilled(constant, len(reals))
    actual = MMD.squared_distance(w, tf.constant(matrix), cross, constant)
    np.testing.assert_allclose(actual, expected, rtol=1e-10)


def test_unbiased_over_all_samples_of_a_small_population(kernel):
    mmd = MMD(kernel)
    points = np.array([[0.0, 0.0], [1.0, 0.0], [0.5, 2.0]])
    laws = np.array([[0.2, 0.5, 0.3], [0.7, 0.3, 0.0], [0.0, 0.4, 0.6]])
    values = kernel_values(kernel, points, points)
    exact = laws @ values @ laws.T
    expected = exact[1:, 1:], exact[1:, 0], exact[0, 0]

    pairs = list(itertools.product(range(3), repeat=2))
    form = tf.function(lambda x, y, z: mmd.quadratic_form(x, [y, z]))
    total = [0.0, 0.0, 0.0]
    for choice in itertools.product(pairs, repeat=3):
        chance = np.prod(
            [law[list(c)].prod() for law, c in zip(laws, choice, strict=True)]
        )
        if chance == 0:
            continue
        estimate = form(*(tf.constant(points[list(c)]) for c in choice))
        total = [t + chance * e for t, e in zip(total, estimate, strict=True)]
    for mean, truth in zip(total, expected, strict=True):
        np.testing.assert_allclose(mean, truth, rtol=1e-10)


def test_gaussian_kernel_between_normals_in_closed_form():
    bandwidths, means = (0.5, 2.0), np.array([1.0, -2.0])
    mmd = MMD("gaussian", bandwidths=bandwidths)
    random = np.random.default_rng(1)
    runs = []
    for _ in range(40):
        reals, *fakes = (
            random.normal(mean, size=(300, 1)) for mean in (0, *means)
        )
        form = mmd.quadratic_form(reals, fakes)
        distances = [
            mmd.squared_distance(w, *form) for w in ([1, 0], [0.3, 0.7])
        ]
        flat = [np.ravel(part) for part in (*form, *distances)]
        runs.append(np.concatenate(flat))

    def kernel_mean(shift):  # of N(0, 1) and N(shift, 1)
        return np.mean(
            [
                b / np.sqrt(b**2 + 2) * np.exp(-(shift**2) / (2 * (b**2 + 2)))
                for b in bandwidths
            ],
            axis=0,
        )

    matrix = kernel_mean(means[:, None] - means)
    cross, constant = kernel_mean(means), kernel_mean(0.0)
    single = 2 * (constant - cross[0])
    w = np.array([0.3, 0.7])
    mixed = w @ matrix @ w - 2 * w @ cross + constant
    expected = [*matrix.ravel(), *cross, constant, single, mixed]
    error = np.std(runs, axis=0, ddof=1) / np.sqrt(len(runs))
    assert (np.abs(np.mean(runs, axis=0) - expected) < 4 * error).all()
    assert (error < 0.004).all()


def test_halves_of_one_distribution_do_not_differ(kernel):
    random = np.random.default_rng(2)
    mmd = MMD(kernel)
    distances, own = [], []
    for _ in range(40):
        halves = random.normal(size=(2, 50, 2))
        form = mmd.quadratic_form(halves[0], [halves[1]])
        distances.append(mmd.squared_distance([1.0], *form))
        own.append(form[-1])
    error = np.std(distances, ddof=1) / np.sqrt(len(distances))
    assert abs(np.mean(distances)) < 4 * error
    # Samples paired with themselves would add a clear bias on both sides.
    bias = 2 * (SELF[kernel] - np.mean(own)) / 50
    assert 8 * error < bias


def test_energy_kernel_is_the_energy_distance():
    reals, fakes = samples(40, 60, d=1)
    fakes = fakes + 1
    matrix, cross, constant = form_of(MMD("energy"), reals, [fakes])
    # Every sample paired with itself, at distance 0: exact for the empirical
    # distribution functions.
    actual = MMD.squared_distance(
        [1.0], tf.constant(matrix * 59 / 60), cross, constant * 39 / 40
    )
    edges = np.sort(np.concatenate([reals, fakes]).ravel())
    below = [(x.ravel()[:, None] <= edges[:-1]).mean(0) for x in (reals, fakes)]
    expected = 2 * np.sum((below[0] - below[1]) ** 2 * np.diff(edges))
    np.testing.assert_allclose(actual, expected, rtol=1e-10)


def test_serialisation_round_trip():
    mmd = MMD("rational_quadratic", bandwidths=(0.5, 2))
    config = keras.saving.serialize_keras_object(mmd)
    copy = keras.saving.deserialize_keras_object(config)
    assert isinstance(copy, MMD)
    assert copy.get_config() == mmd.get_config()
    assert copy.bandwidths == [0.5, 2.0]


def test_is_a_zero_sum_game_without_critics():
    mmd = mg.objectives.get("mmd")
    assert (mmd.zero_sum, mmd.uses_critics, mmd.of_logits) == (
        True,
        False,
        False,
    )


@pytest.mark.parametrize(
    "name", ["real_payoff", "fake_payoff", "generator_loss", "mixture_score"]
)
def test_functions_of_logits_are_refused(name):
    with pytest.raises(NotImplementedError, match="quadratic_form.*Received"):
        getattr(mg.objectives.get("mmd"), name)(tf.zeros([3]))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"kernel": "linear"}, "`kernel` must be .*'energy'.*'linear'"),
        ({"kernel": "energy", "bandwidths": (1.0,)}, "must be None"),
        ({"bandwidths": ()}, "`bandwidths` must be a non-empty"),
        ({"bandwidths": (1.0, 0.0)}, "`bandwidths` must be .*Received: .*0.0"),
        ({"bandwidths": 1.0}, "`bandwidths` must be a non-empty list"),
    ],
)
def test_bad_arguments_are_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        MMD(**arguments)
