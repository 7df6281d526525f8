"""A session that is to be kept: its numbers become a folder of results, as those of a file."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from ...results.annotations import Mark, update_annotations
from ...results.prediction import Prediction
from ...results.writing import Written, write_prediction


def keep_numbers(
    prediction: Prediction,
    files: dict[str, Written],
    folder_out: Path,
    marks: Iterable[tuple[float, str]] = (),
    began: datetime | None = None,
) -> Path:
    """Write a result without picture and sound; returns its folder.

    files: name -> content. marks: time and label. Raises CannotWrite, a sentence.
    """
    began = began or datetime.now()
    prediction = replace(prediction, source=f"Live, {began:%d %B %Y, %H:%M}".replace(", 0", ", "))
    folder_out.mkdir(parents=True, exist_ok=True)
    folder = Path(write_prediction(prediction, files, folder_out, f"live_{began:%Y-%m-%d_%H-%M-%S}").folder)
    if added := tuple(Mark(seconds, seconds, label) for seconds, label in sorted(marks)):
        update_annotations(folder, lambda before: replace(before, marks=(*before.marks, *added)))
    return folder
