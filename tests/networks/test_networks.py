import keras
import numpy as np
import pytest

import mixgan_tf as mg
from mixgan_tf.networks.dcgan import feature_map_sides
from tests.models import differ
from tests.models import weights_of

# One line for each pair: generator, discriminator, shape of a sample.
PAIRS = {
    "dcgan_28x28x1": (
        lambda k: mg.networks.DCGANGenerator(
            (28, 28, 1), latent_dim=6, width=4, num_classes=k
        ),
        lambda k: mg.networks.DCGANDiscriminator(
            (28, 28, 1), width=4, num_classes=k
        ),
        (28, 28, 1),
    ),
    "dcgan_32x32x3": (
        lambda k: mg.networks.DCGANGenerator(
            (32, 32, 3), latent_dim=6, width=4, num_classes=k
        ),
        lambda k: mg.networks.DCGANDiscriminator(
            (32, 32, 3), width=4, batch_normalization=True, num_classes=k
        ),
        (32, 32, 3),
    ),
    "mlp": (
        lambda k: mg.networks.MLPGenerator(2, latent_dim=6, num_classes=k),
        lambda k: mg.networks.MLPDiscriminator(2, num_classes=k),
        (2,),
    ),
}


@pytest.fixture(params=sorted(PAIRS))
def pair(request):
    return PAIRS[request.param]


@pytest.fixture(params=[None, 4], ids=["unconditional", "conditional"])
def classes(request):
    return request.param


def inputs(x, classes):
    if classes is None:
        return x
    return [x, (np.arange(len(x)) % classes).astype("int32")]


def test_shapes_and_range(pair, classes):
    generator, discriminator = pair[0](classes), pair[1](classes)
    latents = np.random.default_rng(0).normal(size=(5, 6)).astype("float32")
    samples = generator(inputs(latents, classes))
    assert samples.shape == (5, *pair[2])
    low, high = getattr(generator, "output_range", (-np.inf, np.inf))
    assert np.min(samples) >= low
    assert np.max(samples) <= high
    logits = discriminator(inputs(np.asarray(samples), classes))
    assert logits.shape == (5, 1)
    assert np.ptp(logits) > 0


def test_classes_matter(pair):
    generator, discriminator = pair[0](4), pair[1](4)
    x = np.ones((1, 6), "float32")
    zero, one = np.array([0], "int32"), np.array([1], "int32")
    assert differ([generator([x, zero])], [generator([x, one])])
    sample = np.full((1, *pair[2]), 0.5, "float32")
    assert differ(
        [discriminator([sample, zero])], [discriminator([sample, one])]
    )


def test_config_rebuilds_the_network(pair, classes):
    for make in pair[:2]:
        network = make(classes)
        config = keras.saving.serialize_keras_object(network)
        copy = keras.saving.deserialize_keras_object(config)
        assert [w.shape for w in copy.weights] == [
            w.shape for w in network.weights
        ]
        copy.set_weights(network.get_weights())
        assert copy.get_config() == network.get_config()


def test_keras_file_round_trip(pair, classes, tmp_path):
    network = pair[0](classes)
    network.save(tmp_path / "network.keras")
    copy = keras.saving.load_model(tmp_path / "network.keras")
    assert not differ(weights_of(network), weights_of(copy))


def test_trains_alone(pair, classes):
    discriminator = pair[1](classes)
    discriminator.compile("sgd", keras.losses.BinaryCrossentropy(True))
    x = np.random.default_rng(0).normal(size=(8, *pair[2])).astype("float32")
    before = weights_of(discriminator)
    discriminator.fit(inputs(x, classes), np.ones(8), verbose=0)
    assert differ(before, weights_of(discriminator))


def test_width_sets_the_channels():
    network = mg.networks.DCGANGenerator((32, 32, 3), width=64)
    channels = [
        layer.filters
        for layer in network.layers
        if isinstance(layer, keras.layers.Conv2DTranspose)
    ]
    assert network.get_layer("project").units == 4 * 4 * 256
    assert channels == [128, 64, 3]


def test_layers_start_from_numbers_of_their_own():
    network = mg.networks.DCGANGenerator((32, 32, 3), width=4)
    kernels = [w for w in network.trainable_weights if w.name == "kernel"]
    first = [round(float(np.ravel(k)[0]), 6) for k in kernels]
    assert len(set(first)) == len(kernels) > 3


@pytest.mark.parametrize(
    ("side", "sides"), [(28, [7, 14, 28]), (32, [4, 8, 16, 32]), (8, [4, 8])]
)
def test_feature_maps_double(side, sides):
    assert feature_map_sides((side, side, 1)) == sides


@pytest.mark.parametrize(
    "shape", [(28, 32, 1), (27, 27, 1), (28, 28), (4, 4, 1)]
)
def test_bad_image_shape_is_refused(shape):
    with pytest.raises(ValueError, match="image_shape.*Received"):
        mg.networks.DCGANGenerator(shape)
