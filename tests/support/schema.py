"""Documents held against the schema of result.json."""

import json

from pydantic import TypeAdapter

from source.results.prediction import Prediction
from source.results.schema import prediction_schema

VALIDATOR, SCHEMA = TypeAdapter(Prediction), prediction_schema()


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
