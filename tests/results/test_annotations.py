"""What people add to a result: kept whole, checked, and safe from several writers at once."""

import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from source import api
from source.core import config
from source.core.errors import DemeanorError
from source.results import annotations as module
from source.results.annotations import Annotations, Changes, Mark, changes_of, read_annotations, update_annotations
from source.results.kept import kept_in, result_folders, result_named
from source.results.prediction import Reading
from source.results.writing import write_prediction
from tests.support.video_predictions import toy_prediction


@pytest.fixture
def folder(tmp_path):
    prediction = toy_prediction(30.0)
    (tmp_path / "clip").mkdir()
    (tmp_path / "clip" / "result.json").write_text(prediction.to_json(), encoding="utf-8")
    return tmp_path / "clip"


def words_read(words):
    return Reading({"happy": 0.8, "sad": 0.2}, sentiment=0.5)


def test_nothing_was_added_at_first(folder):
    assert read_annotations(folder) == Annotations()


def test_changes_add_up_and_empty_ones_take_back(folder):
    api.annotate(folder, {"group": "B", "names": {"0": "Ann", "1": "Bo"}, "note": "late\nand loud"})
    after = api.annotate(folder, {"names": {"1": ""}, "marks": [{"begin_seconds": 1, "end_seconds": 2}]})
    assert after == Annotations(group="B", note="late\nand loud", names={"0": "Ann"}, marks=(Mark(1.0, 2.0),))
    assert read_annotations(folder) == after
    assert json.loads((folder / "annotations.json").read_text())["schema"] == module.SCHEMA


def test_a_corrected_sentence_is_read_anew_and_can_be_taken_back(folder):
    said = toy_prediction(30.0).sentences[2]
    one = api.annotate(folder, {"sentences": {"2": "What a joy!"}}, read_words=words_read).sentences["2"]
    assert one.text == one.reading.text == "What a joy!" and one.reading.sentiment == 0.5
    assert (one.reading.start_seconds, one.reading.end_seconds) == (said.start_seconds, said.end_seconds)
    for back in ("", None, said.text):
        api.annotate(folder, {"sentences": {"2": "What a joy!"}}, read_words=words_read)
        assert not api.annotate(folder, {"sentences": {"2": back}}, read_words=words_read).sentences
    with pytest.raises(DemeanorError, match="no sentence 99"):
        api.annotate(folder, {"sentences": {"99": "x"}}, read_words=words_read)


def test_a_new_reading_of_the_file_keeps_what_people_added(folder):
    api.annotate(folder, {"group": "B", "sentences": {"2": "What a joy!"}}, read_words=words_read)
    write_prediction(toy_prediction(30.0), {}, folder.parent, folder.name, in_place=True)
    kept = kept_in(folder)
    assert kept.annotations.group == "B" and kept.corrected.sentences[2].text == "What a joy!"
    others = replace(toy_prediction(30.0), sentences=toy_prediction(30.0).sentences[1:])
    write_prediction(others, {}, folder.parent, folder.name, in_place=True)
    assert kept_in(folder).corrected.sentences == others.sentences  # number 2 is another one now


NAN = float("nan")


@pytest.mark.parametrize(
    "wrong",
    [
        [], "words", {"participants": "P1"}, {"group": 3}, {"note": "x" * 5001}, {"names": {"-1": "Ann"}},
        {"names": {"01": "Ann"}}, {"names": {"../x": "Ann"}}, {"marks": [{"begin_seconds": 2, "end_seconds": 1}]},
        {"marks": [{"begin_seconds": NAN, "end_seconds": 1}]}, {"marks": [{"begin_seconds": -1, "end_seconds": 1}]},
        {"marks": [{"begin_seconds": 0, "end_seconds": 1e9}]}, {"marks": [{"begin_seconds": 0}]},
        {"marks": [{"begin_seconds": 0, "end_seconds": 1, "colour": "red"}]}, {"marks": {}},
        {"sentences": {"0": ["x"]}}, {"marks": [{"begin_seconds": 0, "end_seconds": 1}] * 20_001},
    ],
)  # fmt: skip
def test_what_is_wrong_changes_nothing(folder, wrong):
    before = api.annotate(folder, {"note": "as it was"})
    with pytest.raises(DemeanorError):
        api.annotate(folder, wrong)
    assert read_annotations(folder) == before


def test_a_damaged_file_is_named_and_never_written_over(folder):
    for content in ("{", "[]", '{"schema": "demeanor.annotations/9"}', '{"schema": "demeanor.annotations/1", "x": 1}'):
        (folder / "annotations.json").write_text(content)
        with pytest.raises(DemeanorError, match="annotations.json"):
            api.annotate(folder, {"note": "new"})
        assert (folder / "annotations.json").read_text() == content


def test_what_would_be_too_large_is_refused(folder, monkeypatch):
    monkeypatch.setattr(module, "MOST_BYTES", 2_000)
    with pytest.raises(DemeanorError, match="MB"):
        api.annotate(folder, {"note": "x" * 3_000})
    assert read_annotations(folder) == Annotations()


def test_a_folder_that_is_gone_is_a_sentence(tmp_path):
    with pytest.raises(DemeanorError, match="no result"):
        update_annotations(tmp_path / "gone", lambda before: before)
    assert not (tmp_path / "gone").exists()


def test_writers_at_once_lose_nothing(folder):
    def add(number):
        changes = Changes(names={str(number): f"person {number}"})
        update_annotations(folder, partial(changes.to, corrections={}))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(add, range(40)))
    assert len(read_annotations(folder).names) == 40
    assert not list(folder.glob("*.part.*"))


ADD = """
import sys
from functools import partial
from pathlib import Path
from source.results.annotations import Changes, update_annotations
for number in range(int(sys.argv[2]), int(sys.argv[2]) + 15):
    update_annotations(Path(sys.argv[1]), partial(Changes(names={str(number): "a name"}).to, corrections={}))
"""


@pytest.mark.slow
def test_processes_at_once_lose_nothing(folder):
    asked = [[sys.executable, "-c", ADD, folder, str(first)] for first in (0, 100, 200)]
    running = [subprocess.Popen(words, cwd=config.ROOT) for words in asked]
    assert [one.wait() for one in running] == [0, 0, 0] and len(read_annotations(folder).names) == 45


@settings(max_examples=30, deadline=None)
@given(st.text(max_size=60), st.text(max_size=60), st.floats(0, 1e6), st.floats(0, 1e6), st.booleans())
def test_any_text_is_kept_as_tidied_or_refused(tmp_path_factory, note, label, one, other, excluded):
    folder = tmp_path_factory.mktemp("result")
    (folder / "result.json").write_text("{}")
    mark = {"begin_seconds": min(one, other), "end_seconds": max(one, other), "label": label, "excluded": excluded}
    changes = changes_of({"note": note, "marks": [mark], "group": label})
    after = update_annotations(folder, partial(changes.to, corrections={}))
    assert read_annotations(folder) == after
    assert "\n" not in after.group and not set(after.note + after.group) & set("\x00\x1b\u202e\u2066")


def test_results_are_found_by_folder_file_and_name(folder, tmp_path, monkeypatch):
    monkeypatch.setattr("source.core.config.OUTPUT_FOLDER", tmp_path)
    for name in (folder, str(folder), folder / "result.json", "clip"):
        assert result_named(name).folder == folder
    (tmp_path / "run" / "b10").mkdir(parents=True)
    (tmp_path / "run" / "b2").mkdir()
    for inside in ("run", "run/b10", "run/b2"):
        (tmp_path / inside / "result.json").write_bytes((folder / "result.json").read_bytes())
    assert [found.name for found in result_folders("run")] == ["b2", "b10"]
    for wrong in ("nothing", "", "run"):
        with pytest.raises(DemeanorError):
            result_named(wrong)
    (folder / "result.json").write_text("[]")
    with pytest.raises(DemeanorError, match="damaged"):
        result_named("clip")
