"""Weights files that are damaged, or that HDF5 makes into weapons."""

import random

import h5py
import numpy as np
import pytest

import mixgan_tf as mg
from tests.hostile.presets import GENERATORS
from tests.hostile.presets import edited
from tests.hostile.presets import opened_weights
from tests.hostile.presets import rehash

ARRAY = "components/mlp_generator/layers/dense/vars/0"


def test_the_array_that_is_attacked_is_there(preset):
    with opened_weights(preset) as file:
        assert file[ARRAY].ndim == 2
    assert mg.MixGAN.from_preset(preset).sample(2, seed=0).shape == (2, 2)


@pytest.mark.parametrize("share", [0, 0.001, 0.05, 0.3, 0.6, 0.9, 0.999])
def test_cut(share, preset, not_loaded):
    path = preset / GENERATORS
    content = path.read_bytes()
    path.write_bytes(content[: int(share * len(content))])
    rehash(preset)
    assert GENERATORS in not_loaded(preset)


@pytest.mark.parametrize("content", [b"x" * 5000, b"PK\3\4" * 99, b"\x89HDF"])
def test_no_hdf5(content, preset, not_loaded):
    (preset / GENERATORS).write_bytes(content)
    rehash(preset)
    assert GENERATORS in not_loaded(preset)


@pytest.mark.parametrize("seed", range(30))
def test_flipped_bits(seed, preset):
    # Many flips change a number a little, which nothing can tell.
    random_ = random.Random(seed)
    path = preset / GENERATORS
    content = bytearray(path.read_bytes())
    for _ in range(1 + seed):
        content[random_.randrange(len(content))] ^= 1 << random_.randrange(8)
    path.write_bytes(content)
    with pytest.raises(ValueError, match="damaged or was changed"):
        mg.MixGAN.from_preset(preset)
    rehash(preset)
    try:
        gan = mg.MixGAN.from_preset(preset)
    except ValueError as error:
        assert "json" in str(error) or "weights.h5" in str(error)
        return
    assert all(np.isfinite(np.asarray(w)).all() for w in gan.weights)


def replace(folder, make):
    """Puts something else in the place of one array."""
    with opened_weights(folder) as file:
        old = file[ARRAY][...]
        del file[ARRAY]
        make(file, old)


def virtual(file, old):
    layout = h5py.VirtualLayout(old.shape, old.dtype)
    layout[:] = h5py.VirtualSource("other.h5", "x", old.shape)
    file.create_virtual_dataset(ARRAY, layout)


def external(file, old):
    file.create_dataset(
        ARRAY, old.shape, old.dtype, external=[("/etc/passwd", 0, old.nbytes)]
    )


def link(make):
    def replaced(file, old):
        file[ARRAY] = make(file)

    return replaced


ATTACKS = {
    "external link": link(lambda f: h5py.ExternalLink("other.h5", "x")),
    "external link to a device": link(
        lambda f: h5py.ExternalLink("/dev/zero", "/")
    ),
    "soft link": link(lambda f: h5py.SoftLink("/components")),
    "dangling link": link(lambda f: h5py.SoftLink("/nowhere")),
    "hard link to a group above": link(lambda f: f["components"]),
    "hard link to another array": link(lambda f: f[f"{ARRAY[:-1]}1"]),
    "virtual": virtual,
    "external data": external,
    "bomb": lambda f, old: f.create_dataset(
        ARRAY, (2**20, 2**10), "f4", chunks=(2**10, 2**10), compression="gzip"
    ),
    "full bomb": lambda f, old: f.create_dataset(
        ARRAY, data=np.zeros((2**10, 2**10), "f4"), compression="gzip"
    ),
    "compressed": lambda f, old: f.create_dataset(
        ARRAY, data=old, compression="gzip"
    ),
    "unlimited": lambda f, old: f.create_dataset(
        ARRAY, data=old, maxshape=(None, None)
    ),
    "declared, not there": lambda f, old: f.create_dataset(
        ARRAY, (2**40,), "f4"
    ),
    "of 2**62 numbers": lambda f, old: f.create_dataset(
        ARRAY, (2**31, 2**29), "u1"
    ),
    "strings": lambda f, old: f.create_dataset(ARRAY, data=["a", "b"]),
    "records": lambda f, old: f.create_dataset(
        ARRAY, data=np.zeros(3, [("a", "f4")])
    ),
    "objects": lambda f, old: f.create_dataset(
        ARRAY, data=np.array([b"a"], "O"), dtype=h5py.string_dtype()
    ),
    "complex": lambda f, old: f.create_dataset(ARRAY, data=old + 0j),
    "a group": lambda f, old: f.create_group(ARRAY),
    "a type": link(lambda f: np.dtype("f4")),
    "empty": lambda f, old: f.create_dataset(ARRAY, data=h5py.Empty("f4")),
    "transposed": lambda f, old: f.create_dataset(ARRAY, data=old.T.copy()),
    "flat": lambda f, old: f.create_dataset(ARRAY, data=old.ravel()),
    "larger": lambda f, old: f.create_dataset(ARRAY, data=np.tile(old, 2)),
    "missing": lambda f, old: None,
    "nan": lambda f, old: f.create_dataset(ARRAY, data=old * np.nan),
    "infinite": lambda f, old: f.create_dataset(ARRAY, data=old + np.inf),
    "too large for float32": lambda f, old: f.create_dataset(
        ARRAY, data=np.full(old.shape, 1e300)
    ),
    "one array more": lambda f, old: (
        f.create_dataset(ARRAY, data=old),
        f.create_dataset("components/more/vars/0", data=old),
    ),
    "moved": lambda f, old: f.create_dataset("components/x", data=old),
    "deep groups": lambda f, old: f.create_dataset("/a" * 300, data=old),
}


@pytest.mark.parametrize("name", ATTACKS)
def test_attacks(name, preset, not_loaded):
    replace(preset, ATTACKS[name])
    rehash(preset)
    assert GENERATORS in not_loaded(preset)


def test_the_averages_are_looked_at_too(preset, not_loaded):
    name = "generators_ema.weights.h5"
    with h5py.File(preset / name, "r+") as file:
        del file["vars/0"]
        file["vars/0"] = h5py.ExternalLink("other.h5", "x")
    rehash(preset)
    assert "link to elsewhere" in not_loaded(preset)
    (preset / name).unlink()
    with edited(preset / "metadata.json") as metadata:
        del metadata["sha256"][name]
    assert "missing" in not_loaded(preset)


def test_files_of_another_player(preset, not_loaded):
    content = (preset / "discriminators.weights.h5").read_bytes()
    (preset / GENERATORS).write_bytes(content)
    rehash(preset)
    assert "config.json" in not_loaded(preset)
