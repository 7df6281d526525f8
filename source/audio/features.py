"""A stretch of voice -> the arrays the audio model takes. Preprocessing and prediction both come through here."""

import warnings
from pathlib import Path

import numpy as np

from ..core.spec import Remark
from ..media.sound import read_sound
from ..media.types import SOUNDS, VIDEOS
from . import whisper_features
from .conditioning import denoised, fitted, levelled, trimmed
from .mfcc import mfcc
from .perturbation import altered_copies
from .settings import AudioConfig

SUFFIXES = (*SOUNDS, *VIDEOS)


def extract(path: Path, config: AudioConfig) -> dict[str, np.ndarray]:
    """The voice of the recording in `path`, as `describe` gives it; with copies, on a first axis: itself, then these.

    A clip longer than the window is read where its voice is loudest, and a warning says so.
    """
    return described(read_sound(path, config.sample_rate_hz).waveform, path, config)


def described(waveform: np.ndarray, path: Path, config: AudioConfig) -> dict[str, np.ndarray]:
    """The voice in `waveform` (samples,) of the file `path`, with its copies; see `extract`."""
    voices = [conditioned(version, config) for version in (waveform, *altered_copies(waveform, path, config))]
    if len(voices[0]) > config.window_samples:
        text = f"longer than {config.window_seconds:g} seconds without the silence around: the loudest part was read"
        warnings.warn(text, Remark, stacklevel=2)
    versions = [_features(voice, config) for voice in voices]
    if not config.copies:
        return versions[0]
    return {name: np.stack([version[name] for version in versions]) for name in versions[0]}


def describe(waveform: np.ndarray, config: AudioConfig) -> dict[str, np.ndarray]:
    """`waveform` (samples,) float32 at config.sample_rate_hz as the model's inputs.

    mfcc (frames, 3 * coefficients) float16, in the middle of zeros where the voice is shorter than the window; voiced
    (frames,) bool, where it lies; encoder (layers, 2 * 384) float16, unless config.encoder is none.
    """
    return _features(conditioned(waveform, config), config)


def _features(voice: np.ndarray, config: AudioConfig) -> dict[str, np.ndarray]:
    place = fitted(voice, config.window_samples)
    voice = place.waveform[place.start : place.end]
    if config.normalise_level:
        voice = levelled(voice)
    frames = mfcc(voice, config)[: config.frames]
    before = (config.frames - len(frames)) // 2
    arrays = {
        "mfcc": np.pad(frames, ((before, config.frames - len(frames) - before), (0, 0))).astype(np.float16),
        "voiced": np.pad(np.ones(len(frames), bool), (before, config.frames - len(frames) - before)),
    }
    if config.encoder == "statistics":
        arrays["encoder"] = whisper_features.statistics(whisper_features.layers(voice))
    return arrays


def conditioned(waveform: np.ndarray, config: AudioConfig) -> np.ndarray:
    """The waveform with its noise reduced and the silence around it left out, as the settings say."""
    if config.denoise:
        waveform = denoised(waveform, config.sample_rate_hz)
    start, end = trimmed(waveform, config.sample_rate_hz) if config.trim_silence else (0, len(waveform))
    return waveform[start:end]


def summarise(inputs: dict[str, np.ndarray], config: AudioConfig) -> np.ndarray:
    """Mean and standard deviation of the MFCC and their differences over the voiced frames: (N, 6 * coefficients)."""
    values, voiced = inputs["mfcc"].astype(np.float32), inputs["voiced"][..., None]
    count = np.maximum(voiced.sum(1), 1)
    mean = (values * voiced).sum(1) / count
    spread = np.sqrt((((values - mean[:, None]) * voiced) ** 2).sum(1) / count)
    return np.concatenate([mean, spread], 1)
