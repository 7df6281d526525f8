"""Offline augmentation: copies of a clip with another speed, pitch and level, with noise, and through other channels.

Preprocessing keeps their features in the clip's row of the store; only training draws them.
"""

import zlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from .channels import after_the_microphone, before_the_microphone
from .settings import AudioSettings

NOISE_RANGE_DB = 25.0  # above settings.noise_snr_db
FFT_SAMPLES, HOP_SAMPLES = 512, 128  # of the phase vocoder


def perturbed_copies(waveform: np.ndarray, path: Path, settings: AudioSettings) -> Iterator[np.ndarray]:
    """Yield `settings.augmented_copies` perturbed copies of `waveform` (samples,) float32.

    The random draws are seeded by the name of `path`: the same file gets the same copies.
    """
    for number in range(settings.augmented_copies):
        yield perturb(waveform, settings, np.random.default_rng([zlib.crc32(path.name.encode()), number]))


def perturb(waveform: np.ndarray, settings: AudioSettings, rng: np.random.Generator) -> np.ndarray:
    """Change speed, pitch and gain of `waveform` by random amounts up to the settings', and add noise or not.

    A share of the copies also goes through what lies between a voice and a file (channels.py), with the noise in
    between: it is in the room, too, and on the telephone. The length changes with the speed alone.
    """
    channel = rng.spawn(1)[0]  # draws of its own: those of the others are the same with and without
    has_channel = channel.random() < settings.channel_share
    speed, pitch, gain_db = settings.speed_perturbation, settings.pitch_shift_semitones, settings.gain_perturbation_db
    copy = change_speed(waveform, 1 + rng.uniform(-speed, speed), settings.sample_rate_hz)
    copy = shift_pitch(copy, rng.uniform(-pitch, pitch), settings.sample_rate_hz)
    if has_channel:
        copy = before_the_microphone(copy, settings.sample_rate_hz, channel)
    copy = copy * np.float32(10 ** (rng.uniform(-gain_db, gain_db) / 20))
    if rng.random() < 0.5:
        copy = add_noise(copy, settings.noise_snr_db + rng.uniform(0, NOISE_RANGE_DB), rng)
    if has_channel:
        copy = after_the_microphone(copy, settings.sample_rate_hz, channel)
    return copy.astype(np.float32)


def change_speed(waveform: np.ndarray, speed: float, sample_rate_hz: int) -> np.ndarray:
    """Resample to play `speed` times as fast, and as high: another vocal tract (Ko et al. 2015, Interspeech)."""
    import soxr

    return soxr.resample(waveform, sample_rate_hz * speed, sample_rate_hz)


def shift_pitch(waveform: np.ndarray, semitones: float, sample_rate_hz: int) -> np.ndarray:
    """Shift the pitch at the same speed, by a phase vocoder (Flanagan & Golden 1966) and resampling."""
    import torch

    from .torchaudio_import import torchaudio

    if not semitones or len(waveform) < FFT_SAMPLES:
        return waveform
    ratio, window = 2 ** (semitones / 12), torch.hann_window(FFT_SAMPLES)
    samples = torch.from_numpy(np.ascontiguousarray(waveform))
    spectrum = torch.stft(samples, FFT_SAMPLES, HOP_SAMPLES, window=window, return_complex=True)
    phase_advance = torch.linspace(0, np.pi * HOP_SAMPLES, spectrum.shape[0])[:, None]
    stretched = torchaudio.functional.phase_vocoder(spectrum, 1 / ratio, phase_advance)
    return change_speed(torch.istft(stretched, FFT_SAMPLES, HOP_SAMPLES, window=window).numpy(), ratio, sample_rate_hz)


def add_noise(waveform: np.ndarray, snr_db: float, rng: np.random.Generator) -> np.ndarray:
    """Add noise of a random colour between white and brown, at this signal-to-noise ratio."""
    spectrum = np.fft.rfft(rng.standard_normal(len(waveform)))
    noise = np.fft.irfft(spectrum / np.arange(1, len(spectrum) + 1) ** rng.uniform(0, 1), len(waveform))
    signal_power = np.mean(np.square(waveform, dtype=np.float64))
    gain = np.sqrt(signal_power / 10 ** (snr_db / 10) / max(np.mean(noise**2), 1e-20))
    return waveform + (noise * gain).astype(np.float32)
