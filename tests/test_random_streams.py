"""No two streams of random numbers coincide."""

import collections
import traceback

import numpy as np
import pytest
import tensorflow as tf

import mixgan_tf as mg
from mixgan_tf import random_streams as streams
from mixgan_tf.compat import draws
from tests.models import points
from tests.models import tiny_gan

SEED, STEP = 5, 7
GROUPS = 4
REGULARIZERS = 2


def _row_streams(name, key):
    """Yields what is folded from the numbers of one set of rows."""
    for j in range(GROUPS):
        for index in range(REGULARIZERS):
            own = draws.fold_in(key, streams.regularizer(j))
            yield (*name, "regularizer", j, index), draws.fold_in(own, index)


def _streams_of_an_update(name, key):
    for group in range(GROUPS):
        yield (*name, "latents", group), streams.latents(key, group)
        rows = streams.generated_rows(key, group)
        yield from _row_streams((*name, "generated rows", group), rows)
    yield from _row_streams((*name, "real rows"), streams.real_rows(key))
    yield (*name, "discriminators"), streams.sampled_discriminators(key)
    for j in range(GROUPS):
        penalty = streams.penalty(key, j)
        yield (*name, "penalty", j), penalty
        for group in range(GROUPS):
            pairs = streams.penalty_pairs(penalty, group)
            yield (*name, "penalty", j, "pairs", group), pairs
        for own in (streams.PENALTY_CRITIC, streams.PENALTY_PAIRING):
            folded = draws.fold_in(penalty, own)
            yield from _row_streams((*name, "penalty", j, "rows", own), folded)


def _all_streams():
    for step in (STEP, STEP + 1):
        key = streams.step_key(SEED, tf.constant(step))
        updates = {
            "generators": streams.generator_update(key),
            "again": streams.repeated_update(streams.generator_update(key), 3),
            "discriminators": streams.discriminator_update(key, 0),
            "once more": streams.discriminator_update(key, 1),
        }
        for name, update in updates.items():
            yield from _streams_of_an_update((step, name), update)
        for rows in (0, 64):
            yield (step, "evaluation", rows), streams.evaluation(key, rows)


def test_no_two_streams_coincide():
    named = collections.defaultdict(list)
    for name, key in _all_streams():
        named[tuple(key.numpy().tolist())].append(name)
    wrong = [names for names in named.values() if len(names) > 1]
    assert not wrong, wrong[:3]
    assert len(named) > 700


def test_labels_and_latents_of_samples_differ():
    assert not np.array_equal(
        streams.sampled_latents(3), streams.sampled_labels(3)
    )


def _purpose():
    """Returns the function of the library that asked for numbers."""
    for frame, _ in traceback.walk_stack(None):
        place = frame.f_code.co_filename
        passes = "mixgan_tf" not in place or "compat" in place
        if not (passes or place.endswith("row_draws.py")):
            return place, frame.f_code.co_name
    return None


@pytest.mark.parametrize(
    ("payoff", "interpolation"),
    [
        ("full", "pair"),
        ("shared", "mixture"),
        ("shared", "stratified"),
        ("subsampled", "pair"),
    ],
)
def test_a_step_draws_no_stream_for_two_purposes(
    payoff, interpolation, monkeypatch
):
    purposes = collections.defaultdict(set)
    integers = draws.integers

    def recorded(shape, key, *args, **kwargs):
        purposes[tuple(np.asarray(key).tolist())].add(_purpose())
        return integers(shape, key, *args, **kwargs)

    monkeypatch.setattr(draws, "integers", recorded)
    gan = tiny_gan()
    gan.compile(
        payoff=payoff,
        regularizers=[
            mg.regularizers.InstanceNoise(0.1),
            "dropout",
            mg.regularizers.GradientPenalty(interpolation=interpolation),
        ],
        discriminator_steps=2,
        run_eagerly=True,
    )
    gan.fit(points(12), batch_size=6, epochs=1, verbose=0)
    assert len(purposes) > 20
    assert not {k: v for k, v in purposes.items() if len(v) > 1}
