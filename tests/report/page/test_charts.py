import re
import xml.etree.ElementTree as ET

import pytest

from mixgan_tf.report.page.bar_charts import bars
from mixgan_tf.report.page.bar_charts import columns
from mixgan_tf.report.page.heat_map import heat_map
from mixgan_tf.report.page.point_charts import line
from mixgan_tf.report.page.point_charts import scatter


def elements(text, name, kind=""):
    """Attributes of the elements of one name and class."""
    return [
        e.attrib
        for e in ET.fromstring(text).iter()
        if e.tag == name and kind in e.attrib.get("class", "")
    ]


def words(text):
    return [e.text for e in ET.fromstring(text).iter() if e.tag == "text"]


def test_bars_are_as_long_as_their_values():
    chart = bars([0.5, 0.25], ["G0", "G1"], ["a", "b"], 0.375, "equal")
    first, second = elements(chart, "rect")
    ratio = float(first["width"]) / float(second["width"])
    assert ratio == pytest.approx(2, rel=1e-2)
    (equal,) = elements(chart, "line", "reference")
    start, length = float(first["x"]), float(first["width"])
    assert float(equal["x1"]) == pytest.approx(start + 0.75 * length, abs=0.2)
    assert words(chart) == ["G0", "a", "G1", "b", "equal"]


def test_columns_and_their_marks():
    chart = columns([0.2, 0.1], ["0", "1"], [0.1, 0.4], "s", "r")
    tall, short = [
        float(e["height"])
        for e in elements(chart, "rect")
        if e["width"] != "12.0"
    ]
    assert tall == pytest.approx(2 * short, rel=1e-2)
    low, high = [float(e["y1"]) for e in elements(chart, "line", "mark")]
    assert low > high  # SVG counts downwards


def test_a_heat_map_is_darkest_at_the_largest_entry():
    matrix = [[0.0, 3.0], [1.5, 0.0]]
    texts = [["a", "b"], ["c", "d"]]
    chart = heat_map(matrix, ["r0", "r1"], ["c0", "c1"], texts, texts)
    shades = [float(e["fill-opacity"]) for e in elements(chart, "rect")]
    assert shades.index(max(shades)) == 1
    assert shades[0] == shades[3] == min(shades)
    assert shades[2] == pytest.approx((max(shades) + min(shades)) / 2)
    from_below = heat_map([[1.0, 2.0]], ["r"], ["a", "b"], [["", ""]])
    from_zero = heat_map([[1.0, 2.0]], ["r"], ["a", "b"], [["", ""]], lowest=0)
    assert elements(from_below, "rect")[0] != elements(from_zero, "rect")[0]


def test_a_line_marks_the_best_and_leaves_out_what_is_not_finite():
    ys = [4.0, float("nan"), 1.0, None, 2.0]
    chart = line([0, 10, 20, 30, 40], ys, 2, "steps", "score")
    assert len(elements(chart, "circle", "dot")) == 3
    (best,) = elements(chart, "circle", "best")
    lowest = max(elements(chart, "circle", "dot"), key=lambda e: float(e["cy"]))
    assert (best["cx"], best["cy"]) == (lowest["cx"], lowest["cy"])
    assert line([1], [float("inf")]) == ""
    assert "1" in words(line([1], [0.0], 0))


def test_points_outside_are_left_out():
    chart = scatter([[(1, 1), (99, 0)], [(-1, 0)]], [(2, 0), (0, 2)])
    assert len(elements(chart, "circle", "point")) == 2
    assert len(elements(chart, "circle", "ring")) == 2


HOSTILE = "<script>\"a\" & 'b'</script>"


@pytest.mark.parametrize(
    "chart",
    [
        bars([1.0], [HOSTILE], [HOSTILE], 0.5, HOSTILE),
        columns([1.0], [HOSTILE], [0.5], HOSTILE, HOSTILE),
        heat_map([[1.0]], [HOSTILE], [HOSTILE], [[HOSTILE]], [[HOSTILE]]),
        line([1, 2], [1.0, 2.0], 1, HOSTILE, HOSTILE),
    ],
    ids=["bars", "columns", "heat_map", "line"],
)
def test_labels_are_escaped(chart):
    assert "<script" not in chart
    assert words(chart).count(HOSTILE) >= 2
    assert not re.search(r"http|url\(", chart)


def test_charts_go_into_a_page_as_they_are():
    chart = bars([1.0], ["&"], ["b"])
    assert chart.__html__() == chart
    assert chart.startswith("<svg")
