"""Configs that would run code, read files or fill the memory."""

import random

import numpy as np
import pytest

import mixgan_tf as mg
from mixgan_tf.untrusted.safe_configs import check_config
from tests.hostile.presets import edited
from tests.hostile.presets import foreign
from tests.hostile.presets import functional
from tests.hostile.presets import keras_layer
from tests.hostile.presets import paths_of
from tests.hostile.presets import put
from tests.hostile.presets import rehash

MARSHALLED = {
    "class_name": "__lambda__",
    "config": {"value": ["4wEAAAA=", None, None]},
}
CODE = {
    "lambda layer": keras_layer("Lambda", function=MARSHALLED),
    "lambda of a function": keras_layer(
        "Lambda", function=foreign("os", "function", "system")
    ),
    "lambda by another module": foreign("keras.src.layers", "Lambda"),
    "lambda registered": foreign(None, "X", "keras>Lambda"),
    "torch": keras_layer("TorchModuleWrapper", module="gASVAAA="),
    "saved model": keras_layer("TFSMLayer", filepath="/tmp/x"),
    "jax": keras_layer("JaxLayer", call_fn=MARSHALLED),
    "flax": keras_layer("FlaxLayer", module=MARSHALLED),
    "vocabulary": keras_layer("StringLookup", vocabulary="/etc/passwd"),
    "text": keras_layer("TextVectorization", vocabulary="/etc/passwd"),
    "os": foreign("os", "system", "system"),
    "builtins": foreign("builtins", "eval", "eval"),
    "exec by function": {
        "module": "builtins",
        "class_name": "function",
        "config": "exec",
        "registered_name": "os>system",
    },
    "subprocess": foreign("subprocess", "Popen", "Popen", args=["true"]),
    "keras utils": foreign("keras.utils", "get_file", origin="http://x"),
    "keras saving": foreign("keras.saving", "load_model", filepath="x"),
    "keras config": foreign("keras.config", "enable_unsafe_deserialization"),
    "keras internals": foreign("keras.src.saving.saving_lib", "H5IOStore"),
    "unregistered package": foreign("nowhere", "Layer", "nowhere>Layer"),
    "registered name of another": keras_layer("Dense", units=2)
    | {"registered_name": "os>system"},
    "module of ours": foreign("mixgan_tf.cli.main", "main", None),
    "no class": foreign("keras.layers", None),
    "class of a list": foreign("keras.layers", ["Dense"]),
    "a module of a number": foreign(3, "Dense"),
    "a function without a name": foreign("builtins", "function", None),
    "type spec": foreign("tensorflow", "__typespec__", "TensorSpec"),
    "initializer": keras_layer(
        "Dense", units=2, kernel_initializer=foreign("os", "system", "system")
    ),
    "activation": keras_layer(
        "Dense", units=2, activation=foreign("os", "function", "os>system")
    ),
    "nested": keras_layer(
        "TimeDistributed", layer=keras_layer("Lambda", function=MARSHALLED)
    ),
}


@pytest.mark.parametrize("name", CODE)
@pytest.mark.parametrize("bare", [True, False])
def test_nothing_brings_code(name, bare, preset, not_loaded, monkeypatch):
    import importlib
    import os

    def fail(*arguments, **kwargs):
        raise AssertionError(f"code of the preset ran: {arguments}")

    monkeypatch.setattr(os, "system", fail)
    imported = importlib.import_module
    monkeypatch.setattr(
        importlib,
        "import_module",
        lambda module, *a: (
            fail(module)
            if module in ("subprocess", "nowhere")
            else imported(module, *a)
        ),
    )
    with edited(preset / "config.json") as config:
        layer = CODE[name]
        network = layer if bare else functional(layer)
        config["model"]["generator"][1] = network
    rehash(preset)
    error = not_loaded(preset)
    assert "config.json" in error
    assert "refused" in error or "class" in error or "function" in error


@pytest.mark.parametrize(
    "layer",
    [
        *(
            keras_layer(name)
            for name in (
                *("Lambda", "TorchModuleWrapper", "JaxLayer", "FlaxLayer"),
                *("TFSMLayer", "TextVectorization"),
                *("StringLookup", "IntegerLookup"),
            )
        ),
        MARSHALLED,
        foreign(None, "__typespec__"),
        foreign("keras.layers", "Dense", "keras>Lambda"),
        foreign("keras.layers", "Lambda", "keras>Dense"),
    ],
    ids=lambda layer: f"{layer['class_name']}-{layer.get('registered_name')}",
)
def test_what_runs_code_or_reads_files_is_refused_by_name(layer):
    # Keras, were it asked, would refuse some of them, too, or fail.
    with pytest.raises(ValueError, match="files may not bring code"):
        check_config(functional(layer), "The file")


@pytest.mark.parametrize(
    "layer",
    [
        CODE["keras utils"],
        CODE["keras saving"],
        CODE["keras config"],
        CODE["keras internals"],
        CODE["registered name of another"],
        CODE["module of ours"],
    ],
    ids=lambda layer: f"{layer['module']}-{layer['class_name']}",
)
def test_what_is_no_class_of_keras_is_refused_by_name(layer):
    with pytest.raises(ValueError, match="neither one of Keras nor registered"):
        check_config(functional(layer), "The file")


def test_objects_without_end_are_refused():
    layers = [keras_layer("Dense", units=1)] * 20_001
    check_config({"layers": layers[1:]}, "The file")
    with pytest.raises(ValueError, match="more than 20000 layers"):
        check_config({"layers": layers}, "The file")


def test_an_objective_brings_no_code_either(preset, not_loaded):
    for place in ("objective", "payoff", "generator_optimizer", "ema"):
        with edited(preset / "config.json") as config:
            old = config["compile"][place]
            config["compile"][place] = foreign("os", "system", "system")
        rehash(preset)
        assert "neither one of Keras nor registered" in not_loaded(preset)
        with edited(preset / "config.json") as config:
            config["compile"][place] = old


@pytest.mark.parametrize(
    ("part", "value"),
    [
        ("model", None),
        ("model", []),
        ("model", {"generator": {}}),
        ("model", {"generator": [1], "discriminator": []}),
        ("model", {"generator": "all", "discriminator": []}),
        ("compile", []),
        ("compile", "all"),
        ("compile", {"objective": "typo"}),
        ("compile", {"objectives": "hinge"}),
        ("compile", {"entropy_weight": -1}),
        ("compile", {"entropy_weight": "much"}),
        ("compile", {"discriminator_steps": 0}),
        ("compile", {"regularizers": 7}),
        ("compile", {"ema": 2.0}),
        ("compile", {"generator_optimizer": 3}),
    ],
)
def test_parts_of_the_wrong_kind(part, value, preset, not_loaded):
    with edited(preset / "config.json") as config:
        config[part] = value
    rehash(preset)
    assert "config.json" in not_loaded(preset)


@pytest.mark.parametrize(
    ("entry", "value"),
    [
        ("learning_rate", "fast"),
        ("learning_rate", -1.0),
        ("learning_rate", foreign("keras.optimizers.schedules", "X")),
        ("beta_1", 2.0),
        ("beta_2", "0.9"),
        ("epsilon", [1e-7]),
        ("clipnorm", -1),
        ("weight_decay", "a"),
        ("amsgrad", 1),
        ("use_ema", None),
        ("gradient_accumulation_steps", 0),
        ("loss_scale_factor", {}),
    ],
)
@pytest.mark.parametrize("player", ["generator", "mixture"])
def test_optimizers(player, entry, value, preset, not_loaded):
    with edited(preset / "config.json") as config:
        config["compile"][f"{player}_optimizer"]["config"][entry] = value
    rehash(preset)
    assert "config.json" in not_loaded(preset)


@pytest.mark.parametrize(
    ("entry", "value"),
    [
        ("discriminator_steps", 2**40),
        ("discriminator_steps", True),
        ("steps_per_execution", 0),
        ("steps_per_execution", {}),
        ("aux_in_weights", "yes"),
        ("class_loss_weight", None),
    ],
)
def test_settings_of_training(entry, value, preset, not_loaded):
    with edited(preset / "config.json") as config:
        config["compile"][entry] = value
    rehash(preset)
    assert "config.json" in not_loaded(preset)


VALUES = (
    *(None, True, -1, 0, 2**40, 1.5, 1e300, "", "typo", "a" * 10_000, [], {}),
    *([None], [[]], {"class_name": "Dense"}, {"config": {}}, "\0", "../x"),
)


@pytest.mark.parametrize("seed", range(60))
def test_any_entry_of_a_config(seed, preset):
    # Harmless changes (a name) load; whatever loads must work.
    random_ = random.Random(seed)
    with edited(preset / "config.json") as config:
        place = random_.choice(list(paths_of(config)))
        put(config, place, random_.choice(VALUES))
    rehash(preset)
    try:
        gan = mg.MixGAN.from_preset(preset)
    except ValueError as error:
        assert len(str(error)) < 1500
        assert "json" in str(error) or "weights.h5" in str(error)
        return
    assert np.isfinite(gan.sample(2, seed=0)).all()
