"""result.json: its schema, and documents that follow it."""

import doctest
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from source.core import config
from source.results import prediction as module
from source.results.prediction import Prediction, Reading
from tests.support.schema import SCHEMA, assert_follows_schema
from tests.support.video_predictions import toy_prediction

SCHEMA_FILE = config.ROOT / "docs" / "reference" / "prediction.schema.json"


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
def test_any_prediction_follows_the_schema_and_can_be_read_back(rows, overall, note):
    prediction = Prediction("a", "text", ("happy", "sad"), tuple(rows), overall=overall, notes=(note,))
    assert_follows_schema(prediction)
    assert Prediction.from_dict(json.loads(prediction.to_json())) == prediction


def test_the_examples_in_the_docstrings():
    assert doctest.testmod(module).failed == 0


def test_a_part_of_a_recording_keeps_the_recordings_times():
    prediction = toy_prediction(20.0)
    later = prediction.shifted(80.0)
    assert later.start_seconds == 80.0 and later.seconds == prediction.seconds
    for name in ("readings", "people", "faces", "sentences"):
        before = [reading.start_seconds for reading in getattr(prediction, name)]
        assert [reading.start_seconds for reading in getattr(later, name)] == pytest.approx([s + 80 for s in before])
    assert [start - 80 for start, _ in later.pauses] == pytest.approx([start for start, _ in prediction.pauses])
    assert later.shifted(-80.0).overall == prediction.overall
