"""Every corpus with videos, as the model of voices and the one of videos get it: each take once, by one number."""

from collections import Counter

import pytest

from source.core.errors import DemeanorError
from source.core.spec import spec_of
from source.data import ingest as module
from source.data.corpora import meld, omg, ravdess
from source.data.ingest import get_data
from source.data.segmentation.segment import segment_of
from source.data.training_folder import training_files
from source.media.types import VIDEOS
from tests.support import corpora


@pytest.fixture(autouse=True)
def models(monkeypatch):
    """Models of voices, texts and videos."""
    monkeypatch.setattr(module, "MODELS", ("audio", "text", "combined"))


def laid_out(name, folder, notify=lambda sentence: None):
    """The clips that each model got."""
    return {
        made.model: training_files(made.folder, spec_of(made.model).suffixes) for made in get_data(name, folder, notify)
    }


def names(clips):
    return {clip.path.name for clip in clips}


# --- all of them -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [pytest.param("RAVDESS", marks=pytest.mark.slow), "CREMA-D"])
def test_the_voice_model_gets_what_it_got_before_there_were_videos(name, tmp_path, data):
    """Where sounds lie beside videos: the same sounds, numbers and list as of the sounds alone."""
    both, alone = tmp_path / "both", tmp_path / "alone"
    corpora.FILMED[name](both)
    if name == "RAVDESS":
        corpora.ravdess(both)
    for file in sorted(both.rglob("*")):
        if file.is_file() and file.suffix not in VIDEOS:
            target = alone / file.relative_to(both)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(file.read_bytes())
    with_videos = laid_out(name, both)["audio"]
    only_sounds = laid_out(name, alone)["audio"]
    assert with_videos[: len(only_sounds)] == only_sounds
    assert {clip.path.suffix for clip in with_videos[len(only_sounds) :]} <= {".flv"}  # a take without a sound file


def test_files_named_by_the_contract_reach_the_model_of_videos(original):
    corpora.sounds(original, ["mine_7_happy.mp4", "mine_8_sad.MKV", "mine_9_4.wav"])
    laid = laid_out("mine", original)
    assert names(laid["combined"]) == names(laid["audio"]) == {"mine_7_happy.mp4", "mine_8_sad.mkv", "mine_9_sad.wav"}


@pytest.mark.parametrize("other", ["mine_9_sad.wav", "mine_1_sad.wav", "mine_1_happy.png"])
def test_a_sound_and_a_video_of_one_name_are_one_take(original, other):
    corpora.sounds(original, ["mine_1_happy.mp4", "mine_1_happy.wav", "b/mine_3_fear.MP4", other])
    laid = laid_out("mine", original)
    form = {model: [clip.path.suffix for clip in clips if clip.emotion == "happy"] for model, clips in laid.items()}
    assert form == {"audio": [".wav"], "combined": [".mp4"]}
    [numbers] = {tuple(clip.number for clip in clips) for clips in laid.values()}
    assert len(set(numbers)) == len(numbers) == 3 - other.endswith(".png")


def test_files_of_one_name_that_are_no_take_stay_apart(original):
    corpora.sounds(original, ["happy/a.wav", "happy/a.mp3", "sad/a.mp4", "sad/b.mp4", "sad/b.opus"])
    laid = laid_out("mine", original)
    assert [len(clips) for clips in laid.values()] == [4, 4]


def test_which_form_each_model_gets_is_said(original, said):
    laid_out("JAVED", corpora.javed(original), said.append)
    assert any("18 takes are there as sound and as video; the audio model gets the sound" in line for line in said)
    assert any("18 takes are there as sound and as video; the combined model gets the video" in line for line in said)


# --- RAVDESS -----------------------------------------------------------------------------------------------------


def modalities(clips):
    return Counter(clip.source.rpartition("/")[2][:2] for clip in clips)


def test_ravdess_video_with_sound_before_sound_before_silent_video(original):
    corpora.ravdess_videos(corpora.ravdess(original))
    laid = laid_out("RAVDESS", original)
    assert modalities(laid["combined"]) == {"01": 8, "03": 16} and modalities(laid["audio"]) == {"03": 24}


def test_ravdess_of_videos_only(original):
    laid = laid_out("RAVDESS", corpora.ravdess_videos(original))
    assert modalities(laid["combined"]) == modalities(laid["audio"]) == {"01": 8}


def test_ravdess_silent_videos_are_for_the_model_of_videos_alone(original, said):
    corpora.ravdess(original)
    corpora.sounds(original, ["V/02-01-06-01-02-01-12.mp4", "V/02-01-06-02-02-01-12.mp4", "A/02-01-01-02-02-01-12.mp4"])
    laid = laid_out("RAVDESS", original, said.append)
    assert modalities(laid["audio"]) == {"03": 24} and modalities(laid["combined"]) == {"02": 3, "03": 23}
    assert [clip.number for clip in laid["audio"]] == list(range(24))  # as if the silent ones were not there
    assert not any("of no use" in sentence for sentence in said)


def test_ravdess_silent_videos_without_a_model_of_videos_are_of_no_use(original, monkeypatch):
    monkeypatch.setattr(module, "MODELS", ("audio",))
    corpora.ravdess_videos(original, ("02",))
    assert all(map(ravdess.is_silent, ravdess.load(original, print)))
    with pytest.raises(DemeanorError, match=r"RAVDESS: 8 files \(\.mp4\) are of no use to any model"):
        get_data("RAVDESS", original)


# --- CREMA-D and SAVEE -------------------------------------------------------------------------------------------


def test_cremad_flash_videos_are_the_takes_of_the_sounds(original):
    laid = laid_out("CREMA-D", corpora.cremad_videos(original))
    assert Counter(clip.path.suffix for clip in laid["combined"]) == {".flv": 19}
    assert Counter(clip.path.suffix for clip in laid["audio"]) == {".wav": 18, ".flv": 1}
    assert {clip.sex for clip in laid["combined"] if clip.speaker == "1001"} == {"male"}


def test_savee_clips_without_a_zero_are_the_takes_of_the_sounds(original):
    laid = laid_out("SAVEE", corpora.savee_videos(original))
    assert Counter(clip.path.suffix for clip in laid["combined"]) == {".avi": 28} and len(laid["audio"]) == 28
    sources = {clip.number: clip.source for clip in laid["combined"]}
    [sad] = [clip for clip in laid["audio"] if clip.source.endswith("JK/sa04.wav")]
    assert sources[sad.number].endswith("JK/sa4.avi")


# --- MELD --------------------------------------------------------------------------------------------------------


def test_meld_gives_each_utterance_as_text_and_as_video(original, said):
    laid = laid_out("MELD", corpora.meld_videos(original), said.append)
    assert len(laid["text"]) == 27 and len(laid["combined"]) == len(laid["audio"]) == 24
    texts = {clip.number: clip for clip in laid["text"]}
    for clip in laid["combined"]:
        text = texts[clip.number]
        assert (clip.sentence, clip.emotion, clip.sentiment, clip.split, clip.source, clip.about) == (
            text.sentence, text.emotion, text.sentiment, text.split, text.source, text.about
        )  # fmt: skip
        part = clip.source.split()[0]
        assert clip.path.read_bytes().decode().startswith(f"{part} dia{clip.source.split()[2]}_utt")
    assert any("3 files it names are not there, such as" in line and "dia3_utt1.mp4" in line for line in said)


def test_meld_of_the_texts_alone_names_no_videos(original, said):
    assert set(laid_out("MELD", corpora.meld(original), said.append)) == {"text"}
    assert not any("are not there" in sentence for sentence in said)


def test_meld_with_the_videos_of_one_part(original):
    laid = laid_out("MELD", corpora.meld_videos(original, ("dev",)))
    assert {clip.split for clip in laid["combined"]} == {"val"} and len(laid["combined"]) == 8


def test_meld_videos_do_not_stand_between_what_was_said_before(original, tmp_path, said):
    clips = meld.load(corpora.meld_videos(original), said.append)
    files = [clip for clip in meld.unpack(clips, tmp_path / "own") if clip.path.suffix == ".txt"]
    [last] = [clip for clip in files if clip.source == "train dialogue 0" and clip.path.stem == "dia0_utt4"]
    assert last.path.read_text(encoding="utf-8").splitlines() == [
        "> You must’ve had your hands full.", "> That I did. That I did.", "> So let's talk", "My duties? All right."
    ]  # fmt: skip


# --- OMG-Emotion -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("tables", ["", "lists"])
def test_omg_reads_its_labels_scales_and_words(original, said, tables):
    clips = omg.load(corpora.omg(original, tables=tables), said.append)
    assert [(clip.split, clip.emotion, clip.valence, clip.arousal, clip.source) for clip in clips] == [
        ("train", "neutral", -0.024, -0.66, "CROcsl0lIec"), ("train", "happy", 0.6, 1.0, "Y50P3WlXVDk"),
        ("train", "angry", 1.0, -1.0, "Y50P3WlXVDk"), ("val", "sad", -1.0, 0.32, "HZF8SXDoFGM"),
        ("val", "disgust", 0.0, 0.0, "shared0"), ("test", "fear", 0.66, 0.26, "9fe7bVsmAPU"),
    ]  # fmt: skip
    assert clips[0].sentence == "words of 5b44393ed" and all(clip.path.is_file() for clip in clips)
    assert clips[0].path.parts[-2:] == ("5b44393ed", "utterance_4.mp4")


def test_omg_leaves_a_video_of_the_web_in_one_split_only(original, said):
    clips = omg.load(corpora.omg(original), said.append)
    assert {clip.split for clip in clips if clip.source == "shared0"} == {"val"}
    assert any("1 utterances left out, for their videos are in val or test too" in sentence for sentence in said)


def test_omg_of_whole_videos_gives_stretches_of_them(original, said):
    clips = omg.load(corpora.omg(original, cut=False), said.append)
    stretches = [segment_of(clip.path) for clip in clips]
    assert [(s.file.name, s.start_seconds, s.end_seconds) for s in stretches[:3]] == [
        ("5b44393ed.mp4", 15.4, 19.7), ("76e_1.mp4", 0.0, 3.1), ("76e_1.mp4", 3.8, 12.3)
    ]  # fmt: skip
    assert all(stretch.file.is_file() for stretch in stretches)


def test_omg_stretches_are_for_a_model_whose_files_are_cut(original, monkeypatch):
    monkeypatch.setattr(module, "MODELS", ("audio",))
    with pytest.raises(DemeanorError, match="are of no use to any model"):
        get_data("OMG", corpora.omg(original, cut=False))


def test_omg_without_its_videos_is_a_trouble(original):
    for file in corpora.omg(original).rglob("*.mp4"):
        file.unlink()
    with pytest.raises(DemeanorError, match="none of the 6 files it names is there, such as .*utterance_4.mp4"):
        get_data("OMG", original)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (("EmotionMaxVote", "Vote"), "needs the columns link, start"),
        (("0.17,-0.024,4", "0.17,-0.024,7"), "line 2: emotion '7'"),
        (("0.17,-0.024,4", "1.7,-0.024,4"), "line 2: .*arousal 1.7"),
        (("0.17,-0.024,4", "x,-0.024,4"), "line 2: arousal is 'x', not a number"),
    ],
)
def test_omg_with_another_table_is_one_sentence(original, said, change, words):
    table = corpora.omg(original) / "omg_TrainVideos.csv"
    table.write_text(table.read_text(encoding="utf-8").replace(*change), encoding="utf-8")
    with pytest.raises(DemeanorError, match=words):
        omg.load(original, said.append)
