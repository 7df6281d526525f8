"""A recording as windows, its speech, and the overview that a picture is drawn from."""

import tracemalloc

import numpy as np
import pytest

from source.audio.mfcc import band_centres_hz
from source.audio.results import overview
from source.audio.results.overview import MOST_COLUMNS, Overview
from source.audio.settings import AudioSettings
from source.audio.windows import batches, slide
from source.media.sound import speech_activity as speech_module
from source.media.sound.speech_activity import Speech, SpeechDetector, detect_speech

RATE = 16_000
CONFIG = AudioSettings()


def blocks(samples, length):
    return (samples[start : start + length] for start in range(0, len(samples), length))


class LoudIsSpeech:
    """Stands for silero-vad: probability 1 for a chunk that is loud."""

    def __init__(self):
        self.rest = np.zeros(0, np.float32)

    def __call__(self, block):
        samples = np.concatenate((self.rest, block))
        whole = len(samples) - len(samples) % speech_module.CHUNK_SAMPLES
        self.rest = samples[whole:]
        chunks = samples[:whole].reshape(-1, speech_module.CHUNK_SAMPLES)
        return (np.abs(chunks).mean(1) > 0.05).astype(np.float32)

    def finish(self):
        return self(np.zeros(-len(self.rest) % speech_module.CHUNK_SAMPLES, np.float32))


# --- Windows -----------------------------------------------------------------------------------------------------


def test_neither_the_first_nor_the_last_seconds_are_lost():
    """A known mistake of such tools: of 5.9 s the first 1.9 were lost, or the last ones."""
    spans = [(start / 10, (start + len(window)) / 10) for start, window in slide([np.zeros(59)], 40, 10)]
    assert spans == [(0, 4), (1, 5), (1.9, 5.9)]


@pytest.mark.parametrize("length", [1, 5, 39, 40, 41, 49, 50, 59, 160, 163])
@pytest.mark.parametrize("block", [1, 7, 40, 1000])
@pytest.mark.parametrize("hop", [1, 10, 40])
def test_windows_are_what_lies_there_however_it_arrives(length, block, hop):
    samples = np.arange(length, dtype=np.float32)
    made = [(start, window.copy()) for start, window in slide(blocks(samples, block), 40, hop)]
    starts = [*range(0, max(length - 40, 0) + 1, hop)]
    starts += [length - 40] if length > starts[-1] + 40 else []
    assert [start for start, _ in made] == starts
    for start, window in made:
        np.testing.assert_array_equal(window, samples[start : start + 40])
    assert made[-1][1][-1] == samples[-1]


def test_a_hop_longer_than_a_window_skips_nothing():
    assert [start for start, _ in slide([np.zeros(100)], 20, 50)] == [0, 20, 40, 60, 80]
    assert list(slide([], 20, 5)) == []


def test_what_is_held_does_not_grow():
    def peak(seconds):
        tracemalloc.start()
        for _ in slide((np.zeros(8000, np.float32) for _ in range(seconds)), 32_000, 8000):
            pass
        held = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return held

    assert peak(600) < 1.1 * peak(20)


def test_batches():
    assert list(batches(range(5), 2)) == [[0, 1], [2, 3], [4]] and list(batches([], 2)) == []


# --- Speech ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("rate", [8000, RATE, 22_050])
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
    speech = Speech(RATE)
    speech.add(np.array([0, 0, 1, 0, 1, 1, 0, 0, 0]))
    assert speech.pauses(1000, 4500) == [(0, 1024), (3072, 4500)]
    assert speech.pauses(1, 4500)[1] == (1536, 2048)
    assert Speech(RATE).pauses(1, 0) == []


@pytest.mark.parametrize("block", [100, 512, 5000, 10**6])
def test_no_samples_are_given_on_before_they_are_listened_to(monkeypatch, block):
    monkeypatch.setattr(speech_module, "VoiceActivity", LoudIsSpeech)
    samples = np.random.default_rng(0).normal(size=20_000).astype(np.float32)
    speech, given = Speech(RATE), []
    for part in detect_speech(blocks(samples, block), SpeechDetector(RATE), speech):
        given.append(part)
        assert sum(map(len, given)) <= speech.covered
    np.testing.assert_array_equal(np.concatenate(given), samples)
    assert speech.samples(0, 20_000) == 20_000


@pytest.mark.parametrize("rate", [8000, 22_050, 48_000])
def test_speech_is_found_at_its_time_at_any_rate(monkeypatch, rate):
    monkeypatch.setattr(speech_module, "VoiceActivity", LoudIsSpeech)
    samples = np.zeros(3 * rate, np.float32)
    samples[rate : 2 * rate] = np.sin(np.arange(rate) * 2 * np.pi * 300 / rate)
    speech = Speech(rate)
    given = np.concatenate(list(detect_speech(blocks(samples, 5000), SpeechDetector(rate), speech)))
    np.testing.assert_array_equal(given, samples)
    assert speech.samples(rate, 2 * rate) / rate == pytest.approx(1, abs=0.04)
    assert speech.samples(0, 3 * rate) / rate == pytest.approx(1, abs=0.07)


# --- The overview ------------------------------------------------------------------------------------------------


def seen(samples, block=5000, settings=CONFIG):
    made = Overview(settings)
    for part in blocks(samples, block):
        made.add(part)
    made.finish()
    return made


def test_the_waveform_is_kept():
    samples = np.random.default_rng(0).normal(size=5000).astype(np.float32)
    made = seen(samples)
    assert len(made.spectrum) == 20 and made.edges_seconds[[0, -1]].tolist() == [0, 5000 / RATE]
    whole = samples[: 19 * 256].reshape(-1, 256 // overview.PARTS)
    np.testing.assert_array_equal(made.highest[: len(whole)], whole.max(1))
    np.testing.assert_array_equal(made.lowest[: len(whole)], whole.min(1))
    assert made.highest[len(whole) :].max() == samples[19 * 256 :].max()


def test_a_tone_is_drawn_at_its_frequency():
    made = seen(np.sin(np.arange(RATE) * 2 * np.pi * 2000 / RATE).astype(np.float32))
    loudest = made.spectrum.mean(0).argmax()
    assert band_centres_hz(CONFIG)[loudest] == pytest.approx(2000, rel=0.05)


def test_a_long_recording_needs_no_more_columns(monkeypatch):
    monkeypatch.setattr(overview, "MOST_COLUMNS", 16)
    samples = np.random.default_rng(0).normal(size=256 * 100 + 3).astype(np.float32) * np.linspace(0, 1, 25_603)
    made, small = seen(samples.astype(np.float32)), seen(samples.astype(np.float32), block=300)
    assert made.column_samples == 256 * 8 and len(made.spectrum) == 13
    assert len(made.edges_seconds) == 14 and (np.diff(made.edges_seconds) > 0).all()
    assert made.highest.max() == pytest.approx(samples.max()) and made.lowest.min() == pytest.approx(samples.min())
    np.testing.assert_array_equal(made.highest, small.highest)  # however it arrives
    assert np.abs(made.spectrum - small.spectrum).mean() < 3  # dB; frames at the blocks' edges see less
    louder = made.spectrum.mean(1)[1:-1]
    assert (np.diff(louder) > 0).mean() > 0.8
    assert MOST_COLUMNS % 2 == 0
