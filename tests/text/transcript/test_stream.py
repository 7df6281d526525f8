"""The transcript of a stream: however it is cut, beside the one who feeds it, and given up at any time."""

import subprocess
import sys
import time
from threading import Event

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from source.core import config
from source.core.errors import DemeanorError
from source.media.sound.speech_activity import CHUNK_SAMPLES, Speech
from source.text.transcript.stream import MOST_WAITING_SECONDS, TranscriptStream
from source.text.utterances import Word

RATE = 16_000
WHISPER = config.MODELS_FOLDER / "pretrained" / "tiny.en.pt"
needs_whisper = pytest.mark.skipif(not WHISPER.is_file(), reason="python setup.py gets it")
SECOND_WORDS = 2


class Counter:
    """Stands for Whisper: half a second of sound is a word, that names the sample in its middle."""

    language, language_probability, english_only, english_reading = "en", None, True, 1.0

    def __init__(self):
        self.lengths = []

    def __call__(self, samples, speech_after):
        self.lengths.append(len(samples) / RATE)
        step = RATE // SECOND_WORDS
        places = range(0, len(samples) - step, step)
        probability = 0.4 if speech_after(5.0) > 2.0 else 0.9
        words = [Word(f" {samples[at + step // 2]:.0f}", at / RATE, (at + step) / RATE, probability) for at in places]
        return (tuple(words),)


def feed(stream, speech, waveform, edges=(), after=lambda seconds: None):
    """Feed the samples, cut at these edges; speech is what is not zero."""
    covered = 0
    for part in np.split(waveform, sorted(edges)):
        covered += len(part)
        probabilities = spoken_chunks(waveform[speech.covered : covered - covered % CHUNK_SAMPLES])
        speech.add(probabilities)
        stream.add(part, probabilities)
        after(covered / RATE)
    rest = spoken_chunks(np.pad(waveform[speech.covered :], (0, -len(waveform) % CHUNK_SAMPLES)))
    speech.add(rest)
    stream.add(waveform[:0], rest)


def spoken_chunks(samples):
    return (samples.reshape(-1, CHUNK_SAMPLES).max(1) > 0).astype(np.float32)


def numbered(spans):
    """Each sample is its own number within the spans (pause, length) of seconds; else zero."""
    mask = np.concatenate([np.repeat([0, 1], [round(pause * RATE), round(length * RATE)]) for pause, length in spans])
    return (mask * np.arange(1, len(mask) + 1)).astype(np.float32)


@settings(max_examples=15, deadline=None)
@given(
    st.lists(st.tuples(st.floats(0.0, 4.0), st.floats(0.05, 40.0)), min_size=1, max_size=4),
    st.lists(st.integers(0, 60 * RATE), max_size=12),
)
def test_how_the_sound_is_cut_makes_no_difference(spans, edges):
    waveform = numbered(spans)
    documents, lengths = [], []
    for cuts in ((), [min(edge, len(waveform)) for edge in edges], range(0, len(waveform), 4 * RATE + 7)):
        recogniser, speech = Counter(), Speech(RATE)
        with TranscriptStream(lambda: recogniser, speech) as stream:  # noqa: B023
            feed(stream, speech, waveform, cuts)
            documents.append(stream.finish())
        lengths.append(recogniser.lengths)
    assert documents[0] == documents[1] == documents[2] and lengths[0] == lengths[1] == lengths[2]


def test_a_live_phrase_is_recognised_at_a_pause_or_after_twelve_seconds():
    waveform, recogniser, speech, seen = numbered([(1, 2), (1, 3), (2, 40), (1, 0)]), Counter(), Speech(RATE), []

    def wait_for_words(seconds):
        while stream._blocks.waiting_seconds or len(recogniser.lengths) > stream.revision:
            time.sleep(0.001)
        seen.append((seconds, stream.revision))

    with TranscriptStream(lambda: recogniser, speech, patience_seconds=12.0) as stream:
        feed(stream, speech, waveform, range(RATE // 4, len(waveform), RATE // 4), wait_for_words)
        assert 3.5 <= next(seconds for seconds, revision in seen if revision) <= 4.0
        assert stream.finish().utterances and max(recogniser.lengths) <= 12.0 and stream.revision >= 6


def test_phrases_that_wait_are_packed_and_a_recogniser_far_behind_is_waited_for():
    recogniser, speech, go = Counter(), Speech(RATE), Event()
    with TranscriptStream(lambda: go.wait() and recogniser, speech, patience_seconds=12.0) as stream:
        feed(stream, speech, numbered([(1, 2)] * 12))
        go.set()
        stream.finish()
    assert len(recogniser.lengths) <= 3 and max(recogniser.lengths) > 12.0


@pytest.mark.parametrize("error", [RuntimeError("broken"), MemoryError()])
def test_what_the_recogniser_raises_is_raised_at_the_end(error):
    def broken(samples, speech_after):
        raise error

    speech = Speech(RATE)
    with TranscriptStream(lambda: broken, speech) as stream:
        feed(stream, speech, numbered([(1, 3 * MOST_WAITING_SECONDS)]), range(0, 300 * RATE, 10 * RATE))
        with pytest.raises(type(error)):
            stream.finish()


def test_without_weights_or_a_recogniser_there_are_no_words():
    def missing():
        raise DemeanorError("there are no weights")

    for make, notes in ((missing, ("not transcribed: there are no weights",)), (None, ())):
        speech = Speech(RATE)
        stream = TranscriptStream(make, speech)
        feed(stream, speech, numbered([(1, 2)]))
        document = stream.finish()
        assert document.utterances == () and document.notes == notes


def test_nobody_speaks_so_nothing_is_loaded():
    speech = Speech(RATE)
    with TranscriptStream(pytest.fail, speech) as stream:
        feed(stream, speech, np.zeros(3 * RATE, np.float32))
        assert stream.finish().notes == ("no words were recognised",)


@needs_whisper
@pytest.mark.slow
def test_a_process_ends_at_once_and_in_order_while_words_are_recognised():
    """Torch aborts a process that ends while it computes; numba would have compiled for three seconds."""
    program = """
import sys, time, numpy as np
from source.media.sound.speech_activity import Speech
from source.media.sound.whisper import speech_model
from source.text.transcript.recogniser import Recogniser
from source.text.transcript.stream import TranscriptStream
speech = Speech(16_000)
stream = TranscriptStream(lambda: Recogniser(speech_model()), speech)
speech.add(np.ones(4000))
stream.add(np.random.default_rng(0).normal(0, 0.1, 4000 * 512).astype(np.float32), np.ones(4000))
while not stream._recogniser:
    time.sleep(0.01)
time.sleep(0.3)
print("numba" in sys.modules, flush=True)
raise KeyboardInterrupt
"""
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60)
    assert ended.returncode in (1, 130, -2) and "KeyboardInterrupt" in ended.stderr
    assert ended.stdout == "False\n" and "terminate called" not in ended.stderr
