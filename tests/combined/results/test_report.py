"""report.html: one page by itself, well-formed whatever a file is called or somebody says, and true to the numbers."""

import base64
import hashlib
import re
from collections import Counter
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from source.combined.results.report import page
from source.core.figure import label_colours
from source.core.units import clock
from source.results.prediction import Prediction, Reading
from source.results.video_timeline import merged_segments_of
from tests.support.video_predictions import toy_prediction

VOID = {"meta", "img", "br"}
SVG = {"svg", "rect", "path", "title"}
ATTACK = "\"></title></script><script>alert(1)</script><img src=x onerror='alert(2)'>\"'&{}$`"
READINGS = ("readings", "sentences", "people", "faces")
PNG, JPEG = b"\x89PNG\r\n\x1a\nabc", b"\xff\xd8\xff\xe0abc"


class Parsed(HTMLParser):
    """A page's elements in their order, each with its attributes and the text directly in it."""

    def __init__(self, html: str):
        super().__init__()
        self.elements, self._open = [], []
        self.feed(html)
        self.close()
        assert not self._open, f"never closed: {[name for name, _, _ in self._open]}"

    def handle_starttag(self, tag, attrs):
        element = (tag, dict(attrs), [])
        self.elements.append(element)
        if tag not in VOID:
            self._open.append(element)

    def handle_endtag(self, tag):
        assert self._open and self._open[-1][0] == tag, f"</{tag}> within <{self._open[-1][0] if self._open else ''}>"
        self._open.pop()

    def handle_data(self, data):
        if self._open:
            self._open[-1][2].append(data)

    def all(self, tag: str, **attributes: str):
        """(attributes, text) of every such element."""
        there = ((attrs, "".join(texts)) for name, attrs, texts in self.elements if name == tag)
        return [(attrs, text) for attrs, text in there if all(attrs.get(k) == v for k, v in attributes.items())]

    @property
    def text(self) -> str:
        return " ".join("".join(texts) for tag, _, texts in self.elements if tag not in ("script", "style"))


def nothing_read():
    return toy_prediction(10, people=0, modalities=())


CASES = {
    "a clip": lambda: toy_prediction(30),
    "one silent face": lambda: toy_prediction(2.5, people=1, modalities=("face",)),
    "sound alone": lambda: toy_prediction(12, people=0, modalities=("audio", "text")),
    "nothing to read": nothing_read,
    "unreadable": lambda: Prediction("a.mp4", "combined", ("happy", "sad"), (), notes=("could not be read",)),
    "a moment": lambda: toy_prediction(0.3),
    "ten people": lambda: toy_prediction(20, people=10),
    "other labels": lambda: toy_prediction(20, labels=("sad/fear", "neutral", "happy", "angry", "surprise/disgust")),
}


@pytest.mark.parametrize("case", CASES)
def test_a_page_is_well_formed_and_needs_nothing_but_the_video(case):
    for video in ("annotated.mp4", None):
        html = page(CASES[case](), {"circumplex.png": PNG}, video)
        parsed = Parsed(html)
        asked = [value for _, attrs, _ in parsed.elements for key, value in attrs.items() if key in ("src", "href")]
        assert {re.sub("[#,].*", "", value) for value in asked} <= {"data:image/png;base64", video}
        assert not re.search(r"https?:|url\(|@import", html)
        assert len(parsed.all("video")) == (video is not None)
        html.encode("utf-8")


def test_the_browser_runs_the_pages_own_script_and_no_other():
    parsed = Parsed(page(toy_prediction(5), {}, "annotated.mp4"))
    [(_, script)] = parsed.all("script")
    [(policy, _)] = parsed.all("meta", **{"http-equiv": "Content-Security-Policy"})
    hashed = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert f"script-src 'sha256-{hashed}'" in policy["content"] and "default-src 'none'" in policy["content"]


@pytest.mark.parametrize("sureness", [0.9, 0.2])
def test_what_a_file_is_called_and_what_is_said_is_never_a_part_of_the_page(sureness):
    shares = {ATTACK: sureness, **{f"{ATTACK}{number}": (1 - sureness) / 5 for number in range(5)}}
    hostile = {"probabilities": shares, "text": ATTACK, "notes": (ATTACK,), "attribution": {ATTACK: 1.0}}
    hostile |= {"modalities": {"text": shares, ATTACK: shares}}
    made = toy_prediction(10)
    sets = {name: tuple(replace(one, **hostile) for one in getattr(made, name)) for name in READINGS}
    told = {
        "overall": replace(made.overall, **hostile),
        "labels": tuple(shares),
        "language": ATTACK,
        "notes": (ATTACK,),
    }
    attacked = replace(made, source=f"in/{ATTACK.replace('/', '')}.mp4", **sets, **told)
    parsed = Parsed(page(attacked, {ATTACK: PNG}, ATTACK))
    assert len(parsed.all("script")) == len(parsed.all("img")) == 1
    assert not [key for _, attrs, _ in parsed.elements for key in attrs if key.startswith("on")]
    assert parsed.text.count("alert(1)") > 10  # they are shown, as what they are


def test_what_unicode_has_no_letter_for_does_no_harm():
    made = toy_prediction(10, source="a\udcff\x00b.mp4")
    html = page(replace(made, sentences=(replace(made.sentences[0], text="a\ud800\x07b"),)), {}, "a\udcff.mp4")
    html.encode("utf-8")
    Parsed(html)
    assert "a\ufffd\ufffdb" in html


@pytest.mark.parametrize(
    "video, link", [("my clip?#1.mp4", "my%20clip%3F%231.mp4"), ("javascript:x", "javascript%3Ax")]
)
def test_the_video_is_found_whatever_it_is_called(video, link):
    parsed = Parsed(page(toy_prediction(10), {}, video))
    [(player, _)] = parsed.all("video")
    links = [attrs["href"] for attrs, _ in parsed.all("a")]
    assert player["src"] == link and links and all(one.startswith(f"{link}#t=") for one in links)


def test_every_segment_and_sentence_is_there_with_its_time():
    made = toy_prediction(30)
    parsed = Parsed(page(made, {}, "annotated.mp4"))
    times = Counter(attrs["data-t"] for attrs, _ in parsed.all("a"))
    expected = [*merged_segments_of(made), *made.people, *made.sentences]
    assert times == Counter(f"{one.start_seconds:.2f}" for one in expected)
    for part in merged_segments_of(made):
        assert f"{clock(part.start_seconds)} to {clock(part.end_seconds)}" in parsed.text
    assert all(one.text in parsed.text for one in made.sentences)


def test_a_part_is_told_by_the_recordings_clock_and_played_from_its_own_beginning():
    made = toy_prediction(30)
    whole, part = (Parsed(page(one, {}, "annotated.mp4")) for one in (made, made.shifted(80)))
    times = [[attrs["data-t"] for attrs, _ in parsed.all("a")] for parsed in (whole, part)]
    assert times[0] == times[1] and "from 1:20 to 1:50" in part.text
    for one in merged_segments_of(made.shifted(80)):
        assert f"{clock(one.start_seconds)} to {clock(one.end_seconds)}" in part.text
    strips = [[(attrs["x"], attrs["width"]) for attrs, _ in parsed.all("rect")] for parsed in (whole, part)]
    assert strips[0] == strips[1]


def test_the_answers_fill_the_timeline_to_its_very_end_in_their_colours():
    made = toy_prediction(29.3)
    parsed = Parsed(page(made, {}, None))
    first = next(at for at, (_, attrs, _) in enumerate(parsed.elements) if "answer over" in attrs.get("aria-label", ""))
    strip = []
    for tag, attrs, _ in parsed.elements[first + 1 :]:
        if tag == "svg":
            break
        strip += [attrs] if tag == "rect" else []
    parts, colours = merged_segments_of(made), label_colours(made.labels)
    assert [rect.get("fill") for rect in strip] == [colours.get(part.emotion or "") for part in parts]
    starts = [1000 * part.start_seconds / 29.3 for part in parts]
    assert [float(rect["x"]) for rect in strip] == pytest.approx(starts, abs=0.06)
    assert float(strip[-1]["x"]) + float(strip[-1]["width"]) == pytest.approx(1000, abs=0.2)


def test_where_nothing_could_be_read_no_emotion_is_claimed():
    html = page(nothing_read(), {}, None)
    answer = html[html.index("Displayed overall") : html.index("Over time")]
    assert "nothing to read" in answer and "sure" not in answer
    assert not any(label in answer for label in nothing_read().labels)


def test_a_doubtful_answer_is_not_sold_as_sure():
    made, doubtful = toy_prediction(10), Reading({"happy": 0.3, "sad": 0.25, "fear": 0.45 - 0.2})
    html = page(replace(made, overall=doubtful), {}, None)
    assert "<b>not sure</b>" in html and "likeliest: not sure (happy 30 %)" in html
    certain = page(replace(made, overall=Reading({"happy": 1.0, "sad": 0.0})), {}, None)
    assert "about 99 in 100" in certain  # nothing is right always


def test_pictures_are_in_the_page_and_say_what_they_are():
    pictures = {"key_frames.png": PNG, "circumplex.png": JPEG, "timeline.png": PNG, "something_else.png": JPEG}
    images = Parsed(page(toy_prediction(5), pictures, None)).all("img")
    assert sorted(pictures.values()) == sorted(base64.b64decode(attrs["src"].partition(",")[2]) for attrs, _ in images)
    assert all(("jpeg" in attrs["src"][:20]) == ("/9j/" in attrs["src"][:40]) for attrs, _ in images)
    assert all(len(attrs["alt"]) > 10 for attrs, _ in images)


@pytest.mark.slow
def test_hours_stay_a_page_that_a_browser_draws():
    made = toy_prediction(3600, people=7)
    html = page(made, {}, "annotated.mp4")
    drawn = [tag for tag, _, _ in Parsed(html).elements if tag in SVG]
    assert 500 < len(drawn) <= 2000 and len(html) < 2e6
    assert "more sentences" in html and "more windows" in html and "more segments" in html


def test_it_says_what_it_must_not_be_used_for():
    text = " ".join(Parsed(page(nothing_read(), {}, None)).text.split())
    assert "emotions from face or voice at work and in education" in text and "not what somebody feels" in text
