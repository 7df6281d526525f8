"""The windows of a recording in which somebody speaks, each beside the person's other speech, ready for a network."""

from abc import ABC, abstractmethod
from collections.abc import Sequence

import numpy as np

from ..core.arrays import stacked
from ..media.sound.speech_activity import Speech
from .features import WindowFeatures
from .own_speech import Baseline, OtherSpeech, OwnSpeech, baseline_note, with_earlier
from .settings import AudioSettings
from .windows import BATCH_WINDOWS, batched

LEAST_SPEECH_SECONDS = 0.25  # a syllable; a window with less is "no speech"
LEAST_SPEECH_SHARE = 0.5  # of a recording shorter than two syllables


class SpokenWindows(ABC):
    """Gathers the windows of a recording, in batches as they come; `speech` and `features` must cover them.

    A model with a baseline answers each against the person's other speech: what was heard before it and, when the
    recording is over, once more against all that does not overlap it. An earlier recording counts in both.
    """

    def __init__(self, settings: AudioSettings, speech: Speech, person: Baseline | None) -> None:
        """person: the voice in an earlier recording, if that is known."""
        self.notes: tuple[str, ...] = ()
        self._settings, self._speech, self._person = settings.for_prediction(), speech, person
        self.features = WindowFeatures(self._settings)
        self.own_speech = OwnSpeech(speech, settings.sample_rate_hz)
        self._so_far = OtherSpeech(self.own_speech, later=False)
        self._count = 0
        self._spoken: list[int] = []  # windows that will be answered again
        self._inputs: list[dict[str, np.ndarray]] = []  # theirs

    @property
    def settled(self) -> int:
        """How many windows are read in full."""
        return self._count

    @abstractmethod
    def _append(self, start: int, end: int, speech_seconds: float) -> None:
        """Take note of the window from sample `start` to before sample `end`, not answered yet."""

    @abstractmethod
    def _answer(self, spoken: Sequence[int], arrays: dict[str, np.ndarray]) -> None:
        """Answer the windows of these numbers; arrays: the network's inputs, each with as many rows."""

    def read(self, windows: Sequence[tuple[int, np.ndarray]]) -> None:
        """Take the next windows (first sample, samples), and answer those in which somebody speaks."""
        rate_hz, spoken, inputs, baselines = self.own_speech.rate_hz, [], [], []
        for start, samples in windows:
            end = start + len(samples)
            speech_seconds = self._speech.samples(start, end) / rate_hz
            if enough_speech(speech_seconds, len(samples) / rate_hz):
                spoken.append(self._count)
                inputs.append(self.features.arrays(start, samples))
                if self._settings.reads_baseline:
                    self.own_speech.add(start, end, inputs[-1]["encoder"])
                    baselines.append(self._so_far.of(len(self.own_speech) - 1))
            self._append(start, end, speech_seconds)
            self._count += 1
            self.features.forget(start)
        self._answer_against(spoken, inputs, baselines)
        if self._settings.reads_baseline:
            self._spoken += spoken
            self._inputs += inputs

    def _read_early(self, number: int, start: int, samples: np.ndarray) -> None:
        """Answer the window of this number before the sound that surrounds it is known; `read` will again.

        It is read against the same other speech as the last one that was read in full.
        """
        with self.features.as_if_over():
            inputs = self.features.arrays(start, samples)
        nothing = Baseline(np.zeros(inputs["encoder"].shape), 0.0) if self._settings.reads_baseline else None
        heard = self._so_far.of(len(self.own_speech) - 1) if nothing and len(self.own_speech) else nothing
        self._answer_against([number], [inputs], [heard] if heard else [])

    def finish(self) -> None:
        """Answer all once more where there is a baseline: now it makes no difference how the sound arrived."""
        other, own_seconds = OtherSpeech(self.own_speech, later=True), 0.0
        for batch in batched(range(len(self._spoken)), BATCH_WINDOWS):
            baselines = [other.of(at) for at in batch]
            own_seconds += sum(baseline.seconds for baseline in baselines)
            spoken, inputs = [self._spoken[at] for at in batch], [self._inputs[at] for at in batch]
            self._answer_against(spoken, inputs, baselines)
        if self._spoken:
            self.notes = (baseline_note(own_seconds / len(self._spoken), self._person),)

    def _answer_against(
        self, spoken: Sequence[int], inputs: Sequence[dict[str, np.ndarray]], own: Sequence[Baseline]
    ) -> None:
        """Answer with these inputs; own: their baselines in the recording itself, empty where the model has none."""
        if not spoken:
            return
        arrays = stacked(inputs)
        if own:
            most_seconds = self._settings.baseline_seconds  # training has no more
            baselines = [with_earlier(baseline, self._person, most_seconds) for baseline in own]
            arrays["baseline"] = np.stack([baseline.mean for baseline in baselines]).astype(np.float32)
            arrays["baseline_seconds"] = np.array([baseline.seconds for baseline in baselines], np.float32)
        self._answer(spoken, arrays)


def enough_speech(speech_seconds: float, seconds: float) -> bool:
    """Return whether a window of this length with so much speech is read."""
    return speech_seconds >= min(LEAST_SPEECH_SECONDS, LEAST_SPEECH_SHARE * seconds)
