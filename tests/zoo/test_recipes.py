"""The contract of every recipe: it builds and takes a step."""

import runpy

import numpy as np
import pytest
import tensorflow as tf

import mixgan_tf as mg


@pytest.fixture(params=mg.zoo.list_recipes())
def recipe(request):
    module = runpy.run_path(str(mg.zoo.recipe_path(request.param)))
    return module["get_config"]()


def test_every_recipe_builds_and_trains_a_step(recipe):
    for network in (recipe.generator, recipe.discriminator):
        network.width = 4
    # Tracing takes the time: as few networks and updates as are a mixture.
    recipe.batch_size = 6
    recipe.num_generators = recipe.num_discriminators = 2
    recipe.discriminator_steps = 1
    gan = mg.zoo.build_model(recipe)
    assert gan.num_generators == 2
    if recipe.dataset.name in ("digits", "ring", "grid"):
        dataset = mg.zoo.build_dataset(recipe)
    else:
        shape = (6, *recipe.image_shape)
        x = np.random.default_rng(0).uniform(-1, 1, shape).astype("float32")
        y = np.arange(6, dtype="int32")
        dataset = tf.data.Dataset.from_tensors((x, y)).repeat()
    history = gan.fit(dataset, steps_per_epoch=1, verbose=0).history
    assert np.isfinite(list(history.values())).all()


def test_learning_rates_fall_as_the_recipe_says():
    module = runpy.run_path(str(mg.zoo.recipe_path("mix_mlp_ring")))
    recipe = module["get_config"]()
    recipe.num_generators = recipe.num_discriminators = 1
    recipe.steps = 4
    recipe.discriminator_steps = 2
    recipe.final_learning_rate_fraction = 0.25
    gan = mg.zoo.build_model(recipe)
    gan.fit(mg.zoo.build_dataset(recipe), steps_per_epoch=4, verbose=0)
    for player in ("generator", "discriminator"):
        rate = getattr(gan, f"{player}_optimizer").learning_rate
        assert float(rate) == pytest.approx(0.25e-3)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            lambda r: r.generator.update(class_name="Painter"),
            "DCGANGenerator, MLPGenerator.*Received: 'Painter'",
        ),
        (
            lambda r: r.generator.update(class_name="DCGANDiscriminator"),
            "generator.class_name",
        ),
    ],
)
def test_networks_a_recipe_cannot_have(change, message):
    module = runpy.run_path(str(mg.zoo.recipe_path("mix_dcgan_digits")))
    recipe = module["get_config"]()
    change(recipe)
    with pytest.raises(ValueError, match=message):
        mg.zoo.build_model(recipe)
