"""What is made of a video's faces, voice and words once they are found: whose face counts, and what each says."""

import time
from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from source.combined.inference import words
from source.combined.inference.active_speaker import JAW_OPEN, active_speakers
from source.combined.inference.face_baseline import face_baselines
from source.combined.inference.face_stream import FaceStream
from source.combined.inference.voice_stream import VoiceStream, Window
from source.combined.inference.windows import SMOOTHING, WindowReadings, overall_reading
from source.combined.settings import CombinedSettings
from source.core import config
from source.core.spec import spec_of
from source.face.detector import BLENDSHAPES, Face
from source.face.per_face import face_readings, people_readings
from source.face.tracker import TrackedFace
from source.media.sound.speech_activity import Speech
from source.media.video import Frame
from source.results.prediction import Reading
from source.text.utterances import Utterance, Word
from source.training.checkpoint import Header, Trained
from source.training.scores import softmax
from tests.combined.test_predict import combined
from tests.support.tracks import tracked

LABELS = config.EMOTIONS
WIDTH = len(LABELS)  # of what each branch of the network below makes
RATE_HZ = 16_000


class SumOfLogits(torch.nn.Module):
    """Stands for the network: each modality's features begin with its logits, and the answer is their sum."""

    def __init__(self, modalities):
        super().__init__()
        self.lengths = {name: WIDTH + (BLENDSHAPES if name == "face" else 0) for name in modalities}

    def fuse(self, face=None, face_mask=None, audio=None, audio_mask=None, text=None, text_mask=None, **_):
        given = [(logits, mask) for logits, mask in ((audio, audio_mask), (text, text_mask)) if logits is not None]
        if face is not None:
            mean = (face * face_mask[..., None]).sum(1) / face_mask.sum(1).clamp(min=1)[:, None]
            given.append((mean[:, :WIDTH], face_mask.any(1)))
        return sum(logits if mask is None else logits * mask[:, None] for logits, mask in given)


def evident(*modalities, temperature=1.0):
    header = Header("combined", {}, LABELS, "seven", temperature, {})
    return Trained(spec_of("combined"), CombinedSettings(modalities=modalities), SumOfLogits(modalities), header)


def logits(label, strength=2.0):
    return strength * np.eye(WIDTH, dtype=np.float32)[LABELS.index(label)]


def face(label, strength=2.0):
    """Features of a face that shows it."""
    return np.concatenate([logits(label, strength), np.zeros(BLENDSHAPES, np.float32)])


def window(start=0.0, voice=None, speech_seconds=None):
    """Of four seconds."""
    heard = 0.0 if voice is None else 4.0
    return Window(start, start + 4.0, heard if speech_seconds is None else speech_seconds, voice)


def face_tracks(*rows):
    """Of (seconds, person, side of the face, features) each."""
    order = sorted(rows, key=lambda row: row[0])
    features = np.stack([row[3] for row in order]) if order else np.zeros((0, WIDTH + BLENDSHAPES))
    return tracked(
        [row[0] for row in order],
        [row[1] for row in order],
        [(0, 0, row[2], row[2]) for row in order],
        softmax(features.astype(np.float32))[:, :WIDTH],
        features,
    )


def seen_throughout(label, seconds=4.0, person=0):
    return [(at / 5, person, 50.0, face(label)) for at in range(round(seconds * 5))]


def read(trained, windows, faces=(), utterances=()):
    """The readings of these windows."""
    reader = WindowReadings(trained)
    assert reader.update(windows, face_tracks(*faces), utterances) == 0
    return reader.readings


# --- A person beside themselves ------------------------------------------------------------------------------------


@given(st.integers(0, 999), st.booleans())
@settings(max_examples=25, deadline=None)
def test_a_baseline_is_the_mean_of_the_person_s_frames_outside_the_span(seed, later):
    draw = np.random.default_rng(seed)
    seconds, people = np.sort(draw.uniform(0, 30, 40)), draw.integers(0, 2, 40)
    features = draw.normal(size=(40, 3)).astype(np.float16)
    tracks = tracked(seconds, people, np.zeros((40, 4)), np.zeros((40, 7)), features)
    spans = [(int(draw.integers(0, 2)), start, start + 4.0) for start in range(-4, 33, 3)] + [(None, 40.0, 44.0)]
    means, known = face_baselines(tracks, spans, 0.2, later)
    for (person, start, end), mean, length in zip(spans, means, known, strict=True):
        outside = (people == person) & ((seconds < start) | ((seconds >= end) & later))
        expected = features[outside].astype(float).mean(0) if outside.any() else np.zeros(3)
        np.testing.assert_allclose(mean, expected, atol=1e-5)
        assert length == pytest.approx(0.2 * outside.sum())


def test_a_voice_counts_where_the_window_speaks_for_it():
    """One second of speech at 3 s of 12: four windows hold it, two in their middle."""
    speech = Speech(16_000)
    speech.add((np.arange(12 * 31.25) // 31.25 == 3).astype(np.float32))
    stream = VoiceStream(replace(evident("audio"), network=AlwaysHappy()), speech)
    stream.add(np.random.default_rng(0).normal(0, 0.1, 12 * 16_000).astype(np.float32))
    stream.finish()
    heard = [round(window.start_seconds) for window in stream.windows if window.voice is not None]
    assert heard == [1, 2] and [window.is_spoken for window in stream.windows][:4] == [True] * 4


class AlwaysHappy(SumOfLogits):
    branches = {"audio": None}  # noqa: RUF012

    def __init__(self):
        super().__init__(("audio",))

    def encode_audio(self, encoder, **_):
        return torch.from_numpy(np.log(softmax(np.tile(logits("happy"), (len(encoder), 1)))))

    def answer_of(self, name):
        return slice(0, WIDTH)


# --- Whose face counts -------------------------------------------------------------------------------------------


def talking(person, side, seconds=(0.0, 4.0), moves=0.0, fps=5):
    """A face of this size whose jaw opens and closes by `moves` five times a second."""
    for at in range(round(seconds[0] * fps), round(seconds[1] * fps)):
        features = face("neutral")
        features[JAW_OPEN] = moves * (at * 5 // fps % 2)
        yield at / fps, person, float(side), features


SPOKEN, SILENT = window(speech_seconds=3.0), window()


@pytest.mark.parametrize("now, person, fps", [(SILENT, 0, 5), (SPOKEN, 1, 5), (SPOKEN, 1, 30)])
def test_who_speaks_counts_before_the_largest_face_while_somebody_speaks(now, person, fps):
    two = face_tracks(*talking(0, 100, fps=fps), *talking(1, 60, moves=0.15, fps=fps))
    assert active_speakers([now], two) == [person]


def test_the_largest_face_counts_where_nobody_s_mouth_moves_and_nobody_where_there_is_none():
    two = face_tracks(*talking(0, 60), *talking(1, 100))
    assert active_speakers([SPOKEN, window(4.0)], two) == [1, None]


def test_the_focus_stays_while_the_speaking_face_flickers_and_comes_back_to_it():
    """Every third frame of the speaker's is missing in the second window, a second of the third; then the second."""
    speaker = [*talking(0, 60, (0, 12), moves=0.15)]
    there = [row for at, row in enumerate(speaker) if not 8 <= row[0] < 9 and (at % 3 or not 4 <= row[0] < 8)]
    two = face_tracks(*there, *talking(1, 64, (0, 12)))
    windows = [window(start, speech_seconds=3.0) for start in (0.0, 4.0, 8.0)]
    assert active_speakers(windows, two) == [0, 0, 0]
    gone = face_tracks(*(row for row in speaker if row[0] < 4 or row[0] >= 8), *talking(1, 64, (0, 12)))
    assert active_speakers(windows, gone) == [0, 1, 0]


def test_of_two_alike_the_focus_does_not_jump_to_and_fro():
    sizes = [(100, 104), (104, 100), (100, 104)]
    rows = [
        row for at, pair in enumerate(sizes) for person in (0, 1)
        for row in talking(person, pair[person], (4 * at, 4 * at + 4))
    ]  # fmt: skip
    assert active_speakers([window(start) for start in (0.0, 4.0, 8.0)], face_tracks(*rows)) == [1, 1, 1]


MESH = np.linspace((1.0, 2.0, 0.0), (11.0, 22.0, 0.0), 478, dtype=np.float32)


class Shown:
    """Stands for the tracker: frame after frame the persons it is told."""

    def __init__(self, frames):
        self._frames = iter(frames)

    most_faces, has_too_many = 10, False

    def update(self, pixels, seconds):
        return [TrackedFace(person, Face(MESH, np.zeros(52, np.float32))) for person in next(self._frames)]

    def close(self):
        pass


@pytest.fixture
def watching(monkeypatch):
    """A function that watches frames, of each the tracker's persons, and what was told of them meanwhile."""

    def watched(frames, times=None, flush_after=()):
        monkeypatch.setattr("source.face.recorder.FaceTracker", lambda: Shown(frames))
        told = []
        with FaceStream(combined()) as faces:
            for at, seconds in enumerate(np.arange(len(frames)) / 5 if times is None else times):
                faces.add(Frame(np.full((4, 4, 3), at, np.uint8), seconds, 2.0))
                if at in flush_after:
                    faces.flush()
                told.append((faces.tracks, faces.tracks.person.copy()))
            return faces.finish(), told

    def inputs(pixels, *_):
        side = combined().settings.face.image_side
        return {
            "image": np.full((side, side), 5 * int(pixels[0, 0, 0]), np.uint8), "blendshapes": np.zeros(52, np.float16),
            "landmarks": np.zeros((478, 3), np.float16), "face_found": np.float32(1),
        }  # fmt: skip

    monkeypatch.setattr("source.face.recorder.featurize", inputs)
    return watched


def test_a_person_seen_in_a_single_frame_is_dropped_and_the_others_numbered_anew(watching):
    found, _ = watching([[7], [3], [3, 1], [], [1, 3]])
    assert found.person.tolist() == [0, 0, 1, 1, 0] and found.people == [0, 1]
    assert found.seconds.tolist() == [0.2, 0.4, 0.4, 0.8, 0.8]
    assert found.frame_seconds.tolist() == pytest.approx([0, 0.2, 0.4, 0.6, 0.8])
    assert found.box[0].tolist() == [2, 4, 22, 44], "in pixels of the original, which is twice as large"
    assert [len(watching(frames)[0]) for frames in ([[0]], [[0], []], [[0], [], []], [])] == [1, 1, 0, 0]


def test_a_number_is_given_when_a_person_is_seen_again_and_never_changes(watching):
    found, told = watching([[7], [3], [3, 1], [], [1, 3], [7], [9]], flush_after=range(7))
    persons = [people.tolist() for _, people in told]
    assert persons == [
        [-1], [-1, -1], [-1, 0, 0, -1], [-1, 0, 0, -1],
        [-1, 0, 0, 1, 1, 0], [2, 0, 0, 1, 1, 0, 2], [2, 0, 0, 1, 1, 0, 2, -1],
    ]  # fmt: skip
    assert found.person.tolist() == persons[-1][:-1]
    now, _ = told[3]
    assert now.people == [0, 1, 2] and now.between(0, 1).tolist() == [0, 1, 2, 3], "a view: it knows of 7 by now"


def test_frames_that_come_twice_or_late_or_without_a_time_are_skipped(watching):
    in_order, _ = watching([[0]] * 4)
    others, _ = watching([[0]] * 4, [np.nan, 0.0, 0.0, 0.2, 0.1, np.nan, 0.4, 0.4, 0.6])
    assert others.seconds.tolist() == pytest.approx(in_order.seconds.tolist())
    assert others.frame_seconds.tolist() == others.seconds.tolist() and others.person.tolist() == [0] * 4


def test_faces_are_encoded_to_the_last_bit_alike_however_often_one_looks(watching):
    frames = [[0, 1], [0], [1, 0, 2]] * 15  # 90 faces: two batches and a rest
    once, told = watching(frames)
    assert [len(tracks) for tracks, _ in told[-2:]] == [66, 66], "in whole batches"
    for flush_after in (range(45), (0, 7, 16, 17, 44)):
        often, told = watching(frames, flush_after=flush_after)
        assert len(told[flush_after[1]][0]) == sum(map(len, frames[: flush_after[1] + 1]))
        for name, column in vars(once).items():
            np.testing.assert_array_equal(vars(often)[name], column, name)
    assert len(np.unique(once.features, axis=0)) > 20


# --- What each modality has a say in -----------------------------------------------------------------------------


def test_one_two_and_three_modalities_say_what_each_gave():
    trained = evident("face", "audio", "text", temperature=2.0)
    utterances = [Utterance("Wow", 9.0, 11.0), Utterance("Oh", 13.0, 15.0)]
    voice = logits("sad")
    windows = [window(0.0), window(4.0, voice), window(8.0, voice), window(12.0), window(16.0)]
    trained.network.encode_text = lambda **_: torch.from_numpy(np.stack([logits("happy")] * 2))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            "source.combined.inference.words.featurize", lambda text, before, settings: {"token_ids": np.zeros(1)}
        )
        patch.setattr("source.combined.inference.windows.SMOOTHING", (0.0, 1.0, 0.0))
        made = read(trained, windows, seen_throughout("happy", 12.0), utterances)
    assert [" ".join(one.modalities) for one in made] == ["face", "face audio", "face audio text", "text", ""]

    def share(*parts, of):
        return softmax(sum(map(logits, parts)) / 2)[LABELS.index(of)]

    likeliest, even = share("happy", of="happy"), 1 / WIDTH
    assert made[0].attribution == {"face": pytest.approx(likeliest - even, abs=1e-5)}
    assert made[0].probabilities == pytest.approx(made[0].modalities["face"])
    both, three = share("happy", "sad", of="happy"), share("happy", "happy", "sad", of="happy")
    expected = both - likeliest, both - share("sad", of="happy")  # or of "sad", which is as likely
    assert sorted(made[1].attribution.values()) == pytest.approx(expected, abs=1e-5)
    assert made[2].probabilities["happy"] == pytest.approx(three, abs=1e-5)
    expected = {"face": three - both, "audio": three - share("happy", "happy", of="happy"), "text": three - both}
    assert made[2].attribution == pytest.approx(expected, abs=1e-5) and made[2].attribution["audio"] < 0
    assert made[3].modalities == {"text": pytest.approx(made[0].modalities["face"])} and made[3].text == "Oh"
    assert made[4].probabilities == {} and made[4].attribution == {} and made[4].summary == "nothing to read"


def test_faces_in_the_first_second_of_a_window_say_what_those_frames_alone_say():
    """A known mistake of such tools: the sequence is padded at its end, and the padding's last step is read."""
    trained = combined()
    some = torch.randn(3, trained.network.lengths["face"], generator=torch.Generator().manual_seed(0)).half().numpy()
    rows = [(at / 4, 0, 50.0, features) for at, features in enumerate(some)]
    settings = replace(trained.settings, window_seconds=4.0, audio=replace(trained.settings.audio, window_seconds=4.0))
    (made,) = read(replace(trained, settings=settings), [window()], rows)
    with torch.inference_mode():
        alone = trained.network.fuse(face=torch.from_numpy(some).float()[None])
    alone = (alone / trained.header.temperature).softmax(1)[0]
    assert list(made.probabilities.values()) == pytest.approx(alone.tolist(), abs=1e-5)
    others = replace(trained.settings, window_seconds=4.0, frames_per_second=1, audio=settings.audio)
    (other,) = read(replace(trained, settings=others), [window()], rows)
    assert list(other.probabilities.values()) != pytest.approx(alone.tolist(), abs=1e-5), "the test can fail"


def test_answers_are_smoothed_over_one_person_s_windows_and_stay_distributions():
    trained = evident("face")
    labels = ["happy", "sad", "sad", "angry", "fear"]
    shown = [(4 * at + 1.0, 0 if at < 3 else 1, 50.0, face(label, 9.0)) for at, label in enumerate(labels)]
    windows = [window(4.0 * at) for at in range(6)]
    made = read(trained, windows, shown)
    once = [softmax(logits(label, 9.0)) for label in labels]
    before, itself, after = SMOOTHING
    both = before * once[0] + itself * once[1] + after * once[2]
    edges = [(itself * once[one] + after * once[other]) / (itself + after) for one, other in ((0, 1), (2, 1), (3, 4))]
    expected = [edges[0], both, edges[1], edges[2], (before * once[3] + itself * once[4]) / (before + itself)]
    for one, wanted in zip(made, expected, strict=False):
        assert list(one.probabilities.values()) == pytest.approx(wanted.tolist(), abs=1e-4)
        assert sum(one.probabilities.values()) == pytest.approx(1, abs=1e-6)
        assert one.modalities["face"] == pytest.approx(one.probabilities), "the only one says the same"
        assert one.attribution["face"] == pytest.approx(one.confidence - 1 / WIDTH, abs=1e-6), (
            "of the answer that is told"
        )
        assert one.valence is not None and one.arousal is not None
    assert made[5].probabilities == {} and [one.person for one in made[:5]] == [0, 0, 0, 1, 1]
    whole = overall_reading(made, 0.0, 24.0)
    assert sum(whole.probabilities.values()) == pytest.approx(1, abs=1e-6) and list(whole.attribution) == ["face"]


def test_each_second_and_each_person_of_the_faces_is_told():
    rows = [*seen_throughout("happy", 2.0), *seen_throughout("sad", 1.4, person=1)]
    found, trained = face_tracks(*rows), evident("face")
    told = face_readings(found, 1.9, trained)
    assert [(one.person, one.start_seconds, one.end_seconds, one.likeliest) for one in told] == [
        (0, 0.0, 1.0, "happy"), (1, 0.0, 1.0, "sad"), (0, 1.0, 1.9, "happy"), (1, 1.0, 1.9, "sad"),
    ]  # fmt: skip
    people = [(one.person, one.start_seconds, one.end_seconds) for one in people_readings(found, trained)]
    assert people == [(0, 0.0, 1.8), (1, 0.0, pytest.approx(1.2))]


# --- Words -------------------------------------------------------------------------------------------------------


def sentence(text, start, end, sure=0.9):
    return Utterance(text, start, end, (Word(text, start, end, sure),))


def test_a_window_has_the_sentences_of_which_half_lies_in_it_or_that_fill_half_of_it():
    said = [sentence("a", 0.0, 3.0), sentence("b", 3.0, 5.0), sentence("long", 5.0, 20.0), sentence("?", 6.0, 7.0, 0.4)]
    windows = [window(start) for start in (0.0, 1.5, 2.0, 4.0, 5.0, 20.0)]
    assert words.words_of(said, windows, evident("text")) == ["a b", "a b", "b", "b long", "long", ""]
    assert words.words_of([], windows, evident("text")) == [""] * 6


def test_words_of_a_language_that_the_model_does_not_know_take_no_part(monkeypatch):
    monkeypatch.setattr(words, "encoded_texts", lambda texts, _: dict.fromkeys(texts, torch.zeros(WIDTH)))
    said = [replace(sentence("jestem smutny", 0.0, 2.0), language="pl"), sentence("sad", 2.0, 4.0)]
    windows = [window(start, logits("sad")) for start in (0.0, 2.0)]
    assert words.words_of(said, windows, evident("text")) == ["sad", "sad"]
    made = [Reading({"sad": 1.0}, start_seconds=one.start_seconds, end_seconds=one.end_seconds) for one in windows]
    told = words.sentence_readings(said, made, evident("text"))
    assert [one.text for one in told] == ["jestem smutny", "sad"]
    assert [set(one.modalities) for one in told] == [set(), {"text"}]
    assert "'pl'" in told[0].notes[0] and told[1].notes == ()


@pytest.mark.slow
def test_an_hour_of_sentences_does_not_take_long(monkeypatch):
    said = [sentence(f"{at}", 4.0 * at, 4.0 * at + 3) for at in range(900)]
    windows = [window(float(start), logits("sad")) for start in range(3600)]
    made = [Reading({"sad": 1.0}, start_seconds=one.start_seconds, end_seconds=one.end_seconds) for one in windows]
    monkeypatch.setattr(words, "encoded_texts", lambda texts, _: dict.fromkeys(texts, torch.zeros(WIDTH)))
    started = time.process_time()
    spoken = words.words_of(said, windows, evident("text"))
    told = words.sentence_readings(said, made, evident("text"))
    assert time.process_time() - started < 1, "every window was compared with every sentence"
    assert spoken[100] == "25" and len(told) == 900 and told[9].likeliest == "sad"
