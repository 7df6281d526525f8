"""The readings of a voice's windows, and their mean."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from ..core import config
from ..core.arrays import stacked, tensors
from ..media.sound.speech_activity import Speech
from ..results.prediction import Reading
from ..results.timeline import mean_probabilities
from ..training.checkpoint import Trained
from .features import WindowFeatures
from .mixtures import MIXTURES, mixture_notes
from .own_speech import Baseline, OtherSpeech, OwnSpeech, baseline_note, with_earlier
from .windows import BATCH_WINDOWS, batched

LEAST_SPEECH_SECONDS = 0.25  # a syllable; a window with less is "no speech"
LEAST_SPEECH_SHARE = 0.5  # of a recording shorter than two syllables
LITTLE_SPEECH_SECONDS = 1.0  # a reading of less carries a note and is made less sure: see `soften`
FARTHEST = 1.0  # of the network's `distance`; what lies beyond is nothing that it has learnt to read
UNFAMILIAR = "unlike any voice in training"
WITHHELD = 0.95  # of the confidence beyond even that would just be an answer


class VoiceReader:
    """Reads the windows of a recording, in batches as they come; `speech` and `features` must cover them.

    A model with a baseline reads each against the person's other speech: what was heard before it and, when the
    recording is over, once more against all that does not overlap it. An earlier recording counts in both.
    """

    def __init__(self, trained: Trained, speech: Speech) -> None:
        self.readings: list[Reading] = []
        self.notes: tuple[str, ...] = ()
        self._trained, self._settings, self._speech = trained, trained.settings.for_prediction(), speech
        self.features = WindowFeatures(self._settings)
        self.own_speech = OwnSpeech(speech, self._settings.sample_rate_hz)
        self._so_far = OtherSpeech(self.own_speech, later=False)
        self._has_baseline: bool = self._settings.reads_baseline
        self._spoken: list[int] = []  # readings that will be read again
        self._inputs: list[dict[str, np.ndarray]] = []  # theirs

    def read(self, windows: Sequence[tuple[int, np.ndarray]]) -> None:
        """Append a Reading for each window (first sample, samples), without probabilities where nobody speaks."""
        rate_hz, spoken, inputs, baselines = self.own_speech.rate_hz, [], [], []
        for start, samples in windows:
            end = start + len(samples)
            speech_seconds = self._speech.samples(start, end) / rate_hz
            if enough_speech(speech_seconds, len(samples) / rate_hz):
                spoken.append(len(self.readings))
                inputs.append(self.features.arrays(start, samples))
                if self._has_baseline:
                    self.own_speech.add(start, end, inputs[-1]["encoder"])
                    baselines.append(self._so_far.of(len(self.own_speech) - 1))
            self.readings.append(Reading({}, 0, None, start / rate_hz, end / rate_hz, speech_seconds=speech_seconds))
            self.features.forget(start)
        self._answer(spoken, inputs, baselines)
        if self._has_baseline:
            self._spoken += spoken
            self._inputs += inputs

    def finish(self) -> None:
        """Read all once more where there is a baseline; from now on it makes no difference how the sound arrived."""
        other, own_seconds = OtherSpeech(self.own_speech, later=True), 0.0
        for batch in batched(range(len(self._spoken)), BATCH_WINDOWS):
            baselines = [other.of(at) for at in batch]
            own_seconds += sum(baseline.seconds for baseline in baselines)
            self._answer([self._spoken[at] for at in batch], [self._inputs[at] for at in batch], baselines)
        if self._spoken:
            self.notes = (baseline_note(own_seconds / len(self._spoken), self._trained.person),)

    def _answer(self, spoken: Sequence[int], inputs: Sequence[dict[str, np.ndarray]], own: Sequence[Baseline]) -> None:
        """Put what the network says of these inputs into the readings; own: their baselines in the recording itself."""
        if not spoken:
            return
        arrays = stacked(inputs)
        if own:
            most_seconds = self._settings.baseline_seconds  # training has no more
            baselines = [with_earlier(baseline, self._trained.person, most_seconds) for baseline in own]
            arrays["baseline"] = np.stack([baseline.mean for baseline in baselines]).astype(np.float32)
            arrays["baseline_seconds"] = np.array([baseline.seconds for baseline in baselines], np.float32)
        rows, unfamiliar = self._trained.probabilities(arrays), self._are_unfamiliar(arrays)
        mixed = mixture_notes(arrays["encoder"]) if self._settings.encoder == "small" else [()] * len(spoken)
        for at, row, is_unfamiliar, mixture in zip(spoken, rows, unfamiliar, mixed, strict=True):
            seconds = self.readings[at].speech_seconds or 0.0
            probabilities = soften(dict(zip(self._trained.labels, map(float, row), strict=True)), seconds)
            notes = speech_notes(seconds) or mixture  # on less than a second nobody can tell
            if is_unfamiliar:
                probabilities, notes = withheld(probabilities), (*notes, UNFAMILIAR)
            self.readings[at] = replace(self.readings[at], probabilities=probabilities, notes=notes)

    def _are_unfamiliar(self, arrays: dict[str, np.ndarray]) -> np.ndarray:
        """Return of which of these inputs the features lie far from all training data, (N,); none where not known."""
        import torch

        distance = getattr(self._trained.network, "distance", None)
        if distance is None:
            return np.zeros(len(next(iter(arrays.values()))), bool)
        with torch.inference_mode():
            return distance(**tensors(arrays)).numpy() > FARTHEST


def overall_reading(readings: Sequence[Reading], speech_seconds: float, seconds: float) -> Reading:
    """Return the mean of the windows' readings, weighted by their speech, for a recording of this length.

    What holds of most of the speech is said of the whole: it is "not sure" where that is unlike any voice in training.
    """
    probabilities = mean_probabilities(readings)
    seconds_with = dict.fromkeys((*MIXTURES.values(), UNFAMILIAR), 0.0)
    for reading in readings:
        for note in seconds_with.keys() & set(reading.notes):
            seconds_with[note] += reading.speech_seconds or 0.0
    seconds_read = sum(reading.speech_seconds or 0.0 for reading in readings if reading.probabilities)
    mostly = [note for note, with_note in seconds_with.items() if with_note > seconds_read / 2]
    notes = (*speech_notes(speech_seconds), *mostly) if probabilities else ()
    if UNFAMILIAR in mostly:
        probabilities = withheld(probabilities)
    return Reading(probabilities, 0, None, 0.0, seconds, notes=notes, speech_seconds=speech_seconds)


def enough_speech(speech_seconds: float, seconds: float) -> bool:
    """Return whether a window of this length with so much speech is read."""
    return speech_seconds >= min(LEAST_SPEECH_SECONDS, LEAST_SPEECH_SHARE * seconds)


def soften(probabilities: dict[str, float], speech_seconds: float) -> dict[str, float]:
    """Mix with the uniform distribution by the share that the speech falls short of LITTLE_SPEECH_SECONDS.

    The temperature was fitted on whole sentences. On less than a second the network is as sure, but seldom right.
    """
    share = min(1.0, speech_seconds / LITTLE_SPEECH_SECONDS)
    return {label: share * value + (1 - share) / len(probabilities) for label, value in probabilities.items()}


def withheld(probabilities: dict[str, float]) -> dict[str, float]:
    """Mix with the uniform distribution as far as it takes for the answer to be "not sure".

    >>> withheld({"happy": 0.9, "sad": 0.06, "angry": 0.04})["happy"] < config.NOT_SURE_BELOW
    True
    """
    even, likeliest = 1 / len(probabilities), max(probabilities.values())
    if likeliest < config.NOT_SURE_BELOW or even >= config.NOT_SURE_BELOW:  # somebody wants an answer to everything
        return probabilities
    share = WITHHELD * (config.NOT_SURE_BELOW - even) / (likeliest - even)
    return {label: share * value + (1 - share) * even for label, value in probabilities.items()}


def speech_notes(speech_seconds: float) -> tuple[str, ...]:
    """Return the notes on what makes a reading of so much speech less reliable."""
    return (f"little speech: {speech_seconds:.1f} s",) if speech_seconds < LITTLE_SPEECH_SECONDS else ()
