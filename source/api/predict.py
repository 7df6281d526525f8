"""Predictions of files that a person hands in."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ..core.errors import DemeanorError
from ..core.hooks import Notify, OnProgress, silent
from ..core.spec import ModelSpec, spec_of
from .inputs import asked_for
from .load import load

if TYPE_CHECKING:
    from ..results.prediction import Prediction


def predict(
    model: str,
    source: str | Path,
    *,
    weights: Path | str | None = None,
    write: bool = True,
    without: Sequence[str] = (),
    notify: Notify = silent,
    on_progress: OnProgress = silent,
) -> list[Prediction]:
    """Predict with `model` what a file, or every file of a folder, displays.

    source: a file or folder, looked up in input_files/ first, then as a path; for the text model also words.
    weights: see `load`.
    write: leave the result files in a new folder of output_files/, which `Prediction.folder` then names.
    without: result files not to be written, of those that the model's `SPEC.layout` names.
    on_progress: counts what `SPEC.progress_unit` says, seconds of a recording, or the files of a folder.

    Returns a Prediction for each file. Raises DemeanorError where there is no such file, or none can be read.

    >>> from source import api
    >>> words = api.predict("text", "What a wonderful day!", write=False)
    >>> words[0].readings[0].likeliest
    'happy'
    """
    spec = spec_of(model)
    _refuse_unknown_results(spec, without)
    asked = asked_for(model, str(source))
    trained = load(model, weights)
    return spec.predict(asked, trained, write=write, without=without, notify=notify, on_progress=on_progress)


def _refuse_unknown_results(spec: ModelSpec, names: Sequence[str]) -> None:
    known = spec.layout.can_be_left_out
    unknown = [name for name in names if name not in known]
    if unknown:
        raise DemeanorError(f"{unknown[0]} is no result file that can be left out; there are: {', '.join(known)}.")
