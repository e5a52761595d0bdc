import keras
import numpy as np
import pytest
import tensorflow as tf
from mixgan_tf.export.saved_model.stacked_components import StackedComponents
from mixgan_tf.export.saved_model.stacked_components import same_architecture

import mixgan_tf as mg
from mixgan_tf.model.mixture import fresh_copies
from tests.export.mixtures import image_mixture


def functional(width=4):
    inputs = keras.Input((3,))
    x = keras.layers.Dense(width, activation="tanh")(inputs)
    return keras.Model(inputs, keras.layers.Dense(2)(x))


@pytest.mark.parametrize(
    "template",
    [
        lambda: functional(),
        lambda: keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)]),
        lambda: mg.networks.DCGANGenerator((8, 8, 1), latent_dim=3, width=4),
    ],
)
def test_copies_are_alike(template):
    network = template()
    assert same_architecture(fresh_copies(network, 3))
    assert same_architecture([network])


def test_networks_built_one_by_one_are_alike():
    shape = (8, 8, 1)
    assert same_architecture(
        [mg.networks.DCGANGenerator(shape, width=4) for _ in "ab"]
    )


def test_networks_that_differ_are_not_alike():
    network = functional()
    assert not same_architecture([network, functional(width=5)])
    (other,) = fresh_copies(network, 1)
    other.layers[1].activation = keras.activations.relu
    assert not same_architecture([network, other])


@pytest.mark.parametrize("num_classes", [None, 3])
def test_each_row_runs_through_its_own_component(num_classes):
    components = image_mixture(
        num_classes=num_classes
    ).generator_mixture.components
    stacked = StackedComponents(components)
    random = np.random.default_rng(0)
    latents = random.normal(size=(12, 4)).astype("float32")
    labels = None
    if num_classes:
        labels = random.integers(num_classes, size=12).astype("int32")
    inputs = latents if labels is None else [latents, labels]
    outputs = np.stack([c(inputs, training=False) for c in components])
    route = tf.function(stacked.route, autograph=False)
    for chosen in (random.integers(3, size=12), np.full(12, 1)):
        found = route(
            components, tf.constant(chosen, tf.int32), latents, labels
        )
        expected = outputs[chosen, np.arange(12)]
        np.testing.assert_allclose(found, expected, atol=1e-5)
    assert np.abs(outputs[0] - outputs[1]).mean() > 0.05


def test_an_empty_batch_gives_no_samples():
    components = image_mixture().generator_mixture.components
    stacked = StackedComponents(components)
    found = stacked.route(
        components, tf.zeros([0], tf.int32), tf.zeros([0, 4]), None
    )
    assert found.shape == (0, 8, 8, 1)


def test_the_graph_does_not_grow_with_the_mixture():
    def nodes(num):
        components = fresh_copies(functional(), num)
        stacked = StackedComponents(components)
        graph = (
            tf.function(
                lambda chosen, latents: stacked.route(
                    components, chosen, latents, None
                )
            )
            .get_concrete_function(
                tf.TensorSpec([None], tf.int32), tf.TensorSpec([None, 3])
            )
            .graph
        )
        functions = graph.as_graph_def().library.function
        return sum(len(f.node_def) for f in functions)

    assert nodes(2) == nodes(7) > 0
