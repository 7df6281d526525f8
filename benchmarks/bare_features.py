"""The alternatives: the same features of a voice by the libraries alone, with none of our code around them."""

from collections.abc import Callable
from typing import Any

import numpy as np

from source.audio.settings import AudioSettings

Features = Callable[[np.ndarray], Any]
DIFFERENCE_FRAMES = 9  # librosa's default
WHISPER_FRAME_SAMPLES = 320


def torchaudio_features(settings: AudioSettings) -> Features:
    """Torchaudio's MFCC and scipy's differences: (samples,) float32 -> (frames, 3 * coefficients)."""
    import torch
    from scipy.signal import savgol_filter

    from source.audio.torchaudio_import import torchaudio

    mel = {"n_fft": settings.fft_samples, "hop_length": settings.hop_samples, "n_mels": settings.mel_bands}
    mel |= {"norm": "slaney", "mel_scale": "slaney", "pad_mode": "constant"}
    transform = torchaudio.transforms.MFCC(settings.sample_rate_hz, settings.coefficients, melkwargs=mel)

    def features(waveform):
        with torch.inference_mode():
            values = transform(torch.from_numpy(waveform)).numpy()
        differences = (savgol_filter(values, DIFFERENCE_FRAMES, order, deriv=order, mode="nearest") for order in (1, 2))
        return np.concatenate([values, *differences]).T

    return features


def librosa_features(settings: AudioSettings) -> Features:
    """Librosa's MFCC and differences: (samples,) float32 -> (frames, 3 * coefficients)."""
    import librosa

    sizes = {"n_fft": settings.fft_samples, "hop_length": settings.hop_samples, "n_mels": settings.mel_bands}

    def features(waveform):
        values = librosa.feature.mfcc(y=waveform, sr=settings.sample_rate_hz, n_mfcc=settings.coefficients, **sizes)
        differences = (librosa.feature.delta(values, order=order, mode="nearest") for order in (1, 2))
        return np.concatenate([values, *differences]).T

    return features


def whisper_features(samples: int) -> Features:
    """Whisper's own encoder for waveforms of so many samples at 16 kHz -> its fourth block (1, frames, 768).

    Its weights are random: they cost the same. It refuses what is not as long as its positional embedding, 30 seconds;
    so that is cut to the length.
    """
    import torch
    import whisper

    network = whisper.model.AudioEncoder(80, 1500, 768, 12, 4).eval()
    network.positional_embedding = network.positional_embedding[: samples // WHISPER_FRAME_SAMPLES]

    def features(waveform):
        with torch.inference_mode():
            return network(whisper.log_mel_spectrogram(waveform)[None])

    return features
