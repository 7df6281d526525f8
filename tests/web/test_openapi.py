"""The description of the calls: whole, current, and true of what is really answered."""

import json
import re

import pytest
from pydantic import TypeAdapter

from source.core import config
from source.web.endpoint import PREFIX, WEBSOCKET
from source.web.endpoints import ROWS
from source.web.openapi import description
from tests.support.web import write_result

DOCUMENT = description(ROWS)
OPERATIONS = [one for path in DOCUMENT["paths"].values() for one in path.values()]


def test_the_page_of_the_docs_is_current():
    kept = json.loads((config.ROOT / "docs" / "reference" / "openapi.json").read_text(encoding="utf-8"))
    assert kept == json.loads(json.dumps(DOCUMENT)), "python -m source.web.endpoints > docs/reference/openapi.json"


def test_it_is_served(client):
    assert client.get("/api/v1/openapi.json").json() == json.loads(json.dumps(DOCUMENT))


def test_every_call_is_there_once_and_says_what_it_gives():
    assert len(OPERATIONS) == len(ROWS) == len({one["operationId"] for one in OPERATIONS})
    for row in ROWS:
        method = "get" if row.method == WEBSOCKET else row.method.lower()
        operation = DOCUMENT["paths"][PREFIX + row.path][method]
        named = {one["name"] for one in operation.get("parameters", ())}
        assert named == {*re.findall(r"{(\w+)}", row.path), *row.query}
        assert row.gives or row.method == WEBSOCKET or row.path == "/openapi.json", row.path
        assert (row.takes is None) == ("requestBody" not in operation)


def test_the_docs_have_an_example_of_every_call():
    page = (config.ROOT / "docs" / "reference" / "http-api.md").read_text(encoding="utf-8")
    assert "`GET /live`" in page
    for row in (row for row in ROWS if row.method != WEBSOCKET):
        line = next(one for one in page.splitlines() if one.startswith(f"| `{row.method} {row.path}`"))
        assert re.search(r"\bcurl .*\$API/" + row.path.split("/")[1], line), line


def test_every_reference_leads_somewhere():
    for way in set(re.findall(r'"\$ref": "#/([^"]+)"', json.dumps(DOCUMENT))):
        place = DOCUMENT
        for key in way.split("/"):
            place = place[key]
        assert place


@pytest.mark.parametrize("path", [row.path for row in ROWS if row.method == "GET" and isinstance(row.gives, type)])
def test_what_is_answered_is_what_is_described(site, client, path):
    write_result(site.folder / "clip", original__mp4=b"0")
    (id,) = site.library.folders()
    answered = client.get(PREFIX + path.format(id=id))
    if answered.status_code != 200:  # such as a job, of which there is none
        assert set(answered.json()) >= {"trouble", "code"} and answered.status_code in (400, 404)
        return
    kind = next(row.gives for row in ROWS if row.path == path and row.method == "GET")
    document = answered.json()
    document.get("annotations", {}).pop("schema", None)
    TypeAdapter(kind).validate_python(document, extra="ignore" if "prediction" in document else "forbid")
