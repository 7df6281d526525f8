"""The waveform and the spectrogram of a recording that its figure is drawn from."""

import numpy as np
import pytest

from source.audio.mfcc import band_centres_hz
from source.audio.results.overview import MOST_COLUMNS, PARTS, Overview
from source.audio.settings import AudioSettings

RATE = 16_000
SETTINGS = AudioSettings()


def overview_of(samples, block=5000):
    overview = Overview(SETTINGS)
    for start in range(0, len(samples), block):
        overview.add(samples[start : start + block])
    overview.finish()
    return overview


def test_the_waveform_is_kept():
    samples = np.random.default_rng(0).normal(size=5000).astype(np.float32)
    overview = overview_of(samples)
    assert len(overview.spectrum) == 20 and overview.edges_seconds[[0, -1]].tolist() == [0, 5000 / RATE]
    whole = samples[: 19 * 256].reshape(-1, 256 // PARTS)
    np.testing.assert_array_equal(overview.highest[: len(whole)], whole.max(1))
    np.testing.assert_array_equal(overview.lowest[: len(whole)], whole.min(1))
    assert overview.highest[len(whole) :].max() == samples[19 * 256 :].max()


def test_a_tone_is_drawn_at_its_frequency():
    overview = overview_of(np.sin(np.arange(RATE) * 2 * np.pi * 2000 / RATE).astype(np.float32))
    loudest = overview.spectrum.mean(0).argmax()
    assert band_centres_hz(SETTINGS)[loudest] == pytest.approx(2000, rel=0.05)


def test_a_long_recording_needs_no_more_columns(monkeypatch):
    monkeypatch.setattr("source.audio.results.overview.MOST_COLUMNS", 16)
    samples = np.random.default_rng(0).normal(size=256 * 100 + 3).astype(np.float32) * np.linspace(0, 1, 25_603)
    overview, small = overview_of(samples.astype(np.float32)), overview_of(samples.astype(np.float32), block=300)
    assert overview.column_samples == 256 * 8 and len(overview.spectrum) == 13
    assert len(overview.edges_seconds) == 14 and (np.diff(overview.edges_seconds) > 0).all()
    assert overview.highest.max() == pytest.approx(samples.max())
    assert overview.lowest.min() == pytest.approx(samples.min())
    np.testing.assert_array_equal(overview.highest, small.highest)  # however it arrives
    assert np.abs(overview.spectrum - small.spectrum).mean() < 3  # dB; frames at the blocks' edges see less
    louder = overview.spectrum.mean(1)[1:-1]
    assert (np.diff(louder) > 0).mean() > 0.8
    assert MOST_COLUMNS % 2 == 0
