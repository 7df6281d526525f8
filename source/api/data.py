"""Corpora: getting them, which there are, and opening them for training or testing."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ..core.command_line import command_for
from ..core.errors import DemeanorError
from ..core.hooks import Notify, OnProgress, silent
from ..core.spec import ModelSpec, spec_of
from .names import several

if TYPE_CHECKING:
    from ..core.settings import TrainingSettings
    from ..data.dataset import Dataset
    from ..data.labels import Grouping
    from ..data.store import Store
    from ..data.training_folder import Summary


def get_data(
    corpus: str, folder: Path | None = None, notify: Notify = silent, on_progress: OnProgress = silent
) -> list[Summary]:
    """Lay out an original corpus as training files of every model that reads its kind of file.

    corpus: one of `known_corpora`, or any name for files called <name>_<number>_<emotion>.<ending>.
    folder: where the corpus lies (default: data/original_<corpus>_data).
    on_progress: counts files.

    Returns a Summary for each model that got any. Raises DemeanorError where `folder` holds no such corpus, or no file
    of use to a model.

    >>> from source import api
    >>> for made in api.get_data("RAVDESS", "~/Downloads/RAVDESS"):  # needs the corpus  # doctest: +SKIP
    ...     print(made.model, made.counts)
    """
    from ..data.ingest import get_data as lay_out

    return lay_out(corpus, folder, notify, on_progress)


def known_corpora() -> tuple[str, ...]:
    """Return the corpora that `get_data` knows by name.

    >>> from source import api
    >>> "CREMA-D" in api.known_corpora()
    True
    """
    from ..data import corpora

    return corpora.known_corpora()


def training_corpora(model: str) -> list[str]:
    """Return the corpora that `preprocess` can take.

    Raises DemeanorError where there is none.

    >>> from source import api
    >>> api.training_corpora("face")  # needs training files  # doctest: +SKIP
    ['CK+', 'FER2013']
    """
    return _folders_in(spec_of(model).training_folder, "data get NAME --from FOLDER")


def preprocessed_corpora(model: str) -> list[str]:
    """Return the corpora that `train`, `tune`, `validate` and `test` can take.

    Raises DemeanorError where there is none.

    >>> from source import api
    >>> api.preprocessed_corpora("face")  # needs preprocessed corpora  # doctest: +SKIP
    ['CK+', 'FER2013']
    """
    return _folders_in(spec_of(model).store_folder, f"{model} preprocess")


def _folders_in(folder: Path, command: str) -> list[str]:
    names = sorted(path.name for path in folder.glob("[!.]*") if path.is_dir())
    if not names:
        raise DemeanorError(f"There is nothing in {folder} yet; make it with: {command_for(*command.split())}")
    return names


def chosen_corpora(spec: ModelSpec, corpora: Sequence[str]) -> list[str]:
    """Return the corpora named, else those that config.py names, else all that are preprocessed; each once."""
    available = preprocessed_corpora(spec.name)
    usual = [name for name in spec.corpora if name in available]
    return list(dict.fromkeys(several(corpora) or usual or available))


def open_dataset(
    spec: ModelSpec, settings: TrainingSettings, corpora: Sequence[str], split: str | None, grouping: Grouping
) -> Dataset:
    """Open the clips of one split (None: all) of `chosen_corpora`, preprocessed with these settings."""
    from ..data.dataset import Dataset
    from ..data.store import Store

    extract_settings = settings.extract_settings()
    folders = (spec.store_folder / name for name in chosen_corpora(spec, corpora))
    return Dataset([Store.open(folder, extract_settings) for folder in folders], split, grouping)


def notify_of_changes(spec: ModelSpec, stores: Sequence[Store], notify: Notify) -> None:
    """Tell of corpora whose training files are not those that were preprocessed."""
    from ..data.preprocessing import changed_since

    for store in stores:
        if changed_since(spec, store):
            notify(
                f"{store.folder.name} has changed since it was preprocessed; to use its files as they are now, run "
                f"first: {command_for(spec.name, 'preprocess')}"
            )
