"""A session: what somebody shows and says goes in, events come out.

It knows neither of the web nor of the time of day: times are those of the page. One thread at a time may use it.
"""

from __future__ import annotations

import io
import statistics
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from ...core import config
from ...core.errors import DemeanorError
from ...core.figure import label_colours
from ...results.circumplex import emoji, place_of
from .clock import SessionClock
from .protocol import MOST_FRAME_PIXELS, MOST_FRAME_RATIO, MOST_MARK_SECONDS, SCHEMA, TOO_LARGE, Hello, Piece, Refused
from .sound import Loudness, Microphone

if TYPE_CHECKING:
    import numpy as np

    from ...core.streaming import LiveStream
    from ...results.prediction import Prediction, Reading

Event = dict[str, Any]

SPEAKING_SECONDS = 0.3  # after the last speech for which somebody is said to be speaking
MOST_MARKS = 10_000
WITHOUT_WORDS = ("not transcribed", "the words are withheld")  # how notes on that begin


class LiveSession:
    """Feeds a stream with what a page sends, and tells what that reads.

    Every frame is answered by a `face`, or by the one of a later frame. Each window has a `reading` as soon as it is
    over, and another one, final, when its neighbour and its words are known.
    """

    def __init__(self, stream: LiveStream, hello: Hello, id: str = "") -> None:
        self.stream, self.id = stream, id
        self.marks: list[tuple[float, str]] = []
        """Time in the recording and label."""
        self._clock, self._is_paused = SessionClock(), False
        self._speaking = False
        self._readings: dict[float, Reading] = {}  # by start, those that are not final yet
        self._latest: Reading | None = None
        self._document, self._sentences = stream.document, list[tuple[str, float | None, float | None]]()
        self._told: set[str] = set()  # sentences on what is wrong
        self._number, self._dropped, self._answered = -1, 0, list[float]()
        self.listen(hello)

    def listen(self, hello: Hello) -> None:
        """Take what a page says as it begins, or as it goes on, perhaps with another microphone."""
        self.stream.has_sound = "audio" in hello.modalities
        self._microphone = Microphone(hello.audio_rate_hz, self.stream.sample_rate_hz)
        self._loudness = Loudness(self.stream.sample_rate_hz)

    @property
    def seconds(self) -> float:
        """How long the recording is so far."""
        return self._clock.seconds

    @property
    def page_seconds(self) -> float:
        """Its end on the page's clock."""
        return self._clock.page_seconds(self._clock.seconds)

    def ready(self, missing: tuple[str, ...] = ()) -> Event:
        """Return the first event: the labels and how they are shown. missing: sentences on what cannot be read."""
        labels = self.stream.labels
        return {
            "type": "ready",
            "schema": SCHEMA,
            "session": self.id,
            "seconds": self.page_seconds,
            "labels": labels,
            "colours": label_colours(labels),
            "places": {label: place for label in labels if (place := place_of(label))},
            "emoji": {label: emoji(label) for label in labels},
            "not_sure_below": config.NOT_SURE_BELOW,
            "missing": missing,
        }

    def see(self, piece: Piece, waited_seconds: float = 0.0) -> Iterator[Event]:
        """Read a frame; raises Refused for one that is too large. waited_seconds: since it came in."""
        started = time.perf_counter()
        self._dropped += max(piece.number - self._number - 1, 0) if self._number >= 0 else 0
        self._number = max(piece.number, self._number)
        faces: list[Reading] = []
        pixels = None if self._is_paused else decoded(piece.data)
        if pixels is not None:
            faces = self.stream.look(pixels, self._clock(piece.seconds))
        elif not self._is_paused:
            yield from self._tell_once("Frames came that are no JPEG pictures; they were left out.", piece.seconds)
        work_ms = 1000 * (time.perf_counter() - started)
        self._answered.append(1000 * waited_seconds + work_ms)
        yield {
            "type": "face",
            "seconds": piece.seconds,
            "number": piece.number,
            "faces": [self._face(face, pixels.shape) for face in faces] if pixels is not None else [],
            "work_ms": round(work_ms, 1),
        }

    def hear(self, piece: Piece) -> Iterator[Event]:
        """Hear a little sound."""
        if self._is_paused:
            return
        block, seconds = self._microphone(piece.data, self._clock(piece.seconds))
        self.stream.samples(block, seconds)
        is_new, speaking = self._loudness(block), self.stream.is_speaking(SPEAKING_SECONDS)
        if is_new or speaking != self._speaking:
            self._speaking = speaking
            yield {"type": "voice", "seconds": piece.seconds, "level": self._loudness.level, "speaking": speaking}

    def pause(self) -> None:
        """Take no notice of what comes."""
        self._is_paused = True

    def resume(self) -> None:
        """Go on as if no time had passed."""
        self._is_paused = False
        self._clock.cut()

    def keeping(self, what: tuple[str, ...]) -> Event:
        """Say what is going to be kept."""
        return {"type": "keeping", "seconds": self.page_seconds, "what": what}

    def mark(self, page_seconds: float, label: str) -> Event:
        """Remember a moment."""
        later = page_seconds - self.page_seconds
        if len(self.marks) < MOST_MARKS:
            self.marks.append((min(max(self._clock.seconds + later, 0.0), MOST_MARK_SECONDS), label))
        return {"type": "mark", "seconds": page_seconds, "label": label}

    def poll(self) -> Iterator[Event]:
        """Tell what is new in the readings and the words; to be called several times a second."""
        settled = self.stream.settled_seconds  # before: what is settled now is in what the stream says next
        yield from self._restated(self.stream.poll(), settled)
        yield from self._words()

    def status(self, seconds: float) -> Event:
        """Say how far behind it is; to be called once a second. seconds: since the last time."""
        answered, self._answered = self._answered, []
        return {
            "type": "status",
            "seconds": self.page_seconds,
            "frames_per_second": round(len(answered) / max(seconds, 1e-3), 1),
            "dropped": self._dropped,
            "behind_ms": round(statistics.median(answered)) if answered else 0,
            "words_behind_seconds": round(self.stream.words_behind_seconds, 1),
            "recorded_seconds": round(self._clock.seconds, 1),
        }

    def finish(self) -> tuple[Prediction, list[Event]]:
        """End it; return the prediction, as for a file, and what was still to be told."""
        prediction = self.stream.finish(self._clock.seconds)
        newest = self._latest.start_seconds or 0.0 if self._latest else -1.0
        events = [
            self._reading(one, True)
            for one in prediction.readings
            if (one.start_seconds or 0.0) in self._readings or (one.start_seconds or 0.0) > newest
        ]
        self._readings.clear()
        return prediction, [*events, *self._words()]

    def _face(self, face: Reading, shape: tuple[int, ...]) -> dict[str, Any]:
        height, width = shape[:2]
        left, top, right, bottom = face.box or (0, 0, 0, 0)
        speaker = self._latest.person if self._latest else face.person
        return {
            "person": face.person if face.person >= 0 else None,
            "box": [round(left / width, 4), round(top / height, 4), round(right / width, 4), round(bottom / height, 4)],
            "probabilities": _rounded(face.probabilities),
            "valence": face.valence,
            "arousal": face.arousal,
            "in_focus": face.person == speaker,
        }

    def _restated(self, readings: list[Reading], settled_seconds: float) -> Iterator[Event]:
        for reading in readings:
            start = reading.start_seconds or 0.0
            is_first = self._latest is None or start > (self._latest.start_seconds or 0.0)
            if is_first:
                self._latest = reading
                yield self._reading(reading, False)
            if is_first or start in self._readings:
                self._readings[start] = reading
        for start, reading in sorted(self._readings.items()):
            if (reading.end_seconds or 0.0) <= settled_seconds:
                del self._readings[start]
                yield self._reading(reading, True)

    def _reading(self, reading: Reading, is_final: bool) -> Event:
        start, end = (self._clock.page_seconds(edge or 0.0) for edge in (reading.start_seconds, reading.end_seconds))
        own = reading.to_dict() | {"start_seconds": start, "end_seconds": end}
        return {"type": "reading", "seconds": end, "final": is_final, "window": [start, end], "reading": own}

    def _words(self) -> Iterator[Event]:
        """Tell the sentences that are new or changed: later words may continue the last one, or be taken back."""
        if (document := self.stream.document) is self._document:
            return
        self._document, before = document, self._sentences
        now = self._sentences = [(one.text, one.start_seconds, one.end_seconds) for one in document.utterances]
        first = next((at for at, pair in enumerate(zip(now, before, strict=False)) if pair[0] != pair[1]), None)
        first = min(len(now), len(before)) if first is None else first
        for at, reading in enumerate(self.stream.sentences(first), start=first):
            event = self._reading(reading, True)
            start, end = event["window"]
            yield {
                "type": "words", "seconds": end, "id": at, "start_seconds": start, "end_seconds": end,
                "text": reading.text, "reading": event["reading"],
            }  # fmt: skip
        for at in range(len(now), len(before)):
            seconds = self._clock.page_seconds(before[at][1] or 0.0)
            yield {"type": "words", "seconds": seconds, "id": at, "text": "", "reading": None}
        for note in document.notes:
            if note.startswith(WITHOUT_WORDS):
                yield from self._tell_once(f"{note[:1].upper()}{note[1:].removesuffix('.')}.", self._clock.seconds)

    def _tell_once(self, sentence: str, seconds: float) -> Iterator[Event]:
        if sentence not in self._told:
            self._told.add(sentence)
            yield {"type": "trouble", "seconds": seconds, "sentence": sentence}


def decoded(jpeg: bytes) -> np.ndarray | None:
    """Return the picture, (H, W, 3) uint8 RGB; None where it is none, or a line. Raises Refused for one too large."""
    import numpy as np
    from PIL import Image

    try:
        with Image.open(io.BytesIO(jpeg), formats=("JPEG",)) as image:
            if image.width * image.height > MOST_FRAME_PIXELS:
                size = f"{image.width}x{image.height}"
                raise Refused(TOO_LARGE, f"A frame has {size} pixels; at most {MOST_FRAME_PIXELS // 10**6} million.")
            if max(image.size) > MOST_FRAME_RATIO * min(image.size):
                return None
            return np.array(image.convert("RGB"))
    except DemeanorError:
        raise
    except Exception:  # decoders raise all kinds at damaged bytes
        return None


def _rounded(probabilities: dict[str, float]) -> dict[str, float]:
    return {label: round(share, 4) for label, share in probabilities.items()}
