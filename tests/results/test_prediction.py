"""result.json: its schema, and documents that follow it."""

import doctest
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter

from source import api
from source.core import config
from source.results import prediction as module
from source.results.prediction import Prediction, Reading
from source.results.schema import prediction_schema
from tests.support.video_predictions import toy_prediction

SCHEMA_FILE = config.ROOT / "docs" / "reference" / "prediction.schema.json"
VALIDATOR, SCHEMA = TypeAdapter(Prediction), prediction_schema()
INPUTS = {"face": "demo_astronaut.png", "audio": "demo_clip.mp4", "combined": "demo_clip.mp4"}


def assert_follows_schema(prediction):
    """The document gives back the very prediction, and has the keys of the schema and no others."""
    document, schema = json.loads(prediction.to_json()), SCHEMA
    assert VALIDATOR.validate_json(prediction.to_json(), strict=True) == prediction
    assert set(document) == set(schema["properties"]) == set(schema["required"])
    reading = schema["$defs"]["Reading"]
    for answered in [*document["readings"], *([document["overall"]] if document["overall"] else [])]:
        assert set(answered) == set(reading["properties"])
    for plain in (*document["people"], *document["faces"], *document["sentences"]):
        assert set(plain) == set(reading["required"])


def test_the_schema_file_is_generated_from_the_dataclasses():
    assert json.loads(SCHEMA_FILE.read_text(encoding="utf-8")) == SCHEMA, "see source/results/schema.py"


def test_every_field_is_documented():
    for name, field in (SCHEMA["properties"] | SCHEMA["$defs"]["Reading"]["properties"]).items():
        assert field.get("description") or "$ref" in json.dumps(field), name


@pytest.mark.parametrize("modalities", [("face",), ("audio", "text"), ("face", "audio", "text"), ()])
def test_a_video_follows_the_schema(modalities):
    assert_follows_schema(toy_prediction(20.0, modalities=modalities))


share, seconds = st.floats(0, 1), st.floats(0, 1e6) | st.none()
readings = st.builds(
    Reading,
    probabilities=st.dictionaries(st.sampled_from(config.EMOTIONS), share),
    box=st.tuples(*[st.floats(0, 1e4)] * 4) | st.none(),
    start_seconds=seconds,
    speech_seconds=seconds,
    modalities=st.dictionaries(st.text(max_size=5), st.dictionaries(st.text(max_size=5), share), max_size=2)
    | st.none(),
    text=st.text(max_size=20),
    valence=st.floats(-1, 1) | st.none(),
    word_attribution=st.lists(st.tuples(st.text(max_size=5), share), max_size=2).map(tuple),
)


@settings(max_examples=10, deadline=None)
@given(st.lists(readings, max_size=2), readings | st.none(), st.text(max_size=5))
def test_any_prediction_follows_the_schema(rows, overall, note):
    assert_follows_schema(Prediction("a", "text", ("happy", "sad"), tuple(rows), overall=overall, notes=(note,)))


@pytest.mark.slow
@pytest.mark.skipif(not (config.MODELS_FOLDER / "pretrained").is_dir(), reason="needs the pretrained networks")
@pytest.mark.parametrize("model", ["face", "audio", "text", "combined"])
def test_what_the_shipped_models_predict_follows_the_schema(model):
    source = str(config.INPUT_FOLDER / INPUTS[model]) if model in INPUTS else "My grandmother died, and I miss her."
    predictions = api.predict(model, source, write=False)
    assert len(predictions) == 1 and predictions[0].readings
    assert_follows_schema(predictions[0])


def test_the_examples_in_the_docstrings():
    assert doctest.testmod(module).failed == 0
