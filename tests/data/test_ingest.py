"""From an original corpus to the training layout: nothing lost, nothing twice, nothing of the original touched."""

import errno
import os
import shutil
from collections import Counter
from dataclasses import replace

import pytest

from source.cli import main as cli_main
from source.core.errors import DemeanorError
from source.core.spec import spec_of
from source.data import ingest as module
from source.data.ingest import get_data
from source.data.splits import with_splits
from source.data.training_folder import training_files
from source.media.types import SOUNDS
from tests.support import corpora
from tests.support.corpora import EMOTIONS

SUFFIXES = (".png", ".jpg")
MODELS = ("face", "audio")
READ = {name: spec_of(name).suffixes for name in MODELS}


@pytest.fixture(autouse=True)
def models(monkeypatch):
    """A model of faces and one of voices, so that few files go to two models."""
    monkeypatch.setattr(module, "MODELS", MODELS)


def laid_out(*what, **hooks):
    """The Summary of a corpus that is of use to one model only."""
    [summary] = get_data(*what, **hooks)
    return summary


def files_of(folder):
    return sorted(file.relative_to(folder).as_posix() for file in folder.rglob("*") if not file.is_dir())


def contents(folder):
    return {file.relative_to(folder).as_posix(): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


def test_the_counts_are_by_split_and_emotion(original):
    summary = laid_out("FER2013", corpora.fer_folders(original, ("Training", "PublicTest")))
    assert summary.counts == {split: dict.fromkeys(EMOTIONS, 1) for split in ("train", "val")}
    assert summary.left_out == 0


def test_what_is_said_is_noted(original):
    said = []
    summary = laid_out("FER2013", corpora.fer_folders(original), said.append)
    assert tuple(said) == summary.notes and "research" in said[0]
    assert any("one person may be in train and in test" in sentence for sentence in said)


def test_votes_and_speakers_reach_clips_csv(original, tmp_path):
    corpora.ferplus(corpora.fer_folders(original), [("Training", "fer0000000.png", (1, 0, 0, 0, 8, 0, 0, 1, 0, 0))])
    faces = laid_out("FER2013", original).folder
    assert [clip.votes for clip in training_files(faces, SUFFIXES) if clip.votes] == [(8, 0, 0, 0, 0, 0, 1)]
    people = laid_out("CK+", corpora.ckplus(tmp_path / "ck")).folder
    assert {clip.speaker for clip in training_files(people, SUFFIXES)} == {"S005", "S010"}


def test_contempt_reaches_no_training_file(original):
    summary = laid_out("CK+", corpora.ckplus(original))
    sources = [clip.source for clip in training_files(summary.folder, SUFFIXES)]
    assert sources and not [source for source in sources if "S005_002" in source]
    assert summary.counts == {"unsplit": {"disgust": 3, "neutral": 2, "happy": 3}}
    assert any("contempt" in note for note in summary.notes)


def test_near_double_frames_stay_on_one_side(original):
    folder = laid_out("CK+", corpora.ck48(original)).folder
    splits = {(clip.speaker, clip.split) for clip in with_splits(training_files(folder, SUFFIXES))}
    assert len(splits) == len({speaker for speaker, _ in splits}) == 2


def test_the_csv_of_pixels_ends_in_pictures_of_ones_own(original, data):
    laid_out("FER2013", corpora.fer_csv(original))
    assert files_of(original) == ["fer2013.csv"]
    assert len(files_of(data / "original_FER2013_data")) == 21
    clips = training_files(data / "training_faces" / "FER2013", SUFFIXES)
    assert Counter(clip.split for clip in clips) == {"train": 7, "val": 7, "test": 7}


def test_without_a_folder_it_is_the_corpus_s_own(data):
    corpora.rafdb(data / "original_RAF-DB_data")
    assert laid_out("rafdb").folder == data / "training_faces" / "RAF-DB"


def test_progress_counts_every_file(original):
    seen = []
    laid_out("FER2013", corpora.fer_folders(original), on_progress=lambda done, total: seen.append((done, total)))
    assert seen == [(done, 21) for done in range(1, 22)]


# --- one corpus, several models ----------------------------------------------------------------------------------


def mixed(folder):
    """Two pictures, three sounds and a video of one's own."""
    corpora.picture(folder / "mine_1_happy.png", 1)
    corpora.picture(folder / "train" / "sad" / "a.jpg", 2)
    return corpora.sounds(folder, ["mine_1_happy.wav", "mine_2_sad.MP3", "fear/b.opus", "mine_4_angry.mp4"])


def test_each_model_gets_the_files_it_reads(original, data):
    seen = []
    before = contents(mixed(original))
    made = get_data("mine", original, on_progress=lambda done, total: seen.append((done, total)))
    assert [(part.model, part.folder) for part in made] == [
        ("face", data / "training_faces" / "mine"), ("audio", data / "extracted_audio" / "mine")
    ]  # fmt: skip
    assert [part.counts for part in made] == [
        {"train": {"sad": 1}, "unsplit": {"happy": 1}}, {"unsplit": {"fear": 1, "happy": 1, "sad": 1, "angry": 1}}
    ]  # fmt: skip
    assert seen == [(done, 6) for done in range(1, 7)]
    for part in made:
        clips = training_files(part.folder, READ[part.model])
        assert clips and all(clip.path.read_bytes() == before[clip.source] for clip in clips)
    assert get_data("mine", original) == made and contents(original) == before


def test_a_file_that_two_models_read_goes_to_both(original, monkeypatch):
    both = {name: replace(module.spec_of(name), suffixes=(".mp4",)) for name in READ}
    monkeypatch.setattr(module, "spec_of", both.__getitem__)
    corpora.sounds(original, ["mine_1_happy.mp4"])
    assert [(part.model, part.counts) for part in get_data("mine", original)] == [
        (name, {"unsplit": {"happy": 1}}) for name in READ
    ]


def test_files_of_no_use_to_any_model_are_said(original, monkeypatch):
    monkeypatch.setattr(module, "MODELS", ("face",))
    summary = laid_out("mine", mixed(original))
    assert summary.counts == {"train": {"sad": 1}, "unsplit": {"happy": 1}}
    assert any("4 files (.mp3, .mp4, .opus, .wav) are of no use to any model" in note for note in summary.notes)


def test_a_corpus_of_no_use_to_any_model_is_a_trouble(original, data, monkeypatch):
    monkeypatch.setattr(module, "MODELS", ("face",))
    with pytest.raises(DemeanorError, match=r"RAVDESS: 24 files \(\.wav\) are of no use .*; the models are: face\.$"):
        get_data("RAVDESS", corpora.ravdess(original))
    assert not data.exists()


def test_missing_files_are_counted_for_the_model_they_are_for(original):
    (mixed(original) / "clips.csv").write_text(
        "path,emotion,speaker\nmine_1_happy.png,happy,ada\nmine_1_happy.wav,happy,ada\ngone.wav,sad,ada\n"
    )
    assert [(part.model, part.left_out) for part in get_data("mine", original)] == [("face", 0), ("audio", 1)]


def test_the_command_shows_what_each_model_got(original, capsys):
    assert cli_main.main(["data", "get", "mine", "--from", str(mixed(original))]) == 0
    shown = capsys.readouterr().out
    assert "mine for the face model:\n" in shown and "mine for the audio model:\n" in shown
    assert shown.count("Training files: ") == 2 and shown.split("Training files: ")[2].endswith("mine\n")


def test_what_a_voice_corpus_knows_reaches_clips_csv(original):
    clips = training_files(laid_out("RAVDESS", corpora.ravdess(original)).folder, SOUNDS)
    calm = [clip for clip in clips if clip.original]
    assert {(clip.original, clip.emotion, clip.path.stem.rpartition("_")[2]) for clip in calm} == {
        ("calm", "neutral", "neutral")
    }
    assert {(clip.speaker, clip.sex, clip.sentence) for clip in clips} == {
        ("01", "male", "02"), ("02", "female", "02"), ("12", "female", "02")
    }  # fmt: skip
    assert all(f"-{clip.speaker}.wav" in clip.source for clip in clips)


# --- links and copies --------------------------------------------------------------------------------------------


def no_links(*_, **__):
    raise OSError(errno.EXDEV, "Invalid cross-device link")


def test_files_are_hard_links(original):
    folder = laid_out("mine", corpora.named(original)).folder
    assert all(file.stat().st_nlink == 2 and not file.is_symlink() for file in (folder / "unsplit").iterdir())


def test_a_symbolic_link_becomes_a_file(original, tmp_path):
    picture = corpora.picture(tmp_path / "store" / "3f2a.png")
    (original / "mine_1_sad.png").symlink_to(picture)
    target = laid_out("mine", original).folder / "unsplit" / "mine_1_sad.png"
    assert not target.is_symlink() and target.read_bytes() == picture.read_bytes()


def test_copies_where_there_can_be_no_links(original, monkeypatch):
    monkeypatch.setattr(os, "link", no_links)
    folder = laid_out("mine", corpora.named(original)).folder
    assert sorted(contents(folder / "unsplit").values()) == sorted(contents(original).values())
    assert all(file.stat().st_nlink == 1 for file in (folder / "unsplit").iterdir())


def test_a_full_disk_is_one_sentence_and_the_next_run_goes_on(original, monkeypatch):
    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "link", no_links)
        patch.setattr(shutil, "copyfile", full)
        with pytest.raises(DemeanorError, match="No space left on device"):
            laid_out("mine", corpora.named(original))
    assert len(training_files(laid_out("mine", original).folder, SUFFIXES)) == 7


# --- again -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("linking", [True, False])
def test_a_second_run_copies_nothing(original, monkeypatch, linking):
    with monkeypatch.context() as patch:
        if not linking:
            patch.setattr(os, "link", no_links)
        first = laid_out("FER2013", corpora.fer_folders(original))
        listed, states = contents(first.folder), [file.stat() for file in sorted(first.folder.rglob("*.png"))]
    monkeypatch.setattr(os, "link", None)
    monkeypatch.setattr(shutil, "copyfile", None)
    assert laid_out("FER2013", original) == first
    assert contents(first.folder) == listed
    again = [file.stat() for file in sorted(first.folder.rglob("*.png"))]
    assert [(s.st_ino, s.st_mtime_ns) for s in again] == [(s.st_ino, s.st_mtime_ns) for s in states]


@pytest.mark.parametrize("linking", [True, False])
def test_a_changed_corpus_replaces_its_files_and_leaves_the_others(original, monkeypatch, linking):
    if not linking:
        monkeypatch.setattr(os, "link", no_links)
    folder = laid_out("FER2013", corpora.fer_folders(original)).folder
    (folder / "train" / "my notes.txt").write_text("mine")
    (original / "Training" / "angry" / "fer0000000.png").unlink()
    before = contents(original)
    laid_out("FER2013", original)
    clips = training_files(folder, SUFFIXES)
    assert contents(original) == before and len(clips) == 20
    assert files_of(folder) == sorted(
        ["clips.csv", "train/my notes.txt", *(clip.path.relative_to(folder).as_posix() for clip in clips)]
    )
    for clip in clips:
        assert clip.path.read_bytes() == before[clip.source]


@pytest.mark.parametrize("moment", [1, 21])
def test_a_killed_run_says_so_and_the_next_one_completes_it(original, data, moment):
    def kill(done, total):
        if done == moment:
            raise KeyboardInterrupt

    corpora.fer_folders(original)
    with pytest.raises(KeyboardInterrupt):
        laid_out("FER2013", original, on_progress=kill)
    folder = data / "training_faces" / "FER2013"
    with pytest.raises(DemeanorError, match="was interrupted; run it again"):
        training_files(folder, SUFFIXES)
    shutil.rmtree(original / "PrivateTest")  # what the killed run had laid out of it must go
    laid_out("FER2013", original)
    clips = training_files(folder, SUFFIXES)
    assert len(clips) == 14 and len(files_of(folder)) == 15


def test_a_second_run_of_fewer_splits_leaves_no_empty_folder(original):
    folder = laid_out("FER2013", corpora.fer_folders(original)).folder
    shutil.rmtree(original / "PrivateTest")
    laid_out("FER2013", original)
    assert sorted(child.name for child in folder.iterdir()) == ["clips.csv", "train", "val"]


def test_a_file_of_ones_own_is_not_overwritten(original, data):
    own = corpora.picture(data / "training_faces" / "mine" / "unsplit" / "mine_0_angry.png", seed=99)
    before = own.read_bytes()
    with pytest.raises(DemeanorError, match="mine_0_angry.png exists and is another file"):
        laid_out("mine", corpora.named(original))
    assert own.read_bytes() == before


def test_files_named_in_a_list_of_ones_own_are_not_removed(original, data, tmp_path):
    photo = corpora.picture(tmp_path / "photos" / "holiday.png")
    folder = data / "training_faces" / "mine"
    kept = corpora.picture(folder / "train" / "mine_77_sad.png")
    (folder / "clips.csv").write_text(
        f"path,emotion,source\n{photo},happy,me\n../../../photos/holiday.png,happy,me\ntrain/mine_77_sad.png,sad,\n"
    )
    laid_out("mine", corpora.named(original))
    assert photo.is_file() and kept.is_file()


# --- what people do ----------------------------------------------------------------------------------------------


def test_a_folder_that_does_not_exist(tmp_path):
    with pytest.raises(
        DemeanorError, match=r"nowhere does not exist; put FER2013 there.*CK\+, CREMA-D, .*SAVEE, .*TurEV-DB, XED\)"
    ):
        laid_out("FER2013", tmp_path / "nowhere")


def test_a_corpus_not_there_yet(data):
    with pytest.raises(DemeanorError, match=r"original_CK\+_data does not exist.*--from FOLDER"):
        laid_out("CK+")


def test_an_empty_folder(original):
    with pytest.raises(DemeanorError, match="original» is empty"):
        laid_out("RAF-DB", original)


def test_an_archive_instead_of_a_folder(original):
    (original / "fer2013.zip").write_bytes(b"PK")
    with pytest.raises(DemeanorError, match="is a file; unpack it"):
        laid_out("FER2013", original / "fer2013.zip")


def test_another_corpus_s_folder(original):
    with pytest.raises(DemeanorError, match=r"no FER2013: looked for fer2013\.csv.*found Emotion, cohn-kanade-images"):
        laid_out("FER2013", corpora.ckplus(original))


@pytest.mark.parametrize("inside", ["", "unsplit", "raw"])
def test_the_training_folder_itself(data, inside):
    folder = corpora.named(corpora.picture(data / "training_faces" / "mine" / inside / "mine_9_sad.png").parent)
    before = contents(data)
    with pytest.raises(DemeanorError, match="give another folder"):
        laid_out("mine", folder)
    assert contents(data) == before


def test_a_folder_around_the_training_folder(data, original):
    laid_out("mine", corpora.named(original))
    before = contents(data)
    with pytest.raises(DemeanorError, match="give another folder"):
        laid_out("mine", data.parent)
    assert contents(data) == before


def test_names_with_blanks_and_letters_of_any_language(tmp_path):
    folder = tmp_path / "my «Bilder» 写真"
    names = ["größe 1_7_happy.png", "写真_8_sad.PNG", 'a, "b"_9_3.png']
    for seed, name in enumerate(names):
        corpora.picture(folder / name, seed)
    clips = training_files(laid_out("meine Bilder", folder).folder, SUFFIXES)
    assert {clip.source for clip in clips} == set(names)
    assert {clip.path.name for clip in clips} == {
        "meine Bilder_7_happy.png", "meine Bilder_8_sad.png", "meine Bilder_9_happy.png"
    }  # fmt: skip


def test_two_files_of_one_stem_are_both_kept(original):
    corpora.picture(original / "happy" / "a.png", 1)
    corpora.picture(original / "happy" / "a.jpg", 2)
    corpora.picture(original / "more" / "mine_1_happy.png", 3)
    corpora.picture(original / "others" / "mine_1_happy.png", 4)
    folder = laid_out("mine", original).folder
    assert len(files_of(folder / "unsplit")) == 4
    assert sorted(contents(folder / "unsplit").values()) == sorted(contents(original).values())


def test_pictures_that_a_list_names_and_that_are_missing_are_counted(original):
    corpora.rafdb(original)
    for file in (original / "Image" / "aligned").glob("test_*"):
        file.unlink()
    summary = laid_out("RAF-DB", original)
    assert summary.left_out == 7 and list(summary.counts) == ["train"]
    assert any("7 files it names are not there, such as" in note for note in summary.notes)


def test_a_list_without_any_picture(original):
    corpora.rafdb(original)
    shutil.rmtree(original / "Image")
    with pytest.raises(DemeanorError, match="none of the 14 files"):
        laid_out("RAF-DB", original)


def test_a_list_that_is_no_text(original):
    (corpora.rafdb(original) / "EmoLabel" / "list_patition_label.txt").write_bytes(b"\xff\xfe\x00\x81")
    with pytest.raises(DemeanorError, match="RAF-DB in .* could not be read"):
        laid_out("RAF-DB", original)


@pytest.mark.skipif(os.name == "nt" or getattr(os, "geteuid", int)() == 0, reason="rights do not bind this user")
@pytest.mark.parametrize("name", ["FER2013", "RAVDESS", "mine"])
def test_a_folder_without_the_right_to_read_it(original, name):
    (corpora.FACES | corpora.VOICES | {"mine": corpora.named})[name](original)
    locked = corpora.picture(original / "happy" / "zz" / "mine_9_happy.png").parent
    if name == "FER2013":
        locked = original / "Training" / "sad"
    locked.chmod(0)
    try:
        with pytest.raises(DemeanorError, match="could not be read"):
            laid_out(name, original)
    finally:
        locked.chmod(0o755)
