"""Measuring a trained model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from ..core.command_line import command_line
from ..core.hooks import Notify, OnProgress, silent
from .data import open_dataset
from .load import load, weights_file

if TYPE_CHECKING:
    from ..evaluation.metrics import Metrics
    from ..training.checkpoint import Trained


@dataclass(frozen=True)
class Test:
    """The outcome of `test`."""

    metrics: Metrics
    folder: Path
    """Of report.md, metrics.json and the pictures."""
    unreadable: dict[str, str]
    """Files that were left out, each with the reason."""


def test(
    model: str,
    split: str = "test",
    *,
    folder: Path | str | None = None,
    corpora: Sequence[str] = (),
    weights: Path | str | None = None,
    notify: Notify = silent,
    on_progress: OnProgress = silent,
) -> Test:
    """Measure the trained `model` on a split of the preprocessed corpora, or on the labelled files of `folder`.

    split: "test" or "val"; of no account where there is a `folder`.
    folder: files named <dataset>_<number>_<emotion>.<ending>, or in a sub-folder of their emotion.
    weights: see `load`; the report goes to a folder test_... beside them.
    on_progress: counts the files of `folder`.

    Raises DemeanorError where there is no labelled clip, or none can be read.

    >>> from source import api
    >>> api.test("face", corpora=["CK+"]).metrics.accuracy  # needs a preprocessed corpus  # doctest: +SKIP
    0.94
    """
    from ..evaluation import testing
    from ..evaluation.reports import writing

    trained, unreadable = load(model, weights), {}
    folder = Path(folder).expanduser().resolve() if folder else None
    notify(f"Testing the {model} model on {folder or split}.")
    if folder:
        metrics, unreadable = testing.test_folder(trained, folder, on_progress, notify)
    else:
        metrics = _test_corpora(trained, corpora, split)
    home = weights_file(model, weights).parent if weights else trained.spec.folder
    target = writing.test_result_folder(home, metrics.split, folder)
    writing.write_test(target, trained, metrics, unreadable, command_line())
    return Test(metrics, target, unreadable)


def _test_corpora(trained: Trained, corpora: Sequence[str], split: str) -> Metrics:
    """Measure on a split; where the corpora are not those of the training, its name says which they are."""
    from ..evaluation import testing

    grouping = testing.grouping_of(trained)
    train, part = (open_dataset(trained.spec, trained.settings, corpora, name, grouping) for name in ("train", split))
    tested = dict.fromkeys(clip.corpus for clip in (*train.clips, *part.clips))
    learnt = trained.header.data.get("train", {})
    # Whether somebody of another corpus was in training cannot be told.
    metrics = testing.test_split(trained, part, train if set(tested) <= set(learnt) else None)
    return metrics if set(tested) == set(learnt) else replace(metrics, split=f"{split} of {', '.join(tested)}")
