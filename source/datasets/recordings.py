"""Corpora of recorded voices: which files are the corpus's, what their names say, and each take once.

A corpus's `read` is given a file and answers with the fields of its Clip, or with a text, why the file is left out, or
with None where the file is not named as the corpus names its files.
"""

from collections import Counter
from collections.abc import Callable, Hashable, Mapping
from pathlib import Path
from typing import Any

from source.datasets import Say
from source.datasets.folders import files_below, not_found
from source.shared.clips import Clip, numbered
from source.shared.media_types import SOUNDS, VIDEOS

RECORDINGS = (*SOUNDS, *VIDEOS)  # in this order one is preferred where a take is there in several
Read = Callable[[Path], dict[str, Any] | str | None]


def stem(clip: Clip) -> Hashable:
    """What tells a take from another in most corpora: the file's name without its ending."""
    return clip.path.stem.lower()


def recordings(
    corpus: str, folder: Path, read: Read, say: Say, looked_for: str, take: Callable[[Clip], Hashable] = stem
) -> list[Clip]:
    """The clips of the recordings in `folder`, numbered; what is left out is said, with its count.

    Files for which `take` gives the same are the same take: one is kept, a sound before a video. Raises Trouble where
    there is none.
    """
    readings = {file: read(file) for file in files_below(folder, RECORDINGS)}
    _say_left_out(corpus, readings, say)
    clips = [_clip(corpus, folder, file, fields) for file, fields in readings.items() if isinstance(fields, dict)]
    if not clips:
        raise not_found(corpus, folder, looked_for)
    clips = _each_take_once(corpus, clips, take, say)
    say(f"{corpus}: {len(clips):,} recordings of {len({clip.speaker for clip in clips}):,} people.")
    return numbered(clips)


def none_of_the_emotions(label: str) -> str:
    """Why a file of `label` is left out."""
    return f"{label} is none of the emotions told apart"


def _clip(corpus: str, folder: Path, file: Path, fields: Mapping[str, Any]) -> Clip:
    return Clip(file, corpus, 0, source=file.relative_to(folder).as_posix(), **fields)


def _say_left_out(corpus, readings, say):
    reasons = Counter(reading for reading in readings.values() if isinstance(reading, str))
    for reason, count in sorted(reasons.items()):
        say(f"{corpus}: {count:,} files left out: {reason}.")
    strangers = [file for file, reading in readings.items() if reading is None]
    if strangers and len(strangers) < len(readings):
        say(f"{corpus}: {len(strangers):,} files left out: not named as {corpus}'s are, such as {strangers[0].name}.")


def _each_take_once(corpus, clips, take, say):
    kept: dict[Hashable, Clip] = {}
    for clip in sorted(clips, key=_preference):
        kept.setdefault(take(clip), clip)
    doubles = [clip for clip in clips if kept[take(clip)] is not clip]
    of_video = [clip for clip in doubles if _is_video(clip) and not _is_video(kept[take(clip)])]
    if of_video:
        say(f"{corpus}: {len(of_video):,} videos left out, for the same takes are there as sound files.")
    if len(doubles) > len(of_video):
        say(f"{corpus}: {len(doubles) - len(of_video):,} files left out, for the same takes are there already.")
    return [clip for clip in clips if kept[take(clip)] is clip]


def _preference(clip):
    return RECORDINGS.index(clip.path.suffix.lower())  # the sort is stable: then the first by path


def _is_video(clip):
    return clip.path.suffix.lower() in VIDEOS
