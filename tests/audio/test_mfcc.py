"""MFCC and their differences against librosa; torchaudio with and without its compiled extension."""

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

CONFIG = AudioSettings(encoder="none", use_mfcc=True)
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


@pytest.mark.parametrize("name", WAVEFORMS)
def test_equal_to_librosa(name):
    found, expected = mfcc(WAVEFORMS[name], CONFIG), by_librosa(WAVEFORMS[name], CONFIG)
    assert found.dtype == np.float32 and found.shape == (1 + len(WAVEFORMS[name]) // CONFIG.hop_samples, 120)
    np.testing.assert_allclose(found, expected, atol=1e-3)


@pytest.mark.parametrize("changes", [
    {"coefficients": 13}, {"mel_bands": 40}, {"fft_samples": 1024}, {"hop_samples": 160}, {"sample_rate_hz": 22_050},
])  # fmt: skip
def test_every_setting_counts(changes):
    settings = replace(CONFIG, **changes)
    found = mfcc(NOISE, settings)
    np.testing.assert_allclose(found, by_librosa(NOISE, settings), atol=1e-3)
    usual = mfcc(NOISE, CONFIG)
    assert found.shape != usual.shape or not np.allclose(found, usual)


def test_no_samples_are_one_silent_frame():
    np.testing.assert_allclose(mfcc(np.zeros(0, np.float32), CONFIG), mfcc(np.zeros(1, np.float32), CONFIG))
    assert len(mfcc(np.zeros(0, np.float32), CONFIG)) == 1


def test_clips_do_not_know_of_each_other():
    alone = mfcc(WAVEFORMS["faint"], CONFIG)
    mfcc(100 * NOISE, CONFIG)
    np.testing.assert_array_equal(mfcc(WAVEFORMS["faint"], CONFIG), alone)


def test_the_spectrogram_shows_a_tone_where_it_is():
    import librosa

    tone = (0.5 * np.sin(2 * np.pi * 1000 * T)).astype(np.float32)
    picture = melspectrogram(tone, CONFIG)
    assert picture.shape == (1 + len(tone) // CONFIG.hop_samples, CONFIG.mel_bands) and picture.dtype == np.float32
    centres = librosa.mel_frequencies(CONFIG.mel_bands + 2, fmax=RATE_HZ / 2)[1:-1]
    np.testing.assert_allclose(band_centres_hz(CONFIG), centres, atol=0.5)
    assert centres[picture[60].argmax()] == pytest.approx(1000, abs=60)
    assert picture.max() - picture.min() <= 80.01
    mel = librosa.feature.melspectrogram(y=tone, sr=RATE_HZ, n_fft=512, hop_length=256, n_mels=64)
    np.testing.assert_allclose(picture, librosa.power_to_db(mel).T, atol=1e-2)


def test_one_thread_and_then_as_many_as_before():
    import torch

    before = torch.get_num_threads()
    seen = []
    kept = torch.stft
    try:
        torch.set_num_threads(2)
        torch.stft = lambda *words, **options: (seen.append(torch.get_num_threads()), kept(*words, **options))[1]
        mfcc(NOISE, CONFIG)
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


def test_importing_is_light():
    code = "import sys, source.audio.mfcc; print(*{'torch', 'torchaudio', 'librosa', 'scipy'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], cwd=config.ROOT, check=True, capture_output=True, text=True)
    assert done.stdout.strip() == ""
