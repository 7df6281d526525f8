"""Ordinary speech: any folder of recordings in which nobody acts, such as calls, meetings and sentences read aloud.

It is taken for neutral, which is an assumption, so a clip's `original` is "ordinary". A clips.csv may say which files
are meant and what is known: `path` and any of `speaker`, `sex`, `source` (within which speakers are told apart),
`language`, `kind`, `sentence` and `split`. Without it, whoever speaks in one of the outermost folders is one person.
"""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ...core.hooks import Notify
from ..clips import MANIFEST, Clip
from .folders import corpus_folder
from .recordings import recordings
from .tables import corpus_table

NAME = "ordinary"
LICENCE = "your own recordings; make sure that you may use them"
MAY_BE_LEFT_OUT = False  # nobody acts: there is one emotion, and that one by assumption
CUT_FOR_ALL = True  # a long recording is neutral throughout
SEXES = {"f": "female", "female": "female", "m": "male", "male": "male"}
LOOKED_FOR = "recordings in any folders, those that clips.csv names where it is there"


def load(folder: Path, notify: Notify) -> list[Clip]:
    """Return the recordings that clips.csv names, or all; a sound and a video of one name in one folder are a take."""
    root = corpus_folder(folder, lambda place: (place / MANIFEST).is_file()) or folder
    table = root / MANIFEST
    rows = {root / row["path"]: row for row in corpus_table(NAME, table, ("path",))} if table.is_file() else {}
    missing = [path for path in rows if not path.is_file()]
    if missing:
        notify(f"{NAME}: {len(missing):,} files that {MANIFEST} names are not there, such as {missing[0]}.")

    def read(file: Path, _: re.Match[str]) -> dict[str, Any] | None:
        return _read(rows.get(file, {}), file.relative_to(root)) if file in rows or not rows else None

    return recordings(NAME, root, re.compile(".*"), read, notify, LOOKED_FOR, lambda clip: clip.path.with_suffix(""))


def _read(row: Mapping[str, str], below: Path) -> dict[str, Any]:
    """Return what is known of a recording; who is not named is kept with all of the same source, or else folder."""
    named = "/".join(filter(None, (row.get("source"), row.get("speaker"))))
    about = "; ".join(f"{column} {row[column]}" for column in ("language", "kind") if row.get(column))
    person = {"speaker": named or "".join(below.parts[:-1][:1]), "sex": SEXES.get(row.get("sex", "").lower(), "")}
    said = {"sentence": row.get("sentence", ""), "split": row.get("split", "").lower()}
    return {"emotion": "neutral", "original": NAME, "about": about} | person | said
