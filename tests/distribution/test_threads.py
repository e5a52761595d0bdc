import os
import subprocess
import sys

import pytest

from mixgan_tf.distribution.threads import INTER_OP
from mixgan_tf.distribution.threads import INTRA_OP
from mixgan_tf.distribution.threads import thread_plan


@pytest.mark.parametrize(
    ("networks", "cores", "expected"),
    [
        (1, 2, (0, 0)),
        (5, 1, (0, 0)),
        (2, 2, (1, 2)),
        (5, 2, (1, 2)),
        (3, 16, (5, 3)),
        (64, 8, (1, 8)),
    ],
)
def test_networks_share_the_cores(networks, cores, expected):
    assert thread_plan(networks, cores) == expected


SCRIPT = """
import os
os.sched_getaffinity = lambda pid: {0, 1, 2, 3}
from mixgan_tf.distribution.threads import use_thread_plan
use_thread_plan(2)
import tensorflow as tf
tf.zeros([1])
names = "TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS"
print(*(os.environ.get(name) for name in names))
"""


@pytest.mark.parametrize(
    ("given", "expected"), [({}, "2 2"), ({INTRA_OP: "3"}, "3 None")]
)
def test_the_plan_respects_the_environment(given, expected):
    environment = {
        k: v for k, v in os.environ.items() if k not in (INTRA_OP, INTER_OP)
    }
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT],
        capture_output=True,
        text=True,
        timeout=200,
        env={**environment, **given},
    )
    assert done.stdout.strip() == expected, done.stderr[-2000:]
