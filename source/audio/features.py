"""A stretch of voice -> the arrays the audio model takes. Preprocessing and prediction both come through here."""

import warnings
from pathlib import Path

import numpy as np

from ..core.spec import DataWarning
from ..media.sound import read_sound
from . import whisper_features
from .conditioning import denoised, fitted, levelled, trim_bounds
from .mfcc import mfcc
from .perturbation import altered_copies
from .settings import AudioSettings


def extract(path: Path, settings: AudioSettings) -> dict[str, np.ndarray]:
    """The voice of the recording in `path`, as `describe` gives it; with copies, on a first axis: itself, then these.

    A clip longer than the window is read where its voice is loudest, and a warning says so.
    """
    return featurize_with_copies(read_sound(path, settings.sample_rate_hz).waveform, path, settings)


def featurize_with_copies(waveform: np.ndarray, path: Path, settings: AudioSettings) -> dict[str, np.ndarray]:
    """The voice in `waveform` (samples,) of the file `path`, with its copies; see `extract`."""
    voices = [conditioned(version, settings) for version in (waveform, *altered_copies(waveform, path, settings))]
    if len(voices[0]) > settings.window_samples:
        text = f"longer than {settings.window_seconds:g} seconds without the silence around: the loudest part was read"
        warnings.warn(text, DataWarning, stacklevel=2)
    versions = [_features(voice, settings) for voice in voices]
    if not settings.augmented_copies:
        return versions[0]
    return {name: np.stack([version[name] for version in versions]) for name in versions[0]}


def featurize(waveform: np.ndarray, settings: AudioSettings) -> dict[str, np.ndarray]:
    """`waveform` (samples,) float32 at config.sample_rate_hz as the model's inputs.

    mfcc (frames, 3 * coefficients) float16, in the middle of zeros where the voice is shorter than the window; voiced
    (frames,) bool, where it lies; encoder (layers, 2 * 384) float16, unless config.encoder is none.
    """
    return _features(conditioned(waveform, settings), settings)


def _features(voice: np.ndarray, settings: AudioSettings) -> dict[str, np.ndarray]:
    place = fitted(voice, settings.window_samples)
    voice = place.waveform[place.start : place.end]
    if settings.normalise_level:
        voice = levelled(voice)
    frames = mfcc(voice, settings)[: settings.frames]
    before = (settings.frames - len(frames)) // 2
    arrays = {
        "mfcc": np.pad(frames, ((before, settings.frames - len(frames) - before), (0, 0))).astype(np.float16),
        "voiced": np.pad(np.ones(len(frames), bool), (before, settings.frames - len(frames) - before)),
    }
    if settings.encoder == "statistics":
        arrays["encoder"] = whisper_features.statistics(whisper_features.layers(voice))
    return arrays


def conditioned(waveform: np.ndarray, settings: AudioSettings) -> np.ndarray:
    """The waveform with its noise reduced and the silence around it left out, as the settings say."""
    if settings.denoise:
        waveform = denoised(waveform, settings.sample_rate_hz)
    start, end = trim_bounds(waveform, settings.sample_rate_hz) if settings.trim_silence else (0, len(waveform))
    return waveform[start:end]


def baseline_features(inputs: dict[str, np.ndarray], settings: AudioSettings) -> np.ndarray:
    """Mean and standard deviation of the MFCC and their differences over the voiced frames: (N, 6 * coefficients)."""
    values, voiced = inputs["mfcc"].astype(np.float32), inputs["voiced"][..., None]
    count = np.maximum(voiced.sum(1), 1)
    mean = (values * voiced).sum(1) / count
    spread = np.sqrt((((values - mean[:, None]) * voiced) ** 2).sum(1) / count)
    return np.concatenate([mean, spread], 1)
