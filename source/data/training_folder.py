"""Lay out a corpus for training: `<corpus>/<split>/<corpus>_<number>_<emotion>.<ext>` and clips.csv.

While files are being laid out, their list is `unfinished.csv` and there is no clips.csv: a run that is killed leaves
a folder that says so, and the next run completes it.
"""

import filecmp
import os
import shutil
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ..core.errors import DemeanorError
from ..core.hooks import OnProgress
from .clips import MANIFEST, NAME, SPLITS, UNLABELLED, Clip, labelled_files, read_clips, write_clips

UNFINISHED = "unfinished.csv"
UNSPLIT = "unsplit"  # folder of the clips that the corpus puts into no split
DRAFT = ".part"
QUOTE = ">"  # begins the lines of a text that were said before its utterance, as in an e-mail


@dataclass(frozen=True)
class Summary:
    """What `data get` made of a corpus for one model."""

    corpus: str
    model: str
    folder: Path  # the corpus's training folder of that model
    counts: dict[str, dict[str, int]]  # files by split (or "unsplit") and emotion
    left_out: int  # files for this model that the corpus names but that are missing
    notes: tuple[str, ...]  # sentences for people


def training_files(folder: Path, suffixes: Sequence[str]) -> list[Clip]:
    """Return the clips of one corpus's training folder, laid out by `lay_out` or put there by hand.

    Raises DemeanorError where laying out was interrupted.
    """
    if (folder / UNFINISHED).is_file():
        raise DemeanorError(f"{folder} is unfinished: data get {folder.name} was interrupted; run it again.")
    return labelled_files(folder, suffixes)


def counts_of(clips: Sequence[Clip]) -> dict[str, dict[str, int]]:
    """Count files by split and emotion, as in `Summary`."""
    splits = [split for split in (*SPLITS, "") if any(clip.split == split for clip in clips)]
    labels = {split: Counter(c.emotion or UNLABELLED for c in clips if c.split == split) for split in splits}
    return {split or UNSPLIT: dict(counts) for split, counts in labels.items()}


def lay_out(clips: Sequence[Clip], folder: Path, on_progress: OnProgress) -> list[Clip]:
    """Hard-link (or else copy) the clips' files into `folder` and write its clips.csv; return the clips as laid out.

    Files of an earlier run that no clip needs any more are removed, others never; what is there already stays. Raises
    DemeanorError where a file would be lost or cannot be written.
    """
    laid = [replace(clip, path=folder / (clip.split or UNSPLIT) / clip.training_name) for clip in clips]
    earlier = _earlier(folder)
    _refuse(clips, laid, folder, {clip.path for clip in earlier})
    _begin(folder, list(dict.fromkeys([*laid, *earlier])))
    for number, (clip, target) in enumerate(zip(clips, laid, strict=True)):
        _place(clip.path, target.path, folder / DRAFT)
        on_progress(number + 1, len(clips))
    for path in {clip.path for clip in earlier} - {clip.path for clip in laid}:
        path.unlink(missing_ok=True)
    _finish(folder, laid)
    return laid


def _earlier(folder: Path) -> list[Clip]:
    """Return the clips that an earlier run put here; a list written by hand may name files elsewhere."""
    lists = [folder / name for name in (MANIFEST, UNFINISHED) if (folder / name).is_file()]
    clips = [clip for file in lists for clip in read_clips(file, relative_to=folder)]
    places = [folder / split for split in (*SPLITS, UNSPLIT)]
    return [clip for clip in clips if clip.source and clip.path.parent in places and NAME.fullmatch(clip.path.stem)]


def _refuse(clips: Sequence[Clip], laid: Sequence[Clip], folder: Path, earlier: Collection[Path]) -> None:
    """Raise DemeanorError, before anything is written, where a file would be lost."""
    real = folder.resolve()
    inside = [clip.path for clip in clips if clip.path.resolve().is_relative_to(real)]
    if inside:
        raise DemeanorError(
            f"{inside[0]} lies in {folder}, the folder the corpus is to be laid out in; give another folder."
        )
    twice = [path for path, count in Counter(clip.path for clip in laid).items() if count > 1]
    if twice:
        raise DemeanorError(f"Two files of the corpus would both be named {twice[0].name}; number them apart.")
    pairs = [(clip.path, target.path) for clip, target in zip(clips, laid, strict=True)]
    there = [pair for pair in pairs if pair[1] not in earlier and os.path.lexists(pair[1])]
    foreign = [target for source, target in there if not _same(source, target)]
    if foreign:
        raise DemeanorError(f"{foreign[0]} exists and is another file; move it away first ({len(foreign)} such).")


def _begin(folder: Path, clips: Sequence[Clip]) -> None:
    try:
        for split in {clip.path.parent for clip in clips}:
            split.mkdir(parents=True, exist_ok=True)
        _write_list(folder, UNFINISHED, clips)
        (folder / MANIFEST).unlink(missing_ok=True)
    except OSError as error:
        raise DemeanorError(f"{folder} could not be written: {error.strerror}.") from None


def _finish(folder: Path, clips: Sequence[Clip]) -> None:
    (folder / DRAFT).unlink(missing_ok=True)
    for split in (*SPLITS, UNSPLIT):
        if (folder / split).is_dir() and not any((folder / split).iterdir()):
            (folder / split).rmdir()
    _write_list(folder, MANIFEST, clips)
    (folder / UNFINISHED).unlink()


def _write_list(folder: Path, name: str, clips: Sequence[Clip]) -> None:
    write_clips(folder / DRAFT, clips, relative_to=folder)
    (folder / DRAFT).replace(folder / name)


def _same(source: Path, target: Path) -> bool:
    try:
        return source.samefile(target) or filecmp.cmp(source, target, shallow=False)
    except OSError:
        return False


def _place(source: Path, target: Path, draft: Path) -> None:
    if _same(source, target):
        return
    try:
        draft.unlink(missing_ok=True)
        real = source.resolve()  # a hard link to a symbolic link would be another such
        try:
            os.link(real, draft)
        except OSError:  # another file system, one without hard links, or a file of another owner
            shutil.copyfile(real, draft)
        draft.replace(target)
    except OSError as error:
        raise DemeanorError(f"{source} could not be put at {target}: {error.strerror}; run again to go on.") from None
