"""A score and its spread."""

from collections.abc import Sequence
from typing import NamedTuple
from typing import Self

import numpy as np


class Score(NamedTuple):
    """A score that was computed on several parts of the samples."""

    mean: float
    sd: float | None  # over the parts; None where there is one alone
    parts: int

    @classmethod
    def from_parts(cls, values: Sequence[float] | np.ndarray) -> Self:
        """Returns the `Score` whose parts had the given values."""
        values = np.asarray(values, "float64")
        sd = float(values.std(ddof=1)) if len(values) > 1 else None
        return cls(float(values.mean()), sd, len(values))
