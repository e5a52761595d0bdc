import numpy as np
import pytest

import mixgan_tf as mg
from tests.games.rigged import rigged_gan
from tests.models import images
from tests.models import labels
from tests.models import points
from tests.models import set_logits
from tests.models import tiny_gan
from tests.models import tiny_image_gan

PAYOFF = np.array([[3.0, 1.0], [2.0, 4.0]])


def test_a_game_that_is_known():
    gan = rigged_gan(PAYOFF)
    set_logits(gan, np.log([0.8, 0.2]), np.log([0.5, 0.5]))
    game = mg.games.empirical_game(gan, np.zeros((10, 2), "float32"))
    np.testing.assert_allclose(game.payoff, PAYOFF, atol=1e-6)
    np.testing.assert_array_equal(game.standard_errors, 0)
    np.testing.assert_allclose(game.generator_weights, [0.8, 0.2], atol=1e-6)
    assert game.equilibrium.value == pytest.approx(2.5, abs=1e-6)
    np.testing.assert_allclose(
        game.equilibrium.column_strategy, [0.75, 0.25], atol=1e-6
    )
    # w' A = (2.8, 1.6), A q = (2, 3), w' A q = 2.2
    assert game.exploitability == pytest.approx(2.8 - 2, abs=1e-5)
    assert game.mixture_payoff.value == pytest.approx(2.2, abs=1e-5)
    assert game.margin == 0
    assert game.num_samples == 10


@pytest.mark.parametrize("batch_size", [7, 256])
@pytest.mark.parametrize("num_classes", [None, 3])
def test_its_payoff_is_the_models_own(num_classes, batch_size):
    gan = tiny_gan(2, 3, num_classes=num_classes)
    gan.compile(ema=0.9)
    classes = None if num_classes is None else labels(24)
    average = gan.averaged_mixture("generator")
    average.set_weights([w + 0.3 for w in average.get_weights()])
    average.mixture_logits.assign([0.4, -0.4])
    game = mg.games.empirical_game(
        gan, points(), classes, seed=4, batch_size=batch_size
    )
    own = gan.payoff_matrix(points(), classes, seed=4, batch_size=batch_size)
    np.testing.assert_allclose(game.payoff, own, rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(game.generator_weights, gan.generator_weights)


def test_batch_normalisation_and_images():
    gan = tiny_image_gan(num=2)
    gan.compile(regularizers=["spectral_normalization"])
    game = mg.games.empirical_game(gan, images(10), seed=1, batch_size=4)
    own = gan.payoff_matrix(images(10), seed=1, batch_size=4)
    np.testing.assert_allclose(game.payoff, own, rtol=1e-4, atol=1e-5)


def test_standard_errors_against_their_closed_form():
    # The payoff of a row is k . (x - e_i - spread z): its variance is
    # |k|^2 (1 + spread^2).
    gan = rigged_gan(PAYOFF, spread=2.0)
    samples = np.random.default_rng(0).normal(size=(4000, 2))
    game = mg.games.empirical_game(gan, samples.astype("float32"))
    norms = np.linalg.norm(PAYOFF, axis=0)
    expected = np.broadcast_to(norms * np.sqrt((1 + 4) / 4000), (2, 2))
    np.testing.assert_allclose(game.standard_errors, expected, rtol=0.05)
    assert np.all(np.abs(game.payoff - PAYOFF) < 4 * expected)
    # Equal weights: the mean of k, and of two generators' independent z.
    mean = PAYOFF.mean(axis=1)
    error = np.linalg.norm(mean) * np.sqrt((1 + 4 / 2) / 4000)
    found = game.mixture_payoff
    assert found.standard_error == pytest.approx(error, rel=0.05)
    assert abs(found.value - PAYOFF.mean()) < 4 * error


def test_the_margin_covers_the_error_as_often_as_it_says():
    gan = rigged_gan(PAYOFF, spread=1.0)
    rng = np.random.default_rng(1)
    covered = values = 0
    for seed in range(100):
        samples = rng.normal(size=(50, 2)).astype("float32")
        game = mg.games.empirical_game(gan, samples, seed=seed)
        worst = np.abs(game.payoff - PAYOFF).max()
        off = abs(game.equilibrium.value - 2.5)
        assert off <= worst + 1e-6
        covered += worst <= game.margin
        values += off <= game.margin
    assert covered >= 90  # 95 % of 100, less 2 standard deviations
    assert values >= covered


def test_the_summary_shows_the_game():
    gan = rigged_gan(PAYOFF, spread=1.0)
    samples = np.zeros((100, 2), "float32")
    game = mg.games.empirical_game(gan, samples)
    text = game.summary()
    lines = text.splitlines()
    assert "100 held-out samples" in lines[0]
    entry = f"{game.payoff[1, 0]:.4f} ± {game.standard_errors[1, 0]:.4f}"
    (row,) = [line for line in lines if line.strip().startswith("G1")]
    assert row.split()[1:4] == entry.split()
    assert row.split()[-2:] == [
        "0.500",
        f"{game.equilibrium.row_strategy[1]:.3f}",
    ]
    assert f"{game.exploitability:.4f} (off by at most" in text
    assert f"{game.equilibrium.value:.4f} (off by at most" in text
    assert "gap" not in text


def test_weights_of_another_game_are_refused():
    by_class = tiny_gan(num_classes=3, class_dependent_weights=True)
    by_class.compile()
    with pytest.raises(ValueError, match="class_dependent_weights.*Received"):
        mg.games.empirical_game(by_class, points(), labels(24))
    gan = tiny_gan()
    with pytest.raises(ValueError, match="call `compile`"):
        mg.games.empirical_game(gan, points())
    gan.compile(objective="least_squares")
    with pytest.raises(ValueError, match="weight_grad.*Received: LeastSq"):
        mg.games.empirical_game(gan, points())
    gan.compile(objective="mmd")
    with pytest.raises(ValueError, match="quadratic.*Received.*MMD"):
        mg.games.empirical_game(gan, points())
    # Of a zero-sum objective both losses are one.
    gan.compile(objective=mg.objectives.Minimax(weight_grad="loss"))
    mg.games.empirical_game(gan, points())


def test_bad_samples_are_refused(gan):
    for samples in (points(1), points()[:, :1], np.full((4, 2), np.nan)):
        with pytest.raises(ValueError, match="Received"):
            mg.games.empirical_game(gan, samples)
    conditional = tiny_gan(num_classes=3)
    conditional.compile()
    with pytest.raises(ValueError, match="labels"):
        mg.games.empirical_game(conditional, points())
    with pytest.raises(ValueError, match="batch_size.*Received"):
        mg.games.empirical_game(gan, points(), batch_size=0)


def test_a_diverged_model_is_refused(gan):
    poison = np.full(gan.discriminator_variables[0].shape, np.nan)
    gan.discriminator_variables[0].assign(poison)
    with pytest.raises(ValueError, match="not finite.*Received"):
        mg.games.empirical_game(gan, points())
