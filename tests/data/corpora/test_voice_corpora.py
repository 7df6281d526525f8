"""Every corpus of voices, read in every form people have it in: what its names say, and what is left out and said."""

from collections import Counter
from dataclasses import replace

import pytest

from source.core.errors import DemeanorError
from source.data.corpora import (
    ased,
    casia,
    cremad,
    emodb,
    emogator,
    emovo,
    enterface,
    javed,
    nemo,
    ordinary,
    ravdess,
    savee,
    tess,
    turevdb,
)
from source.data.labels import grouping_named
from source.data.store import fingerprint
from tests.support import corpora

WITHOUT_DISGUST = ("angry", "fear", "happy", "neutral", "sad", "surprise")


def emotions(clips):
    return Counter(clip.emotion for clip in clips)


def one(clips, name):
    """The clip of the original file called so."""
    [clip] = [clip for clip in clips if clip.source.rpartition("/")[2] == name]
    return clip


def first_forms(clips):
    """One clip of each take."""
    first: dict[int, object] = {}
    for clip in clips:
        first.setdefault(clip.number, clip)
    return list(first.values())


def labels(clip):
    return clip.emotion, clip.speaker, clip.sex, clip.sentence


# --- all of them -------------------------------------------------------------------------------------------------


def test_a_changed_original_label_makes_a_store_stale(tmp_path, said):
    clips = ravdess.load(corpora.ravdess(tmp_path), said.append)
    assert fingerprint(clips) != fingerprint([replace(clip, original="") for clip in clips])


# --- RAVDESS -----------------------------------------------------------------------------------------------------

RAVDESS = ("neutral", "neutral", "happy", "sad", "angry", "fear", "disgust", "surprise")  # by the third field


@pytest.mark.parametrize("place, ending", [("", ".mp4"), ("Actor_{actor}/", ".flac")])
def test_ravdess_in_every_layout(tmp_path, said, place, ending):
    clips = ravdess.load(corpora.ravdess(tmp_path, place, ending), said.append)
    assert Counter(map(labels, clips)) == Counter(
        (emotion, actor, sex, "02") for actor, sex in (("01", "male"), ("02", "female"), ("12", "female"))
        for emotion in RAVDESS
    )  # fmt: skip


def test_ravdess_neutral_is_kept_and_calm_is_told_apart_where_the_grouping_does(tmp_path, said):
    clips = ravdess.load(corpora.ravdess(tmp_path), said.append)
    named = {clip.path.name[6:8]: (clip.emotion, clip.original) for clip in clips}
    assert named["01"] == ("neutral", "") and named["02"] == ("neutral", "calm")
    eight, seven = grouping_named("eight"), grouping_named("seven")
    counts = Counter(eight.label_of(clip.emotion, clip.original) for clip in clips)
    assert counts == dict.fromkeys(eight.labels, 3) and len(counts) == 8
    assert Counter(seven.label_of(clip.emotion, clip.original) for clip in clips)["neutral"] == 6
    assert any("3 recordings of calm are read as neutral" in sentence for sentence in said)


def test_ravdess_song_is_left_out_and_said(tmp_path, said):
    corpora.ravdess(tmp_path)
    songs = [f"Actor_01/03-02-0{code}-01-01-01-01.wav" for code in (1, 4)]
    corpora.sounds(tmp_path, [*songs, "Actor_01/01-02-04-01-01-02-01.mp4", "Actor_01/02-02-04-01-01-02-01.mp4"])
    assert len(ravdess.load(tmp_path, said.append)) == 24
    assert any("4 files left out: song" in sentence for sentence in said)


def test_ravdess_of_nothing_but_song_says_what_it_is(tmp_path, said):
    corpora.sounds(tmp_path, ["03-02-01-01-01-01-01.wav"])
    with pytest.raises(DemeanorError, match="looked for the speech, in files such as"):
        ravdess.load(tmp_path, said.append)
    assert any("song" in sentence for sentence in said)


@pytest.mark.parametrize("name", ["03-01-09-01-01-01-01.wav", "03-01-01-01-01-01.wav", "04-01-01-01-01-01-01.wav"])
def test_ravdess_names_that_are_none_of_its_own(tmp_path, said, name):
    corpora.sounds(corpora.ravdess(tmp_path), [name])
    assert len(ravdess.load(tmp_path, said.append)) == 24
    assert any(f"1 files left out: not named as RAVDESS's are, such as {name}" in sentence for sentence in said)


# --- CREMA-D -----------------------------------------------------------------------------------------------------


def test_cremad_with_who_the_actors_are(tmp_path, said):
    clips = cremad.load(corpora.cremad(tmp_path), said.append)
    assert emotions(clips) == dict.fromkeys(("angry", "disgust", "fear", "happy", "neutral", "sad"), 3)
    assert labels(one(clips, "1001_DFA_ANG_XX.wav")) == ("angry", "1001", "male", "DFA")
    assert {clip.speaker: (clip.sex, clip.about) for clip in clips} == {
        "1001": ("male", "age 51; race Caucasian; ethnicity Not Hispanic"), "1002": ("female", "age 21; race Asian"),
        "1003": ("", ""),
    }  # fmt: skip
    assert any("does not say the sex of 1 actors" in sentence for sentence in said)


@pytest.mark.parametrize("given", ["", "AudioWAV"])
def test_cremad_finds_its_table_from_the_folder_of_sounds_too(tmp_path, said, given):
    corpora.cremad(tmp_path)
    assert one(cremad.load(tmp_path / given, said.append), "1002_DFA_SAD_XX.wav").sex == "female"


def test_cremad_without_its_table_says_what_is_unknown(tmp_path, said):
    clips = cremad.load(corpora.cremad(tmp_path, demographics=False), said.append)
    assert len(clips) == 18 and not any(clip.sex or clip.about for clip in clips)
    assert any("VideoDemographics.csv is not here" in sentence for sentence in said)


def test_cremad_with_another_table_is_one_sentence(tmp_path, said):
    (corpora.cremad(tmp_path) / "VideoDemographics.csv").write_text("actor,sex\n1001,Male\n")
    with pytest.raises(DemeanorError, match="needs the columns ActorID, Age, Sex"):
        cremad.load(tmp_path, said.append)


def test_cremad_prefers_the_wav_to_the_mp3_and_gives_the_video_by_its_number(tmp_path, said):
    clips = cremad.load(corpora.cremad(tmp_path), said.append)
    others = [f"{place}/{clip.path.stem}{ending}" for clip in clips
              for place, ending in (("AudioMP3", ".mp3"), ("VideoFlash", ".flv"))]  # fmt: skip
    corpora.sounds(tmp_path, [*others, "VideoFlash/1003_IEO_SAD_LO.flv"])
    again = cremad.load(tmp_path, said.append)
    assert Counter(clip.path.suffix for clip in first_forms(again)) == {".wav": 18, ".flv": 1}
    assert Counter(clip.path.suffix for clip in again) == {".wav": 18, ".flv": 19}
    assert any("18 files left out, for the same takes are there already" in sentence for sentence in said)


@pytest.mark.parametrize("level", ["XX", "LO", "MD", "HI", "X"])  # the corpus has 1040_ITH_SAD_X.wav
def test_cremad_in_every_level(tmp_path, said, level):
    corpora.sounds(tmp_path, [f"AudioWAV/1040_ITH_SAD_{level}.wav"])
    assert labels(cremad.load(tmp_path, said.append)[0]) == ("sad", "1040", "", "ITH")


# --- SAVEE -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", ["ALL/{speaker}_{stem}.wav", "{speaker}_{stem}.wav", "AudioData/{speaker}/{stem}.wav"])
def test_savee_in_every_layout(tmp_path, said, form):
    clips = savee.load(corpora.savee(tmp_path, form), said.append)
    assert emotions(clips) == dict.fromkeys(corpora.EMOTIONS, 4)
    assert {clip.speaker for clip in clips} == {"DC", "JE", "JK", "KL"} and {clip.sex for clip in clips} == {"male"}
    [sad], [surprise] = ([c for c in clips if c.sentence == code and c.speaker == "JK"] for code in ("sa04", "su04"))
    assert (sad.emotion, surprise.emotion) == ("sad", "surprise")


def test_savee_in_both_layouts_at_once_is_read_once(tmp_path, said):
    corpora.savee(tmp_path)
    corpora.savee(tmp_path, "AudioData/{speaker}/{stem}.wav")
    assert len(savee.load(tmp_path, said.append)) == 28


def test_savee_of_speakers_of_its_own_is_none(tmp_path, said):
    corpora.sounds(tmp_path, ["XY_a01.wav", "music/a01.wav"])
    with pytest.raises(DemeanorError, match=r"holds no SAVEE: looked for files such as DC_a01\.wav"):
        savee.load(tmp_path, said.append)


# --- TESS --------------------------------------------------------------------------------------------------------


def test_tess_pleasant_surprise_is_surprise(tmp_path, said):
    clips = tess.load(corpora.tess(tmp_path), said.append)
    assert labels(one(clips, "OAF_back_ps.wav")) == ("surprise", "OAF", "female", "back")
    assert labels(one(clips, "YAF_back_ps.wav")) == ("surprise", "YAF", "female", "back")
    assert emotions(clips) == {emotion: 2 + (emotion == "neutral") for emotion in corpora.EMOTIONS}


def test_tess_name_without_its_letter_is_of_the_older_speaker(tmp_path, said):
    clips = tess.load(corpora.tess(tmp_path), said.append)
    assert labels(one(clips, "OA_bite_neutral.wav")) == ("neutral", "OAF", "female", "bite")
    assert {(clip.speaker, clip.about) for clip in clips} == {("OAF", "age 64"), ("YAF", "age 26")}


def test_tess_of_kaggle_is_not_read_twice(tmp_path, said):
    corpora.tess(tmp_path)
    nested = "TESS Toronto emotional speech set data/TESS Toronto emotional speech set data/"
    clips = tess.load(corpora.tess(tmp_path, nested), said.append)
    assert len(clips) == 15 == len({clip.path.name for clip in clips})
    assert any("15 files left out" in sentence for sentence in said)


# --- EmoDB -------------------------------------------------------------------------------------------------------


def test_emodb_by_its_german_letters_and_without_boredom(tmp_path, said):
    clips = emodb.load(corpora.emodb(tmp_path), said.append)
    letters = {"W": "angry", "E": "disgust", "A": "fear", "F": "happy", "T": "sad", "N": "neutral"}
    assert {(clip.path.stem[5], clip.emotion) for clip in clips} == set(letters.items()) and len(clips) == 18
    assert labels(one(clips, "03a01Fa.wav")) == ("happy", "03", "male", "a01")
    assert any("3 files left out: boredom is none of the emotions" in sentence for sentence in said)


def test_emodb_knows_its_ten_speakers(tmp_path, said):
    corpora.sounds(tmp_path, [f"{speaker:02d}b10Na.wav" for speaker in (3, *range(8, 17))])
    clips = emodb.load(tmp_path, said.append)
    assert [clip.sex[0] for clip in clips] == list("mffmmmffmf")
    assert [clip.about for clip in clips] == [f"age {age}" for age in (31, 34, 21, 32, 26, 30, 32, 35, 25, 31)]


# --- nEMO --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("ending, given", [(".wav", "nEMO"), (".opus", "nEMO/samples"), (".flac", "")])
def test_nemo_in_whatever_format_the_files_are(tmp_path, said, ending, given):
    corpora.nemo(tmp_path / "nEMO", ending)
    clips = nemo.load(tmp_path / given, said.append)
    assert emotions(clips) == dict.fromkeys(WITHOUT_DISGUST, 3) and {clip.path.suffix for clip in clips} == {ending}
    clip = one(clips, "EB0_surprised_1.wav")
    assert labels(clip) == ("surprise", "EB0", "female", "dzień dobry") and clip.about == "age 27"
    assert clip.path.stem == "EB0_surprised_1"


def test_nemo_speakers_are_the_same_with_and_without_blanks(tmp_path, said):
    clips = nemo.load(corpora.nemo(tmp_path / "blanks"), said.append)
    assert {clip.speaker for clip in clips} == {"WR0", "EB0", "SM0"}


def test_nemo_missing_files_keep_their_path(tmp_path, said):
    (corpora.nemo(tmp_path) / "samples" / "EB0_fear_1.opus").unlink()
    clips = nemo.load(tmp_path, said.append)
    assert [clip.path for clip in clips if not clip.path.is_file()] == [tmp_path / "samples" / "EB0_fear_1.wav"]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (("normalized_text", "text"), "needs the columns file_id"),
        (("\tfear\t", "\tcontempt\t"), r"line 3: 'contempt' of 'WR0_fear_1\.wav'"),
    ],
)
def test_nemo_with_another_table_is_one_sentence(tmp_path, said, change, words):
    table = corpora.nemo(tmp_path) / "data.tsv"
    table.write_text(table.read_text(encoding="utf-8").replace(*change), encoding="utf-8")
    with pytest.raises(DemeanorError, match=words):
        nemo.load(tmp_path, said.append)


# --- JAVED -------------------------------------------------------------------------------------------------------


def test_javed_of_a_take_that_was_filmed_gives_the_sound_first(tmp_path, said):
    both = javed.load(corpora.javed(tmp_path), said.append)
    clips = first_forms(both)
    assert emotions(clips) == dict.fromkeys(WITHOUT_DISGUST, 6) and {clip.path.suffix for clip in clips} == {".opus"}
    codes = {"01": "neutral", "02": "sad", "03": "happy", "04": "surprise", "05": "fear", "06": "angry"}
    assert {(clip.path.name[6:8], clip.emotion) for clip in clips} == set(codes.items())
    assert {(clip.speaker, clip.sex) for clip in clips} == {("01", "female"), ("06", "male"), ("10", "male")}
    assert {(clip.path.stem, clip.number) for clip in both[36:]} < {(clip.path.stem, clip.number) for clip in clips}
    assert {clip.path.suffix for clip in both[36:]} == {".mp4"} and len(both) == 54


def test_javed_of_videos_only_is_read_by_their_sound(tmp_path, said):
    clips = javed.load(corpora.javed(tmp_path) / "video", said.append)
    assert len(clips) == 18 and {clip.path.suffix for clip in clips} == {".mp4"}


def test_javed_doubtful_clips_are_kept_and_said(tmp_path, said):
    clips = javed.load(corpora.javed(tmp_path), said.append)
    assert one(clips, "06-01-05_01.opus").emotion == "fear"
    [sentence] = [sentence for sentence in said if "mislabelled" in sentence]
    assert ": 06-01-05_01 may be mislabelled" in sentence and "06-01-05_02" not in sentence


# --- eNTERFACE'05 ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("given", ["", "enterface database"])
def test_enterface_with_its_irregular_subjects(tmp_path, said, given):
    corpora.enterface(tmp_path)
    clips = enterface.load(tmp_path / given, said.append)
    assert emotions(clips) == dict.fromkeys(("angry", "disgust", "fear", "happy", "sad", "surprise"), 6)
    assert Counter((clip.speaker, clip.sentence) for clip in clips) == {
        (speaker, sentence): 6 for speaker in ("1", "3", "6") for sentence in ("1", "2")
    }
    assert labels(one(clips, "s_3_su_2.avi")) == ("surprise", "3", "", "2")
    assert labels(one(clips, "s6_an_1.avi")) == ("angry", "6", "", "1")


def test_enterface_without_its_folders_goes_by_the_names(tmp_path, said):
    corpora.sounds(tmp_path, ["s1_an_1.wav", "s_3_fe_5.wav", "happy/s44_ha_2.wav"])
    clips = enterface.load(tmp_path, said.append)
    assert [labels(clip) for clip in clips] == [
        ("happy", "44", "", "2"), ("angry", "1", "", "1"), ("fear", "3", "", "5")
    ]  # fmt: skip


def test_enterface_takes_the_folder_where_it_contradicts_the_name_and_says_so(tmp_path, said):
    corpora.sounds(corpora.enterface(tmp_path), ["enterface database/subject 7/sadness/sentence 3/s8_an_4.avi"])
    assert labels(one(enterface.load(tmp_path, said.append), "s8_an_4.avi")) == ("sad", "7", "", "3")
    assert any("1 files lie in a folder of another emotion" in sentence for sentence in said)


def test_enterface_is_not_read_by_the_folders_above_it(tmp_path, said):
    folder = tmp_path / "subject 99" / "fear" / "mine"
    corpora.enterface(folder)
    assert {clip.speaker for clip in enterface.load(folder, said.append)} == {"1", "3", "6"}
    corpora.sounds(folder / "flat", ["s5_an_1.wav"])
    assert labels(enterface.load(folder / "flat", said.append)[0]) == ("angry", "5", "", "1")


# --- ASED --------------------------------------------------------------------------------------------------------


def test_ased_speaker_is_the_last_field_even_where_the_sex_is_another_s(tmp_path, said):
    clips = ased.load(corpora.ased(tmp_path), said.append)
    assert {(clip.speaker, clip.sex) for clip in clips} == {("20", "male"), ("25", "female")}
    assert emotions(clips) == {"neutral": 2, "fear": 2, "happy": 2, "sad": 2, "angry": 3}
    assert labels(one(clips, "S4-01-01-02-20.wav")) == ("sad", "20", "male", "s01")


# --- EMOVO -------------------------------------------------------------------------------------------------------


def test_emovo_by_its_italian_names(tmp_path, said):
    clips = emovo.load(corpora.emovo(tmp_path), said.append)
    assert emotions(clips) == dict.fromkeys(corpora.EMOTIONS, 3)
    assert labels(one(clips, "gio-f1-b2.wav")) == ("happy", "f1", "female", "b2")
    assert labels(one(clips, "pau-m3-b2.wav")) == ("fear", "m3", "male", "b2")


# --- TurEV-DB ----------------------------------------------------------------------------------------------------


def test_turevdb_speaker_is_the_first_field_and_not_the_emotion_s(tmp_path, said):
    clips = turevdb.load(corpora.turevdb(tmp_path), said.append)
    assert emotions(clips) == dict.fromkeys(("angry", "neutral", "happy", "sad"), 4)
    spoken = Counter((clip.speaker, clip.sentence) for clip in clips)
    assert spoken == {(who, word): 4 for who in ("1157", "1234") for word in ("kedi", "zeytin")}
    assert {clip.original for clip in clips if clip.emotion == "neutral"} == {"calm"}
    assert not any(clip.original for clip in clips if clip.emotion != "neutral")


# --- EmoGator ----------------------------------------------------------------------------------------------------


def test_emogator_of_thirty_kinds_gives_nine(tmp_path, said):
    clips = emogator.load(corpora.emogator(tmp_path), said.append)
    kinds = {"02": "happy", "03": "angry", "10": "disgust", "13": "happy", "15": "fear", "18": "neutral", "24": "sad",
             "27": "surprise", "28": "surprise"}  # fmt: skip
    assert {(clip.path.stem[7:9], clip.emotion) for clip in clips} == set(kinds.items()) and len(clips) == 18
    assert {clip.speaker for clip in clips} == {"000001", "000157"}
    assert any("42 files left out" in sentence for sentence in said)


# --- CASIA -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "form", ["{speaker}/{emotion}/201.wav", "{emotion}/201-{emotion}-{speaker}.wav", "{speaker}-{emotion}-201.wav",
             "CASIA/{emotion}/same texts 300_{speaker}_{emotion}_201.wav"],
)  # fmt: skip
def test_casia_in_every_layout(tmp_path, said, form):
    clips = casia.load(corpora.casia(tmp_path, form), said.append)
    assert Counter(map(labels, clips)) == Counter(
        (emotion, speaker, sex, "201") for emotion in corpora.CASIA_EMOTIONS for speaker, sex in casia.SPEAKERS.items()
    )


def test_casia_of_one_person_is_read_from_the_folder_that_is_named_so(tmp_path, said):
    clips = casia.load(corpora.casia(tmp_path) / "wangzhe", said.append)
    assert {clip.speaker for clip in clips} == {"wangzhe"} and len(clips) == 6


def test_casia_s_people_are_the_same_in_both_parts_and_what_they_say_is_not(tmp_path, said):
    corpora.sounds(tmp_path, ["Zhe.Wang/normal/201.wav", "Zhe.Wang/sad/201.wav", "wangzhe/sad/201.wav"])
    clips = casia.load(tmp_path, said.append)
    assert {(clip.emotion, clip.speaker) for clip in clips} == {("neutral", "wangzhe"), ("sad", "wangzhe")}
    assert len({clip.sentence for clip in clips}) == len(clips) == 3


def test_casia_names_of_other_people_are_none(tmp_path, said):
    corpora.sounds(corpora.casia(tmp_path), ["somebody/sad/201.wav", "wangzhe/bored/201.wav", "wangzhe/sad/x.wav"])
    assert len(casia.load(tmp_path, said.append)) == 24


# --- Ordinary speech ---------------------------------------------------------------------------------------------


def test_ordinary_speech_is_neutral_and_says_so(tmp_path, said):
    clips = ordinary.load(corpora.ordinary(tmp_path), said.append)
    assert {(clip.emotion, clip.original) for clip in clips} == {("neutral", "ordinary")}


def test_ordinary_people_are_told_apart_within_a_source(tmp_path, said):
    clips = ordinary.load(corpora.ordinary(tmp_path), said.append)
    people = {clip.source: (clip.speaker, clip.sex, clip.about) for clip in clips}
    assert people == {
        "calls/agent_0.wav": ("calls/agent", "female", "language de; kind telephone"),
        "calls/agent_1.wav": ("calls/agent", "female", "language de; kind telephone"),
        "calls/caller_0.wav": ("calls/caller", "", "language de; kind telephone"),
        "read/1995/agent_0.wav": ("books/agent", "male", "kind read"),
        "read/1996/speech.wav": ("read", "", "language xx"),
    }


def test_ordinary_speech_without_a_table_keeps_folders_together_and_names_nobody_else(tmp_path, said):
    corpora.sounds(corpora.ordinary(tmp_path, listed=False), ["monday.flac", "tuesday.mp3"])
    clips = ordinary.load(tmp_path, said.append)
    assert Counter(clip.speaker for clip in clips) == {"calls": 3, "read": 2, "": 2}


def test_ordinary_speech_is_what_the_table_names(tmp_path, said):
    folder = corpora.ordinary(tmp_path / "unpacked")
    corpora.sounds(folder, ["calls/music.wav"])
    (folder / "calls" / "agent_1.wav").unlink()
    assert len(ordinary.load(tmp_path, said.append)) == 4
    assert any("1 files" in sentence and "not there" in sentence and "agent_1.wav" in sentence for sentence in said)
    assert any("1 files left out" in sentence and "music.wav" in sentence for sentence in said)


def test_an_ordinary_recording_that_is_there_as_sound_and_video_is_one_take(tmp_path, said):
    clips = ordinary.load(corpora.sounds(tmp_path, ["a/talk.wav", "a/talk.mp4", "b/talk.wav"]), said.append)
    assert len({clip.number for clip in clips}) == 2 and len(clips) == 3
