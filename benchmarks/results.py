"""Results as a table for people and as JSON, with the machine they were measured on."""

import importlib
import json
import os
import platform
import statistics
from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from importlib import metadata
from pathlib import Path
from typing import Any

from benchmarks import BENCHMARKS
from benchmarks.measuring import Row

FOLDER = Path(__file__).resolve().parent
PACKAGES = ("torch", "torchaudio", "mediapipe", "librosa", "numpy")
COLUMNS = ("what", "ours", "alternative", "its figure", "ratio", "target", "met")
PREFACE = """# What was measured

By `python -m benchmarks`, which writes this file. Figures are medians over the rounds, with the least and the most in
brackets. Ours and the alternative take turns; the ratio, ours to its, is the median of the rounds' ratios.
"""


def table(rows: Sequence[Row]) -> str:
    """Return the rows as an aligned Markdown table."""
    lines = [COLUMNS, *map(_cells, rows)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    lines.insert(1, tuple("-" * width for width in widths))
    padded = (map(str.ljust, line, widths) for line in lines)
    return "\n".join(f"| {' | '.join(line)} |" for line in padded)


def machine() -> dict[str, Any]:
    """Return date, processor, cores, load average and versions."""
    versions = {"python": platform.python_version()} | {name: metadata.version(name) for name in PACKAGES}
    load = round(os.getloadavg()[0], 2) if hasattr(os, "getloadavg") else None
    place = {"processor": _processor(), "cores": os.cpu_count(), "system": platform.system(), "load average": load}
    return {"date": date.today().isoformat()} | place | versions


def keep(name: str, measured_on: dict[str, Any], rows: Sequence[Row], folder: Path = FOLDER) -> None:
    """Replace one benchmark's rows in results.json and results.md."""
    file = folder / "results.json"
    document = json.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}
    document[name] = {"machine": measured_on, "rows": [_entry(row) for row in rows]}
    document = dict(sorted(document.items(), key=lambda item: list(BENCHMARKS).index(item[0])))
    file.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")
    sections = (_section(name, entry) for name, entry in document.items())
    (folder / "results.md").write_text("\n".join([PREFACE, *sections]), encoding="utf-8")


def _cells(row: Row) -> tuple[str, ...]:
    ratio = "" if row.ratio is None else f"{row.ratio:.2f}"
    met = {True: "yes", False: "no", None: ""}[row.met]
    figures = _figure(row.ours, row.unit) or "not measured", _figure(row.theirs, row.unit)
    return row.what, figures[0], row.alternative, figures[1], ratio, row.target, met


def _figure(values, unit):
    if not values:
        return ""
    middle, least, most = (_short(value) for value in (statistics.median(values), min(values), max(values)))
    return f"{middle} {unit} ({least} to {most})"


def _short(value):
    """Return a number with three significant digits.

    >>> _short(1416.6), _short(0.04713)
    ('1,417', '0.0471')
    """
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:#.3g}"


def _entry(row):
    return asdict(row) | {"median": row.median, "ratio": row.ratio, "met": row.met}


def _section(name, entry):
    rows = [Row(**{key: row[key] for key in Row.__dataclass_fields__}) for row in entry["rows"]]
    place = ", ".join(f"{key} {value}" for key, value in entry["machine"].items())
    about = (importlib.import_module(f"benchmarks.{name}").__doc__ or "").strip()
    return f"## {name}\n\n{about}\n\n{table(rows)}\n\nMeasured on: {place}.\n"


def _processor():
    information = Path("/proc/cpuinfo")
    lines = information.read_text(encoding="utf-8").splitlines() if information.is_file() else []
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.processor())
