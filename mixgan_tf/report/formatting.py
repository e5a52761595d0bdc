"""The wording of scores and protocols, the same everywhere.

Nothing here needs TensorFlow: `mixgan zoo list` uses it.
"""

import math
from collections.abc import Iterable
from typing import Any
from typing import NamedTuple


class Wording(NamedTuple):
    """The words in which one kind of score is shown."""

    label: str
    better: str  # "higher", "lower", or "" where neither is better as such
    meaning: str

    @property
    def arrow(self) -> str:
        """An arrow to where scores are better; empty if to neither."""
        return {"higher": "↑", "lower": "↓"}.get(self.better, "")


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
# The scores that a line of a table has room for, by what the model makes.
_MAIN_POINT_SCORES = ("modes", "high_quality")
_MAIN_STACKED_SCORES = ("modes", "class_kl", "frechet")
_MAIN_IMAGE_SCORES = (
    "frechet_inception_distance",
    "frechet",
    "precision",
    "recall",
)


def wording_of(name: str) -> Wording:
    """Returns the wording of a score.

    Args:
        name: such as `"frechet@mnist"`.

    Returns:
        A `Wording`.
    """
    kind = name.partition("@")[0]
    return SCORES.get(kind, Wording(kind.replace("_", " "), "", ""))


def main_scores(scores: Iterable[str]) -> list[str]:
    """Returns the names of the few scores that matter most.

    Args:
        scores: names of scores, or a dict whose keys they are.

    Returns:
        A list of at most three names.
    """
    kinds = {name.partition("@")[0]: name for name in scores}
    if "high_quality" in kinds:
        wanted: tuple[str, ...] = _MAIN_POINT_SCORES
    elif kinds.get("modes", "").endswith("_channels"):
        wanted = _MAIN_STACKED_SCORES
    else:
        wanted = _MAIN_IMAGE_SCORES
    return [kinds[kind] for kind in wanted if kind in kinds][:3]


def with_spread(mean: float, sd: float | None = None) -> str:
    """Formats a mean and its standard deviation to the digits that count.

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


def short_protocol(protocol: dict[str, Any]) -> str:
    """Describes a protocol in a few words, for a table.

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
