import numpy as np
import pytest

import mixgan_tf as mg
from mixgan_tf.report.scoring.stacked_extractor import StackedExtractor


def test_it_sees_each_channel_by_itself():
    digits = mg.metrics.get_extractor("digits")
    extractor = StackedExtractor(digits, "digits")
    batches = mg.data.load_stacked_mnist(
        "test", source="digits", endless=False, num=60, with_labels=True
    )
    images, labels = next(batches.as_numpy_iterator())
    features, logits = extractor(images)
    assert features.shape == (60, 3 * digits.feature_dim)
    assert logits.shape == (60, 1000)
    width = digits.feature_dim
    np.testing.assert_allclose(
        features[:, width : 2 * width],
        digits(images[..., 1, None]).features,
        atol=1e-5,
    )
    expected = mg.metrics.stacked_classes(images, lambda x: digits(x).logits)
    np.testing.assert_array_equal(logits.argmax(axis=1), expected)
    # A classifier of 96 % a digit gets about 0.96 cubed of the triples.
    assert np.mean(expected == labels) > 0.75
    # The logits are logarithms of a distribution.
    np.testing.assert_allclose(np.exp(logits).sum(axis=1), 1, atol=1e-4)


def test_it_needs_an_extractor_of_grey_digits():
    with pytest.raises(ValueError, match="grey images"):
        StackedExtractor(mg.metrics.get_extractor("cifar10"), "cifar10")
