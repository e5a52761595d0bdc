"""Two replicas must train exactly what one does. A process for each case."""

import json
import subprocess
import sys

import numpy as np
import pytest
import tensorflow as tf

from mixgan_tf.distribution.rows import Rows
from mixgan_tf.distribution.rows import dealt_rows

SCRIPT = """
import json, sys
import numpy as np
import tensorflow as tf
estimator, rule, size, spe, kind, objective = json.loads(sys.argv[1])
cpu = tf.config.list_physical_devices("CPU")[0]
tf.config.set_logical_device_configuration(
    cpu, [tf.config.LogicalDeviceConfiguration()] * 2
)
import keras
import mixgan_tf as mg
from tests.models import images, labels, points, tiny_gan, weights_of
from tests.models import kernel_gan, tiny_image_gan

def train(strategy, out):
    keras.utils.set_random_seed(3)
    extra = {"objective": objective}
    with strategy.scope():
        if kind == "images":
            gan = tiny_image_gan(num=2, num_classes=3)
            extra["ema"] = 0.9
        elif kind in ("kernel", "kernel_of_samples"):
            gan = kernel_gan(2, features=3 if kind == "kernel" else None)
            if kind == "kernel":
                noise = mg.regularizers.InstanceNoise(0.1)
                extra["regularizers"] = [noise]
        else:
            gan = tiny_gan(
                num_generators=2,
                num_discriminators=2,
                num_classes=3,
                class_dependent_weights=kind != "points",
            )
        if kind.startswith("penalty "):
            penalty = mg.regularizers.GradientPenalty
            extra["regularizers"] = [
                *(penalty(1.0, name) for name in kind.split()[1:]),
                mg.regularizers.InstanceNoise(0.3),
                mg.regularizers.Dropout(0.2),
            ]
        if kind == "regularized":
            extra = dict(
                objective=objective,
                regularizers=[
                    "spectral_normalization",
                    mg.regularizers.R1(0.1),
                    mg.regularizers.WeightClipping(0.3),
                ],
                ema=mg.EMA(0.9, ["generator", "discriminator"]),
            )
        for player in ("generator", "discriminator"):
            if getattr(gan, f"num_{player}s"):
                # Not blind to the scale of gradients, nor keen on rounding.
                extra[f"{player}_optimizer"] = keras.optimizers.Adam(
                    1e-2, epsilon=1e-2
                )
        gan.compile(
            **extra,
            payoff=estimator,
            mixture_optimizer=rule,
            discriminator_steps=2 if kind in ("points", "images") else 1,
            steps_per_execution=spe,
        )
    assert gan.distribute_strategy is strategy
    x = images(size) if kind == "images" else points(size)
    if not kind.startswith("kernel"):
        x = (x, labels(size))
    data = tf.data.Dataset.from_tensor_slices(x)
    history = gan.fit(data.batch(12), epochs=2, verbose=0).history
    logs = gan.evaluate(data.batch(12), verbose=0, return_dict=True)
    state = weights_of(gan) + [
        np.array(v) for v in gan.generator_optimizer.variables
    ]
    np.savez(out, *state)
    return [history, logs]

two = tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"])
logs = [
    train(tf.distribute.get_strategy(), sys.argv[2]), train(two, sys.argv[3])
]
print(json.dumps(logs))
"""


def run(
    tmp_path,
    estimator,
    rule="adam",
    size=36,
    spe=1,
    kind="points",
    objective="non_saturating",
):
    case = json.dumps([estimator, rule, size, spe, kind, objective])
    files = [str(tmp_path / name) for name in ("one.npz", "two.npz")]
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, case, *files],
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    states = []
    for file in files:
        with np.load(file) as state:
            states.append([state[k] for k in state.files])
    return states, json.loads(done.stdout.splitlines()[-1])


@pytest.mark.parametrize(
    "case",
    [
        dict(estimator="stratified", size=31),  # uneven: 4 and 3 rows at last
        dict(
            estimator="shared",
            rule="exponentiated_gradient",
            spe=3,
            objective="hinge",
        ),
        # At last two rows: each replica has those of one component alone.
        dict(estimator="subsampled", size=26, objective="minimax"),
        # At last one row: none on the second replica.
        dict(estimator="full", size=25, objective="least_squares"),
        dict(
            estimator="shared",
            kind="regularized",
            size=25,
            objective="wasserstein",
        ),
        # Numbers drawn for each row: of noise, dropout, interpolation.
        dict(
            estimator="shared",
            kind="penalty mixture stratified",
            size=27,
            objective="wasserstein",
        ),
        dict(
            estimator="subsampled",
            kind="penalty pair",
            size=27,
            objective="wasserstein",
        ),
        # Every sample is compared with every other, of all replicas.
        dict(estimator="shared", kind="kernel", size=27, objective="mmd"),
        dict(
            estimator="stratified",
            kind="kernel_of_samples",
            size=28,
            objective="mmd",
        ),
        # Convolutions and batch normalisation.
        dict(estimator="stratified", kind="images", size=26),
        dict(estimator="full", kind="images", size=25),
    ],
    ids=lambda case: "-".join(str(v) for v in case.values()),
)
def test_two_replicas_equal_one(case, tmp_path):
    (one, two), (one_logs, two_logs) = run(tmp_path, **case)
    assert max(np.abs(a).max() for a in one) > 0.1
    tolerance = 5e-6 if case.get("kind") != "images" else 2e-5
    for a, b in zip(one, two, strict=True):
        np.testing.assert_allclose(a, b, atol=tolerance)
    for a, b in zip(one_logs, two_logs, strict=True):
        for name in a:
            np.testing.assert_allclose(a[name], b[name], atol=5 * tolerance)


MISUSE = """
import tensorflow as tf
cpu = tf.config.list_physical_devices("CPU")[0]
tf.config.set_logical_device_configuration(
    cpu, [tf.config.LogicalDeviceConfiguration()] * 2
)
import keras
import mixgan_tf as mg
from tests.models import points, tiny_gan
strategy = tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"])
with strategy.scope():
    gan = tiny_gan()
try:
    gan.compile()
except ValueError as error:
    print(error)
outsider = tiny_gan()
with strategy.scope():
    for arguments in ({}, {"jit_compile": True}):
        try:
            (gan if arguments else outsider).compile(**arguments)
        except ValueError as error:
            print(error)
    try:
        gan.compile(generator_optimizer=keras.optimizers.Adam(clipnorm=1.0))
    except ValueError as error:
        print(error)
made_outside = keras.optimizers.Adam()
with strategy.scope():
    try:
        gan.compile(generator_optimizer=made_outside)
    except ValueError as error:
        print(error)
    inputs = keras.Input((2,))
    features = keras.layers.BatchNormalization()(inputs)
    discriminator = keras.Model(inputs, keras.layers.Dense(1)(features))
    try:
        mg.MixGAN(mg.networks.MLPGenerator(2), discriminator).compile()
    except ValueError as error:
        print(error)
outsider.compile()
for other in (
    strategy,
    tf.distribute.experimental.CentralStorageStrategy(["CPU:0", "CPU:1"]),
):
    with other.scope():
        try:
            outsider.fit(points(8), verbose=0)
        except ValueError as error:
            print(error)
with other.scope():
    try:
        tiny_gan()
    except ValueError as error:
        print(error)
"""


def test_misuse_of_a_strategy_is_refused():
    done = subprocess.run(
        [sys.executable, "-c", MISUSE],
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    outside, inside, jit, clip, made_outside, *more = done.stdout.splitlines()
    assert "scope of the strategy" in outside
    assert "scope of the strategy" in inside
    assert "jit_compile" in jit
    assert "clipnorm" in clip
    assert "Received: clipnorm=1.0" in clip
    assert "must be made inside the strategy's scope" in made_outside
    unsynchronized, other_scope, central_fit, central = more
    assert "synchronized=True" in unsynchronized
    assert "trains under the strategy that it was made in" in other_scope
    assert "Keras 3 cannot update variables" in central_fit
    assert "Received: CentralStorageStrategy" in central


def test_batches_of_one_size_are_dealt_out_as_others_are():
    # As on TPUs, where a replica's rows must be known beforehand.
    batch = tf.range(24)
    for start in range(0, 24, 5):
        for component in range(3):
            whole = dealt_rows(Rows(24, 24, 0), 24, start, component, 3)(batch)
            parts = []
            for offset in (0, 6, 12, 18):
                rows = Rows(6, 24, tf.constant(offset))
                mine = dealt_rows(rows, 24, start, component, 3)
                parts.append(mine(batch[offset : offset + 6]))
                assert parts[-1].shape == (2,)
            joined = sorted(tf.concat(parts, 0).numpy().tolist())
            assert joined == sorted(whole.numpy().tolist())
    with pytest.raises(ValueError, match="multiple of `num_generators`"):
        dealt_rows(Rows(7, 14, 7), 14, 0, 0, 3)
