"""A window of video -> emotion."""

from typing import Any

from source.combined.combined_config import CombinedConfig, suggest
from source.shared.media_types import SOUNDS, VIDEOS
from source.shared.spec import ModelSpec

SUFFIXES = (*VIDEOS, *SOUNDS)


def extract(path: Any, config: CombinedConfig) -> dict[str, Any]:
    """See `source.combined.preprocess.extract`."""
    from source.combined.preprocess import extract

    return extract(path, config)


def build(config: CombinedConfig, num_classes: int) -> Any:
    """A `source.combined.combined_model.CombinedModel`, its branches untrained."""
    from source.combined.combined_model import CombinedModel

    return CombinedModel(config, num_classes)


def augment(inputs: dict[str, Any], config: CombinedConfig) -> dict[str, Any]:
    """See `source.combined.augment.augment`."""
    from source.combined.augment import augment

    return augment(inputs, config)


def views(inputs: dict[str, Any], config: CombinedConfig) -> list[dict[str, Any]]:
    """One view: the clip as it is."""
    return [inputs]


def summarise(inputs: dict[str, Any], config: CombinedConfig) -> Any:
    """See `source.combined.preprocess.summarise`."""
    from source.combined.preprocess import summarise

    return summarise(inputs, config)


def inherit(config: CombinedConfig) -> CombinedConfig:
    """See `source.combined.branches.inherited`."""
    from source.combined.branches import inherited

    return inherited(config)


def begin(network: Any, config: CombinedConfig, labels: tuple[str, ...]) -> None:
    """See `source.combined.branches.begin`."""
    from source.combined.branches import begin

    begin(network, config, labels)


def prepare(examples: Any, config: CombinedConfig) -> Any:
    """See `source.combined.borrowed.with_loans`."""
    from source.combined.borrowed import with_loans

    return with_loans(examples, config)


def finish(trained: Any, val: Any) -> Any:
    """See `source.combined.late_fusion.fitted`."""
    from source.combined.late_fusion import fitted

    return fitted(trained, val)


def subsets(examples: Any, config: CombinedConfig) -> Any:
    """See `source.combined.subsets.subsets`."""
    from source.combined.subsets import subsets

    return subsets(examples, config)


SPEC = ModelSpec(
    "combined", CombinedConfig(), suggest, extract, build, augment, views, SUFFIXES, summarise,
    inherit=inherit, begin=begin, prepare=prepare, finish=finish, subsets=subsets,
)  # fmt: skip
