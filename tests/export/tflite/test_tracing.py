"""What is traced for a file is traced as it was written."""

import logging

import pytest
from mixgan_tf.export import fold
from mixgan_tf.export import to_tflite

from tests.models import tiny_gan


class _Messages(logging.Handler):
    def __init__(self):
        super().__init__(logging.WARNING)
        self.texts = []

    def emit(self, record):
        self.texts.append(record.getMessage())


@pytest.mark.parametrize("batch_size", [None, 1])
@pytest.mark.parametrize("selector", ["routed", "dense"])
def test_autograph_transforms_every_function(selector, batch_size, tmp_path):
    # It leaves functions as they are, with a warning, whose annotations stand
    # on names that conditions assign.
    messages = _Messages()
    logger = logging.getLogger("tensorflow")
    logger.addHandler(messages)
    try:
        generator = fold(tiny_gan(2, 1), selector)
        to_tflite(generator, tmp_path / "g.tflite", batch_size=batch_size)
    finally:
        logger.removeHandler(messages)
    assert not [text for text in messages.texts if "AutoGraph" in text]
