"""The protocol of an evaluation: everything that its numbers depend on."""

import dataclasses
import importlib.metadata
import numbers
from collections.abc import Sequence
from typing import Any
from typing import Self

from mixgan_tf.arguments import require_positive_int
from mixgan_tf.version import __version__

# What samples are scored by, once for each seed, ...
IMAGE_SCORES = (
    "classifier_score",
    "frechet",
    "kernel",
    "sliced_wasserstein",
    "precision_recall",
    "density_coverage",
    "classes",
)
POINT_SCORES = ("mode_coverage",)
# ... and what is looked at once, of the mixture as a whole.
IMAGE_DIAGNOSTICS = ("components", "birthday", "memorization", "game")
POINT_DIAGNOSTICS = ("components", "game")

POINT_SETS = ("ring", "grid")
# Data sets of pictures with three digits each, and where the digits come from.
STACKED_SETS = {"stacked_mnist": "mnist", "stacked_digits": "digits"}

_PACKAGES = (
    "tensorflow",
    "keras",
    "numpy",
    "scipy",
    "scikit-learn",
    "tensorflow-gan",
)


@dataclasses.dataclass(frozen=True)
class Protocol:
    """How a model is scored.

    Two models' scores are comparable if their protocols agree. The same model,
    protocol and machine give the same numbers.

    Args:
        dataset: `"digits"`, a TFDS image set such as `"mnist"`,
            `"stacked_mnist"`, `"ring"` or `"grid"`: what the model imitates.
        split: its split to compare with, which nothing was trained on or
            chosen by. Points have none.
        training_split: the split that the model was trained on, if known: its
            samples are sought there.
        extractor: what `mg.metrics.get_extractor` takes; that of the data
            set's name if `None`.
        num: how many samples of each seed. Scores of different numbers do not
            compare.
        seeds: nonnegative ints, each of which gives samples of its own; the
            spread is over them.
        metrics: names that `metrics_for(dataset)` lists; if `None`, all that
            apply to the model.

    Raises:
        ValueError: if an argument is out of range or unknown.

    Example:
    ```python
    protocol = report.Protocol("mnist", training_split="train", seeds=(0, 1))
    found = report.evaluate(gan, protocol)
    ```
    """

    dataset: str
    split: str | None = "test"
    training_split: str | None = None
    extractor: str | None = None
    num: int = 10_000
    seeds: Sequence[int] = (0, 1, 2)
    metrics: Sequence[str] | None = None

    def __post_init__(self) -> None:
        require_positive_int("num", self.num)
        seeds = tuple(self.seeds)
        whole = [isinstance(s, numbers.Integral) and s >= 0 for s in seeds]
        if not seeds or not all(whole) or len(set(seeds)) < len(seeds):
            raise ValueError(
                "Argument `seeds` must be different nonnegative ints, at least "
                f"one. Received: seeds={self.seeds!r}"
            )
        object.__setattr__(self, "seeds", tuple(int(s) for s in seeds))
        if self.of_points:
            for entry in ("split", "training_split", "extractor"):
                object.__setattr__(self, entry, None)
        if self.metrics is None:
            return
        known = metrics_for(self.dataset)
        chosen = tuple(self.metrics)
        unknown = [metric for metric in chosen if metric not in known]
        if unknown or not chosen:
            raise ValueError(
                f"Argument `metrics` must name some of {', '.join(known)} for "
                f"the data set {self.dataset!r}. Received: "
                f"{', '.join(map(str, unknown)) or 'none'}"
            )
        ordered = tuple(metric for metric in known if metric in chosen)
        object.__setattr__(self, "metrics", ordered)

    @property
    def of_points(self) -> bool:
        """Whether samples are points of the plane."""
        return self.dataset in POINT_SETS

    def command(self, model: str) -> str:
        """Returns the command line that follows this protocol.

        Args:
            model: what `--model` names.

        Returns:
            A string, without `--out`, on which no number depends.
        """
        words = [
            f"mixgan evaluate --model={model}",
            f"--dataset={self.dataset}",
        ]
        if not self.of_points:
            words.append(f"--split={self.split}")
        if self.extractor is not None:
            words.append(f"--extractor={self.extractor}")
        words.append(f"--num={self.num}")
        words.append(f"--seeds={','.join(map(str, self.seeds))}")
        if self.metrics is not None:
            words.append(f"--metrics={','.join(self.metrics)}")
        return " ".join(words)

    @classmethod
    def from_record(cls, record: dict[str, Any]) -> Self:
        """Returns the protocol that scores were recorded with.

        Args:
            record: the `"protocol"` of an evaluation's result.

        Returns:
            A `Protocol`.

        Raises:
            ValueError: if the record lacks an entry.
        """
        try:
            extractor = record["extractor"] or {}
            return cls(
                dataset=record["data"]["name"],
                split=record["data"].get("split"),
                training_split=record["training_split"],
                extractor=extractor.get("each_channel", extractor.get("name")),
                num=record["samples"]["num"],
                seeds=record["samples"]["seeds"],
                metrics=record["metrics"],
            )
        except (KeyError, TypeError, AttributeError) as error:
            raise ValueError(
                "The recorded protocol is incomplete: score the model again "
                f"with `mixgan evaluate`. Received: {record!r}"[:400]
            ) from error


def metrics_for(dataset: str) -> tuple[str, ...]:
    """Returns the names of the metrics that suit models of a data set.

    Args:
        dataset: its name.

    Returns:
        A tuple of strings.
    """
    if dataset in POINT_SETS:
        return POINT_SCORES + POINT_DIAGNOSTICS
    return IMAGE_SCORES + IMAGE_DIAGNOSTICS


def versions() -> dict[str, str]:
    """Returns the versions of the packages that numbers depend on."""
    return {
        "mixgan_tf": __version__,
        **{name: importlib.metadata.version(name) for name in _PACKAGES},
    }
