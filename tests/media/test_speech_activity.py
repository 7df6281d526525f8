"""Speech in a stream: counted, located in time, never behind the samples."""

import numpy as np
import pytest

from source.media.sound import speech_activity
from source.media.sound.speech_activity import Speech, SpeechDetector, detect_speech
from tests.support.voice import RATE_HZ, LoudIsSpeech


def blocks(samples, length):
    return (samples[start : start + length] for start in range(0, len(samples), length))


@pytest.mark.parametrize("rate", [8000, RATE_HZ, 22_050])
def test_speech_is_counted_to_the_sample(rate):
    speech = Speech(rate)
    flags = np.random.default_rng(0).random(100) < 0.4
    speech.add(flags[:30].astype(float))
    speech.add(flags[30:].astype(float))
    each = rate * 0.032
    assert speech.covered == int(100 * each)
    moment = np.repeat(flags, 1000) / 1000  # a thousandth of a chunk each
    for start, end in ((0, int(100 * each)), (100, 101), (777, 1555), (int(each), int(3 * each))):
        truth = moment[round(start / each * 1000) : round(end / each * 1000)].sum() * each
        assert speech.samples(start, end) == pytest.approx(truth, abs=each / 400)


def test_pauses_are_where_nobody_speaks_for_long():
    speech = Speech(RATE_HZ)
    speech.add(np.array([0, 0, 1, 0, 1, 1, 0, 0, 0]))
    assert speech.pauses(1000, 4500) == [(0, 1024), (3072, 4500)]
    assert speech.pauses(1, 4500)[1] == (1536, 2048)
    assert Speech(RATE_HZ).pauses(1, 0) == []


@pytest.mark.parametrize("block", [100, 512, 5000, 10**6])
def test_no_samples_are_yielded_before_their_speech_is_known(monkeypatch, block):
    monkeypatch.setattr(speech_activity, "VoiceActivity", LoudIsSpeech)
    samples = np.random.default_rng(0).normal(size=20_000).astype(np.float32)
    speech, given = Speech(RATE_HZ), []
    for part in detect_speech(blocks(samples, block), SpeechDetector(RATE_HZ), speech):
        given.append(part)
        assert sum(map(len, given)) <= speech.covered
    np.testing.assert_array_equal(np.concatenate(given), samples)
    assert speech.samples(0, 20_000) == 20_000


@pytest.mark.parametrize("rate", [8000, 22_050, 48_000])
def test_speech_is_found_at_its_time_at_any_rate(monkeypatch, rate):
    monkeypatch.setattr(speech_activity, "VoiceActivity", LoudIsSpeech)
    samples = np.zeros(3 * rate, np.float32)
    samples[rate : 2 * rate] = np.sin(np.arange(rate) * 2 * np.pi * 300 / rate)
    speech = Speech(rate)
    given = np.concatenate(list(detect_speech(blocks(samples, 5000), SpeechDetector(rate), speech)))
    np.testing.assert_array_equal(given, samples)
    assert speech.samples(rate, 2 * rate) / rate == pytest.approx(1, abs=0.04)
    assert speech.samples(0, 3 * rate) / rate == pytest.approx(1, abs=0.07)
