"""MFCC with their first and second differences over time, and mel spectrograms.

Torchaudio computes both, with the arguments that make them equal to librosa's, but sooner: librosa's first call loads
numba's compiled code, or compiles for half a minute where none is cached. Each clip is transformed by itself: the floor
of 80 dB is below its own loudest moment.
"""

from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from ..core.threads import one_thread
from .settings import AudioSettings

if TYPE_CHECKING:
    from torch import nn

DIFFERENCE_FRAMES = 9  # that a difference is fitted over; librosa's default
DYNAMIC_RANGE_DB = 80.0  # fainter values are raised to this far below the loudest; torchaudio's and librosa's default
LIKE_LIBROSA: dict[str, Any] = {"norm": "slaney", "mel_scale": "slaney", "pad_mode": "constant"}


def mfcc(waveform: np.ndarray, settings: AudioSettings) -> np.ndarray:
    """Return the MFCC of `waveform` (samples,) float32 and their differences: (frames, 3 * coefficients) float32.

    The coefficients come first, then their first, then their second differences (librosa.feature.delta,
    mode="nearest"). Frame i is centred on sample i * hop_samples.
    """
    from scipy.signal import savgol_filter

    values = _transform(_transforms(settings)["mfcc"], waveform)
    differences = [
        np.asarray(savgol_filter(values, DIFFERENCE_FRAMES, polyorder=order, deriv=order, axis=0, mode="nearest"))
        for order in (1, 2)
    ]
    return np.concatenate([values, *differences], axis=1, dtype=np.float32)


def melspectrogram(waveform: np.ndarray, settings: AudioSettings) -> np.ndarray:
    """Return the mel spectrogram of `waveform` (samples,) float32 in dB: (frames, mel_bands) float32."""
    return _transform(_transforms(settings)["decibels"], waveform)


def band_centres_hz(settings: AudioSettings) -> np.ndarray:
    """Return the frequency at which each mel band's filter peaks, to half a hertz: (mel_bands,)."""
    from .torchaudio_import import torchaudio

    rate_hz = settings.sample_rate_hz
    filters = torchaudio.functional.melscale_fbanks(
        rate_hz + 1, 0, rate_hz / 2, settings.mel_bands, rate_hz, mel_scale=LIKE_LIBROSA["mel_scale"]
    )
    return filters.argmax(0).numpy() / 2


@lru_cache(maxsize=8)
def _transforms(settings: AudioSettings) -> "dict[str, nn.Module]":
    from torch import nn

    from .torchaudio_import import torchaudio

    rate_hz, make = settings.sample_rate_hz, torchaudio.transforms
    mel = {"n_fft": settings.fft_samples, "hop_length": settings.hop_samples, "n_mels": settings.mel_bands}
    mel |= LIKE_LIBROSA
    decibels = nn.Sequential(make.MelSpectrogram(rate_hz, **mel), make.AmplitudeToDB("power", DYNAMIC_RANGE_DB))
    return {"mfcc": make.MFCC(rate_hz, settings.coefficients, melkwargs=mel), "decibels": decibels}


def _transform(transform: "nn.Module", waveform: np.ndarray) -> np.ndarray:
    """Return (frames, values) float32. A waveform without samples counts as one silent sample."""
    import torch

    samples = np.ascontiguousarray(waveform if len(waveform) else np.zeros(1), np.float32)
    with torch.inference_mode(), one_thread():
        return transform(torch.from_numpy(samples)[None])[0].T.contiguous().numpy()
