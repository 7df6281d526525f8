"""Many files: what one of them does costs that file alone, and a run that was stopped goes on."""

import csv
import doctest
import errno
import json
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from source.core.errors import DemeanorError
from source.core.files import natural
from source.core.spec import spec_of
from source.results import batch_folder as batch_folder_module
from source.results import readers
from source.results.batch import files_in, predict_files
from source.results.batch_folder import STATE, batch_folder, folder_names
from source.results.predicting import Result, predict
from source.results.prediction import Prediction, Reading
from source.results.writing import CannotWrite
from tests.support.stub import stub_model

LABELS = ("happy", "sad")


@pytest.fixture(autouse=True, scope="module")
def pulse():
    with stub_model():
        yield


class Run:
    """Runs over the files of `folder`, by a model that fails at files as `failing` says, and counts what it reads."""

    def __init__(self, folder, out, count=4):
        self.folder, self.out, self.failing, self.read_so_far = folder, out, {}, []
        folder.mkdir()
        for number in range(count):
            (folder / f"{number}.csv").write_text("60\n61\n")

    def read(self, source, trained, notify, on_progress, selection):
        self.read_so_far.append(source.name)
        if source.name in self.failing:
            raise self.failing[source.name]
        reading = Reading({"happy": 0.9, "sad": 0.1}, notes=(source.read_text(),))
        return Result(Prediction(str(source), "pulse", LABELS, (reading,)), lambda without: {"more.txt": "more"})

    def __call__(self, resume=False, made_with="", without=(), **hooks):
        trained = SimpleNamespace(spec=replace(spec_of("pulse"), read=self.read), labels=LABELS)
        reader = replace(readers.here(trained, readers.Options(without)), made_with=made_with)
        files = files_in(self.folder, trained.spec)
        return predict_files(files, reader, batch_folder(self.out, self.folder.name, resume), **hooks)

    def files(self, name="many"):
        """The bytes of all that is in the run's folder."""
        folder = self.out / name
        return {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*") if file.is_file()}

    def stopped_at(self, number, error=KeyboardInterrupt, **options):
        """Run until the file of this number, which raises `error`."""
        self.failing = {f"{number}.csv": error}
        with pytest.raises(error):
            self(**options)
        self.failing = {}


@pytest.fixture
def run(tmp_path):
    return Run(tmp_path / "many", tmp_path / "out")


def rows(folder):
    with (folder / "summary.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


@pytest.mark.parametrize("error", [TypeError("dts is None"), MemoryError(), PermissionError(13, "Denied", "x")])
def test_whatever_one_file_does_costs_that_file_alone(run, error):
    run.failing, said = {"1.csv": error}, []
    predictions = run(notify=said.append)
    assert [len(prediction.readings) for prediction in predictions] == [1, 0, 1, 1]
    (note,) = predictions[1].notes
    assert note.startswith("could not be read: ") and (type(error).__name__ in note or "x: Denied" in note)
    assert str(run.folder / "1.csv") in said[0] and "1 of the 4 pulses" in said[1]
    assert [row["notes"] for row in rows(run.out / "many")] == ["", note, "", ""]
    assert len(json.loads((run.out / "many" / "result.json").read_text())) == 4


def test_an_error_while_results_are_drawn_is_the_files_own(run, tmp_path):
    whole = run.read
    broken = {"2.csv": lambda path: 1 / 0}

    def read(source, *rest):
        return replace(whole(source, *rest), files=lambda without: {"drawing.png": broken.get(source.name, "")})

    run.read = read
    predictions = run()
    assert [bool(prediction.folder) for prediction in predictions] == [True, True, False, True]
    assert {path.name for path in (run.out / "many").iterdir()} == {"0", "1", "3", "summary.csv", "result.json"}


def test_rows_are_there_while_it_runs_and_the_list_at_its_end(run):
    seen = []
    run(on_progress=lambda done, total: seen.append((done, len(rows(run.out / "many")))))
    assert seen == [(number, number) for number in range(5)]
    documents = (run.out / "many" / "result.json").read_text(encoding="utf-8")
    assert documents == json.dumps(json.loads(documents), indent=2, ensure_ascii=False)
    assert [Path(document["folder"]).name for document in json.loads(documents)] == ["0", "1", "2", "3"]


@pytest.mark.parametrize("name", ["\u2028 line", "a\x85b", "\udce9", "{,\n}"])
def test_odd_names_are_in_the_list_as_in_their_own_document(run, name):
    (run.folder / f"{name}.csv").write_text("60")
    predictions = run()
    documents = json.loads((run.out / "many" / "result.json").read_bytes())
    assert documents == [json.loads((Path(one.folder) / "result.json").read_bytes()) for one in predictions]


def test_what_is_skipped_is_named(run):
    said = []
    for name in ("b.txt", "a10.txt", "a9.txt", ".hidden"):
        (run.folder / name).touch()
    (run.folder / "sub").mkdir()
    assert len(files_in(run.folder, spec_of("pulse"), said.append)) == 4
    assert said == [f"Skipped in {run.folder}: a9.txt, a10.txt, b.txt, sub (4, 1 of them sub-folders)."]


# --- Going on --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("number", range(4))
def test_a_run_that_was_stopped_goes_on_to_the_same_bytes(run, number):
    run()
    whole = run.files()
    run.out.joinpath("many").rename(run.out / "whole")
    run.stopped_at(number)
    run.read_so_far.clear()
    assert len(run(resume=True)) == 4
    assert run.read_so_far == [f"{n}.csv" for n in range(number, 4)] and run.files() == whole


def test_what_has_changed_is_read_again(run):
    run.stopped_at(3, made_with="a")
    (run.folder / "1.csv").write_text("70\n71\n72\n")
    (run.out / "many" / "2" / "result.json").write_text("{}")
    run.read_so_far.clear()
    predictions = run(resume=True, made_with="a")
    assert run.read_so_far == ["1.csv", "2.csv", "3.csv"] and predictions[1].readings[0].notes[0].startswith("70")
    run.stopped_at(3, made_with="a")
    run.read_so_far.clear()
    run(resume=True, made_with="b")
    assert len(run.read_so_far) == 4 and not list(run.out.rglob(STATE))


def test_what_could_not_be_read_is_tried_again_and_what_is_finished_is_left(run):
    run.failing = {"0.csv": DemeanorError("0.csv is empty."), "2.csv": KeyboardInterrupt()}
    with pytest.raises(KeyboardInterrupt):
        run()
    run.failing = {}
    assert all(prediction.readings for prediction in run(resume=True))
    run(resume=True)
    assert {path.name for path in run.out.iterdir()} == {"many", "many_2"}


def test_leftovers_of_a_process_that_was_killed_are_cleared_away(run):
    run.stopped_at(2)
    folder = run.out / "many"
    (folder / ".1.part.2").mkdir()
    (folder / ".1.part.2" / "pulse.csv").touch()
    (folder / ".1.part.summary.csv").touch()
    with (folder / STATE).open("a") as torn, (folder / "summary.csv").open("a") as rows_too:
        torn.write('{"file": "x')
        rows_too.write("x")
    run(resume=True)
    assert {path.name for path in folder.iterdir()} == {"0", "1", "2", "3", "summary.csv", "result.json"}
    assert len(rows(folder)) == 4


def test_files_that_are_new_take_no_other_files_folder(run):
    run.stopped_at(3)
    (run.folder / "0.CSV").write_text("80\n")
    predictions = run(resume=True)
    assert [Path(one.folder).name for one in predictions] == ["0_2", "0", "1", "2", "3"]
    assert predictions[0].readings[0].notes == ("80\n",)


@settings(max_examples=30)
@given(st.lists(st.sampled_from(["a.x", "a.y", "b/a.x", "A.x", "a_2.x", "result.json.x", "b.x"]), unique=True))
def test_every_file_has_a_folder_of_its_own(named):
    files = list(map(Path, named))
    names = folder_names(files, {})
    used = [name.casefold() for name in (*names.values(), "result.json")]
    assert list(names) == files and len(set(used)) == len(used)
    kept = dict(list(names.items())[1:])
    assert folder_names(files, kept) == names


# --- Trouble with the disk -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("place", ["source.results.writing.write_whole", "source.results.batch_folder._append"])
@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EDQUOT])
def test_a_full_disk_ends_the_run_in_one_sentence_and_loses_nothing(run, monkeypatch, place, code):
    run.stopped_at(1)

    def full(*_):
        raise OSError(code, "No space left on device")

    with monkeypatch.context() as patched, pytest.raises(CannotWrite, match="disk is full; free .* --resume") as caught:
        patched.setattr(place, full)
        run(resume=True)
    assert "\n" not in str(caught.value) and str(run.out / "many") in str(caught.value)
    run.read_so_far.clear()
    assert len(run(resume=True)) == 4 and "0.csv" not in run.read_so_far


def test_a_full_disk_is_said_of_a_single_file_too(run, monkeypatch):
    trained = SimpleNamespace(spec=replace(spec_of("pulse"), read=run.read), labels=LABELS)

    def full(path):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("source.results.writing.write_whole", lambda file, content: full(file))
    with pytest.raises(CannotWrite, match=f"to {run.out}: the disk is full"):
        predict(run.folder / "0.csv", trained, run.out)
    assert not list(run.out.iterdir())


def test_folders_that_vanish_end_the_run_in_one_sentence(run):
    def gone(folder):
        return lambda done, total: folder.rename(f"{folder}_gone") if done == 2 else None

    with pytest.raises(CannotWrite, match="many: the folder is not there any more"):
        run(on_progress=gone(run.out / "many"))
    with pytest.raises(DemeanorError, match=f"The folder {run.folder} is not there any more.*--resume"):
        run(on_progress=gone(run.folder))


def test_results_do_not_go_into_a_file(run):
    run.out.touch()
    with pytest.raises(CannotWrite, match="it is a file"):
        run()


def test_the_examples_in_the_docstrings():
    assert doctest.testmod(batch_folder_module).failed == 0


@settings(max_examples=30)
@given(st.lists(st.integers(0, 200), unique=True), st.sampled_from(["frame", "9 to ", "", "Ünder "]))
def test_numbers_in_names_count(numbers, start):
    names = [f"{start}{number}.png" for number in numbers]
    assert sorted(names, key=natural) == [f"{start}{number}.png" for number in sorted(numbers)]
