"""Scoring a model on a person's own clips, labelled by eye."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..core import config
from ..core.command_line import command_line
from ..core.hooks import Notify, OnProgress, silent
from ..core.spec import spec_of
from .inputs import Words, input_named
from .load import load, weights_file
from .predict import predict

if TYPE_CHECKING:
    from ..data.moments import Moment
    from ..evaluation.metrics import Metrics
    from ..results.prediction import Prediction


@dataclass(frozen=True)
class Score:
    """The outcome of `score`."""

    metrics: Metrics
    document: dict[str, Any]
    """The content of metrics.json: `metrics` and what `source.evaluation.moments.score_moments` says beside them."""
    folder: Path
    """Of report.md, moments.csv, metrics.json, the pictures and the predictions."""


def score(
    model: str,
    source: Path | str,
    *,
    weights: Path | str | None = None,
    output: Path | str | None = None,
    workers: int = 1,
    notify: Notify = silent,
    on_progress: OnProgress = silent,
) -> Score:
    """Predict a person's own clips with `model`, as `predict` does, and compare the answers with labels by eye.

    source: a folder with a labels.csv, or with a sub-folder for each emotion, or a table; looked up as files are. The
        table's columns are file or, for the text model, text; emotion, several labels joined by |, empty where it is
        not clear; and any of start, end, person and face, the number of the person in the file.
    weights: see `load`.
    output: folder for the results (default: output_files/). Predictions are kept there: given again, only what has
        changed is read.
    workers: processes that share the files.
    on_progress: counts the files.

    Raises DemeanorError where a row of the table is wrong, where nothing could be read, or where nothing says the
    labels: then a table to be filled in was written.

    >>> from source import api
    >>> api.score("combined", "my_clips").metrics.uar  # needs labelled clips  # doctest: +SKIP
    0.52
    """
    from ..data.moments import read_moments
    from ..evaluation.moments import reading_of, score_moments
    from ..evaluation.reports import writing
    from ..evaluation.testing import grouping_of

    place, trained = input_named(str(source)).resolve(), load(model, weights)
    grouping = grouping_of(trained)
    moments = read_moments(place, trained.spec, grouping, notify)
    home = Path(output).expanduser() if output else config.OUTPUT_FOLDER
    name = place.name if place.is_dir() else place.stem
    target = writing.place_for(home / f"{name}_{model}_scored", str(place))
    predictions = _predictions(model, moments, target / "predictions", weights, workers, notify, on_progress)
    unreadable = {
        str(source): one.notes[0] for source, one in predictions.items() if isinstance(source, Path) and not one.folder
    }
    moments = [moment for moment in moments if str(moment.source) not in unreadable]
    readings = [reading_of(predictions[moment.source], moment) for moment in moments]
    neutral = grouping.label_of("neutral")
    metrics, beside = score_moments(moments, readings, trained.labels, neutral, str(place))
    document = metrics.to_dict() | beside | {"unreadable": unreadable}
    writing.write_score(target, trained, metrics, document, moments, readings, command_line())
    return Score(metrics, document, target)


def _predictions(
    model: str,
    moments: Sequence[Moment],
    folder: Path,
    weights: Path | str | None,
    workers: int,
    notify: Notify,
    on_progress: OnProgress,
) -> dict[Path | str, Prediction]:
    """Return the prediction of each file and text; those of files are kept in `folder`, which is made."""
    from ..results import readers
    from ..results.batch import predict_files
    from ..results.writing import explained

    sources = dict.fromkeys(moment.source for moment in moments)
    files = [source for source in sources if isinstance(source, Path)]
    texts = [source for source in sources if isinstance(source, str)]
    made: dict[Path | str, Prediction] = {}
    if texts:
        answers = predict(model, [Words(text) for text in texts], weights=weights, write=False, notify=notify)
        made |= zip(texts, answers, strict=True)
    if files:
        with explained(folder):
            folder.mkdir(parents=True, exist_ok=True)
        options = readers.Options(without=spec_of(model).layout.can_be_left_out)
        with readers.in_processes(min(workers, len(files)), weights_file(model, weights), options) as reader:
            hooks = {"notify": notify, "on_progress": on_progress}
            made |= zip(files, predict_files(files, reader, folder, keep_open=True, **hooks), strict=True)
    return made
