"""What a process needs to take part in a study; it can be sent to other processes."""

from collections.abc import Callable
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

Against = Literal["parameters", "milliseconds"]
OnProgress = Callable[[int, int], None]


@dataclass(frozen=True)
class Work:
    """One study: what is tuned, on what, and where its trials are kept."""

    model: str
    base: Any
    """The settings around which is searched: the default of the comparison."""
    fixed: tuple[str, ...]
    """Names of those that are not varied."""
    stores: tuple[Path, ...]
    grouping: str
    clips: int | None
    """Clips of the train split that are used at most, drawn at random; None: all."""
    seed: int
    against: Against | None
    """What UAR is weighed against in a Pareto study; None: UAR alone."""
    storage: str
    study: str
    """Its name in the storage."""
    trials: int
    """How many there shall be in all."""
    pruner: Pruner = "median"

    def __getstate__(self) -> dict[str, Any]:
        """What is sent to another process: not the opened stores."""
        return {field.name: getattr(self, field.name) for field in fields(self)}

    @property
    def spec(self) -> ModelSpec:
        return spec_of(self.model)

    @property
    def space(self) -> Space:
        return Space(self.spec, self.base, self.fixed)

    @cached_property
    def train(self) -> Dataset:
        """What trials are trained on."""
        whole = self._examples("train")
        if self.clips is None or self.clips >= len(whole):
            return require_clips(whole, "train on")
        drawn = np.random.default_rng(0).permutation(len(whole))[: self.clips]  # the same for every seed
        return whole.subset(np.sort(drawn), "train")

    @cached_property
    def val(self) -> Dataset:
        """What trials are measured on. The test split is never opened."""
        return require_clips(self._examples("val"), "measure on")

    @property
    def corpora(self) -> dict[str, dict[str, int]]:
        """Corpus -> split -> number of its clips."""
        parts = (self.train, self.val)
        names = dict.fromkeys(clip.corpus for part in parts for clip in part.clips)
        return {name: {part.split: sum(clip.corpus == name for clip in part.clips) for part in parts} for name in names}

    def _examples(self, split):
        baked = self.base.extract_settings()
        return Dataset([Store.open(store, baked) for store in self.stores], split, grouping_named(self.grouping))
