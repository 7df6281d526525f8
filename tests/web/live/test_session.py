"""A session without the web: what it tells ends as the reading of a file, whatever is lost, late or malformed."""

import math
from contextlib import contextmanager
from itertools import groupby

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from source.combined.stream import CombinedStream
from source.web.live import protocol, session
from source.web.live.protocol import Hello, Piece, Refused
from source.web.live.session import LiveSession, decoded
from tests.combined.test_inference import RATE_HZ
from tests.combined.test_stream import (  # noqa: F401
    EveryThousandth,
    close_to,
    events,
    fed,
    frame,
    recut,
    trained,
    with_words,
)
from tests.support.live import StubStream, jpeg

HELLO = Hello(audio_rate_hz=RATE_HZ)
CLOSE = 0.02


@pytest.fixture(autouse=True)
def raw_frames(monkeypatch):
    """Frames are sent as they are: JPEG would blur who is in them."""
    monkeypatch.setattr(session, "decoded", lambda data: np.frombuffer(data, np.uint8).reshape(6, 6, 3))


class InSpans(EveryThousandth):
    """Features that are known four seconds at a time, as those of the encoder are."""

    def __init__(self, settings):
        super().__init__(settings)
        self.heard = 0

    def add(self, samples):
        self.heard += len(samples)
        self.covered = self.heard // (4 * RATE_HZ) * 4 * RATE_HZ

    def finish(self):
        self.covered = self.heard

    @contextmanager
    def as_if_over(self):
        yield


@pytest.fixture
def in_spans(trained, monkeypatch):  # noqa: F811
    monkeypatch.setattr("source.audio.spoken_windows.WindowFeatures", InSpans)
    return trained


def int16(block):
    return (block * 32767).round().astype("<i2").tobytes()


def watched(stream, parts, page=lambda seconds: seconds, polls_a_second=5):
    """Feed a session as a page does, by the page's clock; return its prediction and all that it told."""
    live, told, polled, number = LiveSession(stream, HELLO), [], 0.0, 0
    for seconds, part in parts:
        if part.ndim == 1:
            told += live.hear(Piece(protocol.PCM, 0, page(seconds), int16(part)))
        else:
            number += 1
            told += live.see(Piece(protocol.JPEG, number, page(seconds), part.tobytes()))
        if seconds - polled >= 1 / polls_a_second:
            polled = seconds
            told += live.poll()
    prediction, rest = live.finish()
    return prediction, told + rest


def of(told, kind):
    return [event for event in told if event["type"] == kind]


def quantised(parts):
    """The same with sound of 16 bits, as a page sends it."""
    for seconds, part in parts:
        yield seconds, np.frombuffer(int16(part), "<i2").astype(np.float32) / 32768 if part.ndim == 1 else part


def test_a_session_ends_as_the_reading_of_a_file(in_spans):
    with CombinedStream(in_spans) as file, CombinedStream(in_spans, live=True) as stream:
        expected = fed(file, quantised(events(30)))
        made, told = watched(stream, events(30))
    assert len(made.readings) == len(expected.readings) >= 27
    for one, other in zip(made.readings, expected.readings, strict=True):
        assert one.person == other.person and one.probabilities == pytest.approx(other.probabilities, abs=CLOSE)
    assert close_to(made.to_dict(), expected.to_dict())
    answered = [event["number"] for event in of(told, "face")]
    assert answered == list(range(1, 301)), "every frame has its answer, in order"
    shown = {event["number"]: len(event["faces"]) for event in of(told, "face")}
    assert [shown[at + 1] for at in range(300)] == [(at % 40 < 30) + (at % 60 > 25) for at in range(300)]


def test_each_window_is_told_as_soon_as_it_is_over_and_restated_once(in_spans):
    with CombinedStream(in_spans, live=True) as stream:
        _, told = watched(stream, events(30))
    at, starts, finals = 0.0, [], []
    for event in told:
        at = max(at, event["seconds"]) if event["type"] == "face" else at
        if event["type"] == "reading" and not event["final"]:
            starts.append(event["window"][0])
            assert at - event["window"][1] < 1.0, "the span around it ends up to four seconds later"
        elif event["type"] == "reading":
            finals.append(event["window"][0])
    assert starts == sorted(set(starts)) and finals == sorted(set(finals)) and set(starts) <= set(finals)
    assert all(event["reading"]["start_seconds"] == event["window"][0] for event in of(told, "reading"))


@pytest.mark.slow
@settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.floats(0, 1), max_size=4), st.floats(0, 1e5))
def test_bursts_and_the_pages_clock_make_no_difference(trained, cuts, began):  # noqa: F811
    with CombinedStream(trained, live=True) as stream, CombinedStream(trained, live=True) as other:
        once, _ = watched(stream, events(12))
        again, told = watched(other, recut(events(12), cuts), page=lambda seconds: seconds + began)
    assert close_to(again.to_dict(), once.to_dict())
    assert [event["window"][0] for event in of(told, "reading")][0] == pytest.approx(began, abs=0.01)


def test_where_a_fifth_of_the_frames_is_lost_people_and_windows_stay(trained):  # noqa: F811
    parts = [part for at, part in enumerate(events(24)) if part[1].ndim == 1 or at % 5]
    with CombinedStream(trained, live=True) as stream, CombinedStream(trained, live=True) as other:
        whole, _ = watched(stream, events(24))
        lossy, _ = watched(other, parts)
    for one, two in zip(whole.readings, lossy.readings, strict=True):
        assert one.person == two.person and set(one.modalities) == set(two.modalities)


def test_words_come_phrase_by_phrase_each_with_a_reading(with_words):  # noqa: F811
    parts = [(at / 10, np.full(RATE_HZ // 10, 0.3 * (at % 50 < 30), np.float32)) for at in range(150)]
    with CombinedStream(with_words, live=True) as stream:
        _, told = watched(stream, parts)
    words = of(told, "words")
    assert [event["id"] for event in words] == [0, 1, 2]
    for at, event in enumerate(words):
        assert event["text"].startswith("It lasts") and abs(event["start_seconds"] - 5 * at) < 0.5
        assert set(event["reading"]["modalities"]) == {"text"} and event["reading"]["probabilities"]
    spoken = [event["speaking"] for event in of(told, "voice")]
    assert [is_speaking for is_speaking, _ in groupby(spoken)] == [True, False] * 3
    assert max(event["level"] for event in of(told, "voice")) > 0.5


def test_a_pause_and_a_clock_that_leaps_are_no_time():
    live = LiveSession(StubStream(), HELLO)
    told = [*live.see(Piece(1, 1, 5.0, b"\0" * 108)), *live.see(Piece(1, 2, 6.0, b"\0" * 108))]
    live.pause()
    told += live.see(Piece(1, 3, 50.0, b"\0" * 108))
    live.resume()
    told += [*live.see(Piece(1, 4, 100.0, b"\0" * 108)), *live.see(Piece(1, 5, 5000.0, b"\0" * 108))]
    told += [*live.see(Piece(1, 6, 3.0, b"\0" * 108)), *live.see(Piece(1, 7, 3.5, b"\0" * 108))]
    assert live.stream.frames == [0.0, 1.0, 1.0, 1.0, 1.0, 1.5]
    assert [len(event["faces"]) for event in of(told, "face")] == [1, 1, 0, 1, 1, 1, 1]
    assert live.page_seconds == 3.5 and live.seconds == 1.5
    live.mark(3.0, "joke")
    assert live.marks == [(1.0, "joke")]


def test_what_was_dropped_is_counted():
    live = LiveSession(StubStream(), HELLO)
    for number in (3, 4, 8):
        list(live.see(Piece(1, number, number / 10, b"\0" * 108), waited_seconds=0.05))
    status = live.status(1.5)
    assert status["dropped"] == 3 and status["frames_per_second"] == 2.0 and status["behind_ms"] >= 50
    assert live.status(1.0)["frames_per_second"] == 0


@settings(max_examples=40, deadline=None)
@given(st.integers(8_000, 192_000), st.lists(st.integers(1, 5_000), min_size=1, max_size=30))
def test_sound_of_any_rate_arrives_in_place(rate_hz, lengths):
    microphone, end, given = session.Microphone(rate_hz, RATE_HZ), 2.0, 0
    for length in lengths:
        block, start = microphone(int16(np.full(length, 0.5)), end)
        assert start == pytest.approx(2.0 + given / RATE_HZ, abs=1e-6), "without a seam"
        end, given = end + length / rate_hz, given + len(block)
    assert 2.0 + given / RATE_HZ <= end + 1e-3


@pytest.mark.parametrize("data", [b"", b"\xff\xd8\xff", jpeg()[:200], b"\x89PNG\r\n\x1a\n" + b"\0" * 50, b"GIF89a"])
def test_what_is_no_whole_jpeg_is_no_picture(data):
    assert decoded(data) is None


def test_a_picture_is_not_decoded_where_it_is_too_large():
    assert decoded(jpeg(2000, 2000)).shape == (2000, 2000, 3)
    with pytest.raises(Refused, match="million"):
        decoded(jpeg(2001, 2000))


def test_a_line_is_no_picture():
    assert decoded(jpeg(60_000, 1)) is decoded(jpeg(1, 60_000)) is None


@settings(max_examples=40, deadline=None)
@given(st.binary(max_size=60) | st.builds(lambda head, rest: head + rest, st.sampled_from([b"\1", b"\2"]), st.binary()))
def test_no_bytes_are_an_error(message):
    piece = protocol.piece(message)
    assert piece is None or (math.isfinite(piece.seconds) and piece.data and protocol.packed(piece)[8:] == message[8:])


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
)


@settings(max_examples=40, deadline=None)
@given(
    st.fixed_dictionaries({}, optional={name: JSON for name in ("schema", "session", "audio_rate_hz", "modalities")})
)
def test_no_hello_is_an_error_that_nobody_thought_of(document):
    try:
        said = protocol.hello({"type": "hello"} | document)
    except Refused as error:
        assert error.code == protocol.WRONG
    else:
        assert 8_000 <= said.audio_rate_hz <= 192_000 and set(said.modalities) <= {"face", "audio", "text"}


@settings(max_examples=40, deadline=None)
@given(st.dictionaries(st.sampled_from(["seconds", "label", "what"]), JSON))
def test_marks_and_what_is_kept_are_what_they_should_be(document):
    marked = protocol.mark(document)
    assert marked is None or (math.isfinite(marked[0]) and len(marked[1]) <= 120)
    assert set(protocol.kept(document)) <= {"numbers", "media"}
