"""The voice of a video as it goes by: cut into overlapping windows, and those with speech given to the network."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from ...audio.features import featurize
from ...audio.predict import enough_speech
from ...audio.windows import Windows
from ...core import config
from ...media.sound.speech_activity import Speech
from ...training.checkpoint import Trained

BATCH = 16  # windows that go through the network together


@dataclass(frozen=True)
class Window:
    """One stretch of the recording."""

    start_seconds: float
    end_seconds: float
    speech_seconds: float
    voice: np.ndarray | None
    """(A,) what the audio branch makes of it; None: there is too little speech."""

    @property
    def is_spoken(self) -> bool:
        """Whether there is enough speech in it to be read."""
        return enough_speech(self.speech_seconds, self.end_seconds - self.start_seconds)


class Voices:
    """The windows of a stream at the network's rate.

    `speech` must have learnt of a piece before the next one is asked for.
    """

    def __init__(self, trained: Trained, speech: Speech):
        self._trained, self._speech = trained, speech
        self._settings = trained.settings.for_prediction().audio
        self._rate_hz = self._settings.sample_rate_hz
        hop_samples = max(round(config.HOP_SECONDS * self._rate_hz), 1)
        self._cutter = Windows(round(trained.settings.window_seconds * self._rate_hz), hop_samples)
        self._waiting: list[tuple[int, np.ndarray]] = []
        self.windows: list[Window] = []

    def heard(self, pieces: Iterable[np.ndarray]) -> Iterator[np.ndarray]:
        """The pieces (samples,) again; their windows are read meanwhile. After the last, `finish`."""
        for piece in pieces:
            yield piece
            self._waiting += self._cutter.add(piece)
            while len(self._waiting) >= BATCH and self._covered(BATCH):
                self._read(BATCH)

    def finish(self) -> list[Window]:
        """All windows, the last stretch included."""
        self._waiting += self._cutter.finish()
        while self._waiting:
            self._read(BATCH)
        return self.windows

    def _covered(self, count):
        start, samples = self._waiting[count - 1]
        return start + len(samples) <= self._speech.covered

    def _read(self, count):
        batch, self._waiting = self._waiting[:count], self._waiting[count:]
        spoken = [self._speech.samples(start, start + len(samples)) / self._rate_hz for start, samples in batch]
        yes = [
            enough_speech(speech, len(samples) / self._rate_hz) and "audio" in self._trained.settings.modalities
            for speech, (_, samples) in zip(spoken, batch, strict=True)
        ]
        made = iter(self._features([samples for (_, samples), chosen in zip(batch, yes, strict=True) if chosen]))
        for (start, samples), speech, chosen in zip(batch, spoken, yes, strict=True):
            span = start / self._rate_hz, (start + len(samples)) / self._rate_hz
            self.windows.append(Window(*span, speech, next(made) if chosen else None))

    def _features(self, voices):
        if not voices:
            return []
        import torch

        described = [featurize(voice, self._settings) for voice in voices]
        inputs = {name: torch.from_numpy(np.stack([one[name] for one in described])) for name in described[0]}
        with torch.inference_mode():
            return self._trained.network.of_voices(**inputs).numpy()
