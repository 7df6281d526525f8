"""What holds for every corpus, in every form in which people have it."""

from itertools import combinations

import pytest

import source
from source.core import config
from source.core.errors import DemeanorError
from source.core.spec import spec_of
from source.data.clips import clip_from_name, read_clips, write_clips
from source.data.corpora import corpus_named, did_you_mean, known_corpora, may_be_left_out, named_files
from source.data.ingest import get_data
from source.data.splits import assert_disjoint, with_splits
from source.data.training_folder import training_files
from source.text.utterances import split_context
from tests.support import corpora

FORMS = {  # corpus and form -> corpus, maker of its folder
    "mine": ("mine", corpora.named), "mine, texts": ("mine", corpora.named_texts),
    "FER2013, table": ("FER2013", corpora.fer_csv), "CK+48": ("CK+", corpora.ck48),
    "ordinary": ("ordinary", corpora.ordinary),
    **{name: (name, make) for name, make in (corpora.FACES | corpora.VOICES | corpora.TEXTS).items()},
    **{f"{name}, filmed": (name, make) for name, make in corpora.FILMED.items()},
}  # fmt: skip
QUICK = ("mine", "FER2013, table", "CK+", "RAVDESS", "nEMO", "GoEmotions", "MELD, filmed", "OMG, filmed")
each_form = pytest.mark.parametrize(
    ("name", "make"),
    [pytest.param(*FORMS[form], id=form, marks=() if form in QUICK else pytest.mark.slow) for form in FORMS],
)


def states(folder):
    """Inode, time of change and content of every file but tables."""
    files = [file for file in folder.rglob("*") if file.is_file() and file.suffix != ".csv"]
    return {file: (file.stat().st_ino, file.stat().st_mtime_ns, file.read_bytes()) for file in files}


def laid_out(name, folder):
    summaries = get_data(name, folder)
    return summaries, {made.model: training_files(made.folder, spec_of(made.model).suffixes) for made in summaries}


@each_form
def test_clips_are_complete_numbered_by_take_and_survive_clips_csv(name, make, original, tmp_path, said):
    make(original / "unpacked here")
    clips = corpus_named(name).load(original, said.append)
    assert {clip.corpus for clip in clips} == {name} and len({clip.path for clip in clips}) == len(clips)
    assert sorted({clip.number for clip in clips}) == list(range(len({clip.number for clip in clips})))
    assert all((clip.source or name == "mine") and (clip.emotion or clip.affect) for clip in clips)
    if name in corpora.VOICES:
        assert all(clip.speaker and (clip.sentence or name in corpora.WORDLESS) for clip in clips)
    write_clips(tmp_path / "clips.csv", clips)
    assert read_clips(tmp_path / "clips.csv") == clips


@each_form
def test_data_get_follows_the_layout_mixes_no_people_and_again_changes_nothing(name, make, original, data):
    before = states(make(original))
    summaries, laid = laid_out(name, original)
    for summary in summaries:
        clips, spec = laid[summary.model], spec_of(summary.model)
        assert summary.corpus == name and summary.folder == spec.training_folder / name and clips
        files = {file.relative_to(summary.folder).as_posix() for file in summary.folder.rglob("*") if file.is_file()}
        assert files == {"clips.csv", *(clip.path.relative_to(summary.folder).as_posix() for clip in clips)}
        assert sum(sum(counts.values()) for counts in summary.counts.values()) == len(clips)
        assert len({clip.number for clip in clips}) == len(clips), "a take once"
        for clip in clips:
            named = clip_from_name(clip.path)
            assert clip.emotion == (named.emotion if named else "")
            assert clip.path.stem.startswith(f"{name}_{clip.number}_")
            assert clip.corpus == name and clip.source and clip.path.parent.name == (clip.split or "unsplit")
            if clip.path.suffix == ".txt":
                assert clip.sentence in ("", split_context(clip.path.read_text(encoding="utf-8"))[1])
        sides = [[clip for clip in with_splits(clips) if clip.split == side] for side in ("train", "val", "test")]
        for pair in combinations(sides, 2):
            assert_disjoint(*pair)
    clips = [clip for part in laid.values() for clip in part]
    labels = {(c.number, c.emotion, c.original, c.speaker, c.sentence, c.split, c.sex) for c in clips}
    assert len(labels) == len({clip.number for clip in clips}) or name == "mine", "a take is the same to every model"
    made = states(data)
    assert laid_out(name, original) == (summaries, laid)
    assert states(data) == made and states(original) == before


# --- By name -----------------------------------------------------------------------------------------------------


def test_every_corpus_of_config_has_a_file_with_its_licence():
    assert {name for names in config.CORPORA.values() for name in names} <= set(known_corpora())
    for name in known_corpora():
        corpus = corpus_named(name)
        assert corpus is corpus_named(name.lower()) and name == corpus.NAME and corpus.LICENCE


def test_nobody_is_a_stranger_in_speech_that_is_not_acted_or_has_no_words():
    assert {name for name in (*known_corpora(), "mine") if not may_be_left_out(name)} == {"ordinary", "EmoGator"}


@pytest.mark.parametrize("name", ["mine", "my faces", "folders", "ferplus", "named_files", "größe"])
def test_any_other_name_is_read_as_labelled_files(name):
    assert corpus_named(name) is named_files


@pytest.mark.parametrize("name", ["", "..", "../mine", "a/b", "a\\b", ".hidden", "mine.", "mine\n"])
def test_a_name_that_cannot_be_a_folder_is_refused(name):
    with pytest.raises(DemeanorError, match="cannot be a corpus's name"):
        corpus_named(name)


@pytest.mark.parametrize(("name", "near"), [("ravdes", "RAVDESS"), ("FER2031", "FER2013"), ("goemotion", "GoEmotions")])
def test_a_mistyped_name_is_offered_the_near_ones(name, near, original):
    assert near in did_you_mean(name) and did_you_mean(near) == did_you_mean("mine") == ""
    (original / "holiday.xyz").write_text("sun")
    for folder in (None, original):
        with pytest.raises(DemeanorError, match=f"Did you mean .*{near}"):
            get_data(name, folder)


@pytest.mark.parametrize("name", [*known_corpora(), "mine"])
def test_another_folder_says_what_was_looked_for_and_found(name, original, said):
    (original / "holiday.txt").write_text("sun")
    with pytest.raises(DemeanorError, match=r"looked for .*found holiday\.txt"):
        corpus_named(name).load(original, said.append)


def test_every_model_s_files_are_of_a_kind_of_its_own():
    assert {model: spec_of(model).suffixes[0] for model in source.MODELS} == {
        "face": ".png", "audio": ".wav", "text": ".txt", "combined": ".mp4"
    }  # fmt: skip


# --- Recordings --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", corpora.VOICES)
def test_files_that_are_not_the_corpus_s_are_left_out_and_said(original, said, name):
    load, folder = corpus_named(name).load, corpora.VOICES[name](original)
    before = load(folder, said.append)
    for clip in before:
        (clip.path.parent / f"._{clip.path.name}").write_bytes(b"resource fork")  # as macOS packs them
    corpora.sounds(folder, ["interview.wav", "README.txt"])
    said.clear()
    assert [clip.path for clip in load(folder, said.append)] == [clip.path for clip in before]
    assert any("1 files left out: not" in sentence and "interview.wav" in sentence for sentence in said)


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(set(corpora.VOICES) - {"nEMO"}))  # whose table names each file once
def test_an_archive_that_holds_everything_twice_gives_everything_once(original, said, name):
    load, make = corpus_named(name).load, corpora.VOICES[name]
    count = len(load(make(original), said.append))
    make(original / "nested" / "again")
    said.clear()
    assert len(load(original, said.append)) == count
    assert any(f"{count:,} " in sentence and "the same takes are there already" in sentence for sentence in said)
