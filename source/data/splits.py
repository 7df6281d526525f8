"""Train, val and test: the corpus's own partition where it has one, else splits that share no speaker."""

import warnings
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from ..core.errors import DemeanorError
from .clips import Clip

SEED = 0  # of the splits alone: a training's seed never moves a clip to another split
VAL_PARTS = 8  # one part in so many becomes val, and one test


def with_splits(clips: Sequence[Clip]) -> list[Clip]:
    """Return the clips, each with its split.

    Clips keep the corpus's own split. Those without one are divided by speaker (by original file where the speaker is
    not known), about 6/8 train, 1/8 val, 1/8 test, emotions spread evenly. A corpus with no val of its own gives one
    part of its train.
    """
    assigned = {clip: clip.split for clip in clips}
    free = [clip for clip in clips if not clip.split]
    for split in ("test", "val"):
        if free:
            taken = _part_of(free)
            assigned |= dict.fromkeys(taken, split)
            free = [clip for clip in free if clip not in taken]
    assigned |= dict.fromkeys(free, "train")
    if "val" not in assigned.values():
        assigned |= dict.fromkeys(_part_of([clip for clip in clips if assigned[clip] == "train"]), "val")
    return [replace(clip, split=assigned[clip]) for clip in clips]


def person_of(clip: Clip) -> tuple[str, str]:
    """Return what must stay on one side: the speaker, else the original file, within the corpus."""
    return clip.corpus, clip.speaker or clip.source or clip.path.name


def _part_of(clips: Sequence[Clip]) -> set[Clip]:
    """Draw one part in VAL_PARTS by whole persons, emotions spread evenly; empty where that is impossible."""
    from sklearn.model_selection import StratifiedGroupKFold

    people = [person_of(clip) for clip in clips]
    number = {person: index for index, person in enumerate(dict.fromkeys(people))}
    commonest = max(Counter(clip.emotion for clip in clips).values(), default=0)
    parts = min(VAL_PARTS, len(number), commonest)  # more folds than clips of every emotion cannot be stratified
    if parts < 2:
        return set()
    folds = StratifiedGroupKFold(parts, shuffle=True, random_state=SEED)
    emotions, groups = [clip.emotion for clip in clips], [number[person] for person in people]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # an emotion with fewer clips than parts is fine here
        _, chosen = next(folds.split(emotions, emotions, groups))
    return {clips[index] for index in chosen}


def assert_disjoint(left: Sequence[Clip], right: Sequence[Clip]) -> None:
    """Raise DemeanorError where the two sides share a speaker or a file."""
    shared = {person_of(clip) for clip in left} & {person_of(clip) for clip in right}
    files = {clip.path for clip in left} & {clip.path for clip in right}
    if shared or files:
        example = next(iter(shared or files))
        raise DemeanorError(
            f"Two splits share {len(shared)} people and {len(files)} files, such as {example}; refusing."
        )


def speakers_disjoint(left: Sequence[Clip], right: Sequence[Clip]) -> bool | None:
    """Return whether no speaker is on both sides; None where a clip's speaker is not known."""
    if not all(clip.speaker for clip in (*left, *right)):
        return None
    return not {person_of(clip) for clip in left} & {person_of(clip) for clip in right}
