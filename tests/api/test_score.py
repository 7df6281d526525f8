"""Scoring one's own clips from end to end: what is kept, what is read again, and what is written."""

import json
import sys
from dataclasses import replace
from types import SimpleNamespace

import pytest

from source import api
from source.core import config
from source.core.errors import DemeanorError
from source.core.spec import spec_of
from source.evaluation.reports import charts
from source.results import readers
from source.results.predicting import Result
from source.results.prediction import Prediction, Reading
from tests.support.stub import stub_model

LABELS = config.EMOTIONS


@pytest.fixture
def clips(tmp_path, monkeypatch):
    """A folder of three pulses and their labels, read by a model that says what the file says; which were read."""
    read_so_far = []

    def read(source, trained, notify, on_progress, selection):
        read_so_far.append(source.name)
        said = source.read_text()
        if said not in LABELS:
            raise DemeanorError(f"{source} holds no pulse.")
        shares = {label: 0.7 if label == said else 0.05 for label in LABELS}
        return Result(Prediction(str(source), "pulse", LABELS, (Reading(shares),)))

    with stub_model():
        spec = replace(spec_of("pulse"), read=read)
        header = SimpleNamespace(model="pulse", version="1", grouping="seven", labels=LABELS)
        trained = SimpleNamespace(spec=spec, labels=LABELS, header=header)
        module = sys.modules["source.api.score"]
        monkeypatch.setattr(module, "load", lambda model, weights: trained)
        monkeypatch.setattr(module, "weights_file", lambda model, weights: None)

        class InProcess:
            def __init__(self, count, weights, options):
                self.reader = replace(readers.here(trained, options), made_with="these weights")

            def __enter__(self):
                return self.reader

            def __exit__(self, *_):
                pass

        monkeypatch.setattr(readers, "in_processes", InProcess)
        for drawn in ("confusion_matrix", "reliability_diagram"):
            monkeypatch.setattr(charts, drawn, lambda *_: b"")
        folder = tmp_path / "clips"
        folder.mkdir()
        for name, said in (("a.csv", "happy"), ("b.csv", "sad"), ("c.csv", "sad")):
            (folder / name).write_text(said)
        table = folder / "labels.csv"
        table.write_text("file,emotion,person\na.csv,happy,x\nb.csv,happy,y\nc.csv,,y\n")
        yield SimpleNamespace(folder=folder, table=table, read=read_so_far, out=tmp_path / "out")


def scored(clips, **options):
    return api.score("pulse", clips.folder, output=clips.out, **options)


def test_answers_are_kept_and_only_what_changed_is_read_again(clips):
    first = scored(clips)
    assert first.metrics.accuracy == 0.5 and first.document["unclear"] == {"moments": 1, "answered": 1}
    assert clips.read == ["a.csv", "b.csv", "c.csv"]
    written = {path.name for path in first.folder.iterdir()}
    assert written == {
        "report.md",
        "metrics.json",
        "moments.csv",
        "reliability.png",
        "confusion_matrix.png",
        "predictions",
    }
    assert json.loads((first.folder / "metrics.json").read_text(encoding="utf-8"))["rows"] == first.document["rows"]
    clips.table.write_text("file,emotion,person\na.csv,happy,x\nb.csv,sad,y\nc.csv,sad,y\n")
    (clips.folder / "c.csv").write_text("fear")
    second = scored(clips)
    assert second.folder == first.folder and clips.read[3:] == ["c.csv"]
    assert second.metrics.accuracy == pytest.approx(2 / 3)


def test_a_file_that_cannot_be_read_is_named_and_left_out(clips):
    (clips.folder / "b.csv").write_text("?")
    result = scored(clips)
    assert result.document["moments"] == 1 and [*result.document["unreadable"]] == [str(clips.folder / "b.csv")]
    assert "b.csv" in (result.folder / "report.md").read_text(encoding="utf-8")


def test_another_folder_of_the_same_name_gets_a_report_of_its_own(clips, tmp_path):
    other = tmp_path / "elsewhere" / "clips"
    first = scored(clips)
    other.mkdir(parents=True)
    (other / "sad").mkdir()
    (other / "sad" / "d.csv").write_text("sad")
    second = api.score("pulse", other, output=clips.out)
    assert second.folder != first.folder and second.metrics.accuracy == 1.0 and scored(clips).folder == first.folder
