"""The type of functions that run an exported generator."""

from typing import Protocol

import numpy as np
from numpy.typing import ArrayLike


class SampleFunction(Protocol):
    """A function from latents to samples, for any exported format."""

    def __call__(
        self, latents: ArrayLike, labels: ArrayLike | None = None
    ) -> np.ndarray:
        """Returns samples.

        Args:
            latents: float array `(B, latent_dim + 1)`.
            labels: int array `(B,)`, if the generator is conditional.

        Returns:
            A float32 array `(B, *sample_shape)`.
        """
