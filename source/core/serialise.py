"""Documents as the text of JSON and CSV files."""

import csv
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any


def json_text(document: Any) -> str:
    """Return the document as indented JSON, with letters beyond ASCII as they are."""
    return json.dumps(document, indent=2, ensure_ascii=False)


def csv_text(columns: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> str:
    """Return a header and rows as CSV; a column that a row lacks is left empty."""
    stream = io.StringIO()
    writer = csv.DictWriter(stream, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return stream.getvalue()
