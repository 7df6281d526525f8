"""Every corpus, read in every form people have it in."""

from collections import Counter

import numpy as np
import pytest
from PIL import Image

from source.core.errors import DemeanorError
from source.data.corpora import ckplus, fer2013, named_files, rafdb
from source.media.types import PICTURES, SOUNDS, VIDEOS
from tests.support import corpora
from tests.support.corpora import EMOTIONS


def emotions_by_split(clips):
    return Counter((clip.split, clip.emotion) for clip in clips)


def one_each(*splits):
    return Counter((split, emotion) for split in splits for emotion in EMOTIONS)


# --- by name -----------------------------------------------------------------------------------------------------


def test_an_ending_is_of_one_kind_of_file():
    endings = [*PICTURES, *SOUNDS, *VIDEOS]
    assert len(endings) == len(set(endings)) and all(ending.startswith(".") for ending in endings)
    assert endings == [ending.lower() for ending in endings]


# --- FER2013 -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("inside", ["", "archive/fer2013"])
def test_fer_csv_gives_its_labels_splits_and_pictures(tmp_path, said, inside):
    corpora.fer_csv(tmp_path / "from" / inside)
    clips = fer2013.unpack(fer2013.load(tmp_path / "from", said.append), tmp_path / "own")
    assert emotions_by_split(clips) == one_each("train", "val", "test")
    assert [clip.number for clip in clips] == list(range(21))
    for clip in clips:
        assert np.array_equal(np.array(Image.open(clip.path)), corpora.pixels(clip.number))


def test_fer_csv_with_the_column_names_of_the_competition_page(tmp_path, said):
    text = (
        (corpora.fer_csv(tmp_path) / "fer2013.csv")
        .read_text()
        .replace("emotion,pixels,Usage", "emotion, Usage, pixels")
    )
    rows = [line.split(",") for line in text.splitlines()[1:]]
    lines = ["emotion, Usage, pixels", *(f"{code},{usage},{values}" for code, values, usage in rows)]
    (tmp_path / "fer2013.csv").unlink()
    (tmp_path / "icml_face_data.csv").write_text("\n".join(lines))
    clips = fer2013.unpack(fer2013.load(tmp_path, said.append), tmp_path / "own")
    assert emotions_by_split(clips) == one_each("train", "val", "test") and clips[3].path.is_file()


def test_fer_csv_unpacked_again_writes_nothing_again_and_repairs(tmp_path, said):
    clips = fer2013.load(corpora.fer_csv(tmp_path), said.append)
    first = fer2013.unpack(clips, tmp_path / "own")
    times = [clip.path.stat().st_mtime_ns for clip in first]
    first[5].path.write_bytes(b"cut off")
    first[6].path.unlink()
    again = fer2013.unpack(clips, tmp_path / "own")
    assert again == first
    assert [clip.path.stat().st_mtime_ns for clip in again][:5] == times[:5]
    assert all(np.array_equal(np.array(Image.open(clip.path)), corpora.pixels(clip.number)) for clip in again)


@pytest.mark.parametrize("values", ["1 2 3", " ".join(["256"] * 2304)])
def test_fer_csv_cut_off_says_which_row(tmp_path, said, values):
    with (corpora.fer_csv(tmp_path) / "fer2013.csv").open("a") as stream:
        stream.write(f"3,{values},Training\n")
    clips = fer2013.load(tmp_path, said.append)
    with pytest.raises(DemeanorError, match="row 21 is not 48 x 48"):
        fer2013.unpack(clips, tmp_path / "own")


def test_fer_csv_with_an_emotion_of_its_own_is_refused(tmp_path, said):
    with (corpora.fer_csv(tmp_path) / "fer2013.csv").open("a") as stream:
        stream.write("7,0 0,Training\n")  # the code that a derived table gives contempt
    with pytest.raises(DemeanorError, match="row 21: emotion '7'"):
        fer2013.load(tmp_path, said.append)


def test_fer_without_a_picture_is_no_fer(tmp_path, said):
    (tmp_path / "Training" / "happy").mkdir(parents=True)
    with pytest.raises(DemeanorError, match="found Training"):
        fer2013.load(tmp_path, said.append)
    (tmp_path / "fer2013.csv").write_text("emotion,pixels,Usage\n")
    with pytest.raises(DemeanorError, match="holds no FER2013"):
        fer2013.load(tmp_path, said.append)


@pytest.mark.parametrize("usages", [corpora.USAGES, ("Training", "PublicTest"), ("Training",)])
def test_fer_folders_of_the_challenge(tmp_path, said, usages):
    clips = fer2013.load(corpora.fer_folders(tmp_path, usages), said.append)
    assert emotions_by_split(clips) == one_each(*("train", "val", "test")[: len(usages)])
    assert any("val will be taken from train" in sentence for sentence in said) == (len(usages) == 1)


def test_fer_given_by_one_of_its_parts_is_the_whole(tmp_path, said):
    corpora.fer_folders(tmp_path)
    assert len(fer2013.load(tmp_path / "Training", said.append)) == 21


def test_fer_merged_test_of_kaggle_is_told_apart_by_its_names(tmp_path, said):
    clips = fer2013.load(corpora.fer_kaggle(tmp_path), said.append)
    assert emotions_by_split(clips) == one_each("train", "val", "test")
    assert {clip.split for clip in clips if "PrivateTest" in clip.path.name} == {"test"}


def test_fer_merged_test_without_such_names_stays_test_and_says_so(tmp_path, said):
    for number, emotion in enumerate(EMOTIONS):
        corpora.picture(tmp_path / "train" / emotion / f"test_{number}.png", number)
        corpora.picture(tmp_path / "test" / emotion / f"im{number}.png", number)
    clips = fer2013.load(tmp_path, said.append)
    assert emotions_by_split(clips) == one_each("train", "test")
    assert any("val will be taken from train" in sentence for sentence in said)


def test_fer_folders_in_other_spellings_and_contempt_is_left_out_and_said(tmp_path, said):
    for number, name in enumerate(
        ("ANGER", "Disgusted", "fearful", "Happiness", "4", "Surprise", "Neutral", "Contempt")
    ):
        corpora.picture(tmp_path / "Training" / name / f"{number}.png", number)
    clips = fer2013.load(tmp_path, said.append)
    assert emotions_by_split(clips) == one_each("train")
    assert any("1 of contempt" in sentence for sentence in said)


def test_fer_ambiguous_pictures_stay_and_are_counted(tmp_path, said):
    corpora.fer_folders(tmp_path)
    (tmp_path / "ambiguous.txt").write_text("fer0000003.png\nfer0000011.png\nfer9999999.png\n")
    assert len(fer2013.load(tmp_path, said.append)) == 21
    assert any("2 pictures of ambiguous.txt kept" in sentence for sentence in said)


# --- FER+ --------------------------------------------------------------------------------------------------------

VOTES = (4, 0, 1, 1, 3, 2, 0, 5, 6, 7)  # neutral happiness surprise sadness anger disgust fear contempt unknown NF
IN_OUR_ORDER = (3, 2, 0, 0, 1, 1, 4)


def test_votes_follow_the_file_name_and_contempt_is_nobodys(tmp_path, said):
    corpora.fer_folders(tmp_path)
    rows = [("Training", "fer0000002.png", VOTES), ("Training", "fer0000000.png", (0,) * 7 + (9, 1, 0))]
    clips = fer2013.load(corpora.ferplus(tmp_path, rows), said.append)
    votes = {clip.path.name: clip.votes for clip in clips}
    assert votes.pop("fer0000002.png") == IN_OUR_ORDER
    assert set(votes.values()) == {()}
    assert any("1 of 21 pictures" in sentence for sentence in said)


def test_votes_follow_the_rows_of_fer_csv_and_a_removed_picture_has_none(tmp_path, said):
    corpora.fer_csv(tmp_path)
    usages = [usage for usage in corpora.USAGES for _ in EMOTIONS]
    # The names skip a removed row, so they are no row numbers.
    names = ["fer0000000.png", "", *(f"fer{number - 1:07d}.png" for number in range(2, 21))]
    rows = [(usage, name, (number, *VOTES[1:])) for number, (usage, name) in enumerate(zip(usages, names, strict=True))]
    clips = fer2013.load(corpora.ferplus(tmp_path, rows), said.append)
    assert clips[1].votes == ()
    assert [clip.votes[6] for clip in clips if clip.votes] == [0, *range(2, 21)]


@pytest.mark.parametrize("change", ["fewer rows", "another order"])
def test_votes_of_other_pictures_are_not_taken_and_said(tmp_path, said, change):
    corpora.fer_csv(tmp_path)
    usages = [usage for usage in corpora.USAGES for _ in EMOTIONS]
    usages = usages[:-1] if change == "fewer rows" else usages[::-1]
    corpora.ferplus(tmp_path, [(usage, f"fer{number:07d}.png", VOTES) for number, usage in enumerate(usages)])
    assert not any(clip.votes for clip in fer2013.load(tmp_path, said.append))
    assert any("no votes were taken" in sentence for sentence in said)


@pytest.mark.parametrize("text", ["", "a,b\n1,2\n", f"{corpora.FERPLUS_HEADER}\nTraining,fer0000000.png,x,,\n"])
def test_a_broken_vote_table_is_one_sentence(tmp_path, said, text):
    (corpora.fer_folders(tmp_path) / "fer2013new.csv").write_text(text)
    with pytest.raises(DemeanorError, match="fer2013new.csv"):
        fer2013.load(tmp_path, said.append)


# --- CK+ ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("images", "labels"),
    [
        ("cohn-kanade-images", "Emotion"),
        ("extended-cohn-kanade-images/cohn-kanade-images", "Emotion_labels/Emotion"),
    ],
)
def test_ck_takes_the_peak_and_the_first_frame_of_labelled_sequences(tmp_path, said, images, labels):
    clips = ckplus.load(corpora.ckplus(tmp_path, images, labels), said.append)
    found = {(clip.path.stem, clip.emotion) for clip in clips}
    expected = {("S005_001", "disgust"), ("S010_006", "happy")}
    assert found == {(f"{sequence}_{n:08d}", emotion) for sequence, emotion in expected for n in (3, 4, 5)} | {
        (f"{sequence}_00000001", "neutral") for sequence, _ in expected
    }
    assert {(clip.speaker, clip.path.name[:4]) for clip in clips} == {("S005", "S005"), ("S010", "S010")}
    assert all(f"{clip.speaker}/" in clip.source for clip in clips)


def test_ck_contempt_is_not_disgust(tmp_path, said):
    clips = ckplus.load(corpora.ckplus(tmp_path), said.append)
    assert not [clip for clip in clips if "S005_002" in clip.path.stem]
    assert Counter(clip.emotion for clip in clips)["disgust"] == 3
    assert any("1 sequences of contempt left out" in sentence for sentence in said)
    assert any("1 sequences without a label left out" in sentence for sentence in said)
    assert any("first as neutral" in sentence for sentence in said)


def test_ck48_contempt_is_not_disgust_and_names_give_the_speaker(tmp_path, said):
    clips = ckplus.load(corpora.ck48(tmp_path), said.append)
    assert Counter(clip.emotion for clip in clips) == dict.fromkeys(EMOTIONS[:6], 6)
    assert {clip.speaker for clip in clips} == {"S010", "S011"}
    assert any("6 of contempt" in sentence for sentence in said)


def test_ck_without_its_labels_is_not_read_by_the_number_of_its_folders(tmp_path, said):
    corpora.picture(tmp_path / "cohn-kanade-images" / "S005" / "001" / "S005_001_00000001.png")
    with pytest.raises(DemeanorError, match="holds no CK"):
        ckplus.load(tmp_path, said.append)


def test_ck_labels_without_pictures_are_counted(tmp_path, said):
    corpora.ckplus(tmp_path)
    for file in (tmp_path / "cohn-kanade-images" / "S010" / "006").iterdir():
        file.unlink()
    assert {clip.speaker for clip in ckplus.load(tmp_path, said.append)} == {"S005"}
    assert any("1 labelled sequences have no pictures here, such as S010_006" in sentence for sentence in said)


def test_a_short_sequence_uses_no_frame_twice(tmp_path, said):
    corpora.ckplus(tmp_path)
    for frame in (1, 2, 3):
        (tmp_path / "cohn-kanade-images" / "S010" / "006" / f"S010_006_{frame:08d}.png").unlink()
    clips = [clip for clip in ckplus.load(tmp_path, said.append) if clip.speaker == "S010"]
    assert [(clip.path.stem[-1], clip.emotion) for clip in clips] == [("4", "neutral"), ("5", "happy")]


@pytest.mark.parametrize("text", ["", "8.0000000e+00", "nan"])
def test_ck_with_a_code_of_its_own_is_refused(tmp_path, said, text):
    corpora.ckplus(tmp_path)
    (tmp_path / "Emotion" / "S005" / "001" / "S005_001_00000005_emotion.txt").write_text(text)
    with pytest.raises(DemeanorError, match="codes 0 to 7"):
        ckplus.load(tmp_path, said.append)


# --- RAF-DB ------------------------------------------------------------------------------------------------------

RAF_LABELS = {1: "surprise", 2: "fear", 3: "disgust", 4: "happy", 5: "sad", 6: "angry", 7: "neutral"}


@pytest.mark.parametrize(
    "make",
    [
        corpora.rafdb,
        corpora.rafdb_kaggle,
        lambda folder: corpora.rafdb(folder, "list_partition_label.txt", suffix=""),
    ],
)
def test_raf_labels_and_its_own_partition(tmp_path, said, make):
    clips = rafdb.load(make(tmp_path / "basic"), said.append)
    assert emotions_by_split(clips) == one_each("train", "test")
    for clip in clips:
        split, code = clip.path.stem.split("_")[:2]
        assert (clip.split, clip.emotion) == (split, RAF_LABELS[int(code)])
    assert any("val will be taken from train" in sentence for sentence in said)


def test_raf_prefers_the_aligned_pictures(tmp_path, said):
    corpora.picture(corpora.rafdb(tmp_path) / "Image" / "a_original" / "train_00001.jpg")
    paths = [clip.path.name for clip in rafdb.load(tmp_path, said.append)]
    assert "train_00001_aligned.jpg" in paths and len(paths) == 14


@pytest.mark.parametrize("line", ["train_00099.jpg 8", "train_00099.jpg", "other_1.jpg 3"])
def test_a_broken_line_of_raf_is_named(tmp_path, said, line):
    with (corpora.rafdb(tmp_path) / "EmoLabel" / "list_patition_label.txt").open("a") as stream:
        stream.write(line + "\n")
    with pytest.raises(DemeanorError, match="line 15"):
        rafdb.load(tmp_path, said.append)


# --- any labelled folder -----------------------------------------------------------------------------------------


def test_named_files_keep_their_labels_and_numbers(tmp_path, said):
    clips = named_files.load(corpora.named(tmp_path), said.append)
    assert [(clip.number, clip.emotion) for clip in clips] == list(enumerate(EMOTIONS))


def test_named_files_of_two_data_sets_are_numbered_apart(tmp_path, said):
    corpora.named(tmp_path, "one")
    clips = named_files.load(corpora.named(tmp_path, "two"), said.append)
    assert sorted(clip.number for clip in clips) == list(range(14))


def test_named_files_take_their_split_from_the_folder(tmp_path, said):
    for split in ("train", "Validation", "test"):
        corpora.picture(tmp_path / split / "happy" / "a.png")
    clips = named_files.load(tmp_path, said.append)
    assert {clip.source: clip.split for clip in clips} == {
        "train/happy/a.png": "train", "Validation/happy/a.png": "val", "test/happy/a.png": "test"
    }  # fmt: skip


def test_named_files_say_what_bears_no_label_and_what_contradicts_itself(tmp_path, said):
    corpora.named(tmp_path)
    corpora.picture(tmp_path / "holiday.png")
    corpora.picture(tmp_path / "sad" / "IMG_2020_3.png")
    named_files.load(tmp_path, said.append)
    assert any("1 files left out" in sentence and "holiday.png" in sentence for sentence in said)
    assert any("another emotion than their name" in sentence and "IMG_2020_3" in sentence for sentence in said)


def test_named_files_take_sounds_and_videos_too(tmp_path, said):
    for number, ending in enumerate((*SOUNDS, *VIDEOS)):
        corpora.sound(tmp_path / f"mine_{number}_sad{ending}")
    corpora.sound(tmp_path / "happy" / "one.WAV")
    corpora.sound(tmp_path / "speech.flac")
    clips = named_files.load(tmp_path, said.append)
    assert Counter(clip.emotion for clip in clips) == {"sad": len(SOUNDS) + len(VIDEOS), "happy": 1}
    assert any("1 files left out" in sentence and "speech.flac" in sentence for sentence in said)
