"""A waveform's MFCC and their first and second differences over time, equal to librosa's.

Torchaudio computes the coefficients: librosa's first call compiles for seconds. Each call sees one clip and knows of no
other: the floor of 80 dB below the loudest moment is that clip's own.
"""

from functools import lru_cache

import numpy as np

from ..core.threads import one_thread
from .settings import AudioSettings
from .torchaudio_import import torchaudio

DIFFERENCE_FRAMES = 9  # that a difference looks at; librosa's default
DYNAMIC_RANGE_DB = 80.0  # what is fainter counts as this much below the loudest; torchaudio's and librosa's default


def mfcc(waveform: np.ndarray, settings: AudioSettings) -> np.ndarray:
    """`waveform` (samples,) float32 of any length -> (frames, 3 * coefficients) float32.

    First the coefficients, then their first, then their second differences (librosa.feature.delta, mode="nearest").
    """
    from scipy.signal import savgol_filter

    transform = _mfcc(*_mel_settings(settings), settings.coefficients)
    values = _transformed(transform, waveform)
    differences = [
        savgol_filter(values, DIFFERENCE_FRAMES, polyorder=order, deriv=order, axis=0, mode="nearest")
        for order in (1, 2)
    ]
    return np.concatenate([values, *differences], axis=1, dtype=np.float32)


def melspectrogram(waveform: np.ndarray, settings: AudioSettings) -> np.ndarray:
    """`waveform` (samples,) float32 of any length -> (frames, mel_bands) float32 in dB, for pictures."""
    return _transformed(_mel_in_db(*_mel_settings(settings)), waveform)


def frames_of(samples: int, settings: AudioSettings) -> int:
    """How many frames a waveform of so many samples has; frame i is centred on sample i * hop_samples."""
    return 1 + samples // settings.hop_samples


def _mel_settings(settings):
    return settings.sample_rate_hz, settings.mel_bands, settings.fft_samples, settings.hop_samples


@lru_cache(maxsize=8)
def _mfcc(rate_hz, bands, fft, hop, coefficients):
    mel = _mel_arguments(bands, fft, hop)
    return torchaudio().transforms.MFCC(rate_hz, coefficients, melkwargs=mel)


@lru_cache(maxsize=8)
def _mel_in_db(rate_hz, bands, fft, hop):
    import torch

    transforms = torchaudio().transforms
    mel = transforms.MelSpectrogram(rate_hz, **_mel_arguments(bands, fft, hop))
    return torch.nn.Sequential(mel, transforms.AmplitudeToDB("power", DYNAMIC_RANGE_DB))


def _mel_arguments(bands, fft, hop):
    """librosa's ways, where torchaudio's own differ."""
    librosa = {"norm": "slaney", "mel_scale": "slaney", "pad_mode": "constant"}
    return {"n_fft": fft, "hop_length": hop, "n_mels": bands} | librosa


def _transformed(transform, waveform):
    """(samples,) -> (frames, values) float32. A waveform of no samples is one silent frame."""
    import torch

    samples = np.ascontiguousarray(waveform if len(waveform) else np.zeros(1), np.float32)
    with torch.inference_mode(), one_thread():
        return transform(torch.from_numpy(samples)[None])[0].T.contiguous().numpy()
