import keras
import numpy as np
import pytest

import mixgan_tf as mg
from mixgan_tf.games import opponents
from mixgan_tf.games.held_out import mixture_payoffs
from mixgan_tf.games.held_out import row_payoffs
from mixgan_tf.games.opponents import new_game
from tests.games.rigged import linear
from tests.models import differ
from tests.models import images
from tests.models import labels
from tests.models import points
from tests.models import set_logits
from tests.models import tiny_gan
from tests.models import tiny_image_gan
from tests.models import weights_of

CENTERS = np.array([[1.0, 0.0], [0.0, -0.5]])
SLOPES = np.array([[0.3, -0.2], [0.1, 0.4]])


def clipped_gan(limit=0.5):
    """Two points against two linear critics with clipped weights.

    `F(mixture, v) = -v . mean of centers` for `|v| <= limit`, and
    `F(u, mixture) = -(mean of slopes) . G_u` for `|G_u| <= 1`, on reals of
    mean zero: both extremes are known.
    """
    gan = mg.MixGAN(
        generator=[
            linear(3, np.zeros((3, 2)), np.arctanh(center), "tanh")
            for center in 0.999 * CENTERS
        ],
        discriminator=[linear(2, slope[:, None]) for slope in SLOPES],
        seed=3,
    )
    gan.compile(
        objective="wasserstein",
        generator_optimizer=keras.optimizers.Adam(0.2),
        discriminator_optimizer=keras.optimizers.Adam(0.05),
        regularizers=[mg.regularizers.WeightClipping(limit)],
    )
    set_logits(gan, np.log([0.75, 0.25]), np.log([0.4, 0.6]))
    return gan


def test_the_gap_of_a_game_that_is_known():
    gan = clipped_gan()
    before = weights_of(gan)
    samples = np.zeros((50, 2), "float32")
    found = mg.games.duality_gap(
        gan, samples, steps=60, validations=3, verbose=False
    )
    center = np.array([0.75, 0.25]) @ CENTERS
    slope = np.array([0.4, 0.6]) @ SLOPES
    most, least = 0.5 * np.abs(center).sum(), -np.abs(slope).sum()
    gain, loss = found.discriminator_payoff, found.generator_payoff
    assert gain.value == pytest.approx(most, abs=2e-3)
    # The new generator's tanh reaches its bound in the limit only.
    assert least < loss.value < least + 0.05
    assert found.gap.value == pytest.approx(gain.value - loss.value)
    assert found.gap.value < most - least
    assert (found.steps, found.restarts, found.num_samples) == (60, 2, 10)
    assert not differ(before, weights_of(gan))


def test_errors_are_those_of_the_test_samples():
    gan = clipped_gan()
    samples = np.random.default_rng(0).normal(size=(1000, 2)) / 4
    samples = samples.astype("float32")
    found = mg.games.duality_gap(
        gan, samples, steps=60, shares=(0.1, 0.1, 0.8), verbose=False
    )
    # A critic at the corner of its box: its payoff varies as sum(x) does.
    error = 0.5 * np.sqrt(2) / 4 / np.sqrt(800)
    assert found.discriminator_payoff.standard_error == pytest.approx(
        error, rel=0.1
    )
    # Both are judged on the same reals: x . (v - slope).
    center = np.array([0.75, 0.25]) @ CENTERS
    slope = np.array([0.4, 0.6]) @ SLOPES
    difference = -0.5 * np.sign(center) - slope
    error = np.linalg.norm(difference) / 4 / np.sqrt(800)
    assert found.gap.standard_error == pytest.approx(error, rel=0.1)


def test_the_best_step_is_kept_and_a_seed_repeats():
    gan = clipped_gan()
    # With so large a rate the generator jumps to and fro.
    gan.compile(
        objective="minimax",
        generator_optimizer=keras.optimizers.SGD(0.1),
        discriminator_optimizer=keras.optimizers.SGD(30.0),
    )
    samples = points(60)

    def run(**kwargs):
        return mg.games.duality_gap(
            gan, samples, restarts=1, verbose=False, **kwargs
        )

    once, again = run(steps=12, validations=12), run(steps=12, validations=12)
    assert once == again
    assert run(steps=12, validations=12, seed=1) != once
    last = run(steps=12, validations=1)
    assert last.chosen_steps == (12, 12)
    assert once.chosen_steps[0] < 12
    gained = once.discriminator_payoff.value - last.discriminator_payoff.value
    assert gained > 10 * once.discriminator_payoff.standard_error


def test_new_networks_start_from_templates_and_the_others_stand_still():
    gan = tiny_gan(2, 3)
    gan.compile(ema=mg.EMA(0.5, players=("generator", "discriminator")))
    for player, other in (
        ("discriminator", "generator"),
        ("generator", "discriminator"),
    ):
        average = gan.averaged_mixture(other)
        average.set_weights([w + 0.1 for w in average.get_weights()])
        game = new_game(gan, player, 0, seed=0)
        again = new_game(gan, player, 0, seed=0)
        restarted = new_game(gan, player, 1, seed=0)
        copies = getattr(game, f"{other}_mixture")
        assert not differ(average.get_weights(), copies.get_weights())
        assert not copies.network_variables[0]
        (network,) = getattr(game, f"{player}_mixture").components
        template = getattr(gan, f"{player}_mixture").components[0]
        assert network.get_config() == template.get_config()
        new = weights_of(game)
        assert not differ(new, weights_of(again))
        assert differ(new, weights_of(restarted))
        assert differ(network.get_weights(), template.get_weights())


@pytest.mark.parametrize(
    "compiled",
    [
        dict(objective="hinge", regularizers=["spectral_normalization"]),
        dict(objective="wasserstein", regularizers=["gradient_penalty"]),
        dict(objective="minimax", optimizer="acgd"),
        dict(payoff="subsampled", discriminator_steps=2, ema=0.9),
    ],
    ids=["spectral", "penalty", "acgd", "subsampled"],
)
def test_it_trains_as_the_model_was_compiled(compiled):
    gan = tiny_gan(2, 2)
    gan.compile(**compiled)
    before = weights_of(gan)
    found = mg.games.duality_gap(
        gan, points(60), steps=4, restarts=1, batch_size=8, verbose=False
    )
    assert np.isfinite(found.gap.value) and found.gap.standard_error > 0
    assert not differ(before, weights_of(gan))


def test_classes_with_weights_of_their_own():
    gan = tiny_gan(2, 2, num_classes=3, class_dependent_weights=True)
    gan.compile()
    found = mg.games.duality_gap(
        gan, points(60), labels(60), steps=3, restarts=1, verbose=False
    )
    assert np.isfinite(found.gap.value)
    # Class by class, what the mixture's own networks earn.
    w = np.random.default_rng(0).dirichlet([1, 1], 3).T
    rows = row_payoffs(gan, points(60), labels(60), seed=0)
    q = [0.3, 0.7]
    by_class = [w[:, y] @ rows[y::3].mean(axis=0) @ q for y in range(3)]
    np.testing.assert_allclose(
        mixture_payoffs(rows, w, q, labels(60)).mean(), np.mean(by_class)
    )


def test_batch_normalisation_of_the_mixture_stands_still():
    gan = tiny_image_gan(num=2)
    gan.compile()
    game = new_game(gan, "discriminator", 0, seed=0)
    before = weights_of(game.generator_mixture)
    assert any("moving" in v.path for v in game.generator_mixture.variables)
    update = opponents._update_function(game, "discriminator")
    update(1, images(4), None)
    assert not differ(before, weights_of(game.generator_mixture))


def test_the_summary_says_what_it_is(capfd):
    gan = clipped_gan()
    found = mg.games.duality_gap(gan, points(60), steps=5, restarts=1)
    assert "10/10" in capfd.readouterr().err
    text = found.summary()
    assert text.startswith("Duality gap, a lower-bound estimate: ")
    assert str(found.gap) in text and str(found.generator_payoff) in text
    assert "5 steps" in text and "12 samples" in text
    assert "exploit" not in text


def test_bad_arguments_are_refused(gan):
    gap = mg.games.duality_gap
    for shares in ((0.5, 0.5), (0.5, 0.5, 0.5), (1.2, -0.1, -0.1)):
        with pytest.raises(ValueError, match="shares.*Received"):
            gap(gan, points(), shares=shares)
    for argument in ("steps", "restarts", "validations", "batch_size"):
        with pytest.raises(ValueError, match=f"{argument}.*Received"):
            gap(gan, points(), **{argument: 0})
    with pytest.raises(ValueError, match="batch_size.*Received"):
        gap(gan, points(), batch_size=2)  # three generators
    with pytest.raises(ValueError, match="samples.*Received"):
        gap(gan, points(6))
    gan.compile(objective="mmd")
    with pytest.raises(ValueError, match="duality_gap.*Received"):
        gap(gan, points())


def test_a_diverged_model_is_one_clear_error(gan):
    poison = np.full(gan.generator_variables[0].shape, np.nan)
    gan.generator_variables[0].assign(poison)
    with pytest.raises(ValueError, match="No new discriminator.*Received"):
        mg.games.duality_gap(gan, points(60), steps=2, verbose=False)
