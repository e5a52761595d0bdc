"""Two replicas must train exactly what one does. A process for each case."""

import json
import subprocess
import sys

import numpy as np
import pytest

SCRIPT = """
import json, sys
import numpy as np
import tensorflow as tf
estimator, rule, size, spe, kind = json.loads(sys.argv[1])
cpu = tf.config.list_physical_devices("CPU")[0]
tf.config.set_logical_device_configuration(
    cpu, [tf.config.LogicalDeviceConfiguration()] * 2
)
import keras
import mixgan_tf as mg
from tests.models import images, labels, points, tiny_gan, weights_of
from tests.models import tiny_image_gan

def train(strategy, out):
    keras.utils.set_random_seed(3)
    with strategy.scope():
        if kind == "images":
            gan = tiny_image_gan(num=2, num_classes=3)
        else:
            gan = tiny_gan(
                num_generators=2,
                num_discriminators=2,
                num_classes=3,
                class_dependent_weights=kind == "regularized",
            )
        extra = {}
        if kind == "regularized":
            extra = dict(
                objective="wasserstein",
                regularizers=[
                    "spectral_normalization",
                    mg.regularizers.R1(0.1),
                    mg.regularizers.WeightClipping(0.3),
                ],
                ema=mg.EMA(0.9, ["generator", "discriminator"]),
            )
        gan.compile(
            **extra,
            payoff=estimator,
            mixture_optimizer=rule,
            discriminator_steps=2,
            steps_per_execution=spe,
        )
    assert gan.distribute_strategy is strategy
    x = images(size) if kind == "images" else points(size)
    data = tf.data.Dataset.from_tensor_slices((x, labels(size)))
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


def run(tmp_path, estimator, rule="adam", size=36, spe=1, kind="points"):
    case = json.dumps([estimator, rule, size, spe, kind])
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
        dict(estimator="shared", rule="exponentiated_gradient", spe=3),
        dict(estimator="subsampled"),
        dict(estimator="full"),
        dict(estimator="stratified", kind="regularized"),
        # Batch normalisation; at last one row of a component on a replica.
        dict(estimator="stratified", kind="images", size=28),
    ],
    ids=lambda case: "-".join(str(v) for v in case.values()),
)
def test_two_replicas_equal_one(case, tmp_path):
    (one, two), (one_logs, two_logs) = run(tmp_path, **case)
    assert max(np.abs(a).max() for a in one) > 0.1
    # Adam's first steps magnify the rounding of gradients that are all but 0.
    tolerance = 5e-6 if case.get("kind") is None else 2e-5
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
from tests.models import tiny_gan
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
"""


def test_misuse_of_a_strategy_is_refused():
    done = subprocess.run(
        [sys.executable, "-c", MISUSE],
        capture_output=True,
        text=True,
        timeout=300,
    )
    outside, inside, jit, clip = done.stdout.splitlines()
    assert "scope of the strategy" in outside
    assert "scope of the strategy" in inside
    assert "jit_compile" in jit
    assert "clipnorm" in clip
    assert "Received: clipnorm=1.0" in clip
