"""Settings: read from texts and JSON, refused with the choices."""

from dataclasses import dataclass

import pytest

from source.core.errors import DemeanorError
from source.core.settings import TrainingSettings, changed, check, describe, from_dict, listed
from source.core.spec import spec_of
from tests.support.toy import AUDIO, CONFIG, TOYS


@dataclass(frozen=True)
class Sample:
    ratio: float | None = None
    flag: bool = False
    sizes: tuple[int, ...] = (1,)

    def __post_init__(self):
        check(self)


def test_texts_become_values():
    made = changed(Sample(), ["ratio=0.5", "flag=yes", "sizes=3, 4"])
    assert made == Sample(0.5, True, (3, 4)) and changed(made, ["ratio=none"]).ratio is None


@pytest.mark.parametrize("text, words", [
    ("epochs", "form name=value"), ("epoch=3", "There is no setting epoch; there are: epochs"),
    ("epochs=many", "takes a whole number"), ("bfloat16=perhaps", "true or false"), ("loss=hinge", "one of cross_ent"),
    ("epochs=2.5", "whole number"), ("widths=a,b", "whole number"), ("learning_rate=-1", "above zero"),
    ("dropout=2", "from 0 to 1"),
])  # fmt: skip
def test_bad_texts_are_one_sentence_with_the_choices(text, words):
    with pytest.raises(DemeanorError, match=words):
        changed(CONFIG, [text])


@pytest.mark.parametrize("text, words", [
    ("encoder=all", "one of none, statistics"), ("coefficients=8.5", "whole number"), ("use_mfcc=2", "true or false"),
    ("encoder_dropout=-0.1", "from 0 to 1"), ("image_side=48", "There is no setting image_side; there are: epochs"),
])  # fmt: skip
def test_bad_texts_for_a_voice_too(text, words):
    with pytest.raises(DemeanorError, match=words):
        changed(AUDIO, [text])


@pytest.mark.parametrize("model", TOYS)
def test_shown_settings_make_the_config_again(model):
    assert changed(TOYS[model].spec.default_settings, TOYS[model].words) == TOYS[model].settings


def test_json_goes_round():
    import json
    from dataclasses import asdict

    assert from_dict(TrainingSettings(), json.loads(json.dumps(asdict(TrainingSettings())))) == TrainingSettings()
    assert from_dict(CONFIG, {"widths": [1, 2]}).widths == (1, 2)
    with pytest.raises(DemeanorError, match="no setting colour"):
        from_dict(CONFIG, {"colour": 1})


def test_every_setting_of_every_model_can_be_described_and_set():
    from dataclasses import fields, is_dataclass
    from typing import get_type_hints

    import source

    for name in source.MODELS:
        default = spec_of(name).default_settings
        own = [field for field in fields(default) if not is_dataclass(getattr(default, field.name))]
        for field in own:
            assert describe(get_type_hints(type(default))[field.name]) != "none"
            value = getattr(default, field.name)
            text = ",".join(map(str, value)) if isinstance(value, tuple) else str(value)
            assert changed(default, [f"{field.name}={text}"]) == default
        assert all(hasattr(default, field) for field in default.EXTRACT)


def test_settings_within_settings():
    default = spec_of("combined").default_settings
    assert changed(default, ["audio.encoder_width=32", "width=8"]).audio.encoder_width == 32
    assert {"width", "audio.encoder_width"} <= {setting.name for setting in listed(default)}
    assert "audio.epochs" not in {setting.name for setting in listed(default)}  # it is not trained by itself
    wrong = {
        "audio=1": "audio.NAME=VALUE",
        "audio.size=1": "no setting size",
        "a.b=1": "no setting a",
        "width.x=1": "x",
    }
    for text, words in wrong.items():
        with pytest.raises(DemeanorError, match=words):
            changed(default, [text])


def test_an_unknown_model_names_the_known():
    import source

    with pytest.raises(DemeanorError, match=f"there are: {', '.join(source.MODELS)}"):
        spec_of("smell")


@pytest.mark.parametrize("text, words", [
    ("frozen=face,audio", "audio is frozen but starts untrained"), ("modalities=face,face", "each once"),
    ("window_seconds=3", "set window_seconds and audio.window_seconds alike"), ("late_weights=0.7,0.3", "fusion=late"),
    ("mixup=0.2", "set mixup=0"),
])  # fmt: skip
def test_contradictions_are_refused(text, words):
    with pytest.raises(DemeanorError, match=words):
        changed(spec_of("combined").default_settings, [text])
