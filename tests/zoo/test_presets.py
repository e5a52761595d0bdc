"""The contract of every preset that comes with the package."""

import hashlib
import json

import numpy as np
import pytest
from mixgan_tf.zoo.recipes.base import base_config

import mixgan_tf as mg
from mixgan_tf.saving import preset_folders

PRESETS = mg.zoo.list_presets()


@pytest.fixture(params=PRESETS)
def preset(request):
    return request.param


def test_there_are_presets():
    assert "mix_dcgan_mnist" in PRESETS


def test_files_are_complete_and_small(preset):
    metadata = preset_folders.read_metadata(preset)
    folder = preset_folders.find(preset)
    for name in ("config.json", "generators.weights.h5", "samples.png"):
        content = (folder / name).read_bytes()
        assert metadata["sha256"][name] == hashlib.sha256(content).hexdigest()
    size = sum(f.stat().st_size for f in folder.iterdir())
    assert size < 12 * 10**6
    assert metadata["command"].startswith("mixgan train --recipe=")
    assert metadata["commit"]


def test_recipe_is_the_one_in_the_package(preset):
    import runpy

    from ml_collections import config_flags  # noqa: F401

    metadata = preset_folders.read_metadata(preset)
    name = metadata["command"].partition("--recipe=")[2].split()[0]
    module = runpy.run_path(str(mg.zoo.recipe_path(name)))
    recipe = json.loads(module["get_config"]().to_json_best_effort())
    # Entries that came later hold what the preset was made with: the default.
    defaults = json.loads(base_config().to_json_best_effort())
    assert recipe == {**defaults, **metadata["recipe"]}
    later = set(recipe) - set(metadata["recipe"])
    assert all(recipe[entry] == defaults[entry] for entry in later)


def test_samples_by_name(preset):
    gan = mg.MixGAN.from_preset(preset)
    metadata = preset_folders.read_metadata(preset)
    samples = gan.sample(8, seed=0)
    assert samples.shape == (8, *metadata["sample_shape"])
    assert np.isfinite(samples).all()
    assert samples.std() > 0.1
    alone = mg.MixGAN.from_preset(preset, load_discriminators=False)
    np.testing.assert_allclose(samples, alone.sample(8, seed=0), atol=1e-6)


def test_components_differ_from_each_other(preset):
    gan = mg.MixGAN.from_preset(preset, load_discriminators=False)
    labels = None if gan.num_classes is None else 3
    samples = [
        gan.sample(16, seed=0, labels=labels, component=i)
        for i in range(gan.num_generators)
    ]
    for i in range(1, len(samples)):
        assert np.abs(samples[i] - samples[0]).mean() > 0.02


# Mean and standard deviation of gan.sample(64, seed=0), and the first channel
# in the middle of the first six.
OUTPUTS = {
    "dcgan_cifar10": [
        *(-0.0729, 0.5060),
        *(-0.3042, 0.4333, -0.2967, 0.3882, -0.1460, 0.6949),
    ],
    "dcgan_mnist": [
        *(-0.7401, 0.6133),
        *(0.6973, -1.0000, 0.9883, 0.9877, -0.2082, 0.9866),
    ],
    "dcgan_stacked_mnist": [
        *(-0.7349, 0.6364),
        *(-0.9439, 0.9999, -0.8354, -0.9957, -0.9957, 0.9154),
    ],
    "mix_dcgan_cifar10": [
        *(-0.0608, 0.4695),
        *(-0.6112, 0.3826, 0.4408, -0.5511, 0.4646, 0.2274),
    ],
    "mix_dcgan_mnist": [
        *(-0.7215, 0.6356),
        *(0.4480, -1.0000, 0.9849, 0.9961, -0.9708, 0.9939),
    ],
    "mix_dcgan_stacked_mnist": [
        *(-0.7385, 0.6248),
        *(-0.9997, 0.9825, -0.9641, -1.0000, 0.7519, -0.8574),
    ],
    "mix_mlp_grid": [
        *(-0.1512, 2.9421),
        *(1.9444, 1.9895, -4.0458, 0.0490, -4.0427, -3.9038),
    ],
    "mix_wgan_gp_cifar10": [
        *(-0.0736, 0.5071),
        *(-0.1066, 0.1385, 0.4208, -0.0444, 0.5792, 0.4347),
    ],
    "mlp_grid": [
        *(0.0112, 2.9737),
        *(0.0487, -1.9371, 0.0206, 4.1012, 0.0185, 3.9797),
    ],
    "wgan_gp_cifar10": [
        *(-0.0495, 0.5066),
        *(0.7367, 0.2184, 0.0382, 0.3426, 0.2567, -0.1495),
    ],
}


def test_outputs_have_not_drifted(preset):
    samples = mg.MixGAN.from_preset(preset).sample(64, seed=0)
    half = [side // 2 for side in samples.shape[1:-1]]
    middle = samples[(slice(None), *half, 0)]
    np.testing.assert_allclose(
        [samples.mean(), samples.std(), *middle[:6]],
        OUTPUTS[preset],
        atol=1e-3,
    )
