"""Words that an English-only model makes of another language are withheld; those of English are not."""

from types import SimpleNamespace

import numpy as np
import pytest
import torch

from source.core import config
from source.media.sound import read_sound
from source.media.sound.silero_vad import CHUNK_SAMPLES, SAMPLE_RATE_HZ
from source.media.sound.speech_activity import Speech
from source.text.transcript import english, transcribe
from source.text.transcript.english import CHUNK_FRAMES, WIDTH, EnglishEar, is_english, statistics
from source.text.transcript.stream import TranscriptStream
from source.text.utterances import Document, Utterance, Word
from tests.support.toy import wav


def document(*probabilities):
    words = [Word("so", at, at + 0.5, probability) for at, probability in enumerate(probabilities)]
    return Document((Utterance("so", 0.0, 1.0, tuple(words)),))


@pytest.mark.parametrize("probabilities, reading, expected", [
    ([0.95, 0.9], 1.0, True), ([0.95, 0.9], 0.0, True),  # clear; and by a model whose encoder cannot tell
    ([0.7, 0.4], 0.8, True),  # in noise
    ([0.7, 0.4], -0.8, False), ([0.4, 0.3], 0.0, False), ([0.95, 0.9], -1.5, False),
    ([], -1.0, True),  # nothing was written
])  # fmt: skip
def test_sure_words_and_an_english_sound_both_speak_for_english(probabilities, reading, expected):
    assert is_english(document(*probabilities), reading) == expected


def test_the_reading_is_the_mean_over_all_chunks_so_far(monkeypatch):
    monkeypatch.setattr(english, "_weights", lambda: (np.eye(2 * WIDTH)[0], 0.5))
    ear, block = EnglishEar(), torch.zeros(1500, WIDTH)
    assert ear.reading == 0
    block[:CHUNK_FRAMES, 0] = 1.0
    ear.add(block, CHUNK_FRAMES / english.FRAMES_A_SECOND)
    assert ear.reading == pytest.approx(1.5)
    ear.add(torch.zeros(1500, WIDTH), 3 * CHUNK_FRAMES / english.FRAMES_A_SECOND)
    assert ear.reading == pytest.approx((1.5 + 3 * 0.5) / 4)


@pytest.mark.parametrize("seconds, chunks", [(0.0, 1), (0.3, 1), (4.0, 1), (11.9, 3), (30.0, 8), (40.0, 8)])
def test_what_lies_behind_the_sound_of_a_block_is_not_read(seconds, chunks):
    features = torch.full((1500, WIDTH), 7.0)
    features[: max(1, round(seconds * english.FRAMES_A_SECOND))] = 2.0
    found = statistics(features, seconds)
    assert found.shape == (chunks, 2 * WIDTH)
    assert np.all(found[:, :WIDTH] == 2.0) and np.all(found[:, WIDTH:] == 0.0)


class Ears(SimpleNamespace):
    """Stands for Whisper: hears one word in each block."""

    def __call__(self, samples, speech_after):
        return ((Word(" Hm.", 0.3, 0.6, 0.7),),)


@pytest.mark.parametrize("english_only, reading, language_probability, is_withheld", [
    (True, -1.0, None, True), (True, 1.0, None, False), (False, 0.0, 0.9, False), (False, 0.0, 0.3, True),
    (False, 0.0, None, False),  # the language was given
])  # fmt: skip
def test_a_stream_withholds_invented_words_until_later_speech_shows_that_they_are_none(
    english_only, reading, language_probability, is_withheld
):
    ears = Ears(
        language="xy", language_probability=language_probability, english_only=english_only, english_reading=reading
    )
    speech = Speech(SAMPLE_RATE_HZ)
    with TranscriptStream(lambda: ears, speech) as stream:
        probabilities = np.ones(100, np.float32)
        speech.add(probabilities)
        stream.add(np.ones(100 * CHUNK_SAMPLES, np.float32), probabilities)
        heard = stream.finish()
        assert bool(heard.utterances) != is_withheld and any("withheld" in note for note in heard.notes) == is_withheld
        assert heard.language == ("" if is_withheld else "xy")
        ears.english_reading = ears.language_probability = 1.0
        assert stream.document().utterances


@pytest.mark.slow
@pytest.mark.skipif(
    not (config.MODELS_FOLDER / "pretrained" / "tiny.en.pt").is_file(), reason="python setup.py gets the transcriber"
)
def test_the_demo_is_english_and_backwards_it_is_not(tmp_path):
    voice = read_sound(config.ROOT / "input_files" / "demo_clip.mp4", SAMPLE_RATE_HZ).waveform
    assert "wonderful" in transcribe(wav(tmp_path / "a.wav", voice, SAMPLE_RATE_HZ)).utterances[0].text
    backwards = transcribe(wav(tmp_path / "b.wav", voice[::-1], SAMPLE_RATE_HZ))
    assert not backwards.utterances and "English" in backwards.notes[-1]
