"""The SPEC of each model: what it defers is there, and what it leaves out has a default."""

from dataclasses import fields

import pytest

import source
from source.core import config
from source.core.spec import Deferred, spec_of


@pytest.mark.parametrize("model", source.MODELS)
def test_every_deferred_function_is_there(model):
    spec = spec_of(model)
    deferred = [value for field in fields(spec) if isinstance(value := getattr(spec, field.name), Deferred)]
    assert spec.name == model and len(deferred) >= 5 and all(callable(one.function) for one in deferred)


def test_a_model_that_config_does_not_name_learns_from_all_corpora(monkeypatch):
    assert spec_of("face").corpora == config.CORPORA["face"]
    monkeypatch.setattr(config, "CORPORA", {})
    assert spec_of("face").corpora == ()
