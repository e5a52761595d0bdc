"""Two replicas must train exactly what one does."""

import re

import numpy as np
import pytest
import tensorflow as tf

from mixgan_tf.distribution.rows import Rows
from mixgan_tf.distribution.rows import dealt_rows
from tests.distributed import replicas


@pytest.mark.parametrize(
    "case",
    [
        # Uneven: 4 and 3 rows at last.
        dict(estimator="stratified", size=31, discriminator_steps=2),
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
        dict(
            estimator="stratified",
            kind="images",
            size=26,
            discriminator_steps=2,
        ),
        dict(estimator="full", kind="images", size=25),
    ],
    ids=lambda case: "-".join(str(v) for v in case.values()),
)
def test_two_replicas_equal_one(case, four_devices):
    (one, *one_logs), (two, *two_logs) = four_devices.run(
        replicas.train_on_one_and_two, **case
    )
    assert max(np.abs(a).max() for a in one) > 0.1
    tolerance = 5e-6 if case.get("kind") != "images" else 2e-5
    for a, b in zip(one, two, strict=True):
        np.testing.assert_allclose(a, b, atol=tolerance)
    for a, b in zip(one_logs, two_logs, strict=True):
        for name in a:
            np.testing.assert_allclose(a[name], b[name], atol=5 * tolerance)


def test_misuse_of_a_strategy_is_refused(four_devices):
    found = four_devices.run(replicas.refusals)
    for misuse, message in {
        "compile outside": "scope of the strategy",
        "made outside": "scope of the strategy",
        "jit": "jit_compile",
        "clipnorm": "clipnorm.*Received: clipnorm=1.0",
        "optimizer made outside": "must be made inside the strategy's scope",
        "unsynchronized": "synchronized=True",
        "fit elsewhere": "trains under the strategy that it was made in",
        "central fit": "Keras 3 cannot update variables",
        "central": "Received: CentralStorageStrategy",
    }.items():
        assert re.search(message, found.pop(misuse)), misuse
    assert not found


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
