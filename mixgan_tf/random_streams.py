"""Every stream of random numbers of training, by name.

All of them come from one key by folding: a key and a number give another key.
What is drawn depends on the model's seed and its step alone, so that training
resumes bit for bit, on any number of replicas. The numbers below are in no
file but this one; `tests/test_random_streams.py` shows that no two streams
coincide.

    seed, step                       of a model, and of one training step
      generator update               (one of several, under AdaptiveSteps)
      evaluation                     of one batch
      discriminator update           of each in a row
        latents                      of a group of fakes
          start of the deal          where the rows' deal begins
        real rows, generated rows    numbers for each row:
          regularizer                of what one discriminator sees
        penalty                      of one discriminator
          pairs                      numbers for each pair of rows:
            critic                   of what the critic sees
            pairing                  who meets whom
        sampled discriminators       of one update
"""

import tensorflow as tf

from mixgan_tf.compat import draws

# Seeds in the configs of a template's copies, and of a data set's epochs, are
# this far apart.
SEED_STRIDE = 1_000_003

# From a step's key.
_GENERATOR_UPDATE = 0
_EVALUATION = 1
_FIRST_DISCRIMINATOR_UPDATE = 2
# From an update's key. Latents are drawn with keys that row numbers are folded
# from once more.
_FIRST_LATENTS = 0
_REAL_ROWS = 0
_FIRST_GENERATED_ROWS = 1
_FIRST_PENALTY = 10_000
_SAMPLED_DISCRIMINATORS = 1_000_003
# From a row's numbers.
_FIRST_REGULARIZED = 100
PENALTY_CRITIC = 1
PENALTY_PAIRING = 2
# From a user's seed.
_SAMPLED_LATENTS = 0
_SAMPLED_LABELS = 1


def step_key(seed: int, step: tf.Tensor) -> tf.Tensor:
    """Returns the key of a training step.

    Args:
        seed: int32, the model's.
        step: int32 scalar tensor.

    Returns:
        An int32 tensor `(2,)`, a stateless random seed, like all keys here.
    """
    return draws.fold_in(tf.constant([seed, 0], tf.int32), step)


def generator_update(key: tf.Tensor) -> tf.Tensor:
    """Returns the key of the generators' update, from a step's key."""
    return draws.fold_in(key, _GENERATOR_UPDATE)


def repeated_update(key: tf.Tensor, index: tf.Tensor) -> tf.Tensor:
    """Returns the key of one of several updates, from the key of the first."""
    return draws.fold_in(key, index)


def evaluation(key: tf.Tensor, rows: tf.Tensor) -> tf.Tensor:
    """Returns the key of an evaluated batch, from a step's key.

    Args:
        key: of the step.
        rows: int32 scalar tensor, the rows that were evaluated before.
    """
    return draws.fold_in(draws.fold_in(key, _EVALUATION), rows)


def discriminator_update(key: tf.Tensor, index: int) -> tf.Tensor:
    """Returns the key of a discriminators' update, from a step's key.

    Args:
        key: of the step.
        index: which of the updates in a row.
    """
    return draws.fold_in(key, _FIRST_DISCRIMINATOR_UPDATE + index)


def latents(key: tf.Tensor, group: int) -> tf.Tensor:
    """Returns the key of a group's latents, from an update's key.

    Args:
        key: of the update.
        group: 0, or the index of the discriminator that the fakes are for.
    """
    return draws.fold_in(key, _FIRST_LATENTS + group)


def start_of_deal(key: tf.Tensor) -> tf.Tensor:
    """Returns the key of where a deal of rows begins, from the latents' key.

    It is the key of the next group's latents: what deals rows has one group.
    """
    return key + [0, 1]


def real_rows(key: tf.Tensor) -> tf.Tensor:
    """Returns the key of numbers for real rows, from an update's key."""
    return draws.fold_in(key, _REAL_ROWS)


def generated_rows(key: tf.Tensor, group: int) -> tf.Tensor:
    """Returns the key of numbers for generated rows, from an update's key.

    Args:
        key: of the update.
        group: index of the generator, where each makes a whole batch; else 0.
    """
    return draws.fold_in(key, _FIRST_GENERATED_ROWS + group)


def regularizer(index: int) -> int:
    """Returns what row numbers are folded with for one discriminator.

    Args:
        index: the discriminator's.
    """
    return _FIRST_REGULARIZED + index


def penalty(key: tf.Tensor, index: int) -> tf.Tensor:
    """Returns the key of a discriminator's penalties, from an update's key.

    Penalties of one discriminator share it, and with it their pairs of rows.

    Args:
        key: of the update.
        index: the discriminator's.
    """
    return draws.fold_in(key, _FIRST_PENALTY + index)


def penalty_pairs(key: tf.Tensor, group: int) -> tf.Tensor:
    """Returns the key of numbers for pairs of rows, from a penalty's key.

    Args:
        key: of the penalty.
        group: index of the generator whose samples are paired with the whole
            batch; 0 where the generators share its rows.
    """
    return draws.fold_in(key, group)


def sampled_discriminators(key: tf.Tensor) -> tf.Tensor:
    """Returns the key of the choice of discriminators, from an update's key."""
    return draws.fold_in(key, _SAMPLED_DISCRIMINATORS)


def sampled_latents(seed: int | tf.Tensor) -> tf.Tensor:
    """Returns the key of the latents of samples, from a user's seed."""
    return tf.stack([tf.cast(seed, tf.int32), _SAMPLED_LATENTS])


def sampled_labels(seed: int | tf.Tensor) -> tf.Tensor:
    """Returns the key of the labels of samples, from a user's seed."""
    return tf.stack([tf.cast(seed, tf.int32), _SAMPLED_LABELS])
