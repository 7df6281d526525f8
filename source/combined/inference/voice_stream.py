"""Cuts the sound of a video into overlapping windows and encodes those with speech."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

import numpy as np

from ...audio.features import featurize
from ...audio.predict import enough_speech
from ...audio.windows import Windows
from ...core import config
from ...core.arrays import stacked, tensors
from ...media.sound.speech_activity import Speech
from ...training.checkpoint import Trained

BATCH = 16  # windows that go through the network together


@dataclass(frozen=True)
class Window:
    """One segment of the recording."""

    start_seconds: float
    end_seconds: float
    speech_seconds: float
    voice: np.ndarray | None
    """(A,) of `CombinedModel.encode_audio`; None where there is too little speech."""

    @property
    def is_spoken(self) -> bool:
        """Return whether there is enough speech to read."""
        return enough_speech(self.speech_seconds, self.end_seconds - self.start_seconds)


class VoiceStream:
    """Takes the sound in the order of time at the network's rate, then gives its windows.

    `speech` must have been told of a block before the next one is asked for.
    """

    def __init__(self, trained: Trained, speech: Speech) -> None:
        self._trained, self._speech = trained, speech
        self._settings = trained.settings.for_prediction().audio
        self._rate_hz = self._settings.sample_rate_hz
        hop_samples = max(round(config.HOP_SECONDS * self._rate_hz), 1)
        self._cutter = Windows(round(trained.settings.window_seconds * self._rate_hz), hop_samples)
        self._waiting: list[tuple[int, np.ndarray]] = []
        self.windows: list[Window] = []

    def passed_on(self, blocks: Iterable[np.ndarray]) -> Iterator[np.ndarray]:
        """Yield the blocks (samples,) and encode their windows meanwhile. After the last, call `finish`."""
        for block in blocks:
            yield block
            self._waiting += self._cutter.add(block)
            while len(self._waiting) >= BATCH:
                start, samples = self._waiting[BATCH - 1]
                if start + len(samples) > self._speech.covered:  # speech is not known yet
                    break
                self._encode(BATCH)

    def finish(self) -> list[Window]:
        """Return all windows, up to the end of the sound."""
        self._waiting += self._cutter.finish()
        while self._waiting:
            self._encode(BATCH)
        return self.windows

    def _encode(self, count: int) -> None:
        batch, self._waiting = self._waiting[:count], self._waiting[count:]
        first = len(self.windows)
        for start, samples in batch:
            end = start + len(samples)
            speech_seconds = self._speech.samples(start, end) / self._rate_hz
            self.windows.append(Window(start / self._rate_hz, end / self._rate_hz, speech_seconds, None))
        spoken = [at for at, window in enumerate(self.windows[first:]) if window.is_spoken]
        if not spoken or "audio" not in self._trained.settings.modalities:
            return
        import torch

        inputs = tensors(stacked([featurize(batch[at][1], self._settings) for at in spoken]))
        with torch.inference_mode():
            voices = self._trained.network.encode_audio(**inputs).numpy()
        for at, voice in zip(spoken, voices, strict=True):
            self.windows[first + at] = replace(self.windows[first + at], voice=voice)
