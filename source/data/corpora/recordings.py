"""Corpora of recorded people: which files are the corpus's, what their names say, and which are the same take.

A corpus's `read` is given a file and answers with the fields of its Clip, or with a text, why the file is left out, or
with None where the file is not named as the corpus names its files.
"""

from collections import Counter
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from ...media.types import RECORDINGS, VIDEOS
from ..clips import Clip, numbered
from . import Notify
from .folders import files_below, not_found

Read = Callable[[Path], dict[str, Any] | str | None]


def stem(clip: Clip) -> Hashable:
    """What tells a take from another in most corpora: the file's name without its ending."""
    return clip.path.stem.lower()


def audible(clip: Clip) -> bool:
    """What tells which files are silent in most corpora: none is."""
    return False


def recordings(
    corpus: str,
    folder: Path,
    read: Read,
    notify: Notify,
    looked_for: str,
    take: Callable[[Clip], Hashable] = stem,
    is_silent: Callable[[Clip], bool] = audible,
) -> list[Clip]:
    """The clips of the recordings in `folder`; what is left out is said, with its count.

    Files for which `take` gives the same are the same take and have the same number: one sound and one video of each
    are kept, a video that `is_silent` only where there is no other. Raises DemeanorError where there is none.
    """
    readings = {file: read(file) for file in files_below(folder, RECORDINGS)}
    _say_left_out(corpus, readings, notify)
    clips = [_clip(corpus, folder, file, fields) for file, fields in readings.items() if isinstance(fields, dict)]
    if not clips:
        raise not_found(corpus, folder, looked_for)
    takes = _takes(clips, take, is_silent)
    doubles = len(clips) - sum(map(len, takes))
    if doubles:
        notify(f"{corpus}: {doubles:,} files left out, for the same takes are there already.")
    notify(f"{corpus}: {len(takes):,} recordings of {len({forms[0].speaker for forms in takes}):,} people.")
    return numbered_takes(takes)


def numbered_takes(takes: Sequence[Sequence[Clip]]) -> list[Clip]:
    """The clips of the takes, all forms of one by the same number; first one form of each, then the others."""
    firsts = numbered(forms[0] for forms in takes)
    others = [replace(form, number=number) for number, forms in enumerate(takes) for form in forms[1:]]
    return [*firsts, *others]


def none_of_the_emotions(label: str) -> str:
    """Why a file of `label` is left out."""
    return f"{label} is none of the emotions told apart"


def _clip(corpus: str, folder: Path, file: Path, fields: Mapping[str, Any]) -> Clip:
    return Clip(file, corpus, 0, source=file.relative_to(folder).as_posix(), **fields)


def _say_left_out(corpus, readings, notify):
    reasons = Counter(reading for reading in readings.values() if isinstance(reading, str))
    for reason, count in sorted(reasons.items()):
        notify(f"{corpus}: {count:,} files left out: {reason}.")
    strangers = [file for file, reading in readings.items() if reading is None]
    if strangers and len(strangers) < len(readings):
        notify(
            f"{corpus}: {len(strangers):,} files left out: not named as {corpus}'s are, such as {strangers[0].name}."
        )


def _takes(clips, take, is_silent) -> list[list[Clip]]:
    """The forms of each take, the sound before the video; in order of the first form's path, what is silent last."""
    takes: dict[Hashable, dict[bool, Clip]] = {}
    for clip in sorted(clips, key=lambda clip: (is_silent(clip), RECORDINGS.index(clip.path.suffix.lower()))):
        takes.setdefault(take(clip), {}).setdefault(clip.path.suffix.lower() in VIDEOS, clip)
    forms = [list(each.values()) for each in takes.values()]
    return sorted(forms, key=lambda each: (is_silent(each[0]), each[0].path))
