"""Offline augmentation: copies of a clip with another speed, pitch, level and noise."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from source.audio.perturbation import add_noise, change_speed, perturb, perturbed_copies, shift_pitch
from tests.support.toy import AUDIO
from tests.support.voice import spoken

RATE = 16_000
few = settings(deadline=None, max_examples=8)


def tone(hertz=500.0):
    return (0.3 * np.sin(2 * np.pi * hertz * np.arange(RATE) / RATE)).astype(np.float32)


def peak_hz(waveform):
    spectrum = np.abs(np.fft.rfft(waveform * np.hanning(len(waveform)), 131_072))
    return spectrum.argmax() * RATE / 131_072


@given(st.floats(0.8, 1.5))
@few
def test_speed_changes_length_and_pitch_by_its_ratio(speed):
    faster = change_speed(tone(), speed, RATE)
    assert len(faster) == pytest.approx(RATE / speed, abs=2)
    assert peak_hz(faster) == pytest.approx(500 * speed, rel=0.003)


@given(st.floats(-4, 4), st.sampled_from([220.0, 500.0, 1500.0]))
@few
def test_pitch_moves_by_semitones_and_the_length_stays(semitones, hertz):
    shifted = shift_pitch(tone(hertz), semitones, RATE)
    assert len(shifted) == pytest.approx(RATE, rel=0.01)
    assert peak_hz(shifted) == pytest.approx(hertz * 2 ** (semitones / 12), rel=0.01)


@given(st.floats(-5, 35), st.integers(0, 99))
@few
def test_noise_has_the_signal_to_noise_ratio(snr_db, seed):
    voice = spoken(1.0)
    noise = add_noise(voice, snr_db, np.random.default_rng(seed)) - voice
    measured = 10 * np.log10(np.mean(voice.astype(float) ** 2) / np.mean(noise.astype(float) ** 2))
    assert measured == pytest.approx(snr_db, abs=0.5)


@pytest.mark.parametrize("samples", [1, 2, 100, 511, 512, 5000])
def test_silence_and_scraps_stay_finite(samples):
    settings = replace(AUDIO, augmented_copies=5, pitch_shift_semitones=3.0, channel_share=1.0)
    for waveform in (np.zeros(samples, np.float32), spoken(1.0)[:samples]):
        for copy in perturbed_copies(waveform, Path("a.wav"), settings):
            assert copy.dtype == np.float32 and len(copy) and np.isfinite(copy).all()
            assert waveform.any() or not copy.any()


SETTINGS = ["speed_perturbation", "pitch_shift_semitones", "gain_perturbation_db", "channel_share"]


@pytest.mark.parametrize("setting", SETTINGS)
def test_every_setting_changes_the_copy_and_zero_leaves_it(setting):
    off = {"speed_perturbation": 0.0, "pitch_shift_semitones": 0.0, "gain_perturbation_db": 0.0, "noise_snr_db": 150.0,
           "channel_share": 0.0}  # fmt: skip
    voice = spoken(0.5)
    same, changed = (
        perturb(voice, replace(AUDIO, **(off | {setting: value})), np.random.default_rng(1))
        for value in (0.0, getattr(AUDIO, setting))
    )
    np.testing.assert_allclose(same, voice, atol=1e-4)
    assert len(changed) != len(voice) or np.abs(changed - voice).max() > 0.01


def test_a_setting_is_the_largest_change_either_way():
    settings = replace(AUDIO, speed_perturbation=0.2, pitch_shift_semitones=0.0, channel_share=0.0)
    lengths = [len(perturb(spoken(0.3), settings, np.random.default_rng(seed))) / 4800 for seed in range(60)]
    assert 1 / 1.2 - 0.01 < min(lengths) < 0.9 and 1.12 < max(lengths) < 1 / 0.8 + 0.01


def test_a_share_of_the_copies_goes_through_a_channel_and_the_others_are_as_without():
    voice = spoken(0.4)[:2000]
    without, some, all_of_them = (
        list(perturbed_copies(voice, Path("a.wav"), replace(AUDIO, augmented_copies=16, channel_share=share)))
        for share in (0.0, 0.6, 1.0)
    )
    assert [len(copy) for copy in without] == [len(copy) for copy in some] == [len(copy) for copy in all_of_them]
    as_without = [np.array_equal(copy, other) for copy, other in zip(some, without, strict=True)]
    as_all = [np.array_equal(copy, other) for copy, other in zip(some, all_of_them, strict=True)]
    assert as_all == [not same for same in as_without] and 3 < sum(as_all) < 15
