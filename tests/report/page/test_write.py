import copy
import json
import re
from html.parser import HTMLParser

import pytest

from mixgan_tf import report
from mixgan_tf.report import formatting
from mixgan_tf.report.page import write
from tests.models import tiny_gan
from tests.report.models import digits_gan
from tests.report.models import digits_protocol

SELECTION = {
    "name": "frechet@digits",
    "step": 20,
    "score": 3.25,
    "all": [{"step": 10, "score": 5.0}, {"step": 20, "score": 3.25}],
    "protocol": {
        "real": {"num": 99, "name": "digits", "split": "train[1300:]"}
    },
}
HOSTILE = "<script>\"a\" & 'b'</script>"
VOID = {"meta", "img", "line", "rect", "circle", "polyline", "br"}


class Outline(HTMLParser):
    """Checks that elements close in order; collects titles and sources."""

    def __init__(self, text):
        super().__init__()
        self.open, self.titles, self.sources, self.text = [], [], [], []
        self.feed(text)
        assert not self.open

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        self.sources += [
            attributes[key] for key in ("src", "href") if key in attributes
        ]
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        if tag not in VOID:
            assert self.open.pop() == tag

    def handle_data(self, data):
        self.text.append(data)
        if self.open and self.open[-1] == "h2":
            self.titles.append(data)


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    cache = pytest.MonkeyPatch()
    cache.setenv("MIXGAN_CACHE", str(tmp_path_factory.mktemp("cache")))
    yield report.evaluate(digits_gan(), digits_protocol(num=200), "<b>me</b>")
    cache.undo()


def test_the_page_shows_every_part_and_loads_nothing(found):
    text = write.page_of(found, {"selection": SELECTION})
    outline = Outline(text)
    assert outline.titles == [
        "Samples",
        "Scores",
        "Mixture weights",
        "Distances between components",
        "Classes",
        "The game between the networks",
        "Birthday test",
        "Nearest training images",
        "Choice of the weights",
        "Protocol",
    ]
    assert len(outline.sources) == 4
    assert all(s.startswith("data:image/png;base64,") for s in outline.sources)
    assert not re.search(r"https?://|@import|url\(|<script|<link", text)
    assert "prefers-color-scheme: dark" in text


def test_names_of_others_are_escaped(found):
    text = write.page_of(found)
    assert "<b>me</b>" not in text
    assert "<b>me</b>" in "".join(Outline(text).text)


def test_hostile_names_are_shown_and_do_nothing(found):
    result = copy.deepcopy(found.result)
    result["model"]["name"] = HOSTILE
    result["protocol"]["command"] = HOSTILE
    result["protocol"]["data"]["name"] = HOSTILE
    result["protocol"]["extractor"]["name"] = HOSTILE
    result["diagnostics"]["game"]["objective"] = HOSTILE
    result["skipped"] = {HOSTILE: HOSTILE}
    for part in (result["mixture"], *result["components"]):
        part["scores"][HOSTILE] = {"mean": 1.0, "sd": 0.1}
    selection = copy.deepcopy(SELECTION)
    selection["name"] = selection["protocol"]["real"]["name"] = HOSTILE
    page = write.page_of(
        found._replace(result=result), {"selection": selection}
    )
    assert "<script" not in page
    text = "".join(Outline(page).text)
    # The title, the heading, what it is scored on (twice), a score (twice),
    # the extractor, the objective, the chart, its note (twice), the command
    # and what is left out (twice).
    assert text.count(HOSTILE) == 14
    # In JSON, quotes have a backslash before they are escaped for HTML.
    assert text.count(json.dumps(HOSTILE)) == 3


def test_every_score_is_there_with_its_spread(found):
    text = "".join(Outline(write.page_of(found)).text)
    for name, score in found.result["mixture"]["scores"].items():
        assert name in text
        shown = formatting.with_spread(score["mean"], score["sd"])
        assert shown in text
    assert "none of these is an Inception Score" in text


def test_a_choice_by_the_scored_split_is_said_to_flatter(found):
    same = json.loads(json.dumps(SELECTION))
    same["protocol"]["real"]["split"] = "test"
    assert "they flatter" in write.page_of(found, {"selection": same})
    assert "they flatter" not in write.page_of(found, {"selection": SELECTION})


def test_both_files_or_neither(found, tmp_path):
    scores, shown = report.write(found, tmp_path / "x" / "scores.json")
    assert json.loads(scores.read_text()) == found.result
    assert shown == tmp_path / "x" / "report.html"
    before = scores.read_bytes(), shown.read_bytes()
    broken = found._replace(result={**found.result, "model": {}})
    with pytest.raises(KeyError):
        report.write(broken, scores)
    assert (scores.read_bytes(), shown.read_bytes()) == before
    assert len(list(scores.parent.iterdir())) == 2
    with pytest.raises(ValueError, match="is a folder"):
        report.write(found, tmp_path / "x")


@pytest.mark.parametrize(
    ("metric", "title"),
    [
        ("game", "The game between the networks"),
        ("sliced_wasserstein", "Scores"),
    ],
)
def test_a_page_of_little(metric, title):
    little = report.evaluate(digits_gan(), digits_protocol(metrics=(metric,)))
    titles = Outline(write.page_of(little)).titles
    assert len(titles) == 4
    assert set(titles) == {"Samples", "Mixture weights", title, "Protocol"}
    assert little.result["protocol"]["extractor"] is None


def test_a_page_of_points():
    gan = tiny_gan(num_generators=1, num_discriminators=1)
    protocol = report.Protocol("grid", num=100, seeds=(0,))
    found = report.evaluate(gan, protocol)
    outline = Outline(write.page_of(found))
    assert outline.titles == ["Samples", "Scores", "Protocol"]
    assert not outline.sources
    text = "".join(outline.text)
    assert "no spread is known" in text
    assert "game is left out: with one network a side" in text
