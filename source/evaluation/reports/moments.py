"""The report of moments labelled by eye, as Markdown; a `document` is the content of their metrics.json."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ...core.markdown import command_block, join_paragraphs, table
from ...core.units import percent
from ...data.moments import Moment
from ...results import cells
from ...results.prediction import Reading
from ...training.checkpoint import Header
from ..moments import ALL
from .testing import PEOPLE, breakdown, confusion_table, each_label, interval

Document = Mapping[str, Any]
ABOUT = (
    "{moments:,} moments of {split} with a label by eye, and what the {model} model (version {version}) says of each: "
    "of a whole file its overall answer, of a part the mean of what it says from second to second. {people}"
)
COLUMNS = (
    "Answered: the share of the moments with a confidence of {limit} or more; below it, and where there is nothing to "
    "read, the answer is “not sure”. Wrong: the share of these answers that is. Sure: the share with {sure} or more; "
    "right: of these. UAR: the mean of the labels' recalls; ECE: the expected calibration error (15 bins; of few "
    "moments too high by chance); both of the likeliest label, however unsure. Calm read as emotional: of the moments "
    "whose first label is neutral, the share answered with a label that is not theirs. A moment with several labels is "
    "right if answered with any of them. In brackets 95 % bootstrap intervals over {resampled}."
)
SHARES = {  # of a row -> the column's name in the report, and on the terminal
    "coverage": ("answered", "answered"),
    "wrong": ("wrong", "wrong"),
    "sure_share": ("sure", "sure"),
    "sure_accuracy": ("right, sure", "right"),
    "uar": ("UAR", "UAR"),
    "ece": ("ECE", "ECE"),
    "false_calm": ("calm read as emotional", "calm wrong"),
}


def report_of_moments(document: Document, header: Header, command: str, not_sure_below: float) -> str:
    """Return report.md; command: what was typed, to repeat it."""
    limit, sure = percent(not_sure_below), percent(document["sure_from"])
    parts = [
        f"# The {header.model} model on moments labelled by eye",
        ABOUT.format(**document, model=header.model, version=header.version, people=PEOPLE[None]),
        "## Result",
        table(score_rows(document)),
        COLUMNS.format(limit=limit, sure=sure, resampled=document["resampled"]),
        *left_out(document),
        "![Accuracy against confidence](reliability.png)",
        "## Each label",
        each_label(document),
        "Rows are the labels by eye, columns the answers, however unsure.",
        confusion_table(document),
        "![Confusion matrix](confusion_matrix.png)",
        *breakdown(document, ("speaker",)),
        "moments.csv has every moment.",
        *command_block("To repeat this", command),
    ]
    return join_paragraphs(parts)


def score_rows(document: Document, brief: bool = False) -> list[dict[str, str]]:
    """Return a row for each answer and each set of modalities; brief: on all moments, without intervals."""
    rows = [row for row in document["rows"] if not brief or row["given"] == ALL]
    named = [key for key in ("given", "answer") if len({row[key] for row in rows}) > 1]
    titles = {"given": "moments with", "answer": "answer"}
    return [
        {titles[key]: row[key] for key in named}
        | {"moments": str(row["n"])}
        | {names[brief]: _share(row, key, brief) for key, names in SHARES.items()}
        for row in rows
    ]


def _share(row: Document, key: str, brief: bool) -> str:
    if row[key] is None:
        return "–"
    return percent(row[key]) if brief else f"{percent(row[key])} ({interval(row['ci95'][key])})"


def left_out(document: Document) -> Iterator[str]:
    """Yield sentences on the moments that the scores are without."""
    unclear, unread = document["unclear"], document["unread"]
    if unread:
        yield f"There was nothing to read in {unread:,} of the moments."
    if unclear["moments"]:
        yield (
            f"Not among them, for what they show is not clear: {unclear['moments']:,}; of these "
            f"{unclear['answered']:,} were answered."
        )
    unreadable = document.get("unreadable") or {}
    if unreadable:
        yield f"Not among them: what is in {len(unreadable):,} files that could not be read: {', '.join(unreadable)}."


def moment_columns(labels: Sequence[str], readings: Sequence[Reading]) -> tuple[str, ...]:
    """Return the columns of moments.csv, of which `moment_rows` gives the cells."""
    alone = [f"{name}_{what}" for name in _modalities(readings) for what in ("likeliest", "confidence")]
    named = ("file", "text", "start", "end", "person", "labels", "right")
    return (*named, *cells.ANSWER, *labels, *alone, "notes")


def moment_rows(moments: Sequence[Moment], readings: Sequence[Reading]) -> Iterator[cells.Row]:
    """Yield a row for each moment: its labels, the answer, and that of each modality alone."""
    for moment, reading in zip(moments, readings, strict=True):
        right = {"right": str(reading.likeliest in moment.accepted).lower()} if moment.accepted else {}
        row = moment.row | right | cells.answer(reading) | cells.notes(reading)
        for name, shares in (reading.modalities or {}).items():
            alone = Reading(shares)
            row |= {f"{name}_likeliest": alone.likeliest, f"{name}_confidence": f"{alone.confidence:.4f}"}
        yield row


def _modalities(readings: Sequence[Reading]) -> list[str]:
    return list(dict.fromkeys(name for reading in readings for name in reading.modalities or ()))
