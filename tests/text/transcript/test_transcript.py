"""The transcript: what reaches the recogniser, when words are said, loops, and what to do without weights."""

import re

import numpy as np
import pytest

from source.core.errors import DemeanorError
from source.media.sound.speech_activity import Speech
from source.text import transcript
from source.text.transcript import transcribe
from source.text.transcript.blocks import AROUND_CHUNKS, CHUNK_SAMPLES, Block, Blocks, Segmenter, SpeechSegment
from source.text.transcript.repetition import find_loops, indices_without_loops, loops_note
from source.text.transcript.sentences import split_into_sentences
from source.text.transcript.words import Transcript, join_overlap, speech_after, uncertainty_notes, utterance_of
from source.text.utterances import Document, Utterance, Word
from tests.support.toy import wav
from tests.support.voice import spoken

RATE = 16_000


def said(text, start=0.0, each=0.3, gap=0.0, probability=0.9):
    """Words one after another, a gap of seconds between them."""
    begins = [start + at * (each + gap) for at in range(len(text.split()))]
    return [
        Word(f" {word}", begin, begin + each, probability) for word, begin in zip(text.split(), begins, strict=True)
    ]


class Ear:
    """Stands for the voice detector: speech is what is not zero."""

    def __init__(self, rate_hz):
        assert rate_hz == RATE
        self.rest = np.zeros(0, np.float32)

    def __call__(self, block):
        samples = np.concatenate([self.rest, block])
        whole = len(samples) - len(samples) % CHUNK_SAMPLES
        self.rest = samples[whole:]
        return np.abs(samples[:whole].reshape(-1, CHUNK_SAMPLES)).max(1) > 0

    def finish(self):
        return self(np.zeros(-len(self.rest) % CHUNK_SAMPLES, np.float32))


class Ears:
    """Stands for Whisper: keeps what it hears, and hears a word at the beginning of each block."""

    language, language_probability, english_only, english_reading = "en", None, True, 1.0

    def __init__(self):
        self.blocks = []

    def __call__(self, samples, speech_after):
        self.blocks.append(samples)
        return ((Word(" Hm.", 0.3, 0.6, 0.9),),)


@pytest.fixture
def ears(monkeypatch):
    ears = Ears()
    monkeypatch.setattr(transcript, "speech_model", lambda name: None)
    monkeypatch.setattr(transcript, "Recogniser", lambda network: ears)
    return ears


def speech_blocks(buffers):
    ear, segmenter, blocks = Ear(RATE), Segmenter(), Blocks()
    for buffer in buffers:
        segmenter.add(buffer, ear(buffer))
        blocks.add(segmenter.complete())
        yield from iter(lambda: blocks.take(last=False), None)
    segmenter.add(buffer[:0], ear.finish())
    blocks.add(segmenter.complete(last=True))
    yield from iter(lambda: blocks.take(last=True), None)


def blocks_of(waveform, size=RATE * 8):
    return list(speech_blocks(waveform[at : at + size] for at in range(0, max(len(waveform), 1), size)))


def numbered(*spans, seconds):
    """Each sample is its own number within the spans of seconds, so that it can be found again; else zero."""
    samples = np.zeros(round(seconds * RATE), np.float32)
    for start, end in spans:
        samples[round(start * RATE) : round(end * RATE)] = 1
    return samples * np.arange(1, len(samples) + 1, dtype=np.float32)


TURNS = [(1.0, 6.0), (6.3, 12.0), (20.0, 43.0), (100.0, 100.5), (130.0, 158.0), (159.0, 170.0), (179.0, 180.0)]


@pytest.mark.parametrize("size", [RATE * 8, 3000, RATE * 400])
def test_all_speech_and_only_speech_is_in_one_block_of_half_a_minute(size):
    waveform = numbered(*TURNS, seconds=180)
    blocks = blocks_of(waveform, size)
    heard = np.concatenate([block.samples for block in blocks])
    assert all(len(block.samples) <= 30 * RATE for block in blocks) and heard.dtype == np.float32
    np.testing.assert_array_equal(heard[heard > 0], waveform[waveform > 0])  # in order, none lost, none twice
    assert (heard == 0).sum() <= len(TURNS) * 2 * (AROUND_CHUNKS + 1) * CHUNK_SAMPLES
    assert len(blocks) <= 5  # packed: 74 s of speech


def test_the_size_of_the_buffers_has_no_effect():
    waveform = numbered(*TURNS, seconds=180)
    starts = [
        [segment.start for block in blocks_of(waveform, size) for segment in block.segments] for size in (7777, 90_000)
    ]
    assert starts[0] == starts[1]


def test_speech_without_a_pause_is_cut_where_there_is_least_of_it_and_overlaps():
    waveform = np.ones(70 * RATE, np.float32)
    waveform[25 * RATE : 25 * RATE + 1600] = 0.1  # a tenth of a second, faint
    blocks = blocks_of(waveform)
    assert len(blocks) == 3 and all(len(block.samples) <= 30 * RATE for block in blocks)
    assert blocks[0].cut_seconds is None and blocks[1].cut_seconds == pytest.approx(25, abs=0.2)
    spans = [(block.segments[0].start, block.segments[-1].end) for block in blocks]
    assert spans[0][0] == 0 and spans[-1][1] == len(waveform)
    for (_, end), (start, _) in zip(spans, spans[1:], strict=False):
        assert end - start == pytest.approx(2 * RATE, abs=2 * CHUNK_SAMPLES)


def test_a_cut_in_a_short_pause_has_no_overlap():
    waveform = numbered((0, 26), (26.4, 60), seconds=60)
    blocks = blocks_of(waveform)
    assert all(block.cut_seconds is None for block in blocks[:2])
    assert 25.9 * RATE <= blocks[0].segments[-1].end <= 26.5 * RATE


def test_a_click_is_no_word_and_silence_no_block():
    for waveform in (numbered((5.0, 5.03), seconds=10), np.zeros(0, np.float32), np.zeros(60 * RATE, np.float32)):
        assert blocks_of(waveform) == []


def test_blocks_come_while_the_stream_is_read_so_that_memory_stays_flat():
    asked = []

    def hours():
        for at in range(3600 * 10 // 8):
            asked.append(at)
            yield np.ones(8 * RATE, np.float32) if at % 3 else np.zeros(8 * RATE, np.float32)

    blocks = speech_blocks(hours())
    ends = [next(blocks).segments[-1].end for _ in range(20)]
    assert len(asked) * 8 * RATE - ends[-1] < 100 * RATE
    held = next(speech_blocks(hours())).segments[0].samples
    assert held.base is None or held.base.nbytes <= held.nbytes  # no view that keeps the rest


@pytest.mark.parametrize("waveform", [
    np.zeros(10 * RATE), np.random.default_rng(0).normal(0, 0.1, 10 * RATE),
    0.2 * sum(np.sin(2 * np.pi * hertz * np.arange(10 * RATE) / RATE) for hertz in (220, 277, 330)),
])  # fmt: skip
def test_silence_hiss_and_a_chord_never_reach_the_recogniser(waveform, tmp_path, ears):
    document = transcribe(wav(tmp_path / "a b.wav", waveform.astype(np.float32), RATE))
    assert ears.blocks == [] and document.utterances == () and document.notes == ("no words were recognised",)
    assert document.seconds == pytest.approx(10.0)


@pytest.mark.parametrize("rate", [8_000, 22_050])
def test_the_recogniser_gets_16_khz_once_a_block_and_times_are_the_recordings(rate, tmp_path, ears):
    from soxr import resample

    silence = np.zeros(10 * RATE, np.float32)
    voice = np.concatenate([silence, spoken(12.0), silence])
    steps = []
    file = wav(tmp_path / "v.wav", resample(voice, RATE, rate).astype(np.float32), rate)
    document = transcribe(file, on_progress=lambda done, whole: steps.append((done, whole)))
    (block,) = ears.blocks
    assert 9 * RATE < len(block) < 13.5 * RATE and block.dtype == np.float32
    (only,) = document.utterances
    assert 9.7 <= only.start_seconds <= 10.7 and only.end_seconds - only.start_seconds == pytest.approx(0.3)
    assert (only.text, only.words[0].text, document.language) == ("Hm.", "Hm.", "en")
    assert document.seconds == pytest.approx(32.0, abs=0.01) and steps[-1] == (32, 32)


def test_a_word_of_a_block_at_the_recordings_time():
    block = Block((SpeechSegment(RATE, np.zeros(2 * RATE)), SpeechSegment(60 * RATE, np.zeros(RATE))))
    assert block.to_recording(0.5, 1.0) == (1.5, 2.0) and block.to_recording(2.25, 2.75) == (60.25, 60.75)
    assert block.to_recording(1.5, 2.2) == (2.5, 3.0) and block.to_recording(1.9, 2.5) == (60.0, 60.5)  # never between
    assert block.to_recording(2.0, 2.0) == (3.0, 3.0) and block.to_recording(2.9, 9.0) == (60.9, 61.0)


def test_the_speech_left_in_a_block_is_that_of_its_segments():
    speech = Speech(RATE)
    speech.add(np.arange(1000) < 125)  # 4 s of speech
    block = Block((SpeechSegment(0, np.zeros(2 * RATE)), SpeechSegment(3 * RATE, np.zeros(2 * RATE))))
    left = [speech_after(block, speech, seconds) for seconds in (0.0, 1.0, 2.5, 4.0)]
    assert left == pytest.approx([3.0, 2.0, 0.5, 0.0])


def test_an_unsure_word_where_nobody_speaks_is_dropped():
    speech = Speech(RATE)
    speech.add(np.arange(200) < 100)  # 3.2 s
    block = Block((SpeechSegment(0, np.zeros(6 * RATE, np.float32)),))
    made = (Word(" Yes", 1.0, 1.2, 0.2), Word(" door.", 3.4, 3.4, 0.9), Word(" Thanks", 4.0, 4.4, 0.2))
    whole = Transcript()
    whole.add(block, (made,), speech)
    assert whole.document("en").utterances[0].text == "Yes door."


def test_words_where_blocks_overlap_are_neither_lost_nor_doubled():
    before, after = said("we came home late and the", 20.0), said("late and the door was", 20.9)
    keep, skip = join_overlap(before, after, 21.6)
    assert [word.text for word in before[:keep] + after[skip:]] == [
        w.text for w in said("we came home late and the door was")
    ]
    other = said("layed hand the door was", 20.9)
    keep, skip = join_overlap(before[:5], other, 21.5)  # nothing alike: at the cut
    joined = "".join(word.text for word in before[:5][:keep] + other[skip:])
    assert joined == " we came home late and the door was"
    assert join_overlap([], said("so", 20.0), 19.0) == (0, 0) and join_overlap(said("so", 20.0), [], 29.0) == (1, 0)


@pytest.mark.parametrize("words, left", [
    (said("you " * 24), "you"), ([Word(" you", 3.0, 3.0, 0.9)] * 4, "you"),
    (said("no, no, no, no"), "no, no, no, no"), (said("No, no, No!"), "No, no, No!"),
    (said("so " + "thank you. " * 9 + "bye"), "so thank you. bye"),
    (said("I am going home " * 6), "I am going home"), (said("a b c d e a b c d e"), "a b c d e a b c d e"),
    (said("very " * 7, each=0.3, gap=0.5), "very very very very very very very"),  # with pauses
])  # fmt: skip
def test_loops_are_cut_and_real_repetition_is_kept(words, left):
    found = find_loops(words)
    assert "".join(words[at].text for at in indices_without_loops(words, found)).strip() == left
    assert bool(loops_note(words, found)) == (len(left.split()) < len(words))


def test_takes_of_a_sentence_with_pauses_between_them_are_kept():
    words = [word for take in range(8) for word in said("by the door. Kids are talking", 4.0 * take)]
    assert find_loops(words) == []


def test_segments_that_repeat_themselves_are_one_utterance_and_a_note():
    speech = Speech(RATE)
    speech.add(np.ones(1000))
    block = Block((SpeechSegment(0, np.zeros(30 * RATE, np.float32)),))
    segments = tuple(tuple(said("I will be right back.", 1.5 * at)) for at in range(12))
    whole = Transcript()
    whole.add(block, segments, speech)
    document = whole.document("en")
    assert [one.text for one in document.utterances] == ["I will be right back."]
    assert "12 times in a row" in document.notes[0]


def test_segments_are_joined_and_split_at_sentence_ends(monkeypatch):
    import source.text.language.words

    monkeypatch.setattr(source.text.language.words, "sentences", lambda text: re.findall(r"[^. ][^.]*\.?", text))
    parts = [said("I came. Nobody", 0.0), said("was there. Then", 0.7), said("he left.", 9.0)]
    utterances = tuple(utterance_of(part) for part in parts)
    document = split_into_sentences(Document((*utterances, Utterance("Written. Not said.")), "en", 12.0, ("a",)))
    expected = ["I came.", "Nobody was there.", "Then", "he left.", "Written. Not said."]
    assert [one.text for one in document.utterances] == expected
    first, second = document.utterances[:2]
    assert (first.start_seconds, first.end_seconds) == (0.0, pytest.approx(0.6))
    assert second.text == "Nobody was there." and [word.text for word in second.words] == ["Nobody", "was", "there."]
    assert (second.start_seconds, second.end_seconds) == (pytest.approx(0.6), pytest.approx(1.3))
    assert [word for one in utterances for word in one.words] == [w for one in document.utterances for w in one.words]
    assert document.utterances[-1] == Utterance("Written. Not said.") and document.notes == ("a",)
    assert document.utterances[-2].start_seconds == 9.0  # over 1 s of pause: another sentence


def test_without_weights_there_is_a_message_and_the_document_is_empty(tmp_path):
    told = []
    document = transcribe(wav(tmp_path / "a.wav", spoken(1.0), RATE), model="gigantic", notify=told.append)
    assert len(told) == 1 and "gigantic" in told[0] and document.utterances == ()
    assert len(document.notes) == 1 and document.language == ""


def test_what_is_no_recording_is_refused(tmp_path, ears):
    file = tmp_path / "a.wav"
    for data in (b"", b"\x89PNG\r\n\x1a\n" + bytes(100), b"hello there"):
        file.write_bytes(data)
        with pytest.raises(DemeanorError):
            transcribe(file)


def test_a_truncated_file_is_transcribed_as_far_as_it_goes(tmp_path, ears):
    file = wav(tmp_path / "a.wav", spoken(6.0), RATE)
    file.write_bytes(file.read_bytes()[: 44 + 4 * 2 * RATE])
    document = transcribe(file)
    assert document.seconds == pytest.approx(4.0, abs=0.01) and "damaged" in document.notes[0] and document.utterances


@pytest.mark.parametrize("english_only, probability, notes", [
    (True, 0.9, 0), (True, 0.6, 1), (False, 0.6, 0), (False, 0.4, 1),
])  # fmt: skip
def test_what_is_doubtful_is_noted(english_only, probability, notes):
    ears = Ears()
    ears.english_only = english_only
    document = Document((utterance_of(said("so they say", probability=probability)),), "pl")
    assert len(uncertainty_notes(document, ears)) == notes


def test_sentences_of_a_real_splitter_keep_every_word_and_its_time():
    words = said("Mr. Smith came at 3 p.m. yesterday. Nobody was there, was there? No! So he left", 2.0)
    document = split_into_sentences(Document((utterance_of(words[:6]), utterance_of(words[6:]))))
    assert " ".join(one.text for one in document.utterances) == "".join(word.text for word in words).strip()
    kept = [word for one in document.utterances for word in one.words]
    assert [(word.text, word.start_seconds) for word in kept] == [(w.text.strip(), w.start_seconds) for w in words]
    assert len(document.utterances) >= 3 and all(one.words for one in document.utterances)
    assert document.utterances[-1].text.endswith("So he left") and split_into_sentences(Document(())) == Document(())
