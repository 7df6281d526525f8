"""The files of a training, a test and a cross-validation."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from itertools import count
from pathlib import Path
from typing import Any

from ...core import config
from ...core.files import write_whole
from ...core.serialise import csv_text, json_text
from ...data.clips import SPLITS
from ...training.checkpoint import Trained
from ..metrics import Metrics
from . import charts
from .cross_validation import report_of_validation
from .model_card import model_card
from .testing import report_of_test

CARD = "model_card.md"
COMPARISON = "comparison.md"  # in a model's folder, written by hand: see `_comparison_of`


def write_training(folder: Path, trained: Trained, history: Sequence[Any], val: Metrics) -> None:
    """Write history.csv, learning_curves.png, confusion_matrix_val.png and the card; history: one `Epoch` each."""
    rows = [asdict(epoch) for epoch in history]
    folder.mkdir(parents=True, exist_ok=True)
    write_whole(folder / "history.csv", csv_text(list(rows[0]), rows))
    write_whole(folder / "learning_curves.png", charts.learning_curves(rows))
    write_whole(folder / "confusion_matrix_val.png", _matrix(val))
    write_card(folder, trained)


def test_result_folder(home: Path, split: str, folder: Path | None = None) -> Path:
    """Return where in `home` a test on `split`, or else on `folder`, is written: over the same test, never another."""
    name = f"test_folder_{folder.name}" if folder else "test_" + split.replace(" of ", "_").replace(", ", "_")
    places = (home / (f"{name}_{number}" if number > 1 else name) for number in count(1))
    return next(place for place in places if _tested_split(place) in (None, str(folder or split)))


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
    write_whole(folder / "reliability.png", charts.reliability_diagram(metrics.reliability, metrics.ece))
    write_whole(folder / "report.md", report_of_test(document, trained.header, command, config.NOT_SURE_BELOW))
    if (folder.parent / CARD).is_file():
        write_card(folder.parent, trained)


def write_validation(validation: Any, command: str = "") -> None:
    """Write validation.json, confusion_matrix.png, predictions.csv and report.md of a `Validation`, in its folder."""
    folder, document = validation.folder, validation.to_dict()
    folder.mkdir(parents=True, exist_ok=True)
    write_whole(folder / "validation.json", json_text(document))
    write_whole(folder / "confusion_matrix.png", _matrix(validation.outcomes[0].metrics))
    columns = ("path", "corpus", "speaker", "truth", "fold", "seed", *document["labels"])
    write_whole(folder / "predictions.csv", csv_text(columns, _held_out_rows(validation, document["labels"])))
    write_whole(folder / "report.md", report_of_validation(document, command))


def _held_out_rows(validation: Any, labels: Sequence[str]) -> Iterator[dict[str, Any]]:
    """Yield for each seed and clip its label, the fold (from 1) that it was held out in, and the probabilities."""
    fold_of = {index: number for number, rows in enumerate(validation.folds, start=1) for index in rows.tolist()}
    for seed, answers in validation.answers.items():
        for index, clip in enumerate(validation.dataset.clips):
            below = clip.path.is_relative_to(config.DATA_FOLDER)
            path = clip.path.relative_to(config.DATA_FOLDER) if below else clip.path
            row = {"path": path.as_posix(), "corpus": clip.corpus, "speaker": clip.speaker, "seed": seed}
            row |= {"truth": labels[validation.dataset.labels[index]], "fold": fold_of[index]}
            yield row | {label: f"{share:.6f}" for label, share in zip(labels, answers[index], strict=True)}


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
            yield file.parent.name, document


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
