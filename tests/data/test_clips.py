"""Clips, the file-name contract and clips.csv."""

from pathlib import Path

import pytest

from source.core import config
from source.core.errors import DemeanorError
from source.data.clips import Clip, clip_from_name, labelled_files, numbered, read_clips, write_clips
from tests.support.corpora import picture

SUFFIXES = (".png", ".jpg")


@pytest.mark.parametrize(
    ("name", "corpus", "number", "emotion"),
    [
        ("mine_7_happy.png", "mine", 7, "happy"),
        ("FER2013_0_0.png", "FER2013", 0, "angry"),
        ("my_own set_12_Happiness.JPG", "my_own set", 12, "happy"),
        ("CK+_3_6.png", "CK+", 3, "neutral"),
        ("größe_01_sad.png", "größe", 1, "sad"),
        ("a_1_2_fear.png", "a_1", 2, "fear"),
    ],
)
def test_a_name_of_the_contract_is_read(name, corpus, number, emotion):
    clip = clip_from_name(Path(name))
    assert (clip.corpus, clip.number, clip.emotion) == (corpus, number, emotion)


@pytest.mark.parametrize(
    "name", ["photo.png", "mine_happy.png", "mine_7_contempt.png", "mine_7_9.png", "_7_.png", "mine_x_happy.png"]
)
def test_other_names_are_no_clip(name):
    assert clip_from_name(Path(name)) is None


@pytest.mark.parametrize("emotion", config.EMOTIONS)
def test_the_training_name_reads_back(emotion):
    clip = Clip(Path("a/b.JPG"), "CK+", 31, emotion)
    again = clip_from_name(Path(clip.training_name))
    assert (again.corpus, again.number, again.emotion) == ("CK+", 31, emotion)
    assert clip.training_name == f"CK+_31_{emotion}.jpg"


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"emotion": "contempt"}, "'contempt' is not one of angry"),
        ({"split": "training"}, "split 'training' is not one of train, val, test"),
        ({"votes": (1.0, 2.0)}, "2 votes for 7 emotions"),
    ],
)
def test_a_wrong_clip_is_refused(change, says):
    with pytest.raises(DemeanorError, match=says):
        Clip(**({"path": Path("a.png"), "corpus": "mine", "number": 0, "emotion": "sad"} | change))


def test_clips_csv_keeps_everything(tmp_path):
    votes = (0.0, 1.5, 0.0, 7.0, 0.0, 0.0, 2.0)
    full = Clip(
        tmp_path / "val" / 'a,b "ü".png', "mine", 4, "happy", "S1", "female", "Hi, you", "val", "x/ü.png", votes
    )
    bare = Clip(Path("/elsewhere/c.png"), "mine", 5, "sad")
    write_clips(tmp_path / "clips.csv", [full, bare], relative_to=tmp_path)
    assert "val/a,b" in (tmp_path / "clips.csv").read_text(encoding="utf-8")
    assert read_clips(tmp_path / "clips.csv", relative_to=tmp_path) == [full, bare]


def test_clips_csv_grows_by_appending(tmp_path):
    clips = numbered([Clip(tmp_path / f"{emotion}.png", "mine", 0, emotion) for emotion in config.EMOTIONS])
    write_clips(tmp_path / "clips.csv", clips[:3])
    write_clips(tmp_path / "clips.csv", clips[3:], append=True)
    assert read_clips(tmp_path / "clips.csv") == clips


def test_a_clips_csv_made_in_a_spreadsheet_is_read(tmp_path):
    text = "\ufeffpath,emotion,speaker,remark\r\na b.png,Happiness,Ann,nice\r\nc.png,4,,\r\n"
    (tmp_path / "clips.csv").write_bytes(text.encode("utf-8"))
    first, second = labelled_files(tmp_path, SUFFIXES)
    assert (first.path, first.emotion, first.speaker, first.number) == (tmp_path / "a b.png", "happy", "Ann", 0)
    assert (second.emotion, second.speaker, second.number, second.corpus) == ("sad", "", 1, tmp_path.name)


def test_a_clips_csv_without_its_columns_says_so(tmp_path):
    (tmp_path / "clips.csv").write_text("file,label\na.png,happy\n")
    with pytest.raises(DemeanorError, match="lacks the columns emotion, path"):
        labelled_files(tmp_path, SUFFIXES)


def test_contempt_in_a_clips_csv_is_refused_and_not_renamed(tmp_path):
    (tmp_path / "clips.csv").write_text("path,emotion\na.png,contempt\n")
    with pytest.raises(DemeanorError, match="'contempt'"):
        labelled_files(tmp_path, SUFFIXES)


def test_a_folder_is_labelled_by_name_then_by_sub_folder(tmp_path):
    picture(tmp_path / "mine_3_sad.png")
    picture(tmp_path / "ANGRY" / "photo 1.png")
    picture(tmp_path / "contempt" / "photo 2.png")
    picture(tmp_path / "S005" / "001" / "frame.png")
    (tmp_path / "happy").mkdir()
    (tmp_path / "happy" / "notes.txt").write_text("no picture")
    found = {clip.path.name: clip.emotion for clip in labelled_files(tmp_path, SUFFIXES)}
    assert found == {"mine_3_sad.png": "sad", "photo 1.png": "angry"}


def test_numbers_follow_the_order():
    clips = [Clip(Path(f"{number}.png"), "mine", 9, "sad") for number in range(3)]
    assert [clip.number for clip in numbered(clips)] == [0, 1, 2]
