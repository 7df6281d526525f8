"""The JSON Schema of result.json, generated from Prediction and Reading and the docs at their fields.

docs/reference/prediction.schema.json is written by
`python -c "from source.results.schema import schema_text; print(schema_text())"`.
"""

import json
from typing import Any

from .prediction import SCHEMA, Prediction

ANSWER = {
    "emotion": {"type": ["string", "null"], "description": "The likeliest label; null: not sure."},
    "likeliest": {"type": ["string", "null"], "description": "The most probable label; null: nothing was read."},
    "confidence": {"type": "number", "description": "Probability of the likeliest label; 0: nothing was read."},
}
AROUND = {
    "schema": {"const": SCHEMA, "description": "Name and version of this schema."},
    "not_sure_below": {"type": "number", "description": "Confidence under which `emotion` is null."},
}


def prediction_schema() -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of the document that `Prediction.to_dict` returns."""
    from pydantic import TypeAdapter

    schema = _without_titles(TypeAdapter(Prediction).json_schema(mode="serialization"))
    for part, added in ((schema, AROUND), (schema["$defs"]["Reading"], ANSWER)):
        fields = part["properties"]
        part["required"] = list(fields)
        part["properties"] = added | fields
        part["additionalProperties"] = False
    schema["required"] += AROUND
    schema["$defs"]["Reading"]["description"] += " Those in `readings` and `overall` also have the answer."
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "result.json of Demeanor"} | schema


def schema_text() -> str:
    """Return `prediction_schema` as indented JSON."""
    return json.dumps(prediction_schema(), indent=2, ensure_ascii=False)


def _without_titles(node: Any) -> Any:
    """Drop the titles that pydantic makes of the fields' names."""
    if isinstance(node, dict):
        return {name: _without_titles(value) for name, value in node.items() if name != "title"}
    return [_without_titles(value) for value in node] if isinstance(node, list) else node
