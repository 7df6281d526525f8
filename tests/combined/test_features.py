"""The combined model's inputs, and what training adds to them: augmentation, pairing, pretrained branches."""

import json
import warnings
from collections import Counter
from dataclasses import asdict, replace

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from source.audio import SPEC as AUDIO_SPEC
from source.audio.features import featurize as describe_voice
from source.audio.settings import AudioSettings
from source.combined import SPEC, pairing, pretrained_branches
from source.combined.augment import augmented_faces, with_hidden_modalities, with_one_voice
from source.combined.features import baseline_features, extract, window_start
from source.combined.settings import MODALITIES, CombinedSettings
from source.core import config
from source.core.errors import DemeanorError
from source.core.spec import DataWarning, spec_of
from source.data.dataset import Dataset
from source.data.labels import grouping_named
from source.data.preprocessing import extract_clips
from source.data.store import MANIFEST, Store, StoreWriter
from source.face.mirror import MIRRORED_BLENDSHAPES, MIRRORED_POINTS
from source.media.sound import read_sound
from source.text.features import featurize as describe_words
from source.text.utterances import Document, Utterance, Word
from source.training import augmentation, checkpoint
from source.training.checkpoint import Header, Trained
from tests.support.faces import finds_faces
from tests.support.toy import (
    AUDIO,
    COMBINED,
    TEXT,
    audio_store,
    combined_arrays,
    combined_store,
    face_arrays,
    face_store,
    text_store,
    wav,
)
from tests.support.video import moving_face, test_card, write_video
from tests.support.voice import spoken

RATE = 16_000
SIGHT = replace(COMBINED, audio=replace(AUDIO, encoder="none"))  # so that no weights are needed
ALL = replace(COMBINED, modalities=MODALITIES, text_pairing_corpora=("MELD",), text_pairing=0.5)


def tensors(count=40):
    given = {name: torch.from_numpy(array) for name, array in combined_arrays(count).items()}
    return given | masks(count)


def masks(count):
    """All there."""
    return {"face_mask": torch.ones(count, 4), "audio_mask": torch.ones(count), "text_mask": torch.ones(count)}


def same(one, other):
    return one.keys() == other.keys() and all(np.array_equal(one[name], other[name]) for name in one)


# --- A recording -> arrays ---------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def talking(tmp_path_factory):
    """A face and a voice for one second."""
    file = tmp_path_factory.mktemp("a video") / "Gesicht ü.mp4"
    return write_video(file, seconds=1, fps=12, picture=moving_face, sound=spoken(1.0))


@pytest.fixture(scope="module")
def read(talking):
    return extract(talking, SIGHT)


@finds_faces
def test_a_video_is_as_many_frames_a_voice_and_words(read):
    shapes = {name: (array.shape, array.dtype.name) for name, array in read.items()}
    assert shapes == {
        "image": ((4, 16, 16), "uint8"), "landmarks": ((4, 478, 3), "float16"), "blendshapes": ((4, 52), "float16"),
        "face_mask": ((4,), "float32"), "audio_mask": ((), "float32"), "text_mask": ((), "float32"),
        "mfcc": ((SIGHT.audio.frames, 24), "float16"), "voiced": ((SIGHT.audio.frames,), "bool"),
        "token_ids": ((8,), "int16"), "before_ids": ((4,), "int16"), "lexicon": ((4,), "float32"),
    }  # fmt: skip
    assert (
        read["face_mask"].all() and read["audio_mask"] == 1 and read["text_mask"] == 0 and not read["token_ids"].any()
    )
    assert read["image"].std((1, 2)).min() > 10 and read["blendshapes"].any(1).all()
    assert not np.array_equal(read["image"][0], read["image"][3])  # the face moves


@finds_faces
def test_the_same_file_gives_the_same_arrays_and_another_of_its_name_others(talking, read, tmp_path):
    assert same(extract(talking, SIGHT), read)
    other = write_video(tmp_path / talking.name, seconds=1, fps=12, picture=lambda t: moving_face(t + 1))
    made = extract(other, SIGHT)
    assert not same(made, read) and made["face_mask"].all() and made["audio_mask"] == 0
    assert made["mfcc"].shape == read["mfcc"].shape


@finds_faces
def test_what_extract_gives_is_what_the_network_takes(read):
    network = SPEC.build(SIGHT, 7).eval()
    rows = {name: torch.from_numpy(np.stack([array])) for name, array in read.items()}
    assert torch.isfinite(network(**rows)).all()
    assert {*combined_arrays(1)} - {"encoder"} == {*read}


def test_a_sound_is_a_video_without_a_picture(tmp_path, monkeypatch):
    monkeypatch.setattr("source.face.tracker.FaceDetector", None)  # none is made
    made = extract(wav(tmp_path / "a.wav", spoken(0.8)), SIGHT)
    assert not made["face_mask"].any() and not made["image"].any() and made["audio_mask"] == 1


@finds_faces
def test_a_clip_without_a_face_is_kept_and_masked(tmp_path):
    file = write_video(tmp_path / "a.mp4", seconds=1, fps=8, sound=spoken(1.0))
    made = extract(file, SIGHT)
    assert made["audio_mask"] == 1 and not any(made[name].any() for name in ("face_mask", "image", "blendshapes"))
    chunk = extract_clips("combined", SIGHT, [file])
    assert not chunk.unreadable and same({name: rows[0] for name, rows in chunk.rows.items()}, made)


@finds_faces
def test_a_third_of_a_second_and_silence_are_enough(tmp_path):
    short = extract(write_video(tmp_path / "a.mp4", seconds=0.3, fps=20, picture=moving_face, sound=spoken(0.3)), SIGHT)
    assert short["face_mask"].tolist() == [1, 1, 0, 0] and short["audio_mask"] == 1
    assert not short["image"][2:].any() and short["image"][:2].any((1, 2)).all()
    quiet = np.full(RATE, 1e-5, np.float32)
    silent = extract(write_video(tmp_path / "b.mkv", seconds=1, fps=8, picture=moving_face, sound=quiet), SIGHT)
    assert silent["audio_mask"] == 0 and silent["face_mask"].all()


@finds_faces
@pytest.mark.parametrize(("face_from", "seen"), [(2, 1), (0, 0)])
def test_of_a_longer_clip_voice_and_face_are_those_of_its_loudest_segment(tmp_path, face_from, seen):
    sound = np.concatenate([spoken(2.0) * 0.02, spoken(1.0)])
    shows = lambda t: moving_face(t) if face_from <= t < face_from + 1 else test_card(t)  # noqa: E731
    file = write_video(tmp_path / "a.mkv", seconds=3, fps=8, picture=shows, sound=sound)
    with pytest.warns(DataWarning, match="longer than 1 seconds: the segment with the loudest voice was read"):
        made = extract(file, SIGHT)
    assert made["face_mask"].mean() == pytest.approx(seen, abs=0.25) and made["audio_mask"] == 1
    voice = read_sound(file, RATE).waveform
    start = window_start(voice, SIGHT)
    expected = describe_voice(voice[start : start + RATE], SIGHT.audio)
    assert start == pytest.approx(2 * RATE, abs=0.15 * RATE)
    assert all(np.array_equal(made[name], expected[name]) for name in expected)


def test_a_clip_as_long_as_the_window_is_read_whole_and_says_nothing(tmp_path):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        extract(wav(tmp_path / "a.wav", spoken(1.2)), SIGHT)


def test_the_window_lies_about_the_voice():
    silence = np.zeros(RATE, np.float32)
    assert (
        window_start(spoken(1.0), SIGHT) == 0
        and window_start(silence[:100], SIGHT) == 0
        and window_start(silence[:0], SIGHT) == 0
    )
    start = window_start(np.concatenate([silence, spoken(0.6), silence]), SIGHT)
    assert start == pytest.approx(0.8 * RATE, abs=0.15 * RATE)
    assert window_start(np.concatenate([silence, spoken(0.6)]), SIGHT) == 0.6 * RATE + 0.0  # as late as there is room
    assert window_start(np.zeros(3 * RATE, np.float32), SIGHT) == pytest.approx(RATE, abs=1)


@pytest.mark.parametrize("content", [b"", b"no video at all"])
def test_a_file_that_cannot_be_read_is_one_sentence(tmp_path, content):
    file = tmp_path / "a.mp4"
    file.write_bytes(content)
    with pytest.raises(DemeanorError, match="a.mp4"):
        extract(file, SIGHT)
    with pytest.raises(DemeanorError, match="none.mp4"):
        extract(tmp_path / "none.mp4", SIGHT)


def test_a_voice_is_described_as_the_audio_model_describes_it(tmp_path):
    """The same features at the same rate in both: not 22,050 Hz in one and 16,000 Hz in the other."""
    import soundfile

    assert CombinedSettings().audio.sample_rate_hz == AudioSettings().sample_rate_hz == RATE
    assert CombinedSettings().audio.extract_settings().items() >= {"window_seconds": 4.0, "encoder": "small"}.items()
    for name, rate, channels in (("a.wav", 44_100, 2), ("b.flac", 22_050, 1), ("c.wav", RATE, 1)):
        voice = np.interp(np.arange(0, 1, 1 / rate), np.arange(0, 1, 1 / RATE), spoken(1.0))
        soundfile.write(tmp_path / name, np.stack([voice] * channels, 1), rate)
        made, expected = (spec_extract(tmp_path / name) for spec_extract in (in_combined, in_audio))
        assert expected["voiced"].any() and all(np.array_equal(made[key], expected[key]) for key in expected)


def in_combined(path):
    return extract(path, SIGHT)


def in_audio(path):
    return AUDIO_SPEC.extract(path, SIGHT.audio)


def test_only_what_the_branches_take_is_stored(tmp_path, monkeypatch):
    from source.audio import whisper_features

    monkeypatch.setattr(whisper_features, "layers", lambda voice: torch.ones(4, 5, 384) * float(np.abs(voice).sum()))
    audio = replace(COMBINED.audio, use_mfcc=False, augmented_copies=2)
    settings = replace(COMBINED, audio=audio, face=replace(COMBINED.face, use_landmarks=False))
    made = extract(wav(tmp_path / "a.wav", spoken(0.6)), settings)
    assert not {"mfcc", "voiced", "landmarks"} & {*made} and made["encoder"].shape == (3, 4, 768)
    assert len(extract(tmp_path / "a.wav", settings.for_prediction())["encoder"]) == 4


def test_words_are_those_of_the_segment_and_nobody_listens_to_silence(tmp_path, monkeypatch):
    said = [Word(text, at, at + 0.3, 0.9) for text, at in (("I", 0.1), ("hate", 0.5), ("it", 2.2), ("really.", 2.6))]
    document = Document((Utterance("I hate it really.", 0.1, 2.9, tuple(said)),))
    heard = []
    monkeypatch.setattr("source.text.transcript.transcribe", lambda *given: heard.append(given) or document)
    settings = replace(SIGHT, transcribe=True)
    with pytest.warns(DataWarning):
        sound = np.concatenate([spoken(2.0) * 0.02, spoken(1.0)])
        made = extract(wav(tmp_path / "a.wav", sound), settings)
    expected = describe_words("it really.", "", settings.text)
    assert made["text_mask"] == 1 and all(np.array_equal(made[name], expected[name]) for name in expected)
    silent = extract(wav(tmp_path / "b.wav", np.zeros(RATE)), settings)
    assert silent["text_mask"] == 0 and len(heard) == 1


def test_the_baselines_vector_is_numpys_over_what_is_there():
    given = combined_arrays(6)
    made = baseline_features(given, COMBINED)
    assert made.shape == (6, 104 + 3072 + 4) and made.dtype == np.float32
    found = given["face_mask"][1] > 0
    shapes = given["blendshapes"][1][found].astype(np.float32)
    assert made[1, :52] == pytest.approx(shapes.mean(0), abs=1e-3)
    assert made[1, 52:104] == pytest.approx(shapes.std(0), abs=1e-3)
    assert np.array_equal(made[1, 104:-4], given["encoder"][1].ravel().astype(np.float32)) and not made[0, :104].any()


# --- Changes in training -----------------------------------------------------------------------------------------

STILL = replace(
    COMBINED.face, rotate_degrees=0.0, scale_share=0.0, shift_share=0.0, contrast=0.0, brightness=0.0,
    erase_probability=0.0,
)  # fmt: skip


def test_a_clip_is_mirrored_whole_in_all_arrays_or_not_at_all():
    torch.manual_seed(0)
    given = tensors()
    made = augmented_faces(given, replace(COMBINED, face=STILL))
    mirror = {
        "image": given["image"].flip(-1).float(),
        "landmarks": given["landmarks"][:, :, MIRRORED_POINTS] * torch.tensor([-1, 1, 1]),
        "blendshapes": given["blendshapes"][:, :, MIRRORED_BLENDSHAPES],
    }
    flipped = []
    for clip in range(40):
        is_mirror = {bool(torch.allclose(made[k][clip].float(), mirror[k][clip].float(), atol=1e-3)) for k in mirror}
        is_itself = {bool(torch.allclose(made[k][clip].float(), given[k][clip].float(), atol=1e-3)) for k in mirror}
        assert is_mirror | is_itself == {True, False} and len(is_mirror) == len(is_itself) == 1
        flipped += is_mirror
    assert 8 < sum(flipped) < 32


CHANGES = {
    "affine": lambda image: augmentation.random_affine(image, 12.0, 0.12, 0.08),
    "light": lambda image: augmentation.random_contrast_and_brightness(image, 0.3, 0.2),
    "blot": lambda image: augmentation.random_erasing(image, 1.0),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_is_drawn_once_for_a_clip_and_the_same_for_its_frames(change):
    """The mistake: every frame of a clip rotated differently."""
    torch.manual_seed(0)
    still = torch.rand(1, 1, 16, 16).mul(255).expand(5, 4, 16, 16).contiguous()
    made = CHANGES[change](still)
    assert made.shape == still.shape
    assert all(torch.equal(made[:, 0], made[:, frame]) for frame in range(4))
    assert all(not torch.equal(made[clip], made[clip - 1]) for clip in range(5))


@pytest.mark.parametrize("change", CHANGES)
def test_single_pictures_are_changed_as_clips_of_one_frame_are(change):
    pictures = torch.randint(0, 256, (6, 16, 16), dtype=torch.uint8)
    made = []
    for image in (pictures, pictures[:, None]):
        torch.manual_seed(3)
        made.append(CHANGES[change](image))
    assert made[0].shape == (6, 16, 16) and torch.equal(made[0], made[1][:, 0])


def test_a_roll_is_torchs_own_of_each_picture():
    image = torch.rand(3, 9, 9) * 255
    torch.manual_seed(0)
    made = augmentation.random_affine(image, 90.0, 0.0, 0.0)
    torch.manual_seed(0)
    angle = (torch.rand(3) * 2 - 1) * np.pi / 2
    for picture, turn, result in zip(image, angle, made, strict=True):
        matrix = torch.tensor([[turn.cos(), -turn.sin(), 0], [turn.sin(), turn.cos(), 0]])[None]
        grid = F.affine_grid(matrix, [1, 1, 9, 9], align_corners=False)
        expected = F.grid_sample(picture[None, None], grid, padding_mode="border", align_corners=False)[0, 0]
        torch.testing.assert_close(result, expected, rtol=1e-4, atol=1e-2)  # of 255


def test_modalities_are_hidden_but_never_all_of_a_clip():
    torch.manual_seed(0)
    made = with_hidden_modalities(masks(600), replace(ALL, modality_dropout=1.0))
    left = torch.stack([made["face_mask"].any(1), made["audio_mask"] > 0, made["text_mask"] > 0], 1).int()
    shown = Counter(map(tuple, left.tolist()))
    assert {sum(kept) for kept in shown} == {1, 2} and len(shown) == 6
    assert all(count == pytest.approx(100, rel=0.4) for count in shown.values())
    some = with_hidden_modalities(masks(600), replace(ALL, modality_dropout=0.3))
    left = torch.stack([some["face_mask"].any(1), some["audio_mask"] > 0, some["text_mask"] > 0], 1)
    assert (~left.all(1)).float().mean().item() == pytest.approx(0.3, abs=0.06)


def test_a_clip_with_one_modality_keeps_it_and_what_is_missing_stays_so():
    torch.manual_seed(0)
    given = masks(90)
    for at, name in enumerate(("face_mask", "audio_mask", "text_mask")):
        mask = (torch.arange(90) % 3 == at).float()
        given[name] = mask[:, None].expand(90, 4) if name == "face_mask" else mask
    made = with_hidden_modalities(given, replace(ALL, modality_dropout=1.0))
    assert all(torch.equal(made[name], given[name]) for name in given)
    pair = with_hidden_modalities(given | {"text_mask": torch.zeros(90)}, replace(COMBINED, modality_dropout=1.0))
    assert torch.equal(pair["face_mask"], given["face_mask"]) and torch.equal(pair["audio_mask"], given["audio_mask"])


def test_frames_without_a_face_stay_so_when_others_are_hidden():
    given = masks(50)
    given["face_mask"][:, 1:3] = 0
    made = with_hidden_modalities(given, replace(ALL, modality_dropout=0.5))
    assert set(map(tuple, made["face_mask"].tolist())) == {(1, 0, 0, 1), (0, 0, 0, 0)}


def test_a_copy_is_drawn_and_in_all_arrays_the_same():
    torch.manual_seed(0)
    number = torch.arange(3.0).view(1, 3, 1, 1)
    given = masks(60) | {
        "encoder": number.expand(60, 3, 4, 5), "mfcc": number.expand(60, 3, 6, 2),
        "voiced": number[..., 0].expand(60, 3, 6),
    }  # fmt: skip
    made = with_one_voice(given)
    drawn = made["encoder"][:, 0, 0]
    assert made["encoder"].shape == (60, 4, 5) and set(drawn.tolist()) == {0, 1, 2}
    assert (made["mfcc"] == drawn[:, None, None]).all() and (made["voiced"] == drawn[:, None]).all()
    assert with_one_voice(made) is made


def test_everything_together_changes_a_batch_and_one_seed_gives_one_result():
    given = tensors(12)
    kept = {name: value.clone() for name, value in given.items()}
    made = []
    for _ in range(2):
        torch.manual_seed(5)
        made.append(SPEC.augment(given, COMBINED))
    assert same(made[0], made[1]) and same(given, kept) and made[0].keys() == given.keys()
    assert all(not torch.equal(made[0][name], given[name]) for name in ("image", "blendshapes", "landmarks", "mfcc"))


def test_faces_without_landmarks_are_changed_too():
    given = {name: value for name, value in tensors(8).items() if name != "landmarks"}
    assert augmented_faces(given, COMBINED).keys() == given.keys()


# --- Clips -------------------------------------------------------------------------------------------------------


def test_videos_and_sounds_of_one_corpus_count_as_two(tmp_path):
    store = combined_store(tmp_path, train=70, val=14)
    clips = tuple(
        replace(clip, path=clip.path.with_suffix(".mp4")) if clip.number < 14 else clip for clip in store.clips
    )
    part = Dataset([replace(store, clips=clips)], "train", grouping_named("seven"))
    endings = Counter(clip.path.suffix for clip in part.balanced(1.0).clips)
    assert endings == {".wav": 56, ".mp4": 56} and len(part.balanced(0.0)) == 70


def test_a_column_is_what_batches_hold_in_the_order_of_the_clips(tmp_path):
    part = Dataset([combined_store(tmp_path)], "train", grouping_named("seven")).subset([5, 2, 9], "")
    for name in ("face_mask", "audio_mask"):
        assert np.array_equal(part.column(name), part.__getitems__([0, 1, 2]).inputs[name].numpy())


def test_a_column_of_several_copies_is_of_the_clip_itself(tmp_path):
    store = audio_store(tmp_path, copies=2)
    part = Dataset([store], "train", grouping_named("seven"))
    assert np.array_equal(part.column("mfcc"), store.arrays["mfcc"][: len(part), 0])


def test_what_completes_a_batch_is_told_the_labels_and_places_and_stays_with_a_choice(tmp_path):
    part, told = Dataset([combined_store(tmp_path)], "train", grouping_named("seven")), []

    def transform(inputs, labels, indices):
        told.append((labels.tolist(), indices.tolist()))
        return inputs | {"audio_mask": inputs["audio_mask"] * 0}

    done = part.with_transform(transform)
    assert not done.subset([8, 3], "two").__getitems__([1, 0]).inputs["audio_mask"].any()
    assert told == [([part.labels[3], part.labels[8]], [1, 0])]
    assert part.__getitems__(range(20)).inputs["audio_mask"].any() and part.transform is None


# --- Pairing -----------------------------------------------------------------------------------------------------


@pytest.fixture
def house(tmp_path, monkeypatch):
    for name in ("DATA_FOLDER", "MODELS_FOLDER"):
        monkeypatch.setattr(config, name, tmp_path / name.lower())
    return tmp_path


def utterances():
    return text_store(spec_of("text").store_folder / "MELD", train=56, val=70, test=63)


def clips(folder, split="train", **masks):
    return Dataset([combined_store(folder / "clips", 210, 28, 28, **masks)], split, grouping_named("seven"))


def lenders(text, inputs):
    """For each row of a batch the text corpus's clip whose words it has."""
    rows = {scores.tobytes(): clip for scores, clip in zip(text.arrays["lexicon"], text.clips, strict=True)}
    return [rows[scores.numpy().tobytes()] for scores in inputs["lexicon"]]


def test_clips_are_paired_with_words_of_their_own_emotion_that_the_text_model_did_not_learn_from(house):
    text, part = utterances(), clips(house, text_mask=0)
    torch.manual_seed(0)
    batch = pairing.with_pairing(part, ALL).__getitems__(range(210))
    lent = batch.inputs["text_mask"] == 1
    assert lent.float().mean().item() == pytest.approx(0.5, abs=0.1)
    whose = lenders(text, {"lexicon": batch.inputs["lexicon"][lent]})
    assert {clip.split for clip in whose} == {"val"} and pairing.PAIRED_SPLIT["train"] == "val"
    emotions = [config.EMOTIONS[label] for label in batch.labels[lent]]
    assert [clip.emotion for clip in whose] == emotions
    assert len({clip.number for clip in whose}) > 35  # of 70: not always the same ones
    before = part.__getitems__(range(210)).inputs
    for name in batch.inputs:
        assert torch.equal(batch.inputs[name][~lent], before[name][~lent])
        assert name in ("token_ids", "before_ids", "lexicon", "text_mask") or torch.equal(
            batch.inputs[name], before[name]
        )


def test_other_words_each_time_and_the_same_with_one_seed(house):
    utterances()
    part = pairing.with_pairing(clips(house, text_mask=0), ALL)
    made = []
    for seed in (1, 1, 2):
        torch.manual_seed(seed)
        made.append(part.__getitems__(range(50)).inputs)
    assert same(made[0], made[1]) and not same(made[0], made[2])


def test_clips_with_words_of_their_own_keep_them(house):
    utterances()
    part = clips(house, text_mask=1)
    made = pairing.with_pairing(part, replace(ALL, text_pairing=1.0)).__getitems__(range(100)).inputs
    assert same(made, part.__getitems__(range(100)).inputs)


def test_for_measuring_every_clip_has_words_always_the_same_of_the_test_split(house):
    text, part = utterances(), clips(house, "test", text_mask=0)
    lent = pairing.pairing_dataset(part, "text", ("MELD",), ALL.text, "test")
    part = part.with_transform(pairing.paired(lent, pairing.TEXT_PAIRING, part, None))
    whole, again = (part.__getitems__(range(28)).inputs for _ in range(2))
    assert same(whole, again) and whole["text_mask"].all()
    whose = lenders(text, whole)
    assert {clip.split for clip in whose} == {"test"} and [clip.emotion for clip in whose] == [
        clip.emotion for clip in part.clips
    ]
    assert max(Counter(clip.number for clip in whose).values()) == 1  # 63 utterances, 28 clips
    alone = part.__getitems__([7, 3]).inputs  # however they are asked for
    assert torch.equal(alone["token_ids"], whole["token_ids"][[7, 3]])


FACE_PAIRED = replace(COMBINED, face_pairing=0.5, face_pairing_corpora=("FER2013",))


def pictures():
    return face_store(spec_of("face").store_folder / "FER2013", train=56, val=140, test=14)


def test_clips_are_paired_with_faces_of_their_own_emotion_that_hold_still(house):
    store, part = pictures(), clips(house, face_mask=0)
    torch.manual_seed(0)
    batch = pairing.with_pairing(part, FACE_PAIRED).__getitems__(range(210))
    seen = batch.inputs["face_mask"] > 0
    lent = seen.any(1)
    assert lent.float().mean().item() == pytest.approx(0.5, abs=0.1)
    assert set(map(tuple, seen[lent].int().tolist())) == {(1, 0, 0, 0), (1, 1, 0, 0), (1, 1, 1, 0), (1, 1, 1, 1)}
    rows = {image.tobytes(): row for row, image in enumerate(store.arrays["image"])}
    for clip in torch.where(lent)[0].tolist():
        row = rows[batch.inputs["image"][clip, 0].numpy().tobytes()]
        assert store.clips[row].emotion == config.EMOTIONS[batch.labels[clip]] and store.clips[row].split == "val"
        assert store.arrays["face_found"][row]
        for name in ("image", "blendshapes", "landmarks"):
            frames = batch.inputs[name][clip].numpy()
            assert (frames[seen[clip]] == store.arrays[name][row]).all() and not frames[~seen[clip]].any()
    before = part.__getitems__(range(210)).inputs
    face_inputs = ("image", "blendshapes", "landmarks", "face_mask")
    for name in batch.inputs:
        assert torch.equal(batch.inputs[name][~lent], before[name][~lent])
        assert name in face_inputs or torch.equal(batch.inputs[name], before[name])


def test_clips_with_a_face_keep_it_and_words_are_paired_beside(house):
    pictures()
    utterances()
    whole = clips(house, face_mask=1)
    lent = pairing.with_pairing(whole, replace(FACE_PAIRED, face_pairing=1.0))
    assert same(lent.__getitems__(range(60)).inputs, whole.__getitems__(range(60)).inputs)
    bare = Dataset([combined_store(house / "bare", face_mask=0, text_mask=0)], "train", grouping_named("seven"))
    both = replace(ALL, text_pairing=1.0, face_pairing=1.0)
    made = pairing.with_pairing(bare, both).__getitems__(range(56)).inputs
    assert made["text_mask"].all() and made["face_mask"][:, 0].all()


def test_without_text_corpora_it_is_one_sentence_and_without_pairing_none_is_needed(house):
    part = clips(house, text_mask=0)
    with pytest.raises(
        DemeanorError, match="paired with words from MELD, but not .* for the text model.*text_pairing=0"
    ):
        pairing.with_pairing(part, ALL)
    with pytest.raises(DemeanorError, match="paired with words from no corpus"):
        pairing.with_pairing(part, replace(ALL, text_pairing_corpora=()))
    assert pairing.with_pairing(part, replace(ALL, text_pairing=0.0)) is part
    assert pairing.with_pairing(part, replace(ALL, modalities=("face", "audio"))) is part
    with pytest.raises(
        DemeanorError, match="paired with faces from FER2013, but .* for the face model.*face_pairing=0"
    ):
        pairing.with_pairing(part, FACE_PAIRED)
    text_store(spec_of("text").store_folder / "MELD")
    with pytest.raises(DemeanorError, match="tokens"):
        pairing.with_pairing(part, replace(ALL, text=replace(TEXT, tokens=9)))


# --- A beginning -------------------------------------------------------------------------------------------------

BEGINS = replace(COMBINED, init_from=("face",), frozen=("face",))


def face_model(labels=config.EMOTIONS):
    """A trained face model on disk."""
    torch.manual_seed(9)
    spec, settings = spec_of("face"), COMBINED.face
    network = spec.build(settings, len(labels))
    network(**{name: torch.from_numpy(array) for name, array in face_arrays(8).items()})  # for its statistics
    header = Header("face", asdict(settings), tuple(labels), "seven", 1.0, {"image_side": 16})
    file = checkpoint.save(spec.folder, Trained(spec, settings, network.eval(), header))
    return checkpoint.load(file).network  # rounded to what is kept


def test_a_branch_begins_with_exactly_the_trained_models_weights(house):
    trained, network = face_model(), SPEC.build(BEGINS, 7)
    audio = {name: value.clone() for name, value in network.branches["audio"].state_dict().items()}
    pretrained_branches.initialise(network, BEGINS, config.EMOTIONS, None, 0)
    begun = network.branches["face"].state_dict()
    assert begun and all(torch.equal(value, begun[name]) for name, value in trained.state_dict().items())
    assert all(torch.equal(value, audio[name]) for name, value in network.branches["audio"].state_dict().items())
    assert not any(parameter.requires_grad for parameter in network.branches["face"].parameters())


@pytest.mark.slow
def test_training_leaves_a_frozen_branch_as_the_trained_model_is(house):
    from source.training.loop import fit

    trained, store = face_model(), combined_store(house / "clips")
    parts = [Dataset([store], split, grouping_named("seven")) for split in ("train", "val")]
    weights = fit(SPEC, replace(BEGINS, epochs=1), *parts, house / "made").best_weights
    kept = {name: weights[f"branches.face.{name}"] for name in trained.state_dict()}
    assert all(torch.equal(value, kept[name]) for name, value in trained.state_dict().items())


def test_other_labels_or_settings_or_no_model_are_one_sentence(house):
    network = SPEC.build(BEGINS, 7)
    with pytest.raises(DemeanorError, match="There is no trained model"):
        pretrained_branches.initialise(network, BEGINS, config.EMOTIONS, None, 0)
    face_model()
    with pytest.raises(DemeanorError, match="train it in this grouping first, or leave face out of init_from"):
        pretrained_branches.initialise(network, BEGINS, ("good", *config.EMOTIONS[1:]), None, 0)
    with pytest.raises(DemeanorError, match="other settings than the trained face model"):
        pretrained_branches.initialise(
            network, replace(BEGINS, face=replace(BEGINS.face, dropout=0.9)), config.EMOTIONS, None, 0
        )
    of_no_branch = replace(BEGINS, init_from=("text",), frozen=())
    pretrained_branches.initialise(network, of_no_branch, config.EMOTIONS, None, 0)


def test_settings_are_those_of_the_models_that_it_starts_as(house):
    plain = CombinedSettings()
    assert pretrained_branches.inherit_settings(plain) == plain  # there is none yet
    face_model()
    made = pretrained_branches.inherit_settings(plain)
    assert made == replace(plain, face=COMBINED.face) and made != plain
    alone = replace(plain, init_from=(), frozen=())
    assert pretrained_branches.inherit_settings(alone) == alone


def test_a_store_with_other_faces_is_no_store_of_this_model():
    """What is baked into a store names what the branches are given."""
    other = replace(COMBINED, face=replace(COMBINED.face, image_side=20))
    assert other.extract_settings() != COMBINED.extract_settings()
    changed = replace(COMBINED, face=replace(COMBINED.face, dropout=0.7), audio=replace(COMBINED.audio, epochs=9))
    assert changed.extract_settings() == COMBINED.extract_settings()


def test_a_store_with_the_masks_names_of_before_still_opens(tmp_path):
    store = combined_store(tmp_path / "store")
    before = {"face_mask": "face_found", "audio_mask": "heard", "text_mask": "said"}
    manifest = json.loads((store.folder / MANIFEST).read_text(encoding="utf-8"))
    manifest["arrays"] = {before.get(name, name): layout for name, layout in manifest["arrays"].items()}
    (store.folder / MANIFEST).write_text(json.dumps(manifest), encoding="utf-8")
    for name, old in before.items():
        (store.folder / f"{name}.npy").rename(store.folder / f"{old}.npy")
    opened = Store.open(store.folder, store.manifest.settings)
    assert opened.arrays.keys() == store.arrays.keys()
    assert all(np.array_equal(opened.arrays[name], store.arrays[name]) for name in before)
    writer = StoreWriter(store.folder, opened.manifest)
    assert writer.manifest.complete and len(Store.open(store.folder, opened.manifest.settings)) == len(store)
