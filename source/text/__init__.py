"""One utterance -> emotion."""

from typing import Any

from source.shared.media_types import RECORDINGS
from source.shared.spec import ModelSpec
from source.text.preprocess import SUFFIXES, extract, summarise
from source.text.text_config import TextConfig, suggest


def build(config: TextConfig, num_classes: int) -> Any:
    """A `source.text.text_model.TextModel` with MiniLM's weights and an untrained head."""
    from source.text.text_model import TextModel  # brings torch: seconds that the menu need not spend

    return TextModel(config, num_classes)


def augment(inputs: dict[str, Any], config: TextConfig) -> dict[str, Any]:
    """See `source.text.augment.augment`."""
    from source.text.augment import augment

    return augment(inputs, config)


def views(inputs: dict[str, Any], config: TextConfig) -> list[dict[str, Any]]:
    """One view: the utterance as it is."""
    return [inputs]


SPEC = ModelSpec(
    "text", TextConfig(), suggest, extract, build, augment, views, SUFFIXES, summarise,
    baseline="VADER", typed=True, also_predicts=RECORDINGS,
)  # fmt: skip
