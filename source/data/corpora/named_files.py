"""Any folder of labelled files: named `<dataset>_<number>_<emotion>.<ext>`, in folders of emotions, or in clips.csv.

A folder without any may hold tables of labelled texts instead, see `labelled_tables`.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from ... import MODELS
from ...core.hooks import Notify
from ...core.spec import spec_of
from ...media.types import RECORDINGS, TEXTS, VIDEOS
from ..clips import MANIFEST, Clip, labelled_files
from ..labels import emotion_named
from . import labelled_tables
from .folders import SPLIT_FOLDERS, files_below, not_found
from .recordings import numbered_takes
from .tables import unpacked

NAME = ""  # the name that is asked for
LICENCE = "your own files; make sure that you may use them"
LOOKED_FOR = (
    "pictures, sounds, videos or texts named <dataset>_<number>_<emotion>, such as mine_7_happy.wav, or in a folder "
    "of their emotion"
)

unpack = unpacked


def load(folder: Path, notify: Notify) -> list[Clip]:
    """Return the labelled files in `folder`; a folder train, val or test above them gives their split."""
    clips = labelled_files(folder, _suffixes())
    if not clips:
        clips = labelled_tables.load(folder, notify)
        if clips:
            return clips
        raise not_found("labelled files", folder, f"{LOOKED_FOR}, or {labelled_tables.LOOKED_FOR}")
    if not (folder / MANIFEST).is_file():
        clips = [_with_split(clip, clip.path.relative_to(folder)) for clip in clips]
        _notify_of_names(clips, folder, notify)
    takes = _takes(clips)
    if len({forms[0].number for forms in takes}) < len(takes):
        return numbered_takes(takes)
    return [replace(form, number=forms[0].number) for forms in takes for form in forms]


def _with_split(clip: Clip, below: Path) -> Clip:
    parts = [part.lower() for part in below.parts[:-1]]
    split = next((SPLIT_FOLDERS[part] for part in parts if part in SPLIT_FOLDERS), "")
    return replace(clip, split=split, source=below.as_posix())


def _suffixes() -> tuple[str, ...]:
    """Return the endings of the files that any model learns from."""
    return tuple(dict.fromkeys(ending for model in MODELS for ending in spec_of(model).suffixes))


def _takes(clips: Sequence[Clip]) -> list[list[Clip]]:
    """Group the clips into takes: a sound and a video of one emotion and one name in one folder are one take."""
    named = defaultdict(list)
    for clip in clips:
        if clip.path.suffix.lower() in RECORDINGS:
            named[clip.path.with_suffix("")].append(clip)
    pairs = {}
    for forms in named.values():
        videos = sorted(form.path.suffix.lower() in VIDEOS for form in forms)
        if videos == [False, True] and forms[0].emotion == forms[1].emotion:
            pairs[id(forms[0])] = forms
    seconds = {id(forms[1]) for forms in pairs.values()}
    return [pairs.get(id(clip), [clip]) for clip in clips if id(clip) not in seconds]


def _notify_of_names(clips: Sequence[Clip], folder: Path, notify: Notify) -> None:
    labelled = {clip.path for clip in clips}
    has_texts = any(path.suffix.lower() in TEXTS for path in labelled)  # else a text is a README, which nobody misses
    files = files_below(folder, set(_suffixes()) - (set() if has_texts else set(TEXTS)))
    if len(files) > len(clips):
        example = next(file for file in files if file not in labelled)
        notify(f"{len(files) - len(clips):,} files left out, for nothing says their emotion, such as {example}.")
    contradicting = [clip.path for clip in clips if emotion_named(clip.path.parent.name) not in (None, clip.emotion)]
    if contradicting:
        notify(
            f"{len(contradicting):,} files lie in a folder of another emotion than their name says, such as "
            f"{contradicting[0]}; the name was taken."
        )
