"""The audio model fed bit by bit."""

import logging
from contextlib import AbstractContextManager

import numpy as np

from ..core.hooks import Notify
from ..core.streaming import refuse_malformed_sound
from ..media.sound.speech_activity import Speech, SpeechDetector
from ..media.sound.timeline import SoundTimeline
from ..results.prediction import Prediction, Reading
from ..training.checkpoint import Trained
from .inference import VoiceReader, overall_reading
from .windows import SpeechWindows

log = logging.getLogger(__name__)

PAUSE_SECONDS = 1.0  # shorter silences lie between words and are not reported


class AudioStream(AbstractContextManager["AudioStream"]):
    """A voice as it is heard: a Reading for each window, without probabilities if nobody speaks in it.

    See `source.core.streaming.Stream`.
    """

    def __init__(self, trained: Trained, notify: Notify = log.info, source: str = "stream", live: bool = False) -> None:
        settings = trained.settings.for_prediction()
        self.sample_rate_hz = settings.sample_rate_hz
        self._trained, self._source = trained, source
        self._timeline = SoundTimeline(self.sample_rate_hz)
        self._detector, self._speech = SpeechDetector(self.sample_rate_hz), Speech(self.sample_rate_hz)
        self.reader = VoiceReader(trained, self._speech)
        needed = self._speech, self.reader.features
        self._windows = SpeechWindows(settings.window_samples, self.sample_rate_hz, *needed)
        self._samples = self._polled = 0

    def __exit__(self, *_: object) -> None:
        """Nothing is native here."""

    def frame(self, rgb: np.ndarray, seconds: float) -> None:
        """Take no notice: a voice has no picture."""

    def samples(self, block: np.ndarray, seconds: float) -> None:
        """Take sound (n,) float32 at `sample_rate_hz` that begins at `seconds`."""
        refuse_malformed_sound(block, seconds)
        self.listen(self._timeline.add(block, seconds))

    def listen(self, samples: np.ndarray) -> None:
        """Take the samples (n,) that follow the last ones without a gap."""
        self._samples += len(samples)
        self._speech.add(self._detector(samples))
        self.reader.features.add(samples)
        for batch in self._windows.add(samples):
            self.reader.read(batch)

    def poll(self) -> list[Reading]:
        """Return the readings that are new since the last call."""
        for batch in self._windows.flush():
            self.reader.read(batch)
        new, self._polled = self.reader.readings[self._polled :], len(self.reader.readings)
        return new

    def finish(self, end_seconds: float | None = None) -> Prediction:
        """Return all readings, their mean and the pauses, up to the last sample."""
        self._speech.add(self._detector.finish())
        self.reader.features.finish()
        for batch in self._windows.finish():
            self.reader.read(batch)
        self.reader.finish()
        readings, rate_hz, samples = tuple(self.reader.readings), self.sample_rate_hz, self._samples
        overall = overall_reading(readings, self._speech.samples(0, samples) / rate_hz, samples / rate_hz)
        pauses = self._speech.pauses(PAUSE_SECONDS * rate_hz, samples)
        return Prediction(
            self._source, self._trained.spec.name, self._trained.labels, readings,
            notes=(*self._timeline.notes, *(self.reader.notes if overall.probabilities else ("no speech was found",))),
            seconds=samples / rate_hz, overall=overall,
            pauses=tuple((start / rate_hz, end / rate_hz) for start, end in pauses),
        )  # fmt: skip
