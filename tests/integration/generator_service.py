"""Serves a SavedModel of mixgan-tf with BentoML.

    SAVED_MODEL=generator/1 bentoml serve generator_service:Generator

It needs bentoml and tensorflow, not mixgan_tf.
"""

import os
from typing import Annotated

import bentoml
import numpy as np
import tensorflow as tf
from bentoml.validators import DType

Floats = Annotated[np.ndarray, DType("float32")]


@bentoml.service
class Generator:
    """Answers POST requests with JSON, a method a route."""

    def __init__(self):
        self.served = tf.saved_model.load(os.environ["SAVED_MODEL"])

    @bentoml.api
    def generate(
        self, latents: Floats, labels: list[int] | None = None
    ) -> np.ndarray:
        """Maps Gaussians, the selector coordinate last, to samples."""
        classes = {} if labels is None else {"labels": np.int32(labels)}
        return self.run("generate", latents=latents, **classes)

    @bentoml.api
    def sample(self, num: int, seed: int = 0) -> np.ndarray:
        """Draws samples."""
        return self.run("sample", num=np.int32(num), seed=np.int32(seed))

    def run(self, signature, **inputs):
        """Calls a signature; what does not fit it is the client's mistake."""
        feed = {name: tf.constant(value) for name, value in inputs.items()}
        try:
            return self.served.signatures[signature](**feed)["samples"].numpy()
        except (tf.errors.InvalidArgumentError, TypeError) as error:
            raise bentoml.exceptions.InvalidArgument(str(error)) from error
