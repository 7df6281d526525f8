"""Settings: read from text and JSON, and refused with what they take."""

import json
import math
import pickle
from dataclasses import FrozenInstanceError, asdict, fields, is_dataclass, replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import source
from source.core.errors import DemeanorError
from source.core.renamed import RENAMED
from source.core.settings import (
    TrainingSettings,
    list_settings,
    override,
    override_from_file,
    override_from_text,
    settings_class,
)
from source.core.spec import spec_of
from tests.support.toy import AUDIO, CONFIG, TOYS

COMBINED = spec_of("combined").default_settings


@settings_class
class Sample(TrainingSettings):
    epochs: int = 7
    ratio: float | None = None
    """A ratio."""
    flag: bool = False
    sizes: tuple[int, ...] = (1,)


def test_texts_become_values():
    made = override_from_text(Sample(), ["ratio=0.5", "flag=yes", "sizes=3, 4", "learning_rate=1"])
    assert made == Sample(ratio=0.5, flag=True, sizes=(3, 4), learning_rate=1.0)
    assert override_from_text(made, ["ratio=none", "flag=FALSE", "sizes="]) == Sample(learning_rate=1.0, sizes=())


@given(st.floats(0, 1), st.floats(min_value=1e-300, allow_infinity=False), st.integers(1), st.lists(st.integers()))
@settings(max_examples=12)
def test_values_survive_text_and_json(share, rate, count, sizes):
    made = Sample(ema_decay=share, learning_rate=rate, batch_size=count, sizes=tuple(sizes))
    assert override_from_text(Sample(), [f"{setting.name}={setting.text}" for setting in list_settings(made)]) == made
    assert override(Sample(), json.loads(json.dumps(asdict(made)))) == made


@given(
    st.one_of(st.floats(max_value=0), st.sampled_from([math.nan, math.inf, True, None, "nan", "-inf", "x", [1], {}]))
)
@settings(max_examples=12)
def test_what_is_no_positive_number_is_refused(value):
    for make in (lambda: override(CONFIG, {"learning_rate": value}), lambda: replace(CONFIG, learning_rate=value)):
        with pytest.raises(DemeanorError, match="learning_rate cannot be .*; it takes a number above 0."):
            make()


@pytest.mark.parametrize("text, words", [
    ("epochs", "form name=value"), ("epoch=3", "There is no setting epoch; there are: epochs"), ("=3", "no setting"),
    ("epochs=many", "cannot be 'many'; it takes a whole number above 0"), ("epochs=2.5", "whole number"),
    ("bfloat16=perhaps", "true or false"), ("loss=hinge", "one of cross_entropy, focal"),
    ("widths=a,b", "whole numbers above 0, separated by commas"), ("learning_rate=-1", "above 0"),
    ("dropout=2", "from 0 to 1"), ("crop_share=0.2", "from 0.5 to 1"), ("EXTRACT=image_side", "no setting EXTRACT"),
])  # fmt: skip
def test_bad_texts_are_one_sentence_with_what_is_taken(text, words):
    with pytest.raises(DemeanorError, match=words) as trouble:
        override_from_text(CONFIG, [text])
    assert "\n" not in str(trouble.value)


@pytest.mark.parametrize("model", TOYS)
def test_shown_settings_make_the_same_again(model):
    assert override_from_text(TOYS[model].spec.default_settings, TOYS[model].words) == TOYS[model].settings


@pytest.mark.parametrize("model", source.MODELS)
def test_every_setting_is_explained_and_can_be_set_to_what_is_shown(model):
    default = spec_of(model).default_settings
    shown = list_settings(default)
    assert all(setting.meaning and setting.takes for setting in shown)
    assert override_from_text(default, [f"{setting.name}={setting.text}" for setting in shown]) == default
    names = {setting.name.partition(".")[0] for setting in shown}
    assert names == {field.name for field in fields(default)}
    assert all(hasattr(default, name) for name in default.EXTRACT)


def test_a_subclass_keeps_the_meaning_of_what_it_redefines():
    shown = {setting.name: setting for setting in list_settings(Sample())}
    assert shown["epochs"].meaning == {setting.name: setting for setting in list_settings(CONFIG)}["epochs"].meaning
    assert shown["ratio"].takes == "a number or none" and shown["ratio"].meaning == "A ratio."


def test_settings_within_settings():
    assert override_from_text(COMBINED, ["audio.encoder_width=32", "width=8"]).audio.encoder_width == 32
    names = {setting.name for setting in list_settings(COMBINED)}
    assert {"width", "audio.encoder_width"} <= names and "audio.epochs" not in names  # it is not trained by itself
    inherited = replace(COMBINED, audio=replace(COMBINED.audio, dropout=0.1))
    assert override(inherited, {"audio": {"encoder_width": 32}}).audio.dropout == 0.1, "others stay as they were"
    wrong = {
        "audio=1": "audio.NAME=VALUE",
        "audio.size=1": "no setting size",
        "a.b=1": "no setting a",
        "width.x=1": "x",
    }
    for text, words in wrong.items():
        with pytest.raises(DemeanorError, match=words):
            override_from_text(COMBINED, [text])


def test_names_of_before_are_understood():
    assert override_from_text(COMBINED, ["audio.copies=1", "borrowed_words=0.25"]).text_pairing == 0.25
    assert override(COMBINED, {"starts": ["face"], "audio": {"copies": 1}}).audio.augmented_copies == 1
    assert override_from_text(COMBINED, ["audio.encoder=statistics"]).audio.encoder == "tiny.en"
    known = {field.name for name in source.MODELS for field in fields(spec_of(name).default_settings)}
    assert known.issuperset(RENAMED.values()) and known.isdisjoint(RENAMED)


def test_they_are_plain_frozen_dataclasses():
    assert is_dataclass(COMBINED) and pickle.loads(pickle.dumps(COMBINED)) == COMBINED and hash(COMBINED)
    assert AUDIO.widths == (4, 8) and override(CONFIG, {"widths": [1, 2]}).widths == (1, 2)
    with pytest.raises(FrozenInstanceError):
        COMBINED.epochs = 3


@pytest.mark.parametrize("content, words", [
    ("[1]", "has to hold one object"), ("{", "is not JSON"), ('{"epochs": 0}', "epochs cannot be 0"),
    ('{"colour": 1}', "no setting colour"),
])  # fmt: skip
def test_a_file_that_cannot_be_read_over_is_named(tmp_path, content, words):
    file = tmp_path / "best.json"
    assert override_from_file(CONFIG, file) == CONFIG
    file.write_text(content)
    with pytest.raises(DemeanorError, match=f"best.json .*{words}"):
        override_from_file(CONFIG, file)


def test_an_unknown_model_names_the_known():
    with pytest.raises(DemeanorError, match=f"there are: {', '.join(source.MODELS)}"):
        spec_of("smell")


@pytest.mark.parametrize("text, words", [
    ("init_from=audio", "face is frozen but starts untrained"), ("modalities=face,face", "each once"),
    ("window_seconds=3", "set window_seconds and audio.window_seconds alike"), ("late_weights=0.7,0.3", "fusion=late"),
    ("mixup=0.2", "set mixup=0"),
])  # fmt: skip
def test_contradictions_are_refused(text, words):
    with pytest.raises(DemeanorError, match=words):
        override_from_text(COMBINED, [text])
