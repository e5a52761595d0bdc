import os

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image
from tensorboard.backend.event_processing import event_accumulator

import mixgan_tf as mg
from tests.models import differ
from tests.models import images
from tests.models import labels
from tests.models import points
from tests.models import tiny_gan
from tests.models import tiny_image_gan
from tests.models import weights_of


def fit(gan, callbacks, epochs=2):
    gan.fit(
        points(), batch_size=4, epochs=epochs, callbacks=callbacks, verbose=0
    )


def read_log(folder):
    log = event_accumulator.EventAccumulator(
        str(folder), size_guidance={"tensors": 0}
    )
    log.Reload()
    return log


def curve(log, tag):
    return {
        e.step: float(tf.make_ndarray(e.tensor_proto)) for e in log.Tensors(tag)
    }


def test_monitor_writes_every_curve_at_the_models_own_step(gan, tmp_path):
    fit(gan, [mg.callbacks.MixtureMonitor(tmp_path, every=3)])
    fit(gan, [mg.callbacks.MixtureMonitor(tmp_path, every=3)], epochs=1)
    log = read_log(tmp_path)
    tags = set(log.Tags()["tensors"])
    for i in range(3):
        assert f"generator_weights/{i}" in tags
        assert f"discriminator_weights/{i}" in tags
    for name in ("generator_loss", "discriminator_loss", "payoff"):
        steps = curve(log, f"train/{name}")
        assert list(steps) == [3, 6, 9, 12, 15, 18]
        assert np.isfinite(list(steps.values())).all()
    last = [curve(log, f"generator_weights/{i}")[18] for i in range(3)]
    np.testing.assert_allclose(last, gan.generator_weights, rtol=1e-5)
    assert "custom_scalars__config__" in tags


def test_sample_grid_draws_a_row_for_each_component(tmp_path):
    gan = tiny_image_gan(num=3, num_classes=3)
    gan.compile()
    grid = mg.callbacks.SampleGrid(
        tmp_path / "png", tmp_path / "log", every=2, columns=6
    )
    gan.fit(
        images(),
        labels(12),
        batch_size=4,
        epochs=1,
        callbacks=[grid],
        verbose=0,
    )
    names = sorted(f.name for f in (tmp_path / "png").iterdir())
    assert names == ["step_00000002.png", "step_00000003.png"]
    picture = Image.open(tmp_path / "png" / names[-1])
    assert picture.size == (2 * (6 * 9 + 1), 2 * (3 * 9 + 1))
    # The second row, third column: component 1, class 2.
    pixels = np.asarray(picture)[::2, ::2][10:18, 19:27]
    sample = gan.sample(6, seed=0, labels=labels(6), component=1)[2, ..., 0]
    np.testing.assert_allclose(pixels, (sample + 1) * 127.5, atol=0.51)
    assert "samples" in read_log(tmp_path / "log").Tags()["tensors"]


def test_sample_grid_of_points_is_a_scatter_plot(gan, tmp_path):
    fit(gan, [mg.callbacks.SampleGrid(tmp_path, every=100)], epochs=1)
    picture = np.asarray(Image.open(tmp_path / "step_00000006.png"))
    assert (picture != 255).any()


def test_checkpoints_keep_the_latest_and_restore_exactly(tmp_path):
    gan = tiny_gan()
    gan.compile()
    fit(gan, [mg.callbacks.Checkpoint(tmp_path, every=5, keep=2)])
    names = [p.name for p in mg.callbacks.checkpoints(tmp_path)]
    assert names == ["step_00000010.weights.h5", "step_00000012.weights.h5"]
    other = tiny_gan()
    other.compile()
    assert mg.callbacks.restore_latest(other, tmp_path) == 12
    assert not differ(weights_of(gan), weights_of(other))
    assert not any(".tmp" in f.name for f in tmp_path.iterdir())


def test_steps_made_together_pass_no_checkpoint_by(tmp_path):
    gan = tiny_gan()
    gan.compile(steps_per_execution=3)
    fit(gan, [mg.callbacks.Checkpoint(tmp_path, every=5)])
    names = [p.name for p in mg.callbacks.checkpoints(tmp_path)]
    assert names == ["step_00000006.weights.h5", "step_00000012.weights.h5"]


def test_no_checkpoint_means_step_zero(gan, tmp_path):
    assert mg.callbacks.restore_latest(gan, tmp_path / "none") == 0


def test_a_damaged_checkpoint_is_one_clear_error(gan, tmp_path):
    (tmp_path / "step_00000003.weights.h5").write_bytes(b"not HDF5")
    with pytest.raises(ValueError, match="No checkpoint can be loaded"):
        mg.callbacks.restore_latest(gan, tmp_path)


def test_the_checkpoint_before_a_damaged_one_is_used(gan, tmp_path, capsys):
    fit(gan, [mg.callbacks.Checkpoint(tmp_path, every=12)])
    saved = weights_of(gan)
    (tmp_path / "step_00000013.weights.h5").write_bytes(b"not HDF5")
    fit(gan, [])
    assert mg.callbacks.restore_latest(gan, tmp_path) == 12
    assert not differ(saved, weights_of(gan))
    assert "Went back to" in capsys.readouterr().out


def test_weights_that_are_not_finite_are_not_saved(gan, tmp_path):
    fit(gan, [mg.callbacks.Checkpoint(tmp_path, every=12)])
    gan.generator_variables[0].assign(
        np.full(gan.generator_variables[0].shape, np.nan)
    )
    with pytest.raises(FloatingPointError, match="not finite at step"):
        fit(gan, [mg.callbacks.Checkpoint(tmp_path, every=1)])
    names = [p.name for p in mg.callbacks.checkpoints(tmp_path)]
    assert names == ["step_00000012.weights.h5"]


def test_an_optimizers_state_that_is_not_finite_is_not_saved(gan, tmp_path):
    slot = gan.discriminator_optimizer.variables[-1]
    slot.assign(np.full(slot.shape, np.inf))
    # No step is made: it would carry this over to the weights.
    callback = mg.callbacks.Checkpoint(tmp_path)
    callback.set_model(gan)
    with pytest.raises(FloatingPointError, match="velocity is not finite at"):
        callback.on_train_end()
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("share", [0.0, 0.01, 0.5, 0.999])
def test_half_a_checkpoint_is_passed_over_and_replaced(gan, tmp_path, share):
    fit(gan, [mg.callbacks.Checkpoint(tmp_path, every=6)])
    latest = tmp_path / "step_00000012.weights.h5"
    os.truncate(latest, int(latest.stat().st_size * share))
    assert mg.callbacks.restore_latest(gan, tmp_path) == 6
    # Not a multiple of `every`: the last one is saved as training ends.
    fit(gan, [mg.callbacks.Checkpoint(tmp_path, every=100)], epochs=1)
    assert mg.callbacks.restore_latest(tiny_compiled(), tmp_path) == 12


def test_a_checkpoint_that_is_cut_short_gets_no_name(
    gan, tmp_path, monkeypatch
):
    def cut(path):
        path.write_bytes(b"\x89HDF")
        raise KeyboardInterrupt

    monkeypatch.setattr(gan, "save_weights", cut)
    with pytest.raises(KeyboardInterrupt):
        fit(gan, [mg.callbacks.Checkpoint(tmp_path, every=1)])
    assert not list(tmp_path.iterdir())


def tiny_compiled():
    gan = tiny_gan()
    gan.compile()
    return gan


def test_pruning_lets_be_what_could_not_be_read(tmp_path):
    for step in (1, 2, 3, 4, 5):
        (tmp_path / f"step_{step:08d}.weights.h5").touch()
    mg.callbacks.prune_checkpoints(tmp_path, 3)
    kept = [p.name[5:13] for p in mg.callbacks.checkpoints(tmp_path)]
    assert kept == ["00000002", "00000003", "00000004", "00000005"]


def test_a_full_disk_is_one_clear_error_and_loses_nothing(gan, tmp_path):
    resource = pytest.importorskip("resource")
    fit(gan, [mg.callbacks.Checkpoint(tmp_path)], epochs=1)
    saved = weights_of(gan)
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    # As on a disk with this much room, without a disk of one's own.
    resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, limits[1]))
    try:
        with pytest.raises(OSError, match="too large.*nothing was written"):
            fit(gan, [mg.callbacks.Checkpoint(tmp_path)], epochs=1)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert [p.name for p in tmp_path.iterdir()] == ["step_00000006.weights.h5"]
    assert mg.callbacks.restore_latest(gan, tmp_path) == 6
    assert not differ(saved, weights_of(gan))


@pytest.mark.parametrize("every", [0, -1, 1.5])
def test_bad_interval_is_refused(every):
    with pytest.raises(ValueError, match="every.*Received"):
        mg.callbacks.MixtureMonitor("logs", every=every)
