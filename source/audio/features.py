"""Features of a voice: a recording or a waveform as inputs of the audio model, for training and prediction alike."""

import warnings
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from numbers import Real
from pathlib import Path
from typing import NamedTuple

import numpy as np

from ..core.arrays import stacked
from ..core.errors import DemeanorError
from ..core.spec import DataWarning
from ..media.sound import Sound, read_sound
from . import whisper_features
from .conditioning import loudest_start, normalise_level, reduce_noise, speech_seconds, trim_bounds
from .mfcc import mfcc
from .perturbation import perturbed_copies
from .settings import AudioSettings
from .spans import SpanEncoder

LOUDEST = 8  # sample of a waveform of floats: far beyond what is merely clipped


def extract(path: Path, settings: AudioSettings) -> dict[str, np.ndarray]:
    """Return the inputs of the recording in `path`, as `featurize` makes them.

    With augmented copies every array has a further axis in front: the clip itself, then its copies. Warns where a clip
    is longer than the window, of which the loudest part is read. Raises DemeanorError where the file cannot be read.
    """
    return featurize_with_copies(read_sound(path, settings.sample_rate_hz).waveform, path, settings)


def featurize_with_copies(waveform: np.ndarray, path: Path, settings: AudioSettings) -> dict[str, np.ndarray]:
    """Return the inputs of `waveform` (samples,) and of its copies, whose random draws depend on the name of `path`."""
    versions = (waveform, *perturbed_copies(waveform, path, settings))
    voices = [condition(version, settings) for version in versions]
    if len(voices[0].samples) > settings.window_samples:
        text = f"longer than {settings.window_seconds:g} seconds without the silence around: the loudest part was read"
        warnings.warn(text, DataWarning, stacklevel=2)
    inputs = [_featurize(version, voice, settings) for version, voice in zip(versions, voices, strict=True)]
    if not settings.augmented_copies:
        return inputs[0]
    return stacked(inputs)


def from_array(waveform: np.ndarray, sample_rate_hz: int | None) -> Sound:
    """Return `waveform` (samples,), float in [-1, 1] or int16, as a sound; raises DemeanorError where it is none."""
    known = waveform.dtype == np.int16 or np.issubdtype(waveform.dtype, np.floating)
    if waveform.ndim != 1 or not known or not len(waveform):
        raise DemeanorError(
            f"A waveform is an array (samples,) of float or int16, not {waveform.shape} of {waveform.dtype}."
        )
    if not isinstance(sample_rate_hz, Real) or not 1 <= sample_rate_hz <= 1_000_000:
        raise DemeanorError("A waveform needs its rate: give sample_rate_hz, a number from 1 to 1,000,000.")
    scale = 2**15 if waveform.dtype == np.int16 else 1
    waveform = waveform / scale
    if not np.abs(waveform).max() <= LOUDEST:  # NaN is not either
        raise DemeanorError("The floats of a waveform lie in [-1, 1], and none is NaN; these do not.")
    return Sound(waveform.astype(np.float32), round(sample_rate_hz))


def featurize(waveform: np.ndarray, settings: AudioSettings) -> dict[str, np.ndarray]:
    """Return the network's inputs for `waveform` (samples,) float32 at settings.sample_rate_hz.

    mfcc (frames, 3 * coefficients) float16, centred between zeros where the voice is shorter than the window; voiced
    (frames,) bool, where it is not padding: both only where settings.use_mfcc is on; encoder, of the shape that
    `whisper_features.SHAPES` names, float16, unless settings.encoder is none; of small also speech_seconds () float32.
    Of a voice longer than the window the loudest part is read.
    """
    return _featurize(waveform, condition(waveform, settings), settings)


class Voice(NamedTuple):
    """The voice in a waveform."""

    samples: np.ndarray
    """(samples,) float32, of which the noise is reduced, if the settings say so."""
    start: int
    """Where in the waveform it begins: there is no silence before it, if the settings say so."""


def condition(waveform: np.ndarray, settings: AudioSettings) -> Voice:
    """Reduce the noise of `waveform` (samples,) and trim the silence around its voice, as the settings say."""
    if settings.denoise:
        waveform = reduce_noise(waveform, settings.sample_rate_hz)
    start, end = trim_bounds(waveform, settings.sample_rate_hz) if settings.trim_silence else (0, len(waveform))
    return Voice(waveform[start:end], start)


class WindowFeatures:
    """The network's inputs for the windows of a stream that is pushed in blocks of any length.

    >>> features = WindowFeatures(settings)  # doctest: +SKIP
    >>> features.add(block)  # doctest: +SKIP
    >>> if start + len(samples) <= features.covered:
    ...     inputs = features.arrays(start, samples)  # doctest: +SKIP
    """

    def __init__(self, settings: AudioSettings) -> None:
        self._settings, self._heard = settings, 0
        self._spans = SpanEncoder(settings.denoise, settings.normalise_level) if settings.encoder == "small" else None

    @property
    def covered(self) -> int:
        """Samples of the stream up to which windows can be asked for: up to a span less than was heard."""
        return self._spans.covered if self._spans else self._heard

    def add(self, samples: np.ndarray) -> None:
        """Take the next samples (n,) float32 at settings.sample_rate_hz."""
        self._heard += len(samples)
        if self._spans:
            self._spans.add(samples)

    def finish(self) -> None:
        """Take what was added as the whole stream: windows can be asked for up to its end."""
        if self._spans:
            self._spans.finish()

    def as_if_over(self) -> AbstractContextManager[None]:
        """Let windows be asked for up to the last sample meanwhile, as if the stream ended there."""
        return self._spans.as_if_over() if self._spans else nullcontext()

    def arrays(self, start: int, samples: np.ndarray) -> dict[str, np.ndarray]:
        """Return the inputs of the window that begins at sample `start` and holds `samples`, as `featurize` does."""
        if not self._spans:
            return featurize(samples, self._settings)
        inputs = featurize(samples, replace(self._settings, encoder="none")) if self._settings.use_mfcc else {}
        return inputs | {"encoder": self._spans.statistics(start, start + len(samples))}

    def forget(self, before: int) -> None:
        """Let go of what lies before this sample: no window that is still to be asked for begins sooner."""
        if self._spans:
            self._spans.forget(before)


def baseline_features(inputs: dict[str, np.ndarray], settings: AudioSettings) -> np.ndarray:
    """Return what a classical baseline is given of N clips: (N, D) float32.

    The encoder's features; without an encoder the mean and deviation of the MFCC over the voiced frames.
    """
    if settings.reads_encoder:
        return inputs["encoder"].reshape(len(inputs["encoder"]), -1).astype(np.float32)
    values, voiced = inputs["mfcc"].astype(np.float32), inputs["voiced"][..., None]
    count = np.maximum(voiced.sum(1), 1)
    mean = (values * voiced).sum(1) / count
    deviation = np.sqrt((((values - mean[:, None]) * voiced) ** 2).sum(1) / count)
    return np.concatenate([mean, deviation], 1)


def _featurize(waveform: np.ndarray, voice: Voice, settings: AudioSettings) -> dict[str, np.ndarray]:
    """Return the inputs of the voice in `waveform` (samples,), of one that is too long, of its loudest part."""
    samples, start = voice
    if len(samples) > settings.window_samples:
        skipped = loudest_start(samples, settings.window_samples)
        samples, start = samples[skipped : skipped + settings.window_samples], start + skipped
    levelled = normalise_level(samples) if settings.normalise_level else samples
    arrays = {}
    if settings.use_mfcc:
        frames = mfcc(levelled, settings)[: settings.frames]
        spare = settings.frames - len(frames)
        padding = (spare // 2, spare - spare // 2)
        arrays["mfcc"] = np.pad(frames, (padding, (0, 0))).astype(np.float16)
        arrays["voiced"] = np.pad(np.ones(len(frames), bool), padding)
    if settings.encoder == "tiny.en":
        arrays["encoder"] = whisper_features.statistics(whisper_features.layers(levelled))
    elif settings.encoder == "small":
        spans = SpanEncoder(settings.denoise, settings.normalise_level)
        spans.add(waveform)
        spans.finish()
        arrays["encoder"] = spans.statistics(start, start + len(samples))
        arrays["speech_seconds"] = np.array(speech_seconds(samples, settings.sample_rate_hz), np.float32)
    return arrays
