"""Being watched live: a clip of a face that speaks, as a camera and a microphone give it, ten frames a second.

By a program, which sends frames and sound to the session's process; and, where Chromium and Playwright are installed,
by the page itself, whose camera and microphone play the clip: from the moment at which a frame was captured to its
boxes on the screen. The processor's time is that of the session and of what recognises words, without the browser.
"""

import io
import json
import statistics
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event

from benchmarks.measuring import Effort, Row, in_fresh_process
from benchmarks.processes import Usage, usage_below
from benchmarks.video_prediction import missing_assets
from source.core import config

SECONDS = 60.0
FRAMES_PER_SECOND = 10
WIDTH, QUALITY = 640, 80  # of a frame, as the page sends it
RATE_HZ = 48_000  # a browser's
LEAST_SECONDS = 8.0  # for the first reading and the first words
PATIENCE_SECONDS = 120.0


def measure(effort: Effort) -> list[Row]:
    missing = missing_assets()
    if missing:
        return [Row(f"live (for want of {', '.join(missing)})", "ms", ())]
    from benchmarks import live_browser

    seconds = max(SECONDS * effort.share, LEAST_SECONDS)
    return [*in_fresh_process(program, seconds), *in_fresh_process(live_browser.page, seconds)]


def program(seconds: float) -> list[Row]:
    """Send the clip for so many seconds; returns the rows."""
    from source.web.live.process import LiveProcess

    with TemporaryDirectory() as folder:
        watch = Watch()
        process = LiveProcess(Path(folder))
        process.on_event = watch.take
        started = time.monotonic()
        process.start()
        process.tell({"type": "open", "id": "benchmark", "hello": {"audio_rate_hz": RATE_HZ}})
        watch.wait("ready")
        ready = time.monotonic() - started
        try:
            used = play(process, watch, seconds)
        finally:
            process.end()
    return [Row("models ready", "s", (ready,), target="median <= 8"), *watch.rows(seconds), *rows_of(used, seconds)]


def play(process, watch: "Watch", seconds: float) -> Usage:
    """Send everything when it is due; returns what the processes used meanwhile."""
    from source.web.live import protocol

    before, begun, number = usage_below(process.process_id), time.monotonic(), 0
    for at, kind, data in clip(seconds):
        time.sleep(max(begun + at - time.monotonic(), 0.0))
        if kind == protocol.JPEG:
            number += 1
            watch.sent[number] = time.monotonic()
        length = len(data) / 2 / RATE_HZ if kind == protocol.PCM else 0.0  # sound is there when it is over
        message = protocol.packed(protocol.Piece(kind, number, at - length, data))
        (process.frame if kind == protocol.JPEG else process.sound)(message)
    watch.begun = begun
    used = usage_below(process.process_id)
    process.tell({"type": "stop"})
    watch.wait("stopped")
    return Usage(used.cpu_seconds - before.cpu_seconds, used.gigabytes)


def clip(seconds: float) -> Iterator[tuple[float, int, bytes]]:
    """Yield when each is due, and a frame or a little sound, of the clip over and over."""
    from PIL import Image

    from source.media.decoder import Decoder
    from source.media.video.frame import Frame
    from source.results.live import as_they_happen
    from source.web.live import protocol

    file, parts = config.INPUT_FOLDER / "demo_clip.mp4", []
    with Decoder(file, sample_rate_hz=RATE_HZ, frames_per_second=FRAMES_PER_SECOND, most_side=WIDTH) as decoder:
        for due, event in as_they_happen(decoder, RATE_HZ):
            content = io.BytesIO()
            if isinstance(event, Frame):
                Image.fromarray(event.pixels).save(content, "JPEG", quality=QUALITY)
                parts.append((due, protocol.JPEG, content.getvalue()))
            else:
                parts.append((due, protocol.PCM, (event.samples * 32767).clip(-32768, 32767).astype("<i2").tobytes()))
    length = parts[-1][0] + 0.1
    for turn in range(int(seconds / length) + 1):
        yield from ((turn * length + due, kind, data) for due, kind, data in parts if turn * length + due <= seconds)


class Watch:
    """Takes down when what was answered."""

    def __init__(self) -> None:
        self.sent: dict[int, float] = {}
        self.begun = 0.0
        self._delays: list[float] = []
        self._told: list[tuple[float, dict]] = []
        self._seen: dict[str, Event] = {}

    def take(self, text: str) -> None:
        """Take an event."""
        now, event = time.monotonic(), json.loads(text)
        if event["type"] == "face":
            self._delays.append(1000 * (now - self.sent[event["number"]]))
        self._told.append((now, event))
        self._seen.setdefault(event["type"], Event()).set()
        if event["type"] in ("refused", "died"):
            raise RuntimeError(event["sentence"])

    def wait(self, kind: str) -> None:
        """Wait for an event of this type."""
        if not self._seen.setdefault(kind, Event()).wait(PATIENCE_SECONDS):
            raise RuntimeError(f"no {kind} came")

    def rows(self, seconds: float) -> list[Row]:
        """Return what was measured."""
        first = {e["window"][0]: now for now, e in reversed(self._told) if e["type"] == "reading" and not e["final"]}
        readings = [now - self.begun - (start + config.WINDOW_SECONDS) for start, now in first.items()]
        words = [now - self.begun - event["end_seconds"] for now, event in self._told if event["type"] == "words"]
        answers = len(self._delays) / seconds
        return [
            Row("frame sent to answer, median", "ms", (statistics.median(self._delays),), target="median <= 80"),
            Row("frame sent to answer, 95 %", "ms", (share(self._delays, 0.95),), target="median <= 200"),
            Row("answers to frames", "a second", (answers,), target="median >= 9.5"),
            Row("window over to its reading, median", "s", some(readings, 0.5), target="median <= 0.4"),
            Row("phrase over to its words, median", "s", some(words, 0.5), target="median <= 2.5"),
            Row("phrase over to its words, 95 %", "s", some(words, 0.95), target="median <= 5"),
        ]


def rows_of(used: Usage, seconds: float) -> list[Row]:
    if used.gigabytes is None:
        return []
    return [
        Row("processor", "cores", (used.cpu_seconds / seconds,), target="median <= 1.3"),
        Row("memory of the session and the words", "GB", (used.gigabytes,), target="median <= 1.2"),
    ]


def share(values: list[float], part: float) -> float:
    """Return the value that this part of the values does not exceed."""
    return sorted(values)[min(int(part * len(values)), len(values) - 1)]


def some(values: list[float], part: float) -> tuple[float, ...]:
    return (share(values, part),) if values else ()


if __name__ == "__main__":
    from benchmarks import results
    from benchmarks.measuring import WHOLE

    print(results.table(measure(WHOLE)))
