"""The OpenAPI description: `python -m source.web.endpoints > docs/reference/openapi.json`."""

from ...core.serialise import json_text
from ..openapi import description
from . import ROWS

if __name__ == "__main__":
    print(json_text(description(ROWS)))
