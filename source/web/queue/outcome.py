"""What a process that read left among the results, whether it could still say so or not."""

from __future__ import annotations

import re
import shutil
from contextlib import suppress
from pathlib import Path

import psutil

from ..files import ORIGINAL

MARK = ".job"  # in a result: the id of the job that made it, until that is written down
DRAFT = re.compile(r"\.(\d+)\.part\..+")  # of `source.results.writing`: the process that writes it


def sweep(results: Path) -> None:
    """Delete the drafts of results of processes that are gone."""
    for draft in results.glob(".*.part.*"):
        process = DRAFT.fullmatch(draft.name)
        if process and not psutil.pid_exists(int(process[1])):
            shutil.rmtree(draft, ignore_errors=True) if draft.is_dir() else draft.unlink(missing_ok=True)


def made_by(results: Path, id: str) -> list[str]:
    """Return the folder of the result that a job made without anybody hearing of it, seen from `results`."""
    found = []
    for mark in results.glob(f"*/{MARK}"):
        with suppress(OSError, UnicodeDecodeError):
            if mark.read_text(encoding="utf-8") == id:
                found.append(mark.parent.name)
    return found


def unmark(results: Path, folders: list[str]) -> None:
    """Take the marks away: it is written down who made these results."""
    for folder in folders:
        (results / folder / MARK).unlink(missing_ok=True)


def original_in(results: Path, folders: tuple[str, ...]) -> Path | None:
    """Return the file that these results are of; None where it is not kept with them."""
    return next((file for folder in folders for file in (results / folder).glob(f"{ORIGINAL}.*")), None)
