"""How scores and protocols are worded, the same everywhere.

Nothing here needs TensorFlow: `mixgan zoo list` uses it.
"""

import math
from typing import NamedTuple


class Wording(NamedTuple):
    """How one kind of score is shown."""

    label: str
    better: str  # "higher", "lower", or "" where neither is better as such
    meaning: str


SCORES = {
    "frechet": Wording(
        "Fréchet distance",
        "lower",
        "between Gaussians fitted to the features of samples and data",
    ),
    "kernel": Wording(
        "kernel distance",
        "lower",
        "of the features' distributions, unbiased: about 0 if they agree",
    ),
    "sliced_wasserstein": Wording(
        "sliced Wasserstein distance",
        "lower",
        "of small patches of pixels; no classifier takes part",
    ),
    "precision": Wording(
        "precision", "higher", "share of samples that look like data"
    ),
    "recall": Wording(
        "recall", "higher", "share of the data that samples come near to"
    ),
    "density": Wording(
        "density",
        "higher",
        "like precision, less moved by outliers; 1 for data",
    ),
    "coverage": Wording(
        "coverage",
        "higher",
        "share of data with a sample in their neighbourhood",
    ),
    "classifier_score": Wording(
        "classifier score",
        "higher",
        "sure of each sample, and of all classes alike: at most their number",
    ),
    "modes": Wording("modes", "higher", "how many are found"),
    "class_kl": Wording(
        "class divergence",
        "lower",
        "of the samples' classes from the data's, in nats",
    ),
    "high_quality": Wording(
        "high quality",
        "higher",
        "share of samples within 3 standard deviations of a mode; 0.989 for "
        "data",
    ),
    "inception_score": Wording("Inception Score", "higher", ""),
    "frechet_inception_distance": Wording("FID", "lower", ""),
    "kernel_inception_distance": Wording("KID", "lower", ""),
}
# What a line of a table has room for, by what the model makes.
_OF_POINTS = ("modes", "high_quality")
_OF_STACKED_DIGITS = ("modes", "class_kl", "frechet")
_OF_IMAGES = ("frechet_inception_distance", "frechet", "precision", "recall")


def wording_of(name):
    """Returns how a score is shown.

    Args:
        name: such as `"frechet@mnist"`.

    Returns:
        A `Wording`.
    """
    kind = name.partition("@")[0]
    return SCORES.get(kind, Wording(kind.replace("_", " "), "", ""))


def main_scores(scores):
    """Returns the names of the few scores that stand for all.

    Args:
        scores: dict whose keys are names of scores.

    Returns:
        A list of at most three names.
    """
    kinds = {name.partition("@")[0]: name for name in scores}
    if "high_quality" in kinds:
        wanted = _OF_POINTS
    elif kinds.get("modes", "").endswith("_channels"):
        wanted = _OF_STACKED_DIGITS
    else:
        wanted = _OF_IMAGES
    return [kinds[kind] for kind in wanted if kind in kinds][:3]


def with_spread(mean, sd=None):
    """Words a mean and its standard deviation, to the digits that count.

    Args:
        mean: float.
        sd: float, or `None` if there is none.

    Returns:
        A string such as `"0.206 ± 0.013"`: two digits of the spread, unless
        the mean then had more than four.
    """
    if sd is None or not math.isfinite(sd):
        return f"{mean:.4g}"
    if sd == 0:
        return f"{mean:.4g} ± 0"
    decimals = 1 - math.floor(math.log10(sd))
    if mean:
        decimals = min(decimals, 3 - math.floor(math.log10(abs(mean))))
    decimals = max(decimals, 0)
    return f"{mean:.{decimals}f} ± {sd:.{decimals}f}"


def short_protocol(protocol):
    """Words a protocol in a few words, for a table.

    Args:
        protocol: the `"protocol"` of an evaluation's result.

    Returns:
        A string such as `"mnist test (10,000), 10,000 samples x 3 seeds,
        extractor mnist 34318856"`.
    """
    data, samples = protocol["data"], protocol["samples"]
    words = [data["name"]]
    if data.get("split"):
        words = [f"{data['name']} {data['split']} ({data['num']:,})"]
    seeds = len(samples["seeds"])
    words.append(
        f"{samples['num']:,} samples x {seeds} seed{'s' * (seeds > 1)}"
    )
    extractor = protocol.get("extractor")
    if extractor:
        words.append(f"extractor {extractor['name']} {extractor['sha256'][:8]}")
    return ", ".join(words)
