import numpy as np
import pytest
import tensorflow as tf
from scipy import stats

import mixgan_tf as mg
from mixgan_tf.model import sampling
from mixgan_tf.model.sampler import component_runners
from tests.models import differ
from tests.models import set_logits
from tests.models import tiny_gan


def labelled_gan(weights, num_classes=None):
    """A mixture whose component `i` makes points near `(10 i, 10 i)`."""
    gan = tiny_gan(num_generators=len(weights), num_classes=num_classes)
    for i, generator in enumerate(gan.generator_mixture.components):
        *rest, bias = generator.get_weights()
        generator.set_weights([*(0.01 * w for w in rest), bias + 10 * i])
    set_logits(gan, np.log(weights))
    return gan


def component_of(samples):
    return np.round(samples[:, 0] / 10).astype(int)


def test_component_frequencies_follow_the_weights():
    weights = np.array([0.5, 0.3, 0.15, 0.05])
    samples = labelled_gan(weights).sample(20_000, seed=1)
    counts = np.bincount(component_of(samples), minlength=4)
    assert stats.chisquare(counts, 20_000 * weights).pvalue > 1e-3


def test_components_of_neighbouring_samples_are_independent():
    chosen = component_of(labelled_gan([0.5, 0.5]).sample(4000, seed=2))
    pairs = np.bincount(2 * chosen[:-1] + chosen[1:], minlength=4)
    assert stats.chisquare(pairs).pvalue > 1e-3


def test_selection_law_is_exact_for_many_weights():
    random = np.random.default_rng(0)
    weights = random.dirichlet(np.ones(7))
    h = tf.constant(random.normal(size=100_000), tf.float32)
    thresholds = sampling.selector_thresholds(weights)
    chosen = sampling.select_components(h, thresholds)
    counts = np.bincount(chosen, minlength=7)
    assert stats.chisquare(counts, 100_000 * weights).pvalue > 1e-3


def test_thresholds_are_gaussian_quantiles():
    np.testing.assert_allclose(
        sampling.selector_thresholds([0.2, 0.5, 0.3]),
        stats.norm.ppf([0.2, 0.7]),
        atol=1e-9,
    )
    np.testing.assert_array_equal(
        sampling.selector_thresholds([0.0, 1.0, 0.0]), [-np.inf, np.inf]
    )


def test_each_sample_costs_one_generator_evaluation():
    gan = labelled_gan([0.5, 0.3, 0.2])
    rows = []

    def counting(run):
        def counted(inputs):
            rows.append(len(inputs))
            return run(inputs)

        return counted

    runners = component_runners(gan.player("generator"), 3, False)
    gan._runners = [counting(r) for r in runners]
    gan.sample(1000, seed=0, batch_size=100)
    assert sum(rows) == 1000
    assert max(rows) <= 100


def test_same_seed_same_samples_and_a_prefix_of_more():
    gan = labelled_gan([0.5, 0.5], num_classes=3)
    samples = gan.sample(20, seed=4)
    np.testing.assert_array_equal(samples, gan.sample(20, seed=4))
    np.testing.assert_array_equal(samples[:7], gan.sample(7, seed=4))
    np.testing.assert_allclose(
        samples, gan.sample(20, seed=4, batch_size=3), atol=1e-6
    )
    assert differ([samples], [gan.sample(20, seed=5)])
    assert differ([gan.sample(20)], [gan.sample(20)])


def test_one_component_on_request():
    gan = labelled_gan([0.98, 0.01, 0.01])
    assert (component_of(gan.sample(50, seed=0, component=2)) == 2).all()


def test_authors_way_shares_a_component_in_each_batch():
    gan = labelled_gan([0.5, 0.5])
    samples = gan.sample(1000, seed=3, batch_size=10, per_batch=True)
    blocks = component_of(samples).reshape(100, 10)
    assert (blocks == blocks[:, :1]).all()
    assert 30 < blocks[:, 0].sum() < 70


def test_labels_reach_the_generator():
    gan = tiny_gan(num_classes=3)
    one = gan.sample(6, seed=0, labels=np.array([0, 1, 2, 0, 1, 2]))
    other = gan.sample(6, seed=0, labels=2)
    np.testing.assert_allclose(one[[2, 5]], other[[2, 5]], atol=1e-6)
    assert differ([one[[0, 1]]], [other[[0, 1]]])


def test_call_selects_by_the_last_coordinate():
    gan = labelled_gan([0.25, 0.5, 0.25])
    latents = np.zeros((3, 4), "float32")
    latents[:, -1] = [-2.0, 0.0, 2.0]
    np.testing.assert_array_equal(
        component_of(np.asarray(gan(latents))), [0, 1, 2]
    )
    np.testing.assert_allclose(
        gan.predict(latents, verbose=0), gan(latents), atol=1e-5
    )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (dict(num=0), "num"),
        (dict(num=2.5), "num"),
        (dict(num=3, component=3), "component"),
        (dict(num=3, batch_size=0), "batch_size"),
        (dict(num=3, labels=[0, 1, 2]), "labels"),
    ],
)
def test_bad_arguments(arguments, message):
    with pytest.raises(ValueError, match=f"{message}.*Received"):
        tiny_gan().sample(**arguments)


@pytest.mark.parametrize(
    "labels", [[0, 1], [0, 1, 3], [0, 1, -1], [0.5, 1.0, 2.0]]
)
def test_bad_labels(labels):
    with pytest.raises(ValueError, match="(?i)labels.*Received"):
        tiny_gan(num_classes=3).sample(3, labels=labels)


def test_float_samples_of_a_published_range(gan):
    images = mg.MixGAN(
        mg.networks.DCGANGenerator((8, 8, 1), latent_dim=4, width=4)
    ).sample(3, seed=0)
    assert images.dtype == np.float32
    assert np.abs(images).max() <= 1
