"""What a server that was killed left half-done."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import psutil

DRAFT = re.compile(r"\.(\d+)\.part\..+")  # of `write_prediction` and `write_whole`: the process that writes it


def remove_leftovers(folder: Path, own_folder: Path) -> None:
    """Remove half-written results of processes that are gone in `folder`, and half-written files in `own_folder`.

    Recordings that were broken off stay: they can be finished.
    """
    drafts = [path for path in folder.glob(".*.part.*") if _is_orphan(path)]
    for path in (*drafts, *own_folder.rglob("*.part"), *filter(_is_orphan, own_folder.rglob(".*.part.*"))):
        shutil.rmtree(path, ignore_errors=True) if path.is_dir() else path.unlink(missing_ok=True)


def _is_orphan(path: Path) -> bool:
    found = DRAFT.fullmatch(path.name)
    return found is not None and not psutil.pid_exists(int(found[1]))
