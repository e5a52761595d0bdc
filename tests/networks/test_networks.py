import keras
import numpy as np
import pytest

import mixgan_tf as mg
from mixgan_tf.networks.feature_maps import feature_map_sides
from tests.models import differ
from tests.models import weights_of


def make_pair(family, shape, generator=None, discriminator=None):
    size = shape if len(shape) == 3 else shape[0]

    def maker(role, **arguments):
        network = getattr(mg.networks, family + role)
        return lambda k: network(size, width=4, num_classes=k, **arguments)

    return (
        maker("Generator", latent_dim=6, **(generator or {})),
        maker("Discriminator", **(discriminator or {})),
        shape,
    )


# One line for each pair: family, shape of a sample, arguments of either.
PAIRS = {
    "dcgan_28x28x1": make_pair("DCGAN", (28, 28, 1)),
    "dcgan_32x32x3": make_pair(
        "DCGAN", (32, 32, 3), {}, {"normalization": "batch"}
    ),
    "dcgan_64x64x3": make_pair(
        "DCGAN",
        (64, 64, 3),
        {"latent_distribution": "uniform"},
        {"conditioning": "auxiliary", "latent_dim": 6},
    ),
    "dcgan_instance": make_pair(
        "DCGAN",
        (8, 8, 3),
        {"normalization": "instance"},
        {
            "normalization": "instance",
            "spectral_normalization": True,
            "conditioning": "concatenation",
        },
    ),
    "resnet_32x32x3": make_pair(
        "ResNet",
        (32, 32, 3),
        {},
        {"spectral_normalization": True, "latent_dim": 6},
    ),
    "resnet_layer": make_pair(
        "ResNet",
        (8, 8, 1),
        {"normalization": "layer", "latent_distribution": "uniform"},
        {
            "normalization": "layer",
            "dropout": 0.1,
            "conditioning": "class_logits",
        },
    ),
    "mlp": make_pair("MLP", (2,)),
    "mlp_concatenation": make_pair(
        "MLP", (2,), {}, {"conditioning": "concatenation"}
    ),
}


@pytest.fixture(params=sorted(PAIRS))
def pair(request):
    return PAIRS[request.param]


@pytest.fixture(params=[None, 4], ids=["unconditional", "conditional"])
def classes(request):
    return request.param


def inputs(network, x):
    if len(network.inputs) == 1:
        return x
    return [x, (np.arange(len(x)) % 4).astype("int32")]


def test_shapes_and_range(pair, classes):
    generator, discriminator = pair[0](classes), pair[1](classes)
    latents = np.random.default_rng(0).normal(size=(5, 6)).astype("float32")
    samples = generator(inputs(generator, latents))
    assert samples.shape == (5, *pair[2])
    low, high = getattr(generator, "output_range", (-np.inf, np.inf))
    assert np.min(samples) >= low
    assert np.max(samples) <= high
    outputs = discriminator(inputs(discriminator, np.asarray(samples)))
    sizes = {"logit": 1, "class_logits": 4, "latents": 6}
    heads = outputs if isinstance(outputs, dict) else {"logit": outputs}
    assert "logit" in heads or "class_logits" in heads
    for name, values in heads.items():
        assert values.shape == (5, sizes[name])
        assert np.ptp(values, axis=0).min() > 0


def test_classes_matter(pair):
    zero, one = np.array([0], "int32"), np.array([1], "int32")
    sample = np.full((1, *pair[2]), 0.5, "float32")
    latents = np.ones((1, 6), "float32")
    for make, x in zip(pair[:2], (latents, sample), strict=True):
        network = make(4)
        if len(network.inputs) == 2:
            first, second = (
                keras.tree.flatten(network([x, y])) for y in (zero, one)
            )
            assert differ(first, second)
        else:
            assert network.output["class_logits"].shape[1] == 4


def test_config_rebuilds_the_network(pair):
    for make in pair[:2]:
        network = make(4)
        config = keras.saving.serialize_keras_object(network)
        copy = keras.saving.deserialize_keras_object(config)
        assert [w.path for w in copy.weights] == [
            w.path for w in network.weights
        ]
        assert [w.shape for w in copy.weights] == [
            w.shape for w in network.weights
        ]
        assert copy.get_config() == network.get_config()


def test_keras_file_round_trip(pair, tmp_path):
    for make in pair[:2]:
        network = make(4)
        network.save(tmp_path / "network.keras")
        copy = keras.saving.load_model(tmp_path / "network.keras")
        assert not differ(weights_of(network), weights_of(copy))


def test_trains_alone(pair):
    discriminator = pair[1](4)
    # A loss for each head; tracing takes long.
    discriminator.compile("sgd", "mse", run_eagerly=True)
    samples = np.random.default_rng(0).normal(size=(8, *pair[2]))
    x = inputs(discriminator, samples.astype("float32"))
    targets = keras.tree.map_structure(np.ones_like, discriminator(x))
    before = [w.numpy() for w in discriminator.trainable_weights]
    discriminator.fit(x, targets, verbose=0)
    for old, new in zip(before, discriminator.trainable_weights, strict=True):
        assert not np.array_equal(old, new), new.path


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


def test_resnet_blocks_are_those_of_the_papers():
    discriminator = mg.networks.ResNetDiscriminator(
        (32, 32, 3), spectral_normalization=True
    )
    blocks = [
        (layer.name, layer.output.shape[1:])
        for layer in discriminator.layers
        if isinstance(layer, keras.layers.Add)
    ]
    assert blocks == [
        ("down_to_16", (16, 16, 128)),
        ("down_to_8", (8, 8, 128)),
        ("same_0", (8, 8, 128)),
        ("same_1", (8, 8, 128)),
    ]
    first = discriminator.get_layer("down_to_16_conv_0")
    assert first.input is discriminator.input  # without ReLU
    # Weights of the table's convolutions, shortcuts and linear layer.
    c = 128
    kernels = 3 * 9 * c + 3 * c + 7 * 9 * c * c + c * c + c
    assert discriminator.count_params() == kernels + (8 + 2) * c + 1 + (
        (8 + 2) * c + 1  # the vectors u
    )
    generator = mg.networks.ResNetGenerator((32, 32, 3))
    sides = [
        layer.output.shape[1:]
        for layer in generator.layers
        if isinstance(layer, keras.layers.Add)
    ]
    assert sides == [(side, side, 256) for side in (8, 16, 32)]


@pytest.mark.parametrize(
    ("side", "down"),
    [(8, [4]), (16, [8]), (28, [14, 7]), (64, [32, 16, 8])],
)
def test_resnet_halves_until_sides_are_small(side, down):
    network = mg.networks.ResNetDiscriminator((side, side, 1), width=2)
    names = [layer.name for layer in network.layers]
    found = [n for n in names if n.startswith("down_") and n.count("_") == 2]
    assert found == [f"down_to_{side}" for side in down]


def test_resnet_sums_over_places():
    network = mg.networks.ResNetDiscriminator((8, 8, 1), width=2)
    penultimate = network.get_layer("logit").input
    maps = network.get_layer("same_1").output
    x = np.random.default_rng(0).normal(size=(3, 8, 8, 1)).astype("float32")
    features, maps = keras.Model(network.input, [penultimate, maps])(x)
    expected = np.maximum(maps, 0).sum(axis=(1, 2))
    np.testing.assert_allclose(features, expected, rtol=1e-5)
    assert np.max(features) > 0
