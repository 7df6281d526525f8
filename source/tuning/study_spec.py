"""What a process needs to run trials of a study; it can be sent to other processes."""

from dataclasses import dataclass, fields
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

import numpy as np

from ..core.spec import ModelSpec, spec_of
from ..data.dataset import Dataset, require_clips
from ..data.labels import grouping_named
from ..data.store import Store
from ..evaluation.cross_validation.left_out import Roles, require_corpora, roles_of, without_test
from .sampler import Pruner
from .search_space import Space

FEWEST_CORPORA = 2  # to leave out in turn

Objective = Literal["val", "strangers"]
SecondObjective = Literal["parameters", "milliseconds"]


@dataclass(frozen=True)
class StudySpec:
    """A study: what is tuned, on which clips, and where its trials are kept."""

    model: str
    base: Any
    """The settings around which the search goes: the default of the comparison."""
    fixed: tuple[str, ...]
    """Names of the settings that are not varied."""
    stores: tuple[Path, ...]
    grouping: str
    clips: int | None
    """Most clips that are trained on (strangers: and answered), drawn at random; None: all."""
    seed: int
    second_objective: SecondObjective | None
    """What a Pareto study minimises beside maximising UAR; None: UAR alone."""
    storage: str
    study: str
    """Its name in the storage."""
    trials: int
    """How many trials the study shall have in all."""
    pruner: Pruner = "median"
    objective: Objective = "val"
    """What a trial is scored by: UAR on val, or the mean UAR of the corpora left out in turn."""

    def __getstate__(self) -> dict[str, Any]:
        """Return what is sent to another process: all but the opened stores."""
        return {field.name: getattr(self, field.name) for field in fields(self)}

    @property
    def spec(self) -> ModelSpec:
        """The model's SPEC."""
        return spec_of(self.model)

    @property
    def space(self) -> Space:
        """The search space."""
        return Space(self.spec, self.base, self.fixed)

    @cached_property
    def train(self) -> Dataset:
        """The clips that trials are trained on."""
        return require_clips(self._drawn(self._dataset("train")), "train on")

    @cached_property
    def val(self) -> Dataset:
        """The clips that trials are measured on. The test split is never opened."""
        return require_clips(self._dataset("val"), "measure on")

    @cached_property
    def roles(self) -> Roles:
        """What becomes of the clips of train and val where the objective is strangers.

        Raises DemeanorError where too few corpora can be left out.
        """
        roles = roles_of(self._drawn(without_test(self._stores, grouping_named(self.grouping))))
        require_corpora(roles, FEWEST_CORPORA, "tune by strangers")
        return roles

    @property
    def steps(self) -> int:
        """How often a trial is scored: after each corpus that was left out, or each epoch of the default."""
        return len(self.roles.left_out) if self.objective == "strangers" else self.base.epochs

    @property
    def datasets(self) -> tuple[Dataset, ...]:
        """All clips that trials read."""
        return (self.roles.dataset,) if self.objective == "strangers" else (self.train, self.val)

    @property
    def corpora(self) -> dict[str, dict[str, int]]:
        """Number of clips by corpus and split."""
        parts = self.datasets
        names = dict.fromkeys(clip.corpus for part in parts for clip in part.clips)
        return {name: {part.split: sum(clip.corpus == name for clip in part.clips) for part in parts} for name in names}

    @property
    def _stores(self) -> list[Store]:
        extracted = self.base.extract_settings()
        return [Store.open(store, extracted) for store in self.stores]

    def _dataset(self, split: str) -> Dataset:
        return Dataset(self._stores, split, grouping_named(self.grouping))

    def _drawn(self, whole: Dataset) -> Dataset:
        """Return at most `clips` clips of it."""
        if self.clips is None or self.clips >= len(whole):
            return whole
        drawn = np.random.default_rng(0).permutation(len(whole))[: self.clips]  # the same for every seed
        return whole.subset(np.sort(drawn), whole.split)
