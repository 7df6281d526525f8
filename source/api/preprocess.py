"""Training files -> preprocessed arrays."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import nullcontext
from typing import TYPE_CHECKING

from ..core.hooks import Notify, OnProgress, silent
from ..core.spec import spec_of
from .data import training_corpora
from .names import several
from .settings import configured

if TYPE_CHECKING:
    from ..data.preprocessing import Preprocessed


def preprocess(
    model: str,
    corpora: Sequence[str] = (),
    *,
    settings: Sequence[str] = (),
    workers: int = 2,
    cluster: str | None = None,
    resume: bool = True,
    notify: Notify = silent,
    on_progress: OnProgress = silent,
) -> list[Preprocessed]:
    """Bring the preprocessed arrays of `corpora` (default: all training files there are) up to date.

    settings: `name=value`, over those of `configured`.
    workers: processes of this machine that share the work.
    cluster: address of a Dask scheduler, whose workers do the work instead.
    resume: go on where an earlier run stopped; else begin anew.
    on_progress: counts clips.

    Raises DemeanorError where a corpus has no training files.

    >>> from source import api
    >>> api.preprocess("face", ["CK+"], workers=4)[0].clips  # needs training files  # doctest: +SKIP
    1236
    """
    from ..data import preprocessing
    from ..data.dask_client import connected

    spec, settings_used, made = spec_of(model), configured(model, settings), []
    with nullcontext() if cluster is None else connected(cluster, notify) as machines:
        for corpus in several(corpora) or training_corpora(model):
            notify(f"{corpus}: preprocessing for the {model} model.")
            if machines:
                machines.check(spec.training_folder / corpus)
                workers = machines.threads
            made.append(
                preprocessing.preprocess(
                    spec, settings_used, corpus,
                    workers=workers, executor=machines, resume=resume, on_progress=on_progress,
                )
            )  # fmt: skip
    return made
