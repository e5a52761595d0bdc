"""Random numbers for the rows of a batch that replicas may share.

A row gets the numbers that it would get on one replica, whichever replica
holds it: each draws for the global batch and takes its own.
"""

from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Sequence
from typing import NamedTuple
from typing import Protocol

import tensorflow as tf

from mixgan_tf import random_streams
from mixgan_tf.compat import draws
from mixgan_tf.distribution.rows import Rows

Take = Callable[[tf.Tensor], tf.Tensor]


class RowDraws(NamedTuple):
    """Draws numbers for some rows of a batch.

    `fold_in` gives other numbers for the same rows, `for_rows` the numbers of
    some of the rows, `joined` those of several sets of rows, one after the
    other.

    Example:
    ```python
    noise = RowDraws.for_batch(key, rows)
    noise.normal([28, 28, 1])  # (rows.local, 28, 28, 1)
    ```
    """

    rows: Rows  # of the batch
    # Pairs of an int32 key (2,) and a function to take rows by.
    parts: tuple[tuple[tf.Tensor, Take], ...]

    @classmethod
    def for_batch(cls, key: tf.Tensor, rows: Rows) -> "RowDraws":
        """Returns draws for all of this replica's rows of a batch.

        Args:
            key: int32 tensor `(2,)`, a stateless random seed, the same on all
                replicas.
            rows: `Rows` of the batch.
        """
        return cls(rows, ((key, lambda batch: batch),))

    @classmethod
    def joined(cls, several: Iterable["RowDraws"]) -> "RowDraws":
        """Returns draws for several sets of rows of one batch, in order."""
        first, *others = several
        return cls(first.rows, sum((o.parts for o in others), first.parts))

    def fold_in(self, data: int) -> "RowDraws":
        """Returns draws of other numbers for the same rows.

        Args:
            data: int, which other ones.
        """
        parts = [(draws.fold_in(key, data), take) for key, take in self.parts]
        return self._replace(parts=tuple(parts))

    def for_rows(self, take: Take) -> "RowDraws":
        """Returns draws of the same numbers, for some of the rows.

        Args:
            take: function from a tensor `(rows.local, ...)` to those rows.
        """
        parts = [
            (key, lambda batch, other=other: take(other(batch)))
            for key, other in self.parts
        ]
        return self._replace(parts=tuple(parts))

    def normal(self, shape: Sequence[int]) -> tf.Tensor:
        """Draws standard normal floats for each row.

        Args:
            shape: shape of one row's numbers, without the batch.

        Returns:
            A float32 tensor `(n, *shape)`.
        """
        return self._draw(draws.normal, shape)

    def uniform(self, shape: Sequence[int]) -> tf.Tensor:
        """Draws floats in [0, 1) for each row. See `normal`."""
        return self._draw(draws.uniform, shape)

    def _draw(
        self,
        function: Callable[[Sequence[int], tf.Tensor], tf.Tensor],
        shape: Sequence[int],
    ) -> tf.Tensor:
        rows, found = self.rows, []
        for key, take in self.parts:
            numbers = function([rows.total, *shape], key)
            if rows.local is not rows.total:
                first = [rows.offset] + [0] * len(shape)
                numbers = tf.slice(numbers, first, [rows.local, *shape])
            found.append(take(numbers))
        return found[0] if len(found) == 1 else tf.concat(found, axis=0)


class TakenRows(Protocol):
    """What `draws_for_sets` goes by of a component's `FakeInputs`."""

    @property
    def take(self) -> Take:
        """A function from the batch to the component's rows."""

    @property
    def whole(self) -> bool:
        """Whether those are all the rows of the batch."""


def draws_for_sets(
    key: tf.Tensor, rows: Rows, inputs: Sequence[TakenRows]
) -> list[RowDraws]:
    """Returns draws for a batch's real samples and for each generator's.

    Args:
        key: int32 tensor `(2,)`, a stateless random seed.
        rows: `Rows` of the real batch.
        inputs: list of each generator's `FakeInputs`.

    Returns:
        A list of `RowDraws`: the real samples', then each generator's.
    """
    sets = [RowDraws.for_batch(random_streams.real_rows(key), rows)]
    keys: dict[int, tf.Tensor] = {}
    for i, component in enumerate(inputs):
        # Components that share a batch's rows share the drawing of numbers.
        group = i if component.whole else 0
        if group not in keys:
            keys[group] = random_streams.generated_rows(key, group)
        draws_of_batch = RowDraws.for_batch(keys[group], rows)
        sets.append(draws_of_batch.for_rows(component.take))
    return sets
