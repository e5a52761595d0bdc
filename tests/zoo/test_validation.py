"""The scores by which a recipe's best weights are chosen."""

import types

import numpy as np
import pytest
from mixgan_tf.zoo.recipes import mix_mlp_grid
from mixgan_tf.zoo.validation import MissedModes
from mixgan_tf.zoo.validation import validation_score

import mixgan_tf as mg


def sampler_of(centers, sd):
    """Has a `sample` of Gaussians of known places."""

    def sample(num, seed):
        draw = np.random.default_rng(seed)
        chosen = centers[np.arange(num) % len(centers)]
        return chosen + sd * draw.standard_normal((num, 2))

    return types.SimpleNamespace(sample=sample)


@pytest.fixture
def score():
    return validation_score(mix_mlp_grid.get_config())


def test_data_miss_no_mode(score):
    assert isinstance(score, MissedModes)
    strays = np.exp(-(3.0**2) / 2)  # of a Gaussian in the plane
    found = score(sampler_of(mg.data.grid_centers(), 0.05))
    np.testing.assert_allclose(found, strays, atol=0.004)


def test_missing_modes_and_strays_are_counted(score):
    centers = mg.data.grid_centers()
    np.testing.assert_allclose(
        score(sampler_of(centers[:10], 0.001)), 15.0, atol=1e-6
    )
    between = np.concatenate([centers[:20], centers[:20] + 1.0])
    np.testing.assert_allclose(
        score(sampler_of(between, 0.001)), 5.5, atol=1e-6
    )


def test_protocol_says_what_was_sampled(score):
    assert score.describe() == {
        "score": "missed_modes_and_strays",
        "modes": "grid",
        "samples": {"num": 10_000, "seed": 1_000_003},
    }


def test_no_validation_no_score():
    recipe = mix_mlp_grid.get_config()
    recipe.validation.every = 0
    assert validation_score(recipe) is None
