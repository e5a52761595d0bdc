"""Pairs on devices of their own: the same numbers, elsewhere."""

import pytest

import mixgan_tf as mg
from mixgan_tf.distribution import placement
from tests.distributed import spread
from tests.models import tiny_gan


@pytest.fixture(scope="module")
def found(four_devices, tmp_path_factory):
    return four_devices.run(spread.places, tmp_path_factory.mktemp("spread"))


def test_spread_pairs_train_and_sample_as_on_one_device(four_devices):
    gaps = four_devices.run(spread.gaps)
    assert gaps == pytest.approx([0, 0], abs=1e-5)


def test_a_pair_lies_whole_on_its_device(found):
    assert found["nets"]["generators"] == [[0], [1], [2], [3], [0]]
    assert found["nets"]["averages"] == [[0], [1], [2], [3], [0]]
    assert found["nets"]["discriminators"] == [[0], [1], [2]]
    assert found["slots"] == found["variables"]
    by_turns = [0, 1, 2, 3, 0]
    # A preset leaves it to whoever loads it.
    assert found["loaded"] == [by_turns, [0, 0, 0, 0, 0], by_turns]


def test_bytes_are_those_of_one_device_shared_out(found):
    assert list(found["bytes_in_one_place"]) == ["CPU:0"]
    assert list(found["bytes"]) == [f"CPU:{k}" for k in range(4)]
    total = sum(found["bytes"].values())
    assert total == found["bytes_in_one_place"]["CPU:0"]
    assert found["bytes"]["CPU:1"] == found["bytes"]["CPU:2"]
    assert found["bytes"]["CPU:3"] < found["bytes"]["CPU:1"]  # no discriminator


def test_a_placement_that_cannot_be_is_refused(four_devices):
    jit, strategy = four_devices.run(spread.refusals)
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
