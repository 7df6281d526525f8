"""A live stream that costs nothing, and the process of a session in a thread."""

import io
import os
from multiprocessing import get_context
from multiprocessing.connection import Connection
from threading import Thread

import numpy as np
from PIL import Image

from source.results.prediction import Prediction, Reading
from source.text.utterances import Document
from source.web.live import protocol
from source.web.live.inside import serve
from source.web.live.process import LiveProcess

LABELS = ("happy", "sad", "neutral")
HAPPY = {"happy": 0.7, "sad": 0.1, "neutral": 0.2}


class StubStream:
    """Sees a face in every frame, hears speech in every sound; a reading each second, which changes once."""

    sample_rate_hz, labels, words_behind_seconds = 16_000, LABELS, 0.0

    def __init__(self):
        self.has_sound, self.document = False, Document(())
        self.frames, self.heard_seconds, self.polled, self.is_over = [], 0.0, 0, False

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.is_over = True

    @property
    def settled_seconds(self):
        return max([self.heard_seconds, *self.frames]) // 1 - 1.0

    def look(self, rgb, seconds):
        self.frames.append(seconds)
        height, width = rgb.shape[:2]
        box = (width / 4, height / 4, width / 2, height / 2)
        return [Reading(HAPPY, 0, box, start_seconds=seconds, end_seconds=seconds)]

    def samples(self, block, seconds):
        self.heard_seconds = max(self.heard_seconds, seconds + len(block) / 16_000)

    def is_speaking(self, seconds):
        return True

    def sentences(self, first=0):
        return []

    def _readings(self):
        whole = int(max([self.heard_seconds, *self.frames]))
        return [Reading(HAPPY, start_seconds=float(at), end_seconds=at + 1.0) for at in range(whole)]

    def poll(self):
        new = self._readings()[max(self.polled - 1, 0) :]
        self.polled += max(len(new) - (self.polled > 0), 0)
        return new

    def finish(self, end_seconds=None):
        readings = tuple(self._readings())
        return Prediction("stream", "combined", LABELS, readings, seconds=end_seconds, overall=Reading(HAPPY))


class StubEngine:
    """Makes these."""

    def __init__(self, trouble=None):
        self.trouble, self.streams = trouble, []

    def warm(self):
        if self.trouble:
            raise self.trouble
        return ("no transcript",)

    def stream(self, hello):
        self.streams.append(StubStream())
        return self.streams[-1]

    def files(self, stream, prediction):
        return {"note.txt": "numbers"}


class ThreadedProcess(LiveProcess):
    """Runs the session in a thread: as if in a process, at no cost."""

    def __init__(self, folder_out, engine):
        super().__init__(folder_out)
        self.engine = engine

    def _spawned(self, connection):

        own = Connection(os.dup(connection.fileno()))
        thread = Thread(target=serve, args=(own, self.engine, self._folder_out), daemon=True)
        thread.start()
        return thread


def jpeg(width=64, height=48):
    content = io.BytesIO()
    Image.fromarray(np.full((height, width, 3), 128, np.uint8)).save(content, "JPEG")
    return content.getvalue()


def frame(number, seconds, data=None):
    return protocol.packed(protocol.Piece(protocol.JPEG, number, seconds, jpeg() if data is None else data))


def sound(seconds, length=0.1, rate_hz=16_000):
    samples = (3000 * np.sin(np.arange(round(length * rate_hz)) / 5)).astype("<i2")
    return protocol.packed(protocol.Piece(protocol.PCM, 0, seconds, samples.tobytes()))


class SpawnedProcess(LiveProcess):
    """Runs the session of a stub in a real process."""

    def _spawned(self, connection):
        process = get_context("spawn").Process(target=_stub, args=(connection, self._folder_out), daemon=True)
        process.start()
        return process


def _stub(connection, folder_out):
    serve(connection, StubEngine(), folder_out)
