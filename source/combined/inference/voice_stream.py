"""Cuts the sound of a video into overlapping windows and encodes those with speech."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np

from ...audio.features import featurize
from ...audio.inference import enough_speech
from ...audio.windows import SpeechWindows
from ...core.arrays import stacked, tensors
from ...media.sound.speech_activity import Speech
from ...training.checkpoint import Trained


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
    """Takes the sound in the order of time at the network's rate and makes its windows.

    `speech` tells where somebody speaks; a window waits until it is covered.
    """

    def __init__(self, trained: Trained, speech: Speech) -> None:
        self._trained, self._speech = trained, speech
        self._settings = trained.settings.for_prediction().audio
        self._rate_hz = self._settings.sample_rate_hz
        window_samples = round(trained.settings.window_seconds * self._rate_hz)
        self._cutter = SpeechWindows(window_samples, self._rate_hz, speech)
        self.windows: list[Window] = []

    def add(self, samples: np.ndarray) -> None:
        """Take the samples (n,) that follow the last ones without a gap; `speech` knows of them already."""
        self._encode_all(self._cutter.add(samples))

    def flush(self) -> None:
        """Encode the windows that wait for a whole batch."""
        self._encode_all(self._cutter.flush())

    def finish(self) -> None:
        """Encode the last windows, up to the end of the sound."""
        self._encode_all(self._cutter.finish())

    def _encode_all(self, batches: Iterable[list[tuple[int, np.ndarray]]]) -> None:
        for batch in batches:
            self._encode(batch)

    def _encode(self, batch: list[tuple[int, np.ndarray]]) -> None:
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
