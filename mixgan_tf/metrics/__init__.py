"""Measures of how good samples are."""

from mixgan_tf.metrics.mode_coverage import ModeCoverage
from mixgan_tf.metrics.mode_coverage import mode_coverage

__all__ = ["ModeCoverage", "mode_coverage"]
