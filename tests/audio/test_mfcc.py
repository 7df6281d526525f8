"""MFCC and mel spectrograms, equal to librosa's; torchaudio without its compiled extension."""

import subprocess
import sys
import warnings
from dataclasses import replace

import numpy as np
import pytest

from source.audio.mfcc import band_centres_hz, melspectrogram, mfcc
from source.audio.settings import AudioSettings
from source.core import config
from tests.support.voice import RATE_HZ, spoken

SETTINGS = AudioSettings(encoder="none", use_mfcc=True)
NOISE = np.random.default_rng(0).normal(0, 0.1, 2 * RATE_HZ).astype(np.float32)
T = np.arange(2 * RATE_HZ) / RATE_HZ
WAVEFORMS = {
    "noise": NOISE,
    "chirp": (0.3 * np.sin(2 * np.pi * (100 * T + 400 * T**2)) * (T % 0.5 < 0.3)).astype(np.float32),
    "voice": spoken(2),
    "silence": np.zeros(RATE_HZ, np.float32),
    "faint": NOISE * np.float32(1e-4),
    "half silent": np.concatenate([np.zeros(8000, np.float32), NOISE[:8000]]),
    "one sample": np.ones(1, np.float32),
    "shorter than a window": NOISE[:300],
    "odd": NOISE[:12_345],
}


def by_librosa(waveform, settings):
    import librosa

    sizes = {"n_fft": settings.fft_samples, "hop_length": settings.hop_samples, "n_mels": settings.mel_bands}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that a waveform is shorter than the window
        values = librosa.feature.mfcc(y=waveform, sr=settings.sample_rate_hz, n_mfcc=settings.coefficients, **sizes)
    return np.concatenate([values, *(librosa.feature.delta(values, mode="nearest", order=order) for order in (1, 2))]).T


@pytest.mark.slow  # librosa's first call may compile for half a minute
@pytest.mark.parametrize("changes", [
    {}, {"coefficients": 13}, {"mel_bands": 40}, {"fft_samples": 1024}, {"hop_samples": 160},
    {"sample_rate_hz": 22_050},
], ids=str)  # fmt: skip
def test_equal_to_librosa(changes):
    import librosa

    settings = replace(SETTINGS, **changes)
    for waveform in WAVEFORMS.values():
        values, expected = mfcc(waveform, settings), by_librosa(waveform, settings)
        assert values.dtype == np.float32 and values.shape == expected.shape
        np.testing.assert_allclose(values, expected, atol=1e-3)
    centres = librosa.mel_frequencies(settings.mel_bands + 2, fmax=settings.sample_rate_hz / 2)[1:-1]
    np.testing.assert_allclose(band_centres_hz(settings), centres, atol=0.5)
    sizes = {"n_fft": settings.fft_samples, "hop_length": settings.hop_samples, "n_mels": settings.mel_bands}
    mel = librosa.feature.melspectrogram(y=NOISE, sr=settings.sample_rate_hz, **sizes)
    np.testing.assert_allclose(melspectrogram(NOISE, settings), librosa.power_to_db(mel).T, atol=1e-2)


@pytest.mark.parametrize("name", WAVEFORMS)
def test_any_waveform_gives_a_finite_vector_each_hop(name):
    values = mfcc(WAVEFORMS[name], SETTINGS)
    assert values.dtype == np.float32 and np.isfinite(values).all()
    assert values.shape == (1 + len(WAVEFORMS[name]) // SETTINGS.hop_samples, 3 * SETTINGS.coefficients)


def test_no_samples_are_one_silent_frame():
    np.testing.assert_allclose(mfcc(np.zeros(0, np.float32), SETTINGS), mfcc(np.zeros(1, np.float32), SETTINGS))
    assert len(mfcc(np.zeros(0, np.float32), SETTINGS)) == 1


def test_clips_do_not_know_of_each_other():
    alone = mfcc(WAVEFORMS["faint"], SETTINGS)
    mfcc(100 * NOISE, SETTINGS)
    np.testing.assert_array_equal(mfcc(WAVEFORMS["faint"], SETTINGS), alone)


def test_the_spectrogram_shows_a_tone_in_its_band():
    tone = (0.5 * np.sin(2 * np.pi * 1000 * T)).astype(np.float32)
    decibels = melspectrogram(tone, SETTINGS)
    assert decibels.shape == (1 + len(tone) // SETTINGS.hop_samples, SETTINGS.mel_bands)
    assert band_centres_hz(SETTINGS)[decibels[60].argmax()] == pytest.approx(1000, abs=60)
    assert decibels.max() - decibels.min() <= 80.01


def test_one_thread_and_then_as_many_as_before():
    import torch

    before = torch.get_num_threads()
    seen = []
    kept = torch.stft
    try:
        torch.set_num_threads(2)
        torch.stft = lambda *words, **options: (seen.append(torch.get_num_threads()), kept(*words, **options))[1]
        mfcc(NOISE, SETTINGS)
        assert set(seen) == {1} and torch.get_num_threads() == 2
    finally:
        torch.stft = kept
        torch.set_num_threads(before)


@pytest.mark.slow
def test_torchaudio_is_imported_where_its_extension_does_not_load():
    """In a process of its own, whose torch loads no library."""
    code = """
import torch
def load_library(path):
    raise OSError("libc10_cuda.so: cannot open shared object file")
torch.ops.load_library = load_library
from source.audio.torchaudio_import import torchaudio
assert not torchaudio._extension._IS_TORCHAUDIO_EXT_AVAILABLE
assert torchaudio.transforms.MFCC()(torch.zeros(1, 4000)).shape == (1, 40, 21)
"""
    subprocess.run([sys.executable, "-c", code], cwd=config.ROOT, check=True)


@pytest.mark.slow
def test_importing_is_light():
    code = "import sys, source.audio.mfcc; print(*{'torch', 'torchaudio', 'librosa', 'scipy'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], cwd=config.ROOT, check=True, capture_output=True, text=True)
    assert done.stdout.strip() == ""
