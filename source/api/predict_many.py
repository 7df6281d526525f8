"""Predictions of a folder, a pattern or a list of files."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

from ..core.errors import DemeanorError
from ..core.hooks import Notify, OnProgress
from ..core.spec import ModelSpec

if TYPE_CHECKING:
    from ..data.dask_client import Cluster
    from ..results.prediction import Prediction
    from ..results.readers import Options


def predict_many(
    spec: ModelSpec,
    asked: Sequence[Path | list[Path]],
    weights: Path,
    target: Path | None,
    options: Options,
    *,
    workers: int,
    cluster: str | None,
    resume: bool,
    notify: Notify,
    on_progress: OnProgress,
) -> list[Prediction]:
    """Predict the files in all that was asked for; `api.predict` describes the rest.

    target: where the folder with the results is made; None: nothing is written.
    """
    from ..data.dask_client import connected
    from ..results import readers
    from ..results.batch import predict_files
    from ..results.batch_folder import batch_folder
    from ..training.checkpoint import load

    files = _files(spec, asked, notify)
    only = asked[0] if len(asked) == 1 and isinstance(asked[0], Path) else None
    name = (only.resolve().name if only else "") or f"{spec.layout.noun}s"
    with ExitStack() as stack:
        machines = stack.enter_context(connected(cluster, notify)) if cluster is not None else None
        folder = batch_folder(target, name, resume) if target else None
        if machines:
            reader = readers.on_cluster(machines, _shared(machines, files, weights, folder), options)
        elif workers:
            reader = stack.enter_context(readers.in_processes(min(workers, len(files)), weights, options))
        else:
            reader = readers.here(load(weights), options, weights)
        where = f" in {only}" if only else ""
        return predict_files(files, reader, folder, where=where, notify=notify, on_progress=on_progress)


def _files(spec: ModelSpec, asked: Sequence[Path | list[Path]], notify: Notify) -> list[Path]:
    """Return every file that was asked for once: those named, those of patterns and those in folders."""
    from ..results.batch import files_in

    files: dict[Path, Path] = {}
    for one in asked:
        named = one if isinstance(one, list) else files_in(one, spec, notify) if one.is_dir() else [one]
        for file in named:
            files.setdefault(file.resolve(), file)
    return list(files.values())


def _shared(machines: Cluster, files: Sequence[Path], weights: Path, folder: Path | None) -> Path:
    """Put the weights where a cluster finds them; raises DemeanorError where a machine does not see all folders."""
    from ..results.batch_folder import WEIGHTS

    if folder is None:
        raise DemeanorError("A cluster leaves its results in a folder that all its machines see; let it write files.")
    for place in {folder.absolute(), *(file.absolute().parent for file in files)}:
        machines.check(place)
    return Path(shutil.copyfile(weights, folder.absolute() / WEIGHTS))
