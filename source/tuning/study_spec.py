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
from .sampler import Pruner
from .search_space import Space

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
    """Most clips of the train split, drawn at random; None: all."""
    seed: int
    second_objective: SecondObjective | None
    """What a Pareto study minimises beside maximising UAR; None: UAR alone."""
    storage: str
    study: str
    """Its name in the storage."""
    trials: int
    """How many trials the study shall have in all."""
    pruner: Pruner = "median"

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
        whole = self._dataset("train")
        if self.clips is None or self.clips >= len(whole):
            return require_clips(whole, "train on")
        drawn = np.random.default_rng(0).permutation(len(whole))[: self.clips]  # the same for every seed
        return whole.subset(np.sort(drawn), "train")

    @cached_property
    def val(self) -> Dataset:
        """The clips that trials are measured on. The test split is never opened."""
        return require_clips(self._dataset("val"), "measure on")

    @property
    def corpora(self) -> dict[str, dict[str, int]]:
        """Number of clips by corpus and split."""
        parts = (self.train, self.val)
        names = dict.fromkeys(clip.corpus for part in parts for clip in part.clips)
        return {name: {part.split: sum(clip.corpus == name for clip in part.clips) for part in parts} for name in names}

    def _dataset(self, split: str) -> Dataset:
        extracted = self.base.extract_settings()
        return Dataset([Store.open(store, extracted) for store in self.stores], split, grouping_named(self.grouping))
