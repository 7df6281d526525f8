"""The files of a training, a test and a validation."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ...core import config
from ...core.files import write_whole
from ...core.renamed import with_current_measures
from ...core.serialise import csv_text, json_text
from ...core.units import percent
from ...data.clips import SPLITS
from ...training.checkpoint import Trained
from ..metrics import Metrics
from ..moments import ALL
from . import charts, strangers
from .cross_validation import report_of_validation
from .model_card import STRANGERS_DRAWING, model_card
from .moments import moment_columns, moment_rows, report_of_moments
from .testing import report_of_test

if TYPE_CHECKING:
    from ...data.dataset import Dataset
    from ...data.moments import Moment
    from ...results.prediction import Reading
    from ..cross_validation import Validation
    from ..cross_validation.strangers import Strangers

CARD = "model_card.md"
FOLD_COLUMNS = ("path", "corpus", "speaker", "truth", "fold", "seed")
STRANGER_COLUMNS = ("path", "corpus", "speaker", "truth", "seed", "condition", "left_out")
COMPARISON = "comparison.md"  # in a model's folder, written by hand: see `_comparison_of`


def write_training(folder: Path, trained: Trained, history: Sequence[Any], val: Metrics) -> None:
    """Write history.csv, charts and the card; history: one `Epoch` each."""
    rows = [asdict(epoch) for epoch in history]
    folder.mkdir(parents=True, exist_ok=True)
    write_whole(folder / "history.csv", csv_text(list(rows[0]), rows))
    write_whole(
        folder / "learning_curves.png",
        charts.learning_curves(rows, trained.header.training.get("best_epoch", len(rows))),
    )
    write_whole(folder / "confusion_matrix_val.png", _matrix(val))
    measured = trained.header.metrics.get("strangers")
    if measured:
        curves = strangers.curves(measured) | _at_home_curve(val.to_dict(), "val")
        write_whole(folder / STRANGERS_DRAWING, charts.reliability_diagram(curves))
    else:
        (folder / STRANGERS_DRAWING).unlink(missing_ok=True)  # of an earlier training
    write_card(folder, trained)


def test_result_folder(home: Path, split: str, folder: Path | None = None) -> Path:
    """Return where in `home` a test on `split`, or else on `folder`, is written: over the same test, never another."""
    name = f"test_folder_{folder.name}" if folder else "test_" + split.replace(" of ", "_").replace(", ", "_")
    return place_for(home / name, str(folder or split))


def place_for(first: Path, split: str) -> Path:
    """Return `first`, or else it with a number, in which no test of anything but `split` lies."""
    places = (first.with_name(f"{first.name}_{number}" if number > 1 else first.name) for number in count(1))
    return next(place for place in places if _tested_split(place) in (None, split))


def _tested_split(folder: Path) -> str | None:
    file = folder / "metrics.json"
    return json.loads(file.read_text(encoding="utf-8"))["split"] if file.is_file() else None


def write_test(
    folder: Path, trained: Trained, metrics: Metrics, unreadable: Mapping[str, str] | None = None, command: str = ""
) -> None:
    """Write metrics.json, confusion_matrix.png, reliability.png and report.md; renew the card beside `folder`.

    unreadable: file -> reason; command: what was typed.
    """
    folder.mkdir(parents=True, exist_ok=True)
    document = metrics.to_dict() | {"unreadable": dict(unreadable or {}), "trained": _identity(trained)}
    write_whole(folder / "metrics.json", json_text(document))
    write_whole(folder / "confusion_matrix.png", _matrix(metrics))
    curve = {f"this model (ECE {percent(metrics.ece)})": metrics.reliability}
    write_whole(folder / "reliability.png", charts.reliability_diagram(curve))
    write_whole(folder / "report.md", report_of_test(document, trained.header, command, config.NOT_SURE_BELOW))
    if (folder.parent / CARD).is_file():
        write_card(folder.parent, trained)


def write_score(
    folder: Path,
    trained: Trained,
    metrics: Metrics,
    document: Mapping[str, Any],
    moments: Sequence[Moment],
    readings: Sequence[Reading],
    command: str = "",
) -> None:
    """Write metrics.json, moments.csv, report.md and pictures of moments that were labelled by eye.

    document: metrics.json; command: what was typed.
    """
    folder.mkdir(parents=True, exist_ok=True)
    rows = [row for row in document["rows"] if row["given"] == ALL]
    curves = {f"{row['answer']} (ECE {percent(row['ece'])})": row["reliability"] for row in rows}
    columns = moment_columns(trained.labels, readings)
    write_whole(folder / "moments.csv", csv_text(columns, moment_rows(moments, readings)))
    write_whole(folder / "confusion_matrix.png", _matrix(metrics))
    write_whole(folder / "reliability.png", charts.reliability_diagram(curves))
    write_whole(folder / "report.md", report_of_moments(document, trained.header, command, config.NOT_SURE_BELOW))
    write_whole(folder / "metrics.json", json_text(document))


def write_validation(validation: Validation, command: str = "") -> None:
    """Write validation.json and report.md of a validation, in its folder, and pictures and answers of its parts.

    Of strangers reliability.png and strangers.csv; of folds confusion_matrix.png and predictions.csv.
    """
    folder, document = validation.folder, validation.to_dict()
    folder.mkdir(parents=True, exist_ok=True)
    write_whole(folder / "validation.json", json_text(document))
    if validation.strangers:
        rows = _stranger_rows(validation.strangers, document["labels"])
        write_whole(folder / "strangers.csv", csv_text((*STRANGER_COLUMNS, *document["labels"]), rows))
        curves = strangers.curves(document["strangers"]) | _at_home_curve(document["metrics"], "folds")
        write_whole(folder / "reliability.png", charts.reliability_diagram(curves))
    if validation.outcomes:
        write_whole(folder / "confusion_matrix.png", _matrix(validation.outcomes[0].metrics))
        rows = _held_out_rows(validation, document["labels"])
        write_whole(folder / "predictions.csv", csv_text((*FOLD_COLUMNS, *document["labels"]), rows))
    write_whole(folder / "report.md", report_of_validation(document, command))


def _at_home_curve(metrics: Mapping[str, Any] | None, where: str) -> dict[str, Any]:
    """Return the curve of a reliability diagram for people like those in training; none without metrics."""
    return {f"at home, {where} (ECE {percent(metrics['ece'])})": metrics["reliability"]} if metrics else {}


def _held_out_rows(validation: Validation, labels: Sequence[str]) -> Iterator[dict[str, Any]]:
    """Yield for each seed and clip its label, the fold (from 1) that it was held out in, and the probabilities."""
    fold_of = {index: number for number, rows in enumerate(validation.folds, start=1) for index in rows.tolist()}
    for seed, answers in validation.answers.items():
        for index, fold in sorted(fold_of.items()):
            row = _clip_cells(validation.dataset, index) | {"fold": fold, "seed": seed}
            yield row | _share_cells(labels, answers[index])


def _stranger_rows(measured: Strangers, labels: Sequence[str]) -> Iterator[dict[str, Any]]:
    """Yield the probabilities of each seed, condition and clip, by the model without its corpus.

    Ordinary speech has a row for each model; `left_out` is the corpus that it was not trained on.
    """
    for seed, of_seed in measured.answers.items():
        for condition, answers in of_seed.items():
            for number, (corpus, rows) in enumerate(measured.roles.left_out.items()):
                row = {"seed": seed, "condition": condition, "left_out": corpus}
                asked = np.concatenate([rows, measured.roles.ordinary])
                shares = np.concatenate([answers.probabilities(corpus), answers.ordinary[number]])
                for index, of_clip in zip(asked, shares, strict=True):
                    yield row | _clip_cells(measured.roles.dataset, index) | _share_cells(labels, of_clip)


def _clip_cells(dataset: Dataset, index: int) -> dict[str, Any]:
    clip, labels = dataset.clips[index], dataset.grouping.labels
    path = clip.path.relative_to(config.DATA_FOLDER) if clip.path.is_relative_to(config.DATA_FOLDER) else clip.path
    named = {"path": path.as_posix(), "corpus": clip.corpus, "speaker": clip.speaker}
    return named | {"truth": labels[dataset.labels[index]]}


def _share_cells(labels: Sequence[str], shares: np.ndarray) -> dict[str, str]:
    return {label: f"{share:.6f}" for label, share in zip(labels, shares, strict=True)}


def write_card(folder: Path, trained: Trained) -> None:
    """Write model_card.md in a model's folder, from the checkpoint, the tests in `folder` and comparison.md, if any."""
    drawings = [name for name in ("learning_curves.png", "confusion_matrix_val.png") if (folder / name).is_file()]
    tests = dict(_tests_of(folder, trained))
    drawings += [f"{name}/confusion_matrix.png" for name in tests]
    comparison = _comparison_of(folder, trained)
    write_whole(folder / CARD, model_card(trained, list(tests.values()), comparison, drawings))


def _tests_of(folder: Path, trained: Trained) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield folder name and metrics of this very model's tests on a split of the corpora it was trained on."""
    for file in sorted(folder.glob("test_*/metrics.json")):
        document = json.loads(file.read_text(encoding="utf-8"))
        if document.get("trained") == _identity(trained) and document["split"] in SPLITS:
            yield file.parent.name, with_current_measures(document)


def _comparison_of(folder: Path, trained: Trained) -> str:
    """Return comparison.md, on the choices behind a training, where its first line names this very training."""
    file, training = folder / COMPARISON, trained.header.training
    text = file.read_text(encoding="utf-8") if file.is_file() else ""
    first, _, rest = text.partition("\n")
    return rest if first == f"<!-- of the training of {training.get('date')}, seed {training.get('seed')} -->" else ""


def _identity(trained: Trained) -> dict[str, Any]:
    """Return what distinguishes one training from another."""
    return {name: trained.header.training.get(name) for name in ("date", "seed", "seconds")}


def _matrix(metrics: Metrics) -> bytes:
    title = f"{metrics.split}: accuracy {metrics.accuracy:.1%}, UAR {metrics.uar:.1%}".replace("%", " %")
    return charts.confusion_matrix(metrics.confusion, metrics.labels, title)
