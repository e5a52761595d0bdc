import os

import pytest
import tensorflow as tf

import mixgan_tf as mg
from tests.models import points


def curve(folder):
    """All points of all files, in no file's order."""
    return sorted(
        (value.tag, event.step, float(tf.make_ndarray(value.tensor)))
        for path in folder.rglob("*tfevents*")
        for event in tf.compat.v1.train.summary_iterator(str(path))
        for value in event.summary.value
        if value.tag != "custom_scalars__config__"
    )


def layouts(folder):
    return sum(
        value.tag == "custom_scalars__config__"
        for path in folder.rglob("*tfevents*")
        for event in tf.compat.v1.train.summary_iterator(str(path))
        for value in event.summary.value
    )


def write(folder, steps):
    log = mg.callbacks.EventLog(folder)
    for step in steps:
        with log.at(step):
            tf.summary.scalar("a", step / 2)
    return log


def test_points_are_on_disk_at_once(tmp_path):
    log = write(tmp_path, [1, 2])
    assert curve(tmp_path) == [("a", 1, 0.5), ("a", 2, 1.0)]
    log.close()


def test_what_comes_after_a_step_is_purged_everywhere(tmp_path):
    write(tmp_path, [2, 4, 6]).close()
    write(tmp_path / "below", [5]).close()
    write(tmp_path / "before", [3]).close()
    untouched = next((tmp_path / "before").iterdir())
    inode = untouched.stat().st_ino
    mg.callbacks.purge_events(tmp_path, 4)
    assert curve(tmp_path) == [("a", 2, 1.0), ("a", 3, 1.5), ("a", 4, 2.0)]
    assert not list((tmp_path / "below").iterdir())
    assert untouched.stat().st_ino == inode
    mg.callbacks.purge_events(tmp_path / "nowhere", 4)


def test_a_record_written_by_halves_goes(tmp_path):
    write(tmp_path, [1, 2, 3]).close()
    (path,) = tmp_path.iterdir()
    os.truncate(path, path.stat().st_size - 5)
    (tmp_path / f".tmp-1-{path.name}").write_bytes(b"of a purge")
    mg.callbacks.purge_events(tmp_path, 3)
    assert curve(tmp_path) == [("a", 1, 0.5), ("a", 2, 1.0)]
    (left,) = tmp_path.iterdir()
    assert left == path


def test_curves_go_on_and_the_layout_is_written_once(gan, tmp_path):
    def fit(epochs):
        gan.fit(
            points(),
            batch_size=4,
            epochs=epochs,
            verbose=0,
            callbacks=[mg.callbacks.MixtureMonitor(tmp_path / "logs", every=3)],
        )

    fit(1)
    gan.save_weights(tmp_path / "a.weights.h5")
    fit(1)
    before = curve(tmp_path / "logs")
    gan.load_weights(tmp_path / "a.weights.h5")
    mg.callbacks.purge_events(tmp_path / "logs", 6)
    assert len(curve(tmp_path / "logs")) == len(before) // 2
    fit(1)
    assert curve(tmp_path / "logs") == before
    assert layouts(tmp_path / "logs") == 1


def test_a_full_disk_is_said(tmp_path, monkeypatch):
    log = write(tmp_path, [1])

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "posix_fallocate", full)
    wanted = pytest.raises(OSError, match="No space left.*nothing was written")
    with wanted, log.at(2):
        tf.summary.scalar("a", 1.0)
    log.close()
    assert curve(tmp_path) == [("a", 1, 0.5)]
