"""Pairs on devices of their own: the same numbers, elsewhere."""

import json
import subprocess
import sys

import pytest

import mixgan_tf as mg
from mixgan_tf.distribution import placement
from tests.models import tiny_gan

# Four logical CPU devices must exist before TensorFlow starts.
SCRIPT = """
import json, re, sys
import numpy as np
import tensorflow as tf
cpu = tf.config.list_physical_devices("CPU")[0]
tf.config.set_logical_device_configuration(
    cpu, [tf.config.LogicalDeviceConfiguration()] * 4
)
import keras
import mixgan_tf as mg
from mixgan_tf import placement
from tests.models import points, tiny_gan, weights_of

def train(place, **arguments):
    keras.utils.set_random_seed(3)
    gan = tiny_gan(num_generators=5, num_discriminators=3, dropout=0.2,
                   placement=place)
    # Adam would magnify the rounding of gradients that are all but 0.
    gan.compile(
        "wasserstein",
        keras.optimizers.SGD(0.01, momentum=0.9),
        keras.optimizers.SGD(0.01, momentum=0.9),
        **arguments,
    )
    gan.fit(points(20), batch_size=10, epochs=3, verbose=0, shuffle=False)
    return gan

def device(variable):
    return int(variable.value.device[-1])

found = []
for arguments in (
    dict(ema=mg.EMA(0.9, ["generator", "discriminator"])),
    dict(payoff="subsampled", regularizers=["gradient_penalty"]),
):
    one, spread = train(None, **arguments), train("spread", **arguments)
    z = tf.random.normal([8, 4])
    gaps = [
        np.abs(a - b).max() for a, b in zip(weights_of(one), weights_of(spread))
    ]
    gaps += [
        np.abs(one.sample(8, seed=0) - spread.sample(8, seed=0)).max(),
        np.abs(one(z) - spread(z)).max(),
        np.abs(one.payoff_matrix(points(8)) - spread.payoff_matrix(points(8))),
    ]
    found.append(float(np.max([np.max(g) for g in gaps])))
gan = train("spread", ema=0.9)
nets = {
    name: [
        sorted({device(v) for v in net.variables})
        for net in mixture.components
    ]
    for name, mixture in dict(
        generators=gan.generator_mixture,
        discriminators=gan.discriminator_mixture,
        averages=gan.ema_generator_mixture,
    ).items()
}
slots = [
    device(v) for v in gan.generator_optimizer.variables if "momentum" in v.path
]
gan.save(sys.argv[1])
again = keras.saving.load_model(sys.argv[1])
gan.save_to_preset(sys.argv[2])
presets = [
    mg.MixGAN.from_preset(sys.argv[2], placement=p) for p in (None, "spread")
]
print(json.dumps(dict(
    gaps=found,
    changed=float(np.abs(weights_of(gan)[-2]).max()),
    nets=nets,
    slots=slots,
    variables=[device(v) for v in gan.generator_variables],
    bytes=placement.bytes_per_device(gan),
    bytes_in_one_place=placement.bytes_per_device(train(None, ema=0.9)),
    loaded=[
        [device(net.variables[0]) for net in m.generator_mixture.components]
        for m in (again, *presets)
    ],
)))
try:
    gan.compile(jit_compile=True)
except ValueError as error:
    print(error)
with tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"]).scope():
    try:
        tiny_gan(placement="spread")
    except ValueError as error:
        print(error)
"""


@pytest.fixture(scope="module")
def printed(tmp_path_factory):
    folder = tmp_path_factory.mktemp("spread")
    done = subprocess.run(
        [
            *(sys.executable, "-c", SCRIPT),
            *(str(folder / name) for name in ("gan.keras", "preset")),
        ],
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout.splitlines()


def test_spread_pairs_train_and_sample_as_on_one_device(printed):
    assert json.loads(printed[0])["gaps"] == pytest.approx([0, 0], abs=1e-5)


def test_a_pair_lies_whole_on_its_device(printed):
    found = json.loads(printed[0])
    assert found["nets"]["generators"] == [[0], [1], [2], [3], [0]]
    assert found["nets"]["averages"] == [[0], [1], [2], [3], [0]]
    assert found["nets"]["discriminators"] == [[0], [1], [2]]
    assert found["slots"] == found["variables"]
    spread = [0, 1, 2, 3, 0]
    # A preset leaves it to whoever loads it.
    assert found["loaded"] == [spread, [0, 0, 0, 0, 0], spread]


def test_bytes_are_those_of_one_device_shared_out(printed):
    found = json.loads(printed[0])
    assert list(found["bytes_in_one_place"]) == ["CPU:0"]
    assert list(found["bytes"]) == [f"CPU:{k}" for k in range(4)]
    total = sum(found["bytes"].values())
    assert total == found["bytes_in_one_place"]["CPU:0"]
    assert found["bytes"]["CPU:1"] == found["bytes"]["CPU:2"]
    assert found["bytes"]["CPU:3"] < found["bytes"]["CPU:1"]  # no discriminator


def test_a_placement_that_cannot_be_is_refused(printed):
    jit, strategy = printed[1:]
    assert "jit_compile" in jit
    assert "distribution strategy" in strategy
    assert "Received: placement='spread' under Mirrored" in strategy
    with pytest.raises(ValueError, match="placement"):
        tiny_gan(placement="everywhere")


def test_bytes_by_hand():
    gan = mg.MixGAN(
        generator=mg.networks.MLPGenerator(2, latent_dim=3, width=8, depth=1),
        discriminator=mg.networks.MLPDiscriminator(2, width=8, depth=1),
        num_generators=2,
    )
    generator, discriminator = 3 * 8 + 8 + 8 * 2 + 2, 2 * 8 + 8 + 8 + 1
    # Two pairs, two times two logits, and the count of steps.
    expected = 4 * 2 * (generator + discriminator) + 2 * 2 * 4 + 8
    (name,) = {"CPU:0"} & set(placement.bytes_per_device(gan)) or {"GPU:0"}
    assert placement.bytes_per_device(gan) == {name: expected}
    assert gan.get_config()["placement"] is None
