"""Cuts the sound of a video into overlapping windows and encodes those with speech."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from ...audio.inference import UNFAMILIAR, soften, voice_notes
from ...audio.spoken_windows import LEAST_SPEECH_SECONDS, SpokenWindows, enough_speech
from ...audio.windows import SpeechWindows
from ...core.arrays import tensors
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
    notes: tuple[str, ...] = ()
    """On what the voice is."""

    @property
    def is_spoken(self) -> bool:
        """Return whether there is enough speech to read."""
        return enough_speech(self.speech_seconds, self.end_seconds - self.start_seconds)


class VoiceStream(SpokenWindows):
    """Takes the sound in the order of time at the network's rate and makes its windows.

    `speech` tells where somebody speaks; a window waits until it is covered. A window has a voice if somebody speaks in
    its middle half: what lies beside it is of the windows before and after.
    """

    def __init__(self, trained: Trained, speech: Speech) -> None:
        super().__init__(trained.settings.audio, speech, trained.person)
        self._trained, self._has_voice = trained, "audio" in trained.settings.modalities
        rate_hz = self._settings.sample_rate_hz
        window_samples = round(trained.settings.window_seconds * rate_hz)
        self._cutter = SpeechWindows(window_samples, rate_hz, speech, self.features)
        self.windows: list[Window] = []
        self._voices: dict[int, np.ndarray] = {}  # number of a window -> (A,) of `encode_audio`

    def add(self, samples: np.ndarray) -> None:
        """Take the samples (n,) that follow the last ones without a gap; `speech` knows of them already."""
        self.features.add(samples)
        self._read_all(self._cutter.add(samples))

    def flush(self) -> None:
        """Encode the windows that wait for a whole batch."""
        self._read_all(self._cutter.flush())

    def look_ahead(self) -> None:
        """Read the windows that wait for the end of their span as if the sound ended with it; they are read again."""
        rate_hz, known = self.own_speech.rate_hz, self._speech.covered
        for number, (start, samples) in enumerate(self._cutter.waiting, start=self.settled):
            end = start + len(samples)
            if number < len(self.windows) or end > known:
                continue
            speech_seconds = self._speech.samples(start, end) / rate_hz
            self.windows.append(Window(start / rate_hz, end / rate_hz, speech_seconds, None))
            if self.windows[-1].is_spoken and self._has_voice:
                self._read_early(number, start, samples)

    @property
    def settled_seconds(self) -> float:
        """The end of the last window that is read in full."""
        return self.windows[self.settled - 1].end_seconds if self.settled else 0.0

    def finish(self) -> None:
        """Encode the last windows, up to the end of the sound, and all once more beside all other speech."""
        self.features.finish()
        self._read_all(self._cutter.finish())
        super().finish()
        for at in self._voices:  # of which none was known to be the last
            self._weigh(at)

    def _read_all(self, batches: Iterable[list[tuple[int, np.ndarray]]]) -> None:
        for batch in batches:
            self.read(batch)

    def _append(self, start: int, end: int, speech_seconds: float) -> None:
        rate_hz, at = self.own_speech.rate_hz, self.settled
        self._voices.pop(at, None)  # of an early look
        self.windows[at : at + 1] = [Window(start / rate_hz, end / rate_hz, speech_seconds, None)]

    def _answer(self, spoken: Sequence[int], arrays: dict[str, np.ndarray]) -> None:
        if not self._has_voice:
            return
        import torch

        network = self._trained.network
        with torch.inference_mode():
            voices = network.encode_audio(**tensors(arrays)).numpy()
        notes = voice_notes(network.branches["audio"], self._settings.encoder, arrays)
        for at, voice, doubts in zip(spoken, voices, notes, strict=True):
            self._voices[at] = voice
            self.windows[at] = replace(self.windows[at], notes=doubts)
            self._weigh(at)

    def _weigh(self, at: int) -> None:
        """Make the voice of a window as certain as what is heard of it allows."""
        window, voice, answer = self.windows[at], self._voices[at].copy(), self._trained.network.answer_of("audio")
        heard = self._heard_seconds(window)
        voice[answer] = np.log(soften(np.exp(voice[answer]), heard, UNFAMILIAR in window.notes))
        enough = heard >= min(LEAST_SPEECH_SECONDS, window.speech_seconds)
        self.windows[at] = replace(window, voice=voice if enough else None)

    def _heard_seconds(self, window: Window) -> float:
        """Return the seconds of speech in what the window alone speaks for: its middle, and the recording's ends."""
        rate_hz, quarter = self.own_speech.rate_hz, (window.end_seconds - window.start_seconds) / 4
        start = window.start_seconds + quarter * (window.start_seconds > 0)
        is_last = window.end_seconds >= self.windows[-1].end_seconds
        end = window.end_seconds - quarter * (not is_last)
        return self._speech.samples(round(start * rate_hz), round(end * rate_hz)) / rate_hz
