"""The files of a prediction and of a folder of predictions."""

import shutil
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from ..core.files import new_folder, write_whole
from ..core.serialise import csv_text, json_text
from ..core.spec import spec_of
from .prediction import Prediction

Written = bytes | str | Callable[[Path], None]  # a file's content, or a function that writes it to the path it is given


def write_prediction(
    prediction: Prediction,
    files: Mapping[str, Written],
    folder_out: Path,
    name: str = "",
    without: Collection[str] = (),
) -> Prediction:
    """Write a new folder in `folder_out` and return the prediction with its name; stopped half-way, leave no folder.

    It holds result.json, the table of the model's layout and `files` (name -> content), but none of `without`.
    name: of the folder, with a number where it is taken (default: the source's).
    """
    folder, layout = new_folder(folder_out, name or Path(prediction.source).stem), spec_of(prediction.model).layout
    prediction = replace(prediction, folder=str(folder))
    try:
        table = csv_text(layout.columns(prediction.labels), layout.rows(prediction))
        for file, content in {"result.json": prediction.to_json(), layout.table: table, **files}.items():
            if file not in without:
                write_whole(folder / file, content)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return prediction


def write_summary(folder: Path, predictions: Sequence[Prediction], labels: Sequence[str], model: str) -> None:
    """Write result.json, a list, and summary.csv over a folder of files that `model` read."""
    write_whole(folder / "result.json", json_text([prediction.to_dict() for prediction in predictions]))
    layout = spec_of(model).layout
    rows = [row for prediction in predictions for row in layout.summary_rows(prediction)]
    write_whole(folder / "summary.csv", csv_text(layout.summary_columns(labels), rows))
