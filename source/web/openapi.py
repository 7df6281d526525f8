"""The OpenAPI description of the HTTP API, made of the rows that its routes are made of.

docs/reference/openapi.json is written by `python -m source.web.endpoints > docs/reference/openapi.json`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from pydantic import TypeAdapter

from .. import __version__
from ..results.annotations import SCHEMA as ANNOTATIONS
from ..results.annotations import Annotations
from ..results.prediction import Prediction
from ..results.schema import prediction_schema
from .endpoint import PREFIX, WEBSOCKET, Endpoint

REQUIRED = "(required)"
TAKEN, GIVEN = "validation", "serialization"  # pydantic's words for the forms of what is taken and what is given
WAY = "#/components/schemas/"
ABOUT = (
    "Everything that the page does, for programs on the same machine. The address and the token are in "
    "output_files/.web/server.json while the server runs; send the token as `Authorization: Bearer TOKEN`. "
    "docs/reference/http-api.md has an example of each call."
)


@dataclass(frozen=True)
class Wrong:
    """What is answered where something went wrong."""

    trouble: str
    """In one sentence, for people."""
    code: str
    """In one word, for programs, such as not_found."""


def description(rows: Iterable[Endpoint]) -> dict[str, Any]:
    """Return the OpenAPI 3.1 document of these calls."""
    rows, paths = tuple(rows), dict[str, dict[str, Any]]()
    taken = [kind for row in rows for kind in row.takes_any]
    schemas, components = _schemas(taken, [Wrong, Prediction, Annotations, *(row.gives for row in rows)])
    for row in rows:
        method = "get" if row.method == WEBSOCKET else row.method.lower()
        paths.setdefault(PREFIX + row.path, {})[method] = _operation(row, schemas)
    return {
        "openapi": "3.1.1",
        "info": {"title": "Demeanor", "version": __version__, "description": ABOUT},
        "servers": [{"url": "http://127.0.0.1:{port}", "variables": {"port": {"default": "8000"}}}],
        "security": [{"token": []}],
        "paths": paths,
        "components": {
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
            "responses": {"Wrong": {"description": "What went wrong.", "content": _content(Wrong, GIVEN, schemas)}},
            "schemas": components,
        },
    }


def _operation(row: Endpoint, schemas: dict[Any, Any]) -> dict[str, Any]:
    in_path = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
        for name in re.findall(r"{(\w+)}", row.path)
    ]
    in_query = [
        {
            "name": name, "in": "query", "required": meaning.endswith(REQUIRED),
            "description": meaning.removesuffix(REQUIRED).strip(), "schema": {"type": "string"},
        }
        for name, meaning in row.query.items()
    ]  # fmt: skip
    done: dict[str, Any] = {"description": "Done."}
    if row.method == WEBSOCKET:
        done["description"] = "The connection becomes a WebSocket."
    else:
        done["content"] = _content(row.gives, GIVEN, schemas)
    group = row.run.__module__.rpartition(".")[2]
    operation: dict[str, Any] = {
        "operationId": f"{group}_{row.run.__name__}",
        "tags": [group],
        "summary": f"{row.summary}.",
        "responses": {str(101 if row.method == WEBSOCKET else row.status): done,
                      "default": {"$ref": "#/components/responses/Wrong"}},
    }  # fmt: skip
    if in_path or in_query:
        operation["parameters"] = [*in_path, *in_query]
    if row.takes_any:
        content = {media: way for kind in row.takes_any for media, way in _content(kind, TAKEN, schemas).items()}
        operation["requestBody"] = {"required": True, "content": content}
    return operation | ({"security": []} if row.public else {})


def _content(kind: Any, mode: str, schemas: dict[Any, Any]) -> dict[str, Any]:
    """Return the media type of what is taken or given, with its form."""
    if isinstance(kind, str):
        return {kind: {}}
    return {"application/json": {"schema": schemas[kind, mode] if kind else {"type": "object"}}}


def _schemas(taken: Iterable[Any], given: Iterable[Any]) -> tuple[dict[Any, Any], dict[str, Any]]:
    """Return the schema of each type, which leads to the components, and these."""
    asked: dict[tuple[Any, str], TypeAdapter[Any]] = {}
    for kind, mode in (*((kind, TAKEN) for kind in taken), *((kind, GIVEN) for kind in given)):
        if kind is not None and not isinstance(kind, str):
            asked[kind, mode] = TypeAdapter(kind)
    adapters: Any = [(kind, mode, adapter) for (kind, mode), adapter in asked.items()]
    found, around = TypeAdapter.json_schemas(adapters, ref_template=WAY + "{model}")
    components = around["$defs"] | _prediction()
    components["Annotations"]["properties"]["schema"] = {"const": ANNOTATIONS}
    return dict(found), components


def _prediction() -> dict[str, Any]:
    """Return the schema of result.json, which says more than its dataclass, as components."""
    schema = json.loads(json.dumps(prediction_schema()).replace("#/$defs/", f"{WAY}Prediction/$defs/"))
    return {"Prediction": {key: value for key, value in schema.items() if key != "$schema"}}
