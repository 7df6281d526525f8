"""What is done to a waveform before its features: silence, noise, level, length."""

import numpy as np
import pytest

from source.audio.conditioning import denoised, fitted, levelled, trim_bounds
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


def quiet(seconds, level=0.0):
    return (level * np.random.default_rng(0).normal(size=round(seconds * RATE_HZ))).astype(np.float32)


def rms(waveform):
    return float(np.sqrt(np.mean(np.square(waveform, dtype=np.float64))))


# --- Silence around ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("hiss", [0.0, 1e-4])
@pytest.mark.parametrize("gain", [1.0, 0.01])
def test_silence_around_is_trimmed_but_a_tenth_of_a_second(hiss, gain):
    waveform = gain * np.concatenate([quiet(1.5, hiss), VOICE, quiet(0.8, hiss)])
    start, end = trim_bounds(waveform, RATE_HZ)
    alone = trim_bounds(VOICE, RATE_HZ)
    assert 1.5 - 0.1 - 0.02 <= start / RATE_HZ <= 1.5
    assert 1.5 * RATE_HZ + alone[1] <= end <= (1.5 + 3 + 0.12) * RATE_HZ


def test_pauses_inside_stay():
    waveform = np.concatenate([VOICE, quiet(2), VOICE])
    start, end = trim_bounds(waveform, RATE_HZ)
    assert end - start > 7.5 * RATE_HZ


def test_how_faint_is_silence_can_be_said():
    faint = np.concatenate([0.05 * VOICE, VOICE])  # 26 dB under it
    assert (
        trim_bounds(faint, RATE_HZ)[0] < 0.3 * RATE_HZ and trim_bounds(faint, RATE_HZ, below_db=15)[0] > 2.5 * RATE_HZ
    )


def test_pure_silence_is_kept_whole():
    assert trim_bounds(ODD["silence"], RATE_HZ) == (0, RATE_HZ)


# --- Level -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("gain", [2.0, 0.1, 0.02])
def test_the_microphone_has_no_say(gain):
    np.testing.assert_allclose(levelled(np.float32(gain) * VOICE), levelled(VOICE), rtol=1e-4, atol=1e-6)


def test_silence_around_has_no_say():
    around = levelled(np.concatenate([quiet(5), VOICE, quiet(5)]))
    np.testing.assert_allclose(around[5 * RATE_HZ : -5 * RATE_HZ], levelled(VOICE), rtol=1e-4)


def test_the_level_is_the_one_asked_for():
    steady = quiet(2, 0.3)
    for target in (-26.0, -12.0):
        assert 20 * np.log10(rms(levelled(steady, target))) == pytest.approx(target, abs=0.01)


def test_hiss_does_not_become_a_scream():
    assert rms(levelled(quiet(2, 1e-5))) == pytest.approx(1e-3, rel=0.05)
    assert not levelled(ODD["silence"]).any()


# --- Noise -------------------------------------------------------------------------------------------------------


def signal_to_noise_db(waveform):
    return 20 * np.log10(rms(VOICE) / rms(waveform - VOICE))


def test_steady_noise_is_reduced():
    noisy = VOICE + quiet(3, rms(VOICE) * 10 ** (-10 / 20))
    assert signal_to_noise_db(noisy) == pytest.approx(10, abs=0.1)
    cleaned = denoised(noisy, RATE_HZ)
    assert cleaned.dtype == np.float32 and len(cleaned) == len(noisy)
    assert signal_to_noise_db(cleaned) > 13


def test_a_hum_is_reduced():
    hum = 0.05 * np.sin(2 * np.pi * 50 * np.arange(len(VOICE)) / RATE_HZ).astype(np.float32)
    assert signal_to_noise_db(denoised(VOICE + hum, RATE_HZ)) > signal_to_noise_db(VOICE + hum) + 3


def test_a_clean_voice_stays_as_it_is():
    assert signal_to_noise_db(denoised(VOICE, RATE_HZ)) > 20


def test_zeros_around_do_not_hide_the_noise():
    noisy = VOICE + quiet(3, rms(VOICE) * 10 ** (-10 / 20))
    padded = denoised(np.concatenate([quiet(3), noisy, quiet(3)]), RATE_HZ)
    assert signal_to_noise_db(padded[3 * RATE_HZ : -3 * RATE_HZ]) > 13


@pytest.mark.parametrize("name", ODD)
@pytest.mark.filterwarnings("error")
def test_odd_waveforms_break_nothing(name):
    waveform = ODD[name]
    before = waveform.copy()
    for changed in (denoised(waveform, RATE_HZ), levelled(waveform)):
        assert len(changed) == len(waveform) and changed.dtype == np.float32 and np.isfinite(changed).all()
    start, end = trim_bounds(waveform, RATE_HZ)
    assert 0 <= start <= end <= len(waveform)
    assert len(fitted(waveform, 4000).waveform) == 4000
    np.testing.assert_array_equal(waveform, before)


# --- Length ------------------------------------------------------------------------------------------------------


def test_a_shorter_one_is_centred_and_masked():
    voice = np.arange(1, 6, dtype=np.float32)
    done = fitted(voice, 10)
    np.testing.assert_array_equal(done.waveform, [0, 0, 1, 2, 3, 4, 5, 0, 0, 0])
    assert (done.start, done.end, done.left_out) == (2, 7, 0)
    np.testing.assert_array_equal(done.waveform[done.mask], voice)
    assert done.waveform.dtype == np.float32 and done.mask.sum() == 5


def test_one_that_fits_is_untouched():
    done = fitted(VOICE, len(VOICE))
    np.testing.assert_array_equal(done.waveform, VOICE)
    assert done.mask.all() and done.left_out == 0


def test_of_a_longer_one_the_loudest_stretch_is_taken_and_told():
    waveform = np.concatenate([quiet(2, 0.01), VOICE, quiet(4, 0.01)])
    done = fitted(waveform, len(VOICE))
    assert done.left_out == 6 * RATE_HZ and (done.start, done.end) == (0, len(VOICE))
    assert rms(done.waveform) >= rms(VOICE) * 0.999
    assert fitted(ODD["silence"], 100).left_out == RATE_HZ - 100


@pytest.mark.parametrize("samples", [len(VOICE) // 2, len(VOICE) * 2])
def test_the_place_can_be_drawn(samples):
    draws = [fitted(VOICE, samples, np.random.default_rng(seed)) for seed in (0, 0, 1)]
    np.testing.assert_array_equal(draws[0].waveform, draws[1].waveform)
    assert not np.array_equal(draws[0].waveform, draws[2].waveform)
    if samples > len(VOICE):
        np.testing.assert_array_equal(draws[2].waveform[draws[2].mask], VOICE)
