"""What lies between a voice and a file: each part does to the sound what it says, and keeps its length."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from source.audio.channels import (
    CODECS,
    after_the_microphone,
    before_the_microphone,
    by_codec,
    by_telephone,
    in_room,
    room_response,
    tilt,
)
from tests.support.voice import spoken

RATE = 16_000
few = settings(deadline=None, max_examples=8)


def power(waveform, low_hz, high_hz, rate_hz=RATE):
    spectrum = np.abs(np.fft.rfft(waveform.astype(np.float64))) ** 2
    hertz = np.fft.rfftfreq(len(waveform), 1 / rate_hz)
    return spectrum[(hertz >= low_hz) & (hertz < high_hz)].sum()


def white(seconds=1.0, seed=0):
    return (0.1 * np.random.default_rng(seed).normal(size=round(seconds * RATE))).astype(np.float32)


def lag_samples(one, other):
    size = 2 * len(one)
    return int(
        (np.fft.fftshift(np.fft.irfft(np.fft.rfft(one, size) * np.conj(np.fft.rfft(other, size))))).argmax()
    ) - len(one)


@pytest.mark.parametrize("rate_hz", [8_000, 16_000, 44_100])
def test_any_waveform_keeps_its_length_and_stays_finite_and_within_full_scale(rate_hz):
    waves = [np.zeros(3000, np.float32), *(spoken(1.0)[:n] for n in (1, 100, 5001)), np.sign(spoken(0.3)) * 3]
    for wave, seed in product(waves, range(8)):
        rng = np.random.default_rng(seed)
        heard = before_the_microphone(wave, rate_hz, rng)
        made = after_the_microphone(heard, rate_hz, rng)
        assert len(heard) == len(made) == len(wave) and heard.dtype == made.dtype == np.float32
        assert np.isfinite(made).all() and np.abs(made).max(initial=0) < 2  # a filter or codec may swing over
        again = np.random.default_rng(seed)
        np.testing.assert_array_equal(
            made, after_the_microphone(before_the_microphone(wave, rate_hz, again), rate_hz, again)
        )


@given(st.integers(0, 999))
@few
def test_a_room_is_the_direct_sound_and_a_decay_as_long_as_its_reverberation(seed):
    response = room_response(RATE, np.random.default_rng(seed)).astype(np.float64)
    rt60_seconds, direct_db = np.random.default_rng(seed).uniform([0.15, -6], [0.9, 12])
    late = response.copy()
    late[0] -= 1
    assert -10 * np.log10(np.square(late).sum()) == pytest.approx(direct_db, abs=0.1)
    energy_left_db = 10 * np.log10(np.cumsum(np.square(late)[::-1])[::-1] / np.square(late).sum())  # Schroeder 1965
    times = [np.flatnonzero(energy_left_db < below)[0] / RATE for below in (-5, -25)]
    assert 3 * (times[1] - times[0]) == pytest.approx(rt60_seconds, rel=0.25)


def test_in_a_room_a_click_lasts_and_its_loudness_stays():
    click = np.zeros(RATE, np.float32)
    click[100] = 0.5
    wet = in_room(click, room_response(RATE, np.random.default_rng(3)))
    assert np.abs(wet[:100]).max() < 1e-6 and np.abs(wet[1000:]).max() > 1e-4
    assert np.linalg.norm(wet) == pytest.approx(np.linalg.norm(click), rel=1e-4)


@pytest.mark.parametrize("high_db", [-9.0, 6.0])
def test_a_tilt_changes_high_frequencies_alone(high_db):
    before = white()
    after = tilt(before, 1000, high_db, RATE)
    assert 10 * np.log10(power(after, 6000, 8000) / power(before, 6000, 8000)) == pytest.approx(high_db, abs=1)
    assert 10 * np.log10(power(after, 20, 200) / power(before, 20, 200)) == pytest.approx(0, abs=1)


def test_a_telephone_leaves_its_band_and_the_noise_of_eight_bits():
    heard = by_telephone(white(), RATE)
    assert power(heard, 4000, 8000) < 0.003 * power(heard, 300, 3400) > 10 * power(heard, 0, 150)
    tone = (0.3 * np.sin(2 * np.pi * 1000 * np.arange(RATE) / RATE)).astype(np.float32)
    heard = by_telephone(tone, RATE)[1000:-1000]
    noise_share = 1 - power(heard, 980, 1020) / power(heard, 0, 8000)
    assert 1e-5 < noise_share < 1e-3  # about 38 dB, whatever the level: G.711


@pytest.mark.parametrize(("encoder", "bits"), [(name, bits) for name, (*_, rates) in CODECS.items() for bits in rates])
def test_a_codec_changes_the_sound_shifts_nothing_and_costs_more_at_fewer_bits(encoder, bits):
    voice = spoken(1.5)
    heard = by_codec(voice, encoder, bits, RATE)
    alike = np.corrcoef(voice, heard)[0, 1]
    assert abs(lag_samples(heard, voice)) <= 8 and 0.5 < alike < 0.9999
    other = by_codec(voice, encoder, bits, RATE)
    np.testing.assert_array_equal(heard, other)


def test_levels_are_those_of_far_and_near_and_a_few_are_clipped():
    voice, peaks = spoken(0.4)[:3000], []
    for seed in range(120):
        peaks.append(np.abs(after_the_microphone(voice, RATE, np.random.default_rng(seed))).max())
    peaks_db = 20 * np.log10(peaks)
    assert -30 < min(peaks_db) < -20 and max(peaks_db) > -1
