"""A window of video -> emotion."""

from typing import Any

from ..core.spec import ModelSpec
from ..media.types import SOUNDS, VIDEOS
from .results.table import LAYOUT
from .settings import CombinedConfig, suggest

SUFFIXES = (*VIDEOS, *SOUNDS)


def extract(path: Any, config: CombinedConfig) -> dict[str, Any]:
    """See `source.combined.features.extract`."""
    from .features import extract

    return extract(path, config)


def build(config: CombinedConfig, num_classes: int) -> Any:
    """A `source.combined.network.CombinedModel`, its branches untrained."""
    from .network import CombinedModel

    return CombinedModel(config, num_classes)


def augment(inputs: dict[str, Any], config: CombinedConfig) -> dict[str, Any]:
    """See `source.combined.augment.augment`."""
    from .augment import augment

    return augment(inputs, config)


def views(inputs: dict[str, Any], config: CombinedConfig) -> list[dict[str, Any]]:
    """One view: the clip as it is."""
    return [inputs]


def summarise(inputs: dict[str, Any], config: CombinedConfig) -> Any:
    """See `source.combined.features.summarise`."""
    from .features import summarise

    return summarise(inputs, config)


def inherit(config: CombinedConfig) -> CombinedConfig:
    """See `source.combined.pretrained_branches.inherited`."""
    from .pretrained_branches import inherited

    return inherited(config)


def begin(network: Any, config: CombinedConfig, labels: tuple[str, ...]) -> None:
    """See `source.combined.pretrained_branches.begin`."""
    from .pretrained_branches import begin

    begin(network, config, labels)


def prepare(examples: Any, config: CombinedConfig) -> Any:
    """See `source.combined.pairing.with_loans`."""
    from .pairing import with_loans

    return with_loans(examples, config)


def finish(trained: Any, val: Any) -> Any:
    """See `source.combined.late_fusion.fitted`."""
    from .late_fusion import fitted

    return fitted(trained, val)


def subsets(examples: Any, config: CombinedConfig) -> Any:
    """See `source.combined.modality_subsets.subsets`."""
    from .modality_subsets import subsets

    return subsets(examples, config)


SPEC = ModelSpec(
    "combined", CombinedConfig(), suggest, extract, build, augment, views, SUFFIXES, summarise, LAYOUT,
    inherit=inherit, begin=begin, prepare=prepare, finish=finish, subsets=subsets,
)  # fmt: skip
