from statistics import NormalDist

import keras
import numpy as np
import pytest

import mixgan_tf as mg

DISCRIMINATORS = {
    "dcgan": lambda **kw: mg.networks.DCGANDiscriminator(
        (8, 8, 1), width=2, **kw
    ),
    "resnet": lambda **kw: mg.networks.ResNetDiscriminator(
        (8, 8, 1), width=2, **kw
    ),
    "mlp": lambda **kw: mg.networks.MLPDiscriminator(2, width=4, **kw),
}
GENERATORS = {
    "dcgan": lambda **kw: mg.networks.DCGANGenerator(
        (8, 8, 1), latent_dim=3, width=2, **kw
    ),
    "resnet": lambda **kw: mg.networks.ResNetGenerator(
        (8, 8, 1), latent_dim=3, width=2, **kw
    ),
}
HEADS = {
    "projection": (2, {"logit": 1}),
    "concatenation": (2, {"logit": 1}),
    "auxiliary": (1, {"logit": 1, "class_logits": 4}),
    "class_logits": (1, {"class_logits": 4}),
}


@pytest.fixture(params=sorted(DISCRIMINATORS))
def make(request):
    return DISCRIMINATORS[request.param]


def heads_of(network):
    output = network.output
    heads = output if isinstance(output, dict) else {"logit": output}
    assert {head.dtype for head in heads.values()} == {"float32"}
    return {name: head.shape[1] for name, head in heads.items()}


@pytest.mark.parametrize("conditioning", sorted(HEADS))
def test_inputs_and_heads(make, conditioning):
    inputs, heads = HEADS[conditioning]
    network = make(num_classes=4, conditioning=conditioning)
    assert len(network.inputs) == inputs
    assert heads_of(network) == heads
    assert isinstance(network.output, dict) == (inputs == 1)
    # Without classes there is nothing to condition on.
    network = make(conditioning=conditioning)
    assert len(network.inputs) == 1
    assert heads_of(network) == {"logit": 1}
    assert not isinstance(network.output, dict)


@pytest.mark.parametrize("conditioning", sorted(HEADS))
@pytest.mark.parametrize("name", ["dcgan", "resnet"])
def test_latents_are_one_more_head(name, conditioning):
    make = DISCRIMINATORS[name]
    network = make(num_classes=4, conditioning=conditioning, latent_dim=5)
    assert heads_of(network) == {**HEADS[conditioning][1], "latents": 5}
    assert heads_of(make(latent_dim=5)) == {"logit": 1, "latents": 5}


def test_unknown_conditioning_is_refused(make):
    with pytest.raises(
        ValueError, match="`conditioning`.*'auxiliary'.*Received: .*'x'"
    ):
        make(num_classes=4, conditioning="x")


@pytest.mark.parametrize("name", sorted(DISCRIMINATORS))
def test_concatenated_label_is_constant_over_the_image(name):
    network = DISCRIMINATORS[name](num_classes=3, conditioning="concatenation")
    input_name = network.inputs[0].name
    read = network.get_layer(f"{input_name}_and_label").output
    shape = (2, *network.inputs[0].shape[1:])
    x = np.random.default_rng(0).normal(size=shape).astype("float32")
    result = keras.Model(network.inputs, read)([x, np.array([2, 0])])
    labels = np.array([[0, 0, 1], [1, 0, 0]])
    if len(shape) == 4:
        labels = np.tile(labels[:, None, None], (1, *shape[1:3], 1))
    np.testing.assert_array_equal(result, np.concatenate([x, labels], -1))


def test_projection_is_the_logit_plus_a_product():
    network = DISCRIMINATORS["mlp"](num_classes=3)
    features = network.get_layer("unconditional_logit").input
    x = np.random.default_rng(0).normal(size=(3, 2)).astype("float32")
    y = np.array([2, 0, 2])
    h = keras.Model(network.inputs, features)([x, y]).numpy()
    kernel, bias = network.get_layer("unconditional_logit").get_weights()
    (vectors,) = network.get_layer("class_vectors").get_weights()
    expected = h @ kernel[:, 0] + bias + np.sum(h * vectors[y], axis=1)
    np.testing.assert_allclose(network([x, y])[:, 0], expected, atol=1e-6)


def test_spectral_normalisation_bounds_what_makes_the_logit():
    def normalised(**arguments):
        network = DISCRIMINATORS["dcgan"](
            spectral_normalization=True, num_classes=4, **arguments
        )
        kind = mg.networks.SpectralNormalization
        return [x.name for x in network.layers if isinstance(x, kind)]

    assert normalised() == ["down_to_4", "class_vectors", "unconditional_logit"]
    for conditioning, head in (
        ("concatenation", "logit"),
        ("auxiliary", "logit"),  # not its class logits: they must grow
        ("class_logits", "class_logits"),
    ):
        assert normalised(conditioning=conditioning, latent_dim=3) == [
            "down_to_4",
            head,
        ]


@pytest.mark.parametrize(
    ("dtype", "tolerance"), [("float64", 8e-8), ("float32", 3e-7)]
)
def test_gaussian_to_uniform_is_the_normal_cdf(dtype, tolerance):
    x = np.linspace(-8, 8, 801)
    expected = [NormalDist().cdf(value) for value in x]
    outputs = mg.networks.GaussianToUniform(dtype=dtype)(x.astype(dtype))
    np.testing.assert_allclose(outputs, expected, atol=tolerance)
    assert np.min(outputs) >= 0
    assert np.max(outputs) <= 1
    assert np.min(np.diff(outputs)) >= -tolerance


@pytest.mark.parametrize("name", sorted(GENERATORS))
def test_uniform_latents_drive_the_generator(name):
    normal = GENERATORS[name](num_classes=4)
    uniform = GENERATORS[name](num_classes=4, latent_distribution="uniform")
    uniform.set_weights(normal.get_weights())
    z = np.random.default_rng(0).normal(size=(3, 3)).astype("float32")
    cdf = np.vectorize(NormalDist().cdf)(z).astype("float32")
    labels = np.array([0, 1, 3], "int32")
    np.testing.assert_allclose(
        uniform([z, labels]), normal([cdf, labels]), atol=1e-5
    )
    assert not np.allclose(uniform([z, labels]), normal([z, labels]), atol=1e-4)
    with pytest.raises(ValueError, match="'normal', 'uniform'.*Received"):
        GENERATORS[name](latent_distribution="x")
