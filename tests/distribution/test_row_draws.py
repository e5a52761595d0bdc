"""Numbers for the rows of a batch, however it is cut up for replicas."""

import numpy as np
import pytest
import tensorflow as tf

from mixgan_tf.distribution.row_draws import RowDraws
from mixgan_tf.distribution.row_draws import draws_for_sets
from mixgan_tf.distribution.rows import Rows
from mixgan_tf.payoff import estimators

KEY = tf.constant([3, 4])


def cut(total, ends):
    starts = [0, *ends]
    ends = [*ends, total]
    for start, end in zip(starts, ends, strict=True):
        yield Rows(*(tf.constant(n) for n in (end - start, total, start)))


@pytest.mark.parametrize("kind", ["normal", "uniform"])
def test_a_row_gets_the_same_numbers_on_whichever_replica(kind):
    def draw(rows):
        return getattr(RowDraws.for_batch(KEY, rows), kind)([2, 3]).numpy()

    whole = draw(Rows(7, 7, 0))
    assert whole.shape == (7, 2, 3)
    assert len(np.unique(whole)) == 42
    parts = [draw(rows) for rows in cut(7, [4, 4])]  # none on the second
    assert [len(part) for part in parts] == [4, 0, 3]
    np.testing.assert_array_equal(np.concatenate(parts), whole)


def test_some_rows_keep_their_numbers_and_others_are_drawn_by_folding():
    batch = RowDraws.for_batch(KEY, Rows(6, 6, 0))
    numbers = batch.normal([2]).numpy()
    odd, even = (batch.for_rows(lambda x, i=i: x[i::2]) for i in (1, 0))
    later = odd.for_rows(lambda x: x[1:])
    np.testing.assert_array_equal(later.normal([2]), numbers[3::2])
    joined = RowDraws.joined([odd, even]).normal([2])
    np.testing.assert_array_equal(joined, numbers[[1, 3, 5, 0, 2, 4]])
    others = batch.fold_in(1).normal([2]).numpy()
    assert not np.intersect1d(others, numbers).size
    again = RowDraws.joined([odd, even]).fold_in(1).normal([2])
    np.testing.assert_array_equal(again, others[[1, 3, 5, 0, 2, 4]])


@pytest.mark.parametrize("name", ["shared", "stratified"])
def test_no_two_samples_share_numbers(name):
    rows = Rows(12, 12, 0)
    inputs = estimators.get(name).fake_inputs(KEY, rows, None, 3, 2)
    sets = draws_for_sets(KEY, rows, inputs)
    drawn = [d.uniform([5]).numpy().ravel() for d in sets]
    sizes = [60, 60, 60, 60] if name == "shared" else [60, 20, 20, 20]
    assert [len(d) for d in drawn] == sizes
    assert len(np.unique(np.concatenate(drawn))) == sum(sizes)
