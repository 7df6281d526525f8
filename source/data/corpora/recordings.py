"""Corpora of recorded people: which files are the corpus's, what their names say, and which are the same take."""

import re
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from ...core.hooks import Notify
from ...media.types import RECORDINGS, VIDEOS
from ..clips import Clip, numbered
from .folders import files_below, not_found, notify_left_out

# Maps a file and its name's match to the fields of its Clip, to a reason why it is left out, or to None where it is not
# named as the corpus names its files after all.
Read = Callable[[Path, re.Match[str]], Mapping[str, Any] | str | None]


def recordings(
    corpus: str,
    folder: Path,
    names: re.Pattern[str],
    read: Read,
    notify: Notify,
    looked_for: str,
    take: Callable[[Clip], Hashable] = lambda clip: clip.path.stem.lower(),
    is_silent: Callable[[Clip], bool] = lambda clip: False,
) -> list[Clip]:
    """Return the clips of the recordings in `folder` whose names are `names`; report what is left out.

    Files with the same `take` are one take and have one number: one sound and one video of each are kept, a video that
    `is_silent` only where there is no other. Raises DemeanorError where there is none.
    """
    matches = {file: names.fullmatch(file.stem) for file in files_below(folder, RECORDINGS)}
    fields = {file: read(file, match) if match else None for file, match in matches.items()}
    notify_left_out(corpus, [reason for reason in fields.values() if isinstance(reason, str)], notify, "files")
    foreign = [file for file, known in fields.items() if known is None]
    if foreign and len(foreign) < len(fields):
        notify(f"{corpus}: {len(foreign):,} files left out: not named as {corpus}'s are, such as {foreign[0].name}.")
    clips = []
    for file, known in fields.items():
        if isinstance(known, Mapping):
            clips.append(Clip(file, corpus, 0, source=file.relative_to(folder).as_posix(), **known))
    if not clips:
        raise not_found(corpus, folder, looked_for)
    takes = _takes(clips, take, is_silent)
    doubles = len(clips) - sum(map(len, takes))
    if doubles:
        notify(f"{corpus}: {doubles:,} files left out, for the same takes are there already.")
    notify(f"{corpus}: {len(takes):,} recordings of {len({forms[0].speaker for forms in takes}):,} people.")
    return numbered_takes(takes)


def numbered_takes(takes: Sequence[Sequence[Clip]]) -> list[Clip]:
    """Return the clips of the takes, all forms of one by the same number; first one form of each, then the others."""
    firsts = numbered(forms[0] for forms in takes)
    others = [replace(form, number=number) for number, forms in enumerate(takes) for form in forms[1:]]
    return [*firsts, *others]


def not_an_emotion(label: str) -> str:
    """Return the reason why a file of `label` is left out."""
    return f"{label} is none of the emotions"


def _takes(
    clips: Sequence[Clip], take: Callable[[Clip], Hashable], is_silent: Callable[[Clip], bool]
) -> list[list[Clip]]:
    """Return the forms of each take, the sound before the video; by the first form's path, silent ones last."""
    takes: dict[Hashable, dict[bool, Clip]] = {}
    for clip in sorted(clips, key=lambda clip: (is_silent(clip), RECORDINGS.index(clip.path.suffix.lower()))):
        takes.setdefault(take(clip), {}).setdefault(clip.path.suffix.lower() in VIDEOS, clip)
    forms = [list(each.values()) for each in takes.values()]
    return sorted(forms, key=lambda each: (is_silent(each[0]), each[0].path))
