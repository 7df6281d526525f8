"""Conditioning of a waveform: silence, noise, level, length."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from source.audio.conditioning import loudest_start, normalise_level, reduce_noise, trim_bounds
from tests.support.voice import RATE_HZ, spoken

VOICE = spoken(3)
ODD = {
    "nothing": np.zeros(0, np.float32),
    "one sample": np.ones(1, np.float32),
    "silence": np.zeros(RATE_HZ, np.float32),
    "nearly silence": np.full(RATE_HZ, 1e-30, np.float32),
    "short": VOICE[:500],
    "a click": np.eye(1, RATE_HZ, 5000, dtype=np.float32)[0],
}


def noise(seconds, level=0.0):
    return (level * np.random.default_rng(0).normal(size=round(seconds * RATE_HZ))).astype(np.float32)


def rms(waveform):
    return float(np.sqrt(np.mean(np.square(waveform, dtype=np.float64))))


@given(st.sampled_from([0.0, 1e-4]), st.floats(0.01, 1))
@settings(deadline=None, max_examples=10)
def test_silence_around_is_trimmed_but_for_a_tenth_of_a_second(hiss, gain):
    waveform = gain * np.concatenate([noise(1.5, hiss), VOICE, noise(0.8, hiss)])
    start, end = trim_bounds(waveform, RATE_HZ)
    alone = trim_bounds(VOICE, RATE_HZ)
    assert 1.5 - 0.1 - 0.02 <= start / RATE_HZ <= 1.5
    assert 1.5 * RATE_HZ + alone[1] <= end <= (1.5 + 3 + 0.12) * RATE_HZ


def test_pauses_inside_stay():
    start, end = trim_bounds(np.concatenate([VOICE, noise(2), VOICE]), RATE_HZ)
    assert end - start > 7.5 * RATE_HZ


def test_the_threshold_of_silence_is_an_argument():
    faint = np.concatenate([0.05 * VOICE, VOICE])  # 26 dB under it
    assert trim_bounds(faint, RATE_HZ)[0] < 0.3 * RATE_HZ
    assert trim_bounds(faint, RATE_HZ, below_db=15)[0] > 2.5 * RATE_HZ


def test_pure_silence_is_kept_whole():
    assert trim_bounds(ODD["silence"], RATE_HZ) == (0, RATE_HZ)


@given(st.floats(0.02, 2))
@settings(deadline=None, max_examples=10)
def test_the_microphones_gain_has_no_influence(gain):
    scaled = normalise_level(np.float32(gain) * VOICE)
    np.testing.assert_allclose(scaled, normalise_level(VOICE), rtol=1e-4, atol=1e-6)


def test_silence_around_has_no_influence_on_the_level():
    padded = normalise_level(np.concatenate([noise(5), VOICE, noise(5)]))
    np.testing.assert_allclose(padded[5 * RATE_HZ : -5 * RATE_HZ], normalise_level(VOICE), rtol=1e-4)


def test_the_level_is_the_target():
    steady = noise(2, 0.3)
    for target in (-26.0, -12.0):
        assert 20 * np.log10(rms(normalise_level(steady, target))) == pytest.approx(target, abs=0.01)


def test_hiss_is_not_raised_to_a_voices_level():
    assert rms(normalise_level(noise(2, 1e-5))) == pytest.approx(1e-3, rel=0.05)
    assert not normalise_level(ODD["silence"]).any()


def snr_db(waveform):
    return 20 * np.log10(rms(VOICE) / rms(waveform - VOICE))


@pytest.mark.parametrize("padding_seconds", [0, 3])
def test_stationary_noise_is_reduced_also_between_zeros(padding_seconds):
    noisy = VOICE + noise(3, rms(VOICE) * 10 ** (-10 / 20))
    assert snr_db(noisy) == pytest.approx(10, abs=0.1)
    padding = noise(padding_seconds)
    cleaned = reduce_noise(np.concatenate([padding, noisy, padding]), RATE_HZ)
    assert cleaned.dtype == np.float32 and len(cleaned) == len(noisy) + 2 * len(padding)
    assert snr_db(cleaned[len(padding) : len(padding) + len(noisy)]) > 13


def test_a_hum_is_reduced():
    hum = 0.05 * np.sin(2 * np.pi * 50 * np.arange(len(VOICE)) / RATE_HZ).astype(np.float32)
    assert snr_db(reduce_noise(VOICE + hum, RATE_HZ)) > snr_db(VOICE + hum) + 3


def test_a_clean_voice_stays_as_it_is():
    assert snr_db(reduce_noise(VOICE, RATE_HZ)) > 20


@pytest.mark.parametrize("name", ODD)
@pytest.mark.filterwarnings("error")
def test_odd_waveforms_break_nothing(name):
    waveform = ODD[name]
    before = waveform.copy()
    for changed in (reduce_noise(waveform, RATE_HZ), normalise_level(waveform)):
        assert len(changed) == len(waveform) and changed.dtype == np.float32 and np.isfinite(changed).all()
    start, end = trim_bounds(waveform, RATE_HZ)
    assert 0 <= start <= end <= len(waveform)
    np.testing.assert_array_equal(waveform, before)


def test_the_loudest_part_is_found_and_the_middle_of_equals():
    waveform = np.concatenate([noise(2, 0.01), VOICE, noise(4, 0.01)])
    start = loudest_start(waveform, len(VOICE))
    assert rms(waveform[start : start + len(VOICE)]) >= rms(VOICE) * 0.999
    assert loudest_start(ODD["silence"], 100) == (RATE_HZ - 100) // 2
