"""Folds of clips for cross-validation: by speaker, which is honest, and at random, which leaks who speaks."""

import re
from collections.abc import Sequence

import numpy as np

from ...core.errors import DemeanorError
from ...data.clips import Clip
from ...data.splits import person_of


def speaker_folds(clips: Sequence[Clip], folds: int) -> list[np.ndarray]:
    """Split the clips into folds by speaker; return the indices of each fold, no speaker in two of them.

    The speakers of each corpus, in order of name, are cut into `folds` consecutive blocks; fold k has block k of every
    corpus: RAVDESS's 24 actors in 6 folds are actors 1 to 4, 5 to 8 and so on. A corpus with fewer speakers than folds
    is absent from some. Raises DemeanorError where a fold would be empty or a speaker is unknown.
    """
    speakers = _speakers(clips)
    most = max(map(len, speakers.values()), default=0)
    if not 2 <= folds <= most:
        raise DemeanorError(
            f"{folds} folds over speakers cannot be made; choose from 2 to {most}, the speakers of the largest corpus."
        )
    fold_of = {
        (corpus, name): fold
        for corpus, names in speakers.items()
        for fold, block in enumerate(np.array_split(np.arange(len(names)), folds))
        for name in (names[index] for index in block)
    }
    folds_of_clips = np.array([fold_of[person_of(clip)] for clip in clips])
    return [np.flatnonzero(folds_of_clips == fold) for fold in range(folds)]


def random_folds(clips: Sequence[Clip], folds: int, seed: int) -> list[np.ndarray]:
    """Split the clips at random, every emotion spread evenly; return the indices of each fold.

    LEAKY: nearly every speaker is in training and test. It only serves to show what such a leak is worth.
    """
    if not 2 <= folds <= len(clips):
        raise DemeanorError(f"{folds} folds of {len(clips):,} clips cannot be made.")
    shuffled = np.random.default_rng(seed).permutation(len(clips))
    emotions = np.array([clip.original or clip.emotion for clip in clips])[shuffled]
    dealt = shuffled[np.argsort(emotions, kind="stable")]
    return [np.sort(dealt[fold::folds]) for fold in range(folds)]


def corpus_folds(clips: Sequence[Clip]) -> dict[str, np.ndarray]:
    """Return the indices of the clips of each corpus."""
    corpora = np.array([clip.corpus for clip in clips])
    return {str(corpus): np.flatnonzero(corpora == corpus) for corpus in dict.fromkeys(corpora)}


def speakers_in(clips: Sequence[Clip]) -> int:
    """Return how many people show these clips."""
    return len({person_of(clip) for clip in clips})


def _speakers(clips: Sequence[Clip]) -> dict[str, list[str]]:
    """Return the speakers of each corpus, 2 before 10; raise DemeanorError where one is unknown."""
    unknown = [clip for clip in clips if not clip.speaker]
    if unknown:
        corpora = ", ".join(sorted({clip.corpus for clip in unknown}))
        raise DemeanorError(
            f"Folds over speakers need the speaker of each clip, but {len(unknown):,} clips of {corpora} have none; "
            "fill in the column speaker of the corpus's clips.csv and preprocess again, or choose other corpora."
        )
    people = sorted({person_of(clip) for clip in clips}, key=lambda person: (person[0], *_by_number(person[1])))
    return {corpus: [name for other, name in people if other == corpus] for corpus, _ in people}


def _by_number(name: str) -> tuple[list[str], str]:
    """Return a sort key by which 2 comes before 10."""
    return [part.zfill(20) if part.isdecimal() else part for part in re.split(r"(\d+)", name)], name
