"""Altered copies of a clip, for training: another speed, pitch, level, and noise. They are kept in the clip's row."""

import zlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from .settings import AudioSettings

NOISE_RANGE_DB = 25.0  # above settings.noise_snr_db
FFT_SAMPLES, HOP_SAMPLES = 512, 128  # of the phase vocoder


def altered_copies(waveform: np.ndarray, path: Path, settings: AudioSettings) -> Iterator[np.ndarray]:
    """Yield augmented copies of `waveform` (samples,) float32; the same file name gives the same copies."""
    for number in range(settings.augmented_copies):
        yield altered(waveform, settings, np.random.default_rng([zlib.crc32(path.name.encode()), number]))


def altered(waveform: np.ndarray, settings: AudioSettings, draw: np.random.Generator) -> np.ndarray:
    """One altered version; every setting is the most that is drawn either way."""
    rate, speed = settings.sample_rate_hz, settings.speed_perturbation
    semitones, gain_db = settings.pitch_shift_semitones, settings.gain_perturbation_db
    copy = with_speed(waveform, 1 + draw.uniform(-speed, speed), rate)
    copy = with_pitch(copy, draw.uniform(-semitones, semitones), rate)
    copy = copy * np.float32(10 ** (draw.uniform(-gain_db, gain_db) / 20))
    if draw.random() < 0.5:
        copy = with_noise(copy, settings.noise_snr_db + draw.uniform(0, NOISE_RANGE_DB), draw)
    return copy.astype(np.float32)


def with_speed(waveform: np.ndarray, speed: float, sample_rate_hz: int) -> np.ndarray:
    """Played `speed` times as fast, and so as high: another throat (Ko et al. 2015, "Audio augmentation")."""
    import soxr

    return soxr.resample(waveform, sample_rate_hz * speed, sample_rate_hz)


def with_pitch(waveform: np.ndarray, semitones: float, sample_rate_hz: int) -> np.ndarray:
    """Higher by so many semitones at the same speed, by a phase vocoder (Flanagan & Golden 1966) and resampling."""
    import torch

    from .torchaudio_import import torchaudio

    if not semitones or len(waveform) < FFT_SAMPLES:
        return waveform
    ratio, window = 2 ** (semitones / 12), torch.hann_window(FFT_SAMPLES)
    how = {"n_fft": FFT_SAMPLES, "hop_length": HOP_SAMPLES, "window": window}
    spectrum = torch.stft(torch.from_numpy(np.ascontiguousarray(waveform)), return_complex=True, **how)
    advance = torch.linspace(0, np.pi * HOP_SAMPLES, spectrum.shape[0])[:, None]
    slowed = torch.istft(torchaudio.functional.phase_vocoder(spectrum, 1 / ratio, advance), **how)
    return with_speed(slowed.numpy(), ratio, sample_rate_hz)


def with_noise(waveform: np.ndarray, signal_to_noise_db: float, draw: np.random.Generator) -> np.ndarray:
    """With noise between white and brown, this much fainter than the whole."""
    spectrum = np.fft.rfft(draw.standard_normal(len(waveform)))
    noise = np.fft.irfft(spectrum / np.arange(1, len(spectrum) + 1) ** draw.uniform(0, 1), len(waveform))
    power, wanted = np.mean(noise**2), np.mean(np.square(waveform, dtype=np.float64)) / 10 ** (signal_to_noise_db / 10)
    return waveform + (noise * np.sqrt(wanted / max(power, 1e-20))).astype(np.float32)
