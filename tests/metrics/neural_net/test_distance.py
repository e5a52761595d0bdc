import random

import keras
import numpy as np
import pytest

import mixgan_tf as mg
from mixgan_tf.metrics import neural_net_distance
from mixgan_tf.metrics.neural_net.distance import undecided_payoff
from mixgan_tf.metrics.neural_net.training import TrainingSettings
from mixgan_tf.metrics.neural_net.training import train_discriminator
from tests.models import weights_of


def gaussians(num, seed, mean=0.0):
    return np.random.default_rng(seed).normal(mean, 1, size=(num, 1))


def logistic():
    """The best discriminator of two Gaussians of one variance is linear."""
    return keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])


def lipschitz():
    """A critic whose slope cannot exceed one."""
    held = mg.networks.SpectralNormalization
    return keras.Sequential(
        [
            keras.Input((1,)),
            held(keras.layers.Dense(8)),
            keras.layers.LeakyReLU(0.2),
            held(keras.layers.Dense(1)),
        ]
    )


def distance(real, fake, network, objective="minimax", **settings):
    quick = dict(steps=400, restarts=1, validations=8, learning_rate=0.02)
    return neural_net_distance(
        real, fake, network, objective, verbose=False, **{**quick, **settings}
    )


def jensen_shannon(shift):
    """Of two Gaussians, in nats, by summation."""
    x = np.linspace(-12, 12 + shift, 100_001)
    p, q = (
        np.exp(-((x - m) ** 2) / 2) / np.sqrt(2 * np.pi) for m in (0, shift)
    )
    middle = (p + q) / 2
    return np.sum(p * np.log(p / middle) + q * np.log(q / middle)) * (
        (x[1] - x[0]) / 2
    )


@pytest.mark.parametrize(
    ("objective", "network"),
    [("minimax", logistic), ("wasserstein", lipschitz)],
)
def test_equal_distributions_are_at_distance_zero(objective, network):
    found = distance(
        gaussians(4000, 0), gaussians(4000, 1), network(), objective
    )
    assert abs(found.distance) < 4 * found.standard_error < 0.1
    assert abs(found.gap) < 0.1


@pytest.mark.parametrize("shift", [1.0, 2.5])
def test_minimax_distance_is_twice_the_jensen_shannon_divergence(shift):
    found = distance(gaussians(6000, 0), gaussians(5000, 1, shift), logistic())
    expected = 2 * jensen_shannon(shift)
    assert found.distance > 10 * found.standard_error
    assert abs(found.distance - expected) < 4 * found.standard_error
    assert found.standard_error < 0.04
    assert (found.num_real, found.num_fake) == (1500, 1250)
    assert str(found) == f"{found.distance:.4f} ± {found.standard_error:.4f}"


def test_wasserstein_distance_of_a_shift_is_the_shift():
    found = distance(
        gaussians(4000, 0), gaussians(4000, 1, 2.0), lipschitz(), "wasserstein"
    )
    assert abs(found.distance - 2) < 4 * found.standard_error < 0.3


def test_error_is_that_of_both_means():
    # A critic that is clipped to slope and offset at most 1 takes slope -1.
    found = distance(
        gaussians(8000, 0),
        gaussians(2000, 1, 3.0),
        logistic(),
        "wasserstein",
        weight_limit=1.0,
    )
    assert abs(found.distance - 3) < 4 * found.standard_error
    expected = np.sqrt(1 / 2000 + 1 / 500)
    assert found.standard_error == pytest.approx(expected, rel=0.15)


def test_a_network_that_learns_by_heart_shows_a_gap_and_no_distance():
    shape = dict(size=(60, 200))
    real, fake = (np.random.default_rng(s).normal(**shape) for s in (0, 1))
    found = distance(
        real,
        fake,
        mg.networks.MLPDiscriminator(200, width=32, depth=1),
        steps=100,
        validations=1,  # nothing stops it early
    )
    assert found.gap > 1
    assert found.distance < 2 * found.standard_error


def test_training_stops_where_validation_was_best():
    real, fake = (
        np.random.default_rng(s).normal(size=(80, 50)) for s in (0, 1)
    )
    network = mg.networks.MLPDiscriminator(50, width=32, depth=1)
    found, without = (
        distance(real, fake, network, steps=300, validations=v, patience=2)
        for v in (30, 1)
    )
    assert found.step < 300 == without.step
    assert found.step % 10 == 0
    assert found.gap < without.gap


def test_training_ends_when_patience_does():
    random = np.random.default_rng(0)
    train, validation = random.normal(size=(2, 2, 80, 50)).astype("float32")

    class Progress:
        counts = []

        def update(self, count):
            self.counts.append(count)

    best, step = train_discriminator(
        mg.networks.MLPDiscriminator(50, width=32, depth=1),
        mg.objectives.Minimax(),
        train,
        validation,
        TrainingSettings(
            steps=305,
            validations=31,
            patience=3,
            batch_size=32,
            learning_rate=0.02,
        ),
        rng=random,
        progress=Progress(),
    )
    *made, rest = Progress.counts
    assert made == [10] * (step // 10 + 3)
    assert sum(made) + rest == 305
    assert rest > 200
    assert best < 0


def test_the_best_restart_is_chosen_by_validation():
    real, fake = gaussians(1000, 0), gaussians(1000, 1, 1.0)
    network = mg.networks.MLPDiscriminator(1, width=4, depth=1)
    settings = dict(steps=4, validations=1)
    found = distance(real, fake, network, restarts=4, **settings)
    scores = found.validation_distances
    assert len(set(scores)) == 4
    alone = distance(real, fake, network, restarts=1, **settings)
    assert alone.validation_distances == pytest.approx(scores[:1], rel=1e-5)
    assert scores[0] != max(scores)
    assert found.distance != pytest.approx(alone.distance, rel=1e-3)
    assert abs(found.distance - max(scores)) < 0.1


def test_result_depends_on_the_seed_alone_and_leaves_the_template():
    real, fake = gaussians(200, 0), gaussians(200, 1, 1.0)
    network = mg.networks.MLPDiscriminator(1, width=4, depth=1)
    before = weights_of(network)
    random.seed(0)
    first = distance(real, fake, network, steps=10, seed=3)
    drawn = random.random()
    random.seed(0)
    assert drawn == random.random()  # the global state is as it was
    random.seed(99)
    again = distance(real, fake, network, steps=10, seed=3)
    other = distance(real, fake, network, steps=10, seed=4)
    assert first[:3] == pytest.approx(again[:3], rel=1e-5)
    assert first.distance != other.distance
    for a, b in zip(before, weights_of(network), strict=True):
        np.testing.assert_array_equal(a, b)


def test_images_and_batch_normalisation_will_do():
    generator = np.random.default_rng(0)
    real, fake = generator.uniform(-1, 1, (2, 160, 8, 8, 1))
    fake[:, :4] = 0.9
    network = mg.networks.DCGANDiscriminator(
        (8, 8, 1), width=4, normalization="batch"
    )
    found = distance(real, fake, network, steps=60, validations=3)
    assert found.distance > 0.2
    assert found.distance > 4 * found.standard_error


@pytest.mark.parametrize(
    ("objective", "expected"),
    [
        ("minimax", -2 * np.log(2)),
        ("non_saturating", -2 * np.log(2)),
        ("wasserstein", 0),
        ("hinge", -2),
        ("least_squares", -0.25),
        ("kl", 0),
        ("reverse_kl", 0),
        ("pearson", 0),
        ("jensen_shannon", 0),
    ],
)
def test_undecided_payoff(objective, expected):
    objective = mg.objectives.get(objective)
    assert undecided_payoff(objective) == pytest.approx(expected, abs=1e-6)


def test_a_diverged_network_is_never_chosen():
    points = gaussians(80, 0)
    with pytest.raises(ValueError, match="`learning_rate`.*Received"):
        distance(
            points, points, logistic(), "kl", validations=1, learning_rate=1e38
        )
