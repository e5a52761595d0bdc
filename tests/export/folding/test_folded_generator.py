import keras
import numpy as np
import pytest
from scipy import stats

import mixgan_tf as mg
from tests.export.mixtures import CLASS_WEIGHTS
from tests.export.mixtures import WEIGHTS
from tests.export.mixtures import call
from tests.export.mixtures import chosen_components
from tests.export.mixtures import constant_network
from tests.export.mixtures import expected_samples
from tests.export.mixtures import image_mixture
from tests.export.mixtures import inputs_of
from tests.export.mixtures import mixture
from tests.export.mixtures import point_mixture
from tests.models import points
from tests.models import tiny_gan

DRAWS = 1_000_000
MIXTURES = {
    "points": point_mixture,
    "images": image_mixture,
    "labelled images": lambda: image_mixture(num_classes=3),
    "weights of each class": lambda: point_mixture(CLASS_WEIGHTS, 2),
    "one": lambda: point_mixture([1.0]),
    "sixty-four": lambda: point_mixture(
        np.random.default_rng(0).dirichlet(np.full(64, 2.0))
    ),
}


def clear_of_ramps(folded, inputs):
    """Which rows lie on no ramp, by a margin for rounding."""
    if len(folded.components) == 1:
        return np.full(len(inputs[0]), True)
    thresholds = folded.thresholds
    if thresholds.ndim == 2:
        thresholds = thresholds.T[inputs[1]]
    distance = np.abs(inputs[0][:, -1:] - thresholds).min(axis=1)
    return distance > folded.ramp_width / 2 + 1e-6


@pytest.mark.parametrize("kind", MIXTURES)
def test_every_selector_runs_each_row_through_its_component(kind):
    gan = MIXTURES[kind]()
    inputs = inputs_of(gan, 300)
    expected = expected_samples(gan, inputs)
    for selector in ("routed", "dense"):
        folded = mg.export.fold(gan, selector)
        np.testing.assert_allclose(call(folded, inputs), expected, atol=1e-5)
    folded = mg.export.fold(gan, "relu", delta=0.05)
    clear = clear_of_ramps(folded, inputs)
    assert 0.9 < clear.mean() < 1 or kind == "one"
    np.testing.assert_allclose(
        call(folded, inputs)[clear], expected[clear], atol=1e-5
    )


@pytest.mark.parametrize("delta", [0.5, 1e-2, 1e-6])
def test_samples_on_the_ramps_stay_in_the_range_of_tanh(delta):
    folded = mg.export.fold(image_mixture(), "relu", delta=delta)
    latents = inputs_of(folded, 300)[0]
    ramps = folded.thresholds[:, None] + folded.ramp_width * np.linspace(
        -0.5, 0.5, 150
    )
    latents[:, -1] = ramps.ravel()
    samples = call(folded, [latents])
    assert np.abs(samples).max() <= 1 + 1e-6
    latents[:, -1] = 9.0  # the samples do differ from a component's
    assert np.abs(samples - call(folded, [latents])).max() > 0.1


def labelled_atoms(activation):
    """Components that each make one point, far from the others'."""
    values = {"tanh": (-1.5, 0.0, 1.5, 0.5), "linear": (-40.0, 0.0, 9.0, 25.0)}
    components = [
        constant_network([v], activation=activation) for v in values[activation]
    ]
    atoms = [float(call(c, [np.zeros([1, 1])])[0, 0]) for c in components]
    return components, np.array(atoms)


@pytest.mark.parametrize("activation", ["tanh", "linear"])
@pytest.mark.parametrize(
    ("delta", "min_weight", "dropped"), [(0.02, 0.0, 0.0), (1e-3, 0.05, 0.03)]
)
def test_total_variation_and_payoffs_are_within_their_bounds(
    activation, delta, min_weight, dropped
):
    weights = np.array([0.3, 0.27, 0.03, 0.4])
    components, atoms = labelled_atoms(activation)
    gan = mixture(components, weights)
    folded = mg.export.fold(gan, "relu", delta, min_weight=min_weight)
    report = folded.report()
    assert report.dropped_mass == pytest.approx(dropped, abs=1e-6)
    assert report.total_variation_bound <= delta + dropped + 1e-6
    samples = call(folded, inputs_of(folded, DRAWS))[:, 0]

    at_atom = np.abs(samples[:, None] - atoms) < 1e-4
    elsewhere = 1 - at_atom.any(axis=1).mean()
    gained = np.maximum(at_atom.mean(axis=0) - weights, 0.0).sum()
    error = 4 / np.sqrt(DRAWS)
    assert elsewhere <= delta + error * np.sqrt(delta)
    assert elsewhere + gained <= report.total_variation_bound + error
    # The bound is not loose: what is dropped counts, and so do most ramps.
    assert elsewhere + gained >= 0.4 * report.total_variation_bound

    # A discriminator that knows the mixture's points: D is 1 there, 0 between,
    # and the measuring function phi(t) = 2 t - 1 maps into [-1, 1].
    def payoff(x):
        distance = np.abs(x[:, None] - atoms).min(axis=1)
        realness = np.exp(-((distance / 1e-3) ** 2))
        return 2 * (1 - realness) - 1

    exact = np.sum(weights * payoff(atoms))
    difference = np.mean(payoff(samples)) - exact
    assert abs(difference) <= report.payoff_bound(1.0) + 2 * error
    assert difference >= 0.4 * 2 * report.failure_mass - 2 * error

    # And one that has learned to tell the largest component apart.
    def other_payoff(x):
        return np.tanh(5 * (x - 0.5 * (atoms[3] + atoms[1])))

    exact = np.sum(weights * other_payoff(atoms))
    difference = np.mean(other_payoff(samples)) - exact
    assert abs(difference) <= report.payoff_bound(1.0) + 2 * error


def test_components_are_drawn_with_their_weights():
    components, atoms = labelled_atoms("tanh")
    weights = np.array([0.3, 0.27, 0.03, 0.4])
    gan = mixture(components, weights)
    for selector in ("routed", "dense", "relu"):
        folded = mg.export.fold(gan, selector, delta=1e-5)
        samples = call(folded, inputs_of(folded, 200_000, seed=1))
        nearest = np.abs(samples - atoms).argmin(axis=1)
        counts = np.bincount(nearest, minlength=4)
        assert stats.chisquare(counts, 200_000 * weights).pvalue > 1e-3


@pytest.mark.parametrize("small", [0.0, 1e-8])
def test_negligible_components_are_left_out(small):
    weights = np.array([0.5, small, 0.3 - small, 0.2])
    gan = point_mixture(weights)
    for selector in ("routed", "relu"):
        folded = mg.export.fold(gan, selector)
        assert len(folded.components) == 3
        np.testing.assert_allclose(
            folded.mixture_weights, [0.5, 0.3, 0.2], atol=1e-6
        )
        assert folded.mixture_weights.sum() == pytest.approx(1.0, abs=1e-12)
        assert folded.report().dropped_components == {
            1: pytest.approx(small, abs=1e-9)
        }
        inputs = inputs_of(gan, 200)
        clear = clear_of_ramps(folded, inputs)
        np.testing.assert_allclose(
            call(folded, inputs)[clear],
            expected_samples(gan, inputs)[clear],
            atol=1e-5,
        )


def test_min_weight_decides_what_is_negligible():
    gan = point_mixture([0.5, 0.02, 0.48])
    assert len(mg.export.fold(gan).components) == 3
    assert len(mg.export.fold(gan, min_weight=0.0199).components) == 3
    folded = mg.export.fold(gan, min_weight=0.0201)
    assert len(folded.components) == 2
    np.testing.assert_allclose(
        folded.mixture_weights, [0.5 / 0.98, 0.48 / 0.98], atol=1e-6
    )
    # Weights of exactly 0 go even where nothing is negligible.
    empty = point_mixture([0.5, 0.0, 0.5])
    assert len(mg.export.fold(empty, min_weight=0.0).components) == 2
    with pytest.raises(ValueError, match="min_weight.*no component.*Received"):
        mg.export.fold(gan, min_weight=0.6)
    with pytest.raises(ValueError, match="min_weight.*nonnegative.*Received"):
        mg.export.fold(gan, min_weight=-0.1)


@pytest.mark.parametrize("selector", ["routed", "relu"])
def test_components_that_any_class_uses_stay(selector):
    weights = np.array([[0.7, 0.0], [0.0, 0.4], [0.3, 0.6], [1e-9, 1e-8]])
    gan = point_mixture(weights, num_classes=2)
    folded = mg.export.fold(gan, selector)
    assert len(folded.components) == 3
    np.testing.assert_allclose(folded.mixture_weights, weights[:3], atol=1e-6)
    np.testing.assert_allclose(folded.mixture_weights.sum(axis=0), 1.0)
    assert set(folded.report().dropped_components) == {3}
    inputs = inputs_of(gan, 400)
    inputs[1] = inputs[1] % 2
    clear = clear_of_ramps(folded, inputs)
    np.testing.assert_allclose(
        call(folded, inputs)[clear],
        expected_samples(gan, inputs)[clear],
        atol=1e-5,
    )
    lonely = point_mixture(np.array([[0.7, 0.5], [0.3, 0.5]]), num_classes=2)
    assert len(mg.export.fold(lonely, min_weight=0.6).components) == 1
    apart = point_mixture(np.eye(2) * 0.9 + 0.05, num_classes=2)
    assert len(mg.export.fold(apart, min_weight=0.5).components) == 2


def test_a_class_must_keep_a_component():
    weights = np.array([[1.0, 0.0], [0.0, 0.5], [0.0, 0.5]])
    gan = point_mixture(weights, num_classes=2)
    with pytest.raises(ValueError, match="class without any.*Received"):
        mg.export.fold(gan, min_weight=0.6)


@pytest.mark.parametrize("selector", ["routed", "relu"])
def test_averages_are_folded_where_the_model_keeps_them(selector):
    gan = tiny_gan()
    gan.compile(generator_optimizer=keras.optimizers.SGD(0.5), ema=0.9)
    gan.fit(points(), batch_size=6, verbose=0)
    folded = mg.export.fold(gan, selector)
    average, latest = gan.ema_generator_mixture, gan.generator_mixture
    for component, own, other in zip(
        folded.components, average.components, latest.components, strict=True
    ):
        for found, expected in zip(
            component.get_weights(), own.get_weights(), strict=True
        ):
            np.testing.assert_array_equal(found, expected)
        assert not np.array_equal(
            component.get_weights()[0], other.get_weights()[0]
        )
    np.testing.assert_allclose(
        folded.mixture_weights, average.probabilities, atol=1e-7
    )


@pytest.mark.parametrize("selector", ["dense", "relu"])
@pytest.mark.parametrize("kind", ["images", "weights of each class", "one"])
def test_folds_are_saved_whole(kind, selector, tmp_path):
    folded = mg.export.fold(MIXTURES[kind](), selector, delta=0.1)
    folded.save(tmp_path / "folded.keras")
    copy = keras.saving.load_model(tmp_path / "folded.keras")
    inputs = inputs_of(folded, 200)
    np.testing.assert_array_equal(call(folded, inputs), call(copy, inputs))
    assert copy.report() == folded.report()


def test_what_was_dropped_is_saved(tmp_path):
    folded = mg.export.fold(point_mixture([0.5, 0.02, 0.48]), min_weight=0.1)
    folded.save(tmp_path / "folded.keras")
    copy = keras.saving.load_model(tmp_path / "folded.keras")
    assert copy.report().dropped_components == folded.dropped != {}


def test_half_precision_leaves_the_selection_alone():
    keras.config.set_dtype_policy("mixed_float16")
    try:
        gan = point_mixture()
        folded = mg.export.fold(gan)
    finally:
        keras.config.set_dtype_policy("float32")
    inputs = inputs_of(gan, 20_000)
    chosen = chosen_components(WEIGHTS, inputs[0][:, -1])
    outputs = np.stack(
        [call(c, [inputs[0][:, :-1]]) for c in gan.generator_mixture.components]
    )
    expected = outputs[chosen, np.arange(20_000)]
    assert np.abs(call(folded, inputs) - expected).max() < 0.05


def test_only_mixtures_are_folded():
    network = constant_network([0.0])
    with pytest.raises(ValueError, match="`gan` must be a `MixGAN`.*Received"):
        mg.export.fold(network)
    with pytest.raises(ValueError, match="must be a `MixGAN`.*Functional|Seq"):
        mg.export.to_saved_model(network, "never")


@pytest.mark.parametrize("delta", [0.0, -0.1, 0.6, "small", None, True])
def test_delta_is_a_probability(delta):
    with pytest.raises(ValueError, match="`delta`.*Received"):
        mg.export.fold(point_mixture(), "relu", delta=delta)


def test_an_output_layer_without_gate_names_the_ways_out():
    def leaky():
        layers = [keras.layers.Dense(2), keras.layers.LeakyReLU()]
        return keras.Sequential([keras.Input((3,)), *layers])

    gan = mixture([leaky(), leaky()], [0.5, 0.5])
    with pytest.raises(ValueError, match="output_range.*routed.*Received"):
        mg.export.fold(gan, "relu")
    folded = mg.export.fold(gan, "relu", output_range=(-20, 20))
    assert folded.gate[:3] == ("bounded", -20.0, 20.0)
    inputs = inputs_of(gan, 100)
    clear = clear_of_ramps(folded, inputs)
    np.testing.assert_allclose(
        call(folded, inputs)[clear],
        expected_samples(gan, inputs)[clear],
        atol=1e-5,
    )


@pytest.mark.parametrize(
    "weights",
    [[1.0], [0.5, 0.4], [1.5, -0.5], [np.nan, 0.5], [[0.5, 1.0], [0.5, 0.0]]],
)
def test_weights_must_fit_the_components(weights):
    components = [constant_network([v]) for v in (0.0, 1.0)]
    with pytest.raises(ValueError, match="`mixture_weights`.*Received"):
        mg.export.FoldedGenerator(components, weights)


def test_the_relu_selector_needs_a_gate():
    components = [constant_network([v]) for v in (0.0, 1.0)]
    with pytest.raises(ValueError, match="`gate`.*`fold`.*Received"):
        mg.export.FoldedGenerator(components, [0.5, 0.5], "relu")
