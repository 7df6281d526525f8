"""Leave one corpus out: each is answered by a model that was trained on all others, so that all of it is strange to it.

Ordinary speech, in which nobody acts, is neutral by assumption: its train split is trained on every time, and the rest
of it answered every time, by which it is known how often people who show nothing are said to show something.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from ...core.errors import DemeanorError
from ...core.units import percent
from ...data.corpora import may_be_left_out
from ...data.dataset import Dataset
from ...data.labels import Grouping
from ...data.splits import SEED, with_splits
from ...data.store import Store
from ...training.scores import scores_of
from ..ordinary import is_ordinary
from .folds import corpus_folds
from .held_out import Answers, Trials


@dataclass(frozen=True)
class Roles:
    """What becomes of the clips of a dataset; all arrays are indices of clips."""

    dataset: Dataset
    left_out: dict[str, np.ndarray]
    """Corpus -> its clips, for each that is left out once."""
    always: np.ndarray
    """Trained on every time: ordinary speech, and corpora that are too unlike the others to say anything by a mean."""
    ordinary: np.ndarray
    """Ordinary speech of people who are never trained on."""

    @property
    def acted(self) -> np.ndarray:
        """All clips that are left out once, corpus by corpus."""
        return np.concatenate([*self.left_out.values()])


def roles_of(dataset: Dataset) -> Roles:
    """Tell which corpora are left out: those that show two labels or more, and whose file does not say otherwise."""
    ordinary = is_ordinary(dataset)
    trained_on = ordinary & np.isin([str(clip.path) for clip in dataset.clips], _paths_in(dataset.stores, "train"))
    left_out, always = {}, [np.flatnonzero(trained_on)]
    for corpus, rows in corpus_folds(dataset.clips).items():
        rows = rows[~ordinary[rows]]
        if len(np.unique(dataset.labels[rows])) > 1 and may_be_left_out(corpus):
            left_out[corpus] = rows
        else:
            always.append(rows)
    return Roles(dataset, left_out, np.concatenate(always), np.flatnonzero(ordinary & ~trained_on))


def without_test(stores: Sequence[Store], grouping: Grouping, most: int = 0) -> Dataset:
    """Return the labelled clips of train and val, for what is chosen by strangers: the test split is never read.

    most: how many of each corpus at most, drawn at random; 0: all.
    """
    dataset = Dataset(stores, None, grouping)
    test = np.isin([str(clip.path) for clip in dataset.clips], _paths_in(stores, "test"))
    dataset, draw = dataset.subset(np.flatnonzero(~test), "train and val"), np.random.default_rng(SEED)
    if not most:
        return dataset
    drawn = [draw.permutation(rows)[:most] for rows in corpus_folds(dataset.clips).values()]
    return dataset.subset(np.sort(np.concatenate(drawn)), dataset.split)


def _paths_in(stores: Sequence[Store], split: str) -> list[str]:
    return [str(clip.path) for store in stores for clip in with_splits(store.clips) if clip.split == split]


def require_corpora(roles: Roles, fewest: int, purpose: str) -> None:
    """Raise DemeanorError where fewer than `fewest` corpora can be left out."""
    if len(roles.left_out) < fewest:
        there = ", ".join(roles.left_out) or "none"
        raise DemeanorError(
            f"To {purpose}, {fewest} corpora or more must be there that can be left out in turn, each with two labels "
            f"or more; there are: {there}."
        )


def leave_out(trials: Trials, roles: Roles, seed: int) -> Iterator[tuple[str, Answers]]:
    """Yield each corpus left out and the answers to its clips, then to those of `roles.ordinary`."""
    for number, (corpus, rows) in enumerate(roles.left_out.items(), start=1):
        answers = answer_left_out(trials, roles, corpus, seed)
        uars = [percent(uar) for uar in uar_of_conditions(roles, corpus, answers).values()]
        about = f"{number} of {len(roles.left_out)}, seed {seed}: UAR {', '.join(uars)} on {len(rows):,} clips"
        trials.notify(f"{corpus} left out, {about}.")
        yield corpus, answers


def answer_left_out(trials: Trials, roles: Roles, corpus: str, seed: int) -> Answers:
    """Train on all but one corpus; return the answers to its clips, then to those of `roles.ordinary`."""
    others = [other for name, other in roles.left_out.items() if name != corpus]
    train = np.sort(np.concatenate([*others, roles.always]))
    return trials.answers(train, np.concatenate([roles.left_out[corpus], roles.ordinary]), seed)


def uar_of_conditions(roles: Roles, corpus: str, answers: Answers) -> dict[str, float]:
    """Return the UAR of the corpus's clips, which the answers begin with, under each condition."""
    truth, classes = roles.dataset.labels[roles.left_out[corpus]], len(roles.dataset.grouping.labels)
    firsts = {name: logits[: len(truth)].argmax(1) for name, logits in answers.conditions.items()}
    return {name: scores_of(answer, truth, classes)["uar"] for name, answer in firsts.items()}
