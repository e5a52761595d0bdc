import json

import pytest

from mixgan_tf.report import Protocol
from mixgan_tf.report.scoring.protocol import metrics_for


def record_of(protocol):
    """What an evaluation records, its sources left out."""
    return {
        "data": {"name": protocol.dataset, "split": protocol.split},
        "training_split": protocol.training_split,
        "samples": {"num": protocol.num, "seeds": list(protocol.seeds)},
        "extractor": {"name": "digits"},
        "metrics": list(metrics_for(protocol.dataset)),
    }


def test_the_command_says_everything():
    protocol = Protocol(
        "mnist",
        split="test[:500]",
        extractor="mnist",
        num=50,
        seeds=[1, 2],
        metrics=["kernel", "frechet"],
    )
    assert protocol.command("my_preset") == (
        "mixgan evaluate --model=my_preset --dataset=mnist --split=test[:500] "
        "--extractor=mnist --num=50 --seeds=1,2 --metrics=frechet,kernel"
    )
    assert Protocol("ring").command("r") == (
        "mixgan evaluate --model=r --dataset=ring --num=10000 --seeds=0,1,2"
    )


def test_the_record_gives_the_protocol_back():
    record = record_of(Protocol("digits", num=7, seeds=(5,)))
    found = Protocol.from_record(json.loads(json.dumps(record)))
    assert found == Protocol(
        "digits",
        extractor="digits",
        num=7,
        seeds=(5,),
        metrics=metrics_for("digits"),
    )
    stacked = {**record, "data": {"name": "stacked_digits", "split": "test"}}
    stacked["extractor"] = {"name": "x_channels", "each_channel": "digits"}
    assert Protocol.from_record(stacked).extractor == "digits"
    with pytest.raises(ValueError, match="incomplete"):
        Protocol.from_record({"data": {}})


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (dict(num=0), "num"),
        (dict(seeds=()), "seeds"),
        (dict(seeds=(1, 1)), "different"),
        (dict(seeds=(-1,)), "nonnegative"),
        (dict(metrics=("fid",)), "Received: fid"),
        (dict(metrics=()), "metrics"),
        (dict(metrics=("mode_coverage",)), "Received: mode_coverage"),
    ],
)
def test_a_protocol_that_cannot_be_followed(change, message):
    with pytest.raises(ValueError, match=message):
        Protocol("mnist", **change)
    with pytest.raises(ValueError, match="Received: frechet"):
        Protocol("ring", metrics=("frechet",))
