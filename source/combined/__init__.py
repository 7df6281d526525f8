"""A window of video -> emotion."""

from typing import Any

from ..core.spec import ModelSpec
from ..media.types import SOUNDS, VIDEOS
from .results.table import LAYOUT
from .settings import CombinedSettings, suggest

SUFFIXES = (*VIDEOS, *SOUNDS)


def extract(path: Any, settings: CombinedSettings) -> dict[str, Any]:
    """See `source.combined.features.extract`."""
    from .features import extract

    return extract(path, settings)


def build(settings: CombinedSettings, num_classes: int) -> Any:
    """A `source.combined.network.CombinedModel`, its branches untrained."""
    from .network import CombinedModel

    return CombinedModel(settings, num_classes)


def augment(inputs: dict[str, Any], settings: CombinedSettings) -> dict[str, Any]:
    """See `source.combined.augment.augment`."""
    from .augment import augment

    return augment(inputs, settings)


def test_time_augment(inputs: dict[str, Any], settings: CombinedSettings) -> list[dict[str, Any]]:
    """One view: the clip as it is."""
    return [inputs]


def baseline_features(inputs: dict[str, Any], settings: CombinedSettings) -> Any:
    """See `source.combined.features.summarise`."""
    from .features import baseline_features

    return baseline_features(inputs, settings)


def inherit_settings(settings: CombinedSettings) -> CombinedSettings:
    """See `source.combined.pretrained_branches.inherited`."""
    from .pretrained_branches import inherited

    return inherited(settings)


def initialise(network: Any, settings: CombinedSettings, labels: tuple[str, ...]) -> None:
    """See `source.combined.pretrained_branches.begin`."""
    from .pretrained_branches import initialise

    initialise(network, settings, labels)


def prepare_dataset(dataset: Any, settings: CombinedSettings) -> Any:
    """See `source.combined.pairing.with_loans`."""
    from .pairing import with_loans

    return with_loans(dataset, settings)


def fit_after_training(trained: Any, val: Any) -> Any:
    """See `source.combined.late_fusion.fitted`."""
    from .late_fusion import fitted

    return fitted(trained, val)


def modality_subsets(dataset: Any, settings: CombinedSettings) -> Any:
    """See `source.combined.modality_subsets.subsets`."""
    from .modality_subsets import modality_subsets

    return modality_subsets(dataset, settings)


SPEC = ModelSpec(
    "combined", CombinedSettings(), suggest, extract, build, augment, test_time_augment, SUFFIXES, baseline_features,
    LAYOUT, inherit_settings=inherit_settings, initialise=initialise, prepare_dataset=prepare_dataset,
    fit_after_training=fit_after_training, modality_subsets=modality_subsets,
)  # fmt: skip
