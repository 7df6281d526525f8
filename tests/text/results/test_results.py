"""The page that shows why, and the figure over time."""

import io
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from PIL import Image

from source.core import config
from source.results.prediction import Prediction, Reading
from source.text.results import figures
from source.text.results.highlights import highlights

LABELS = config.EMOTIONS


class Page(HTMLParser):
    """A page's tags, visible text and what could load something."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.open, self.text, self.loads = [], [], "", []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.loads += [value for name, value in attrs if name in ("src", "href", "onclick", "onerror")]
        if tag not in ("meta", "br", "img"):
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text += data


def test_the_page_shows_words_and_runs_none_of_them():
    words = 'So happy <script>alert("1")</script> & <img src=x onerror=alert(1)> 😂 said "he\'s sad" </span>.'
    attribution = tuple((word, 0.1) for word in words.split())
    reading = Reading({"happy": 0.77, "sad": 0.2}, text=words, notes=("<b>bold</b>",), word_attribution=attribution)
    result = Prediction("a<b>.txt", "text", LABELS, (reading,), notes=("</p><p>",), overall=reading)
    page = Page(highlights(result))
    assert page.open == [] and page.loads == [] and not {"script", "img", "b"} & set(page.tags)
    assert words in page.text and "happy 77 %" in page.text and "<b>bold</b>" in page.text and "a<b>.txt" in page.text
    assert "default-src 'none'" in highlights(result)


def test_words_are_tinted_by_their_attribution():
    word_attribution = (("plain", 0.0), ("some", 0.05), ("most", 0.5), ("against", -0.3))
    reading = Reading({"happy": 0.9, "sad": 0.1}, text="plain some most against", word_attribution=word_attribution)
    page = highlights(Prediction("a.txt", "text", ("happy", "sad"), (reading,), overall=reading))
    body = page.partition("</style>")[2]
    parts = [body.split(f">{word}<")[0].rsplit("background:#d55e00", 1)[1] for word in ("some", "most")]
    some, most = (int(part[:2], 16) for part in parts)
    assert "plain <span" in body and 0 < some < most == round(255 * 0.75)
    assert '<span class="word against" title="-30.0 percentage points">against</span>' in body


@pytest.mark.parametrize("count", [1, pytest.param(1201, marks=pytest.mark.slow)])
def test_the_figure_fits_any_length(count):
    reading = Reading(dict.fromkeys(LABELS, 0.1) | {"happy": 0.4}, text="x", sentiment=0.5)
    readings = [
        replace(reading, start_seconds=2.0 * at, end_seconds=2.0 * at + 0.01)
        if at % 3 != 1
        else Reading({}, start_seconds=2.0 * at, end_seconds=2.0 * at + 0.01)
        for at in range(count)
    ]
    parts = figures.timed_parts(readings, 2.0 * count)
    assert len(parts) <= figures.MOST_SEGMENTS and parts[-1].end_seconds >= readings[-1].end_seconds
    assert all(part.end_seconds - part.start_seconds > 0.001 * 2 * count for part in parts)
    result = Prediction(
        "a $x$ \udce4 你.srt", "text", LABELS, tuple(readings), seconds=2.0 * count, overall=Reading({})
    )
    with Image.open(io.BytesIO(figures.timeline(result))) as image:
        assert 1300 < image.width < 1700 and 300 < image.height < 800
