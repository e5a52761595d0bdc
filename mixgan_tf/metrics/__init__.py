"""Measures of the quality of samples."""

from mixgan_tf.metrics.birthday import BirthdayTest
from mixgan_tf.metrics.birthday import birthday_test
from mixgan_tf.metrics.birthday import duplicate_threshold
from mixgan_tf.metrics.birthday import pair_grid
from mixgan_tf.metrics.class_modes import ClassCoverage
from mixgan_tf.metrics.class_modes import class_coverage
from mixgan_tf.metrics.class_modes import stacked_classes
from mixgan_tf.metrics.classifier_score import classifier_score
from mixgan_tf.metrics.components import ComponentReport
from mixgan_tf.metrics.components import component_report
from mixgan_tf.metrics.components import component_samples
from mixgan_tf.metrics.components import effective_components
from mixgan_tf.metrics.components import energy_distance
from mixgan_tf.metrics.features.extractor import Extractor
from mixgan_tf.metrics.features.extractor_folders import get_extractor
from mixgan_tf.metrics.features.extractor_folders import list_extractors
from mixgan_tf.metrics.features.extractor_folders import save_extractor
from mixgan_tf.metrics.features.reference import reference_statistics
from mixgan_tf.metrics.features.sources import GanSamples
from mixgan_tf.metrics.features.sources import ImageArray
from mixgan_tf.metrics.features.sources import ImageSplit
from mixgan_tf.metrics.features.streaming import Statistics
from mixgan_tf.metrics.features.streaming import collect_statistics
from mixgan_tf.metrics.frechet import frechet_distance
from mixgan_tf.metrics.image_scores import compute_scores
from mixgan_tf.metrics.kernel_distance import kernel_distance
from mixgan_tf.metrics.manifold import DensityCoverage
from mixgan_tf.metrics.manifold import PrecisionRecall
from mixgan_tf.metrics.manifold import density_coverage
from mixgan_tf.metrics.manifold import precision_recall
from mixgan_tf.metrics.memorization import Memorization
from mixgan_tf.metrics.memorization import memorization
from mixgan_tf.metrics.memorization import nearest_neighbors
from mixgan_tf.metrics.memorization import neighbor_grid
from mixgan_tf.metrics.mode_coverage import ModeCoverage
from mixgan_tf.metrics.mode_coverage import mode_coverage
from mixgan_tf.metrics.moments import Moments
from mixgan_tf.metrics.neural_net.distance import NeuralNetDistance
from mixgan_tf.metrics.neural_net.distance import neural_net_distance
from mixgan_tf.metrics.score_with_spread import Score
from mixgan_tf.metrics.sliced_wasserstein import sliced_wasserstein
from mixgan_tf.metrics.support_distance import SupportDistance
from mixgan_tf.metrics.support_distance import support_distance
from mixgan_tf.metrics.support_size import support_size

__all__ = [
    "BirthdayTest",
    "ClassCoverage",
    "ComponentReport",
    "DensityCoverage",
    "Extractor",
    "GanSamples",
    "ImageArray",
    "ImageSplit",
    "Memorization",
    "ModeCoverage",
    "Moments",
    "NeuralNetDistance",
    "PrecisionRecall",
    "Score",
    "Statistics",
    "SupportDistance",
    "birthday_test",
    "class_coverage",
    "classifier_score",
    "collect_statistics",
    "component_report",
    "component_samples",
    "compute_scores",
    "density_coverage",
    "duplicate_threshold",
    "effective_components",
    "energy_distance",
    "frechet_distance",
    "get_extractor",
    "kernel_distance",
    "list_extractors",
    "memorization",
    "mode_coverage",
    "nearest_neighbors",
    "neighbor_grid",
    "neural_net_distance",
    "pair_grid",
    "precision_recall",
    "reference_statistics",
    "save_extractor",
    "sliced_wasserstein",
    "stacked_classes",
    "support_distance",
    "support_size",
]
