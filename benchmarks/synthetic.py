"""What the benchmarks of all models are run on: a corpus of this name, and a network that has learnt nothing."""

from dataclasses import asdict, replace
from typing import Any

from source.core import config
from source.core.spec import spec_of

CORPUS = "synthetic"


def untrained(model: str, **changes: Any) -> Any:
    """Return an untrained network, as fast as a trained one. changes: to the default settings."""
    from source.training.checkpoint import Header, Trained

    spec = spec_of(model)
    settings, labels = replace(spec.default_settings, **changes), config.EMOTIONS
    header = Header(spec.name, asdict(settings), labels, "seven", 1.0, settings.extract_settings())
    return Trained(spec, settings, spec.build(settings, len(labels)).eval(), header)
