"""The report of a test, as Markdown, and the sections that the model card shares with it.

A `document` here is `Metrics.to_dict()`, and "unreadable": file -> why it was left out.
"""

from collections.abc import Iterator, Mapping, Sequence
from statistics import median
from typing import Any

from ...core.markdown import bullet_list, command_block, join_paragraphs, table
from ...core.units import percent
from ...training.checkpoint import Header

SCORES = {"accuracy": "accuracy", "uar": "UAR", "macro_f1": "macro F1", "weighted_f1": "weighted F1"}


INTERVALS = (
    "UAR is the mean of the labels' recalls; recall and F1 are averaged over the labels that occur. Intervals are "
    "95 % bootstrap intervals, over speakers where two or more are known, else over clips."
)


PEOPLE = {
    True: "No person in it was in training.",
    False: "**Some people in it were in training too: the numbers are too good for new people.**",
    None: "Whether people in it were in training too is not known.",
}


MOST_UNREADABLE = 20  # files listed with their reason


PARTS = ("corpus", "sex", "speaker")  # what results are broken down by


MOST_SPEAKERS = 40  # listed, those read worst first


def report_of_test(document: Mapping[str, Any], header: Header, command: str, not_sure_below: float) -> str:
    """report.md of a test.

    command: what was typed, so that it can be repeated; not_sure_below: the confidence under which there is no answer.
    """
    labels = ", ".join(header.labels)
    parts = [
        f"# Test of the {header.model} model",
        f"{protocol(document)} The model is of version {header.version} and tells apart: {labels}.",
        "## Result",
        scores(document),
        INTERVALS,
        _sureness(document, not_sure_below),
        *breakdown(document),
        "## Each label",
        each_label(document),
        *ablation(document),
        *affect_and_simple_methods(document),
        "## Confusion",
        "Rows are the truth, columns the answers.",
        confusion_table(document),
        "![Confusion matrix](confusion_matrix.png)",
        "## Calibration",
        calibration(document),
        "![How often it is right when it is so sure](reliability.png)",
        *_unreadable(document.get("unreadable", {})),
        *command_block("To repeat this", command),
    ]
    return join_paragraphs(parts)


def protocol(document: Mapping[str, Any]) -> str:
    """How many clips, of which split, and whether their people were new to the model."""
    return f"{document['n']:,} clips of {document.get('split') or 'a folder'}. {PEOPLE[document['speakers_disjoint']]}"


def scores(document: Mapping[str, Any]) -> str:
    """The scores of SCORES and their intervals, as a table."""
    return table([_score(document, key, name) for key, name in SCORES.items()])


def _score(document, key, name):
    low, high = document["ci95"].get(key, (None, None))
    interval = "" if low is None else f"{percent(low)} to {percent(high)}"
    return {"measure": name, "value": percent(document[key]), "95 % interval": interval}


def each_label(document: Mapping[str, Any]) -> str:
    """Precision, recall, F1 and support of each label, as a table."""
    return table([{"label": label} | _shares(values) for label, values in document["per_class"].items()])


def _shares(values):
    return {SCORES.get(name, name): v if isinstance(v, int) else percent(v) for name, v in values.items()}


def affect_and_simple_methods(document: Mapping[str, Any], heading: str = "##") -> Iterator[str]:
    """What was measured of the affect dimensions and of simple methods, where it was measured."""
    measured = document.get("affect") or document.get("scales")  # as it was called before 0.2
    if measured:
        yield f"{heading} Sentiment, valence and arousal"
        yield "Pearson's correlation, Lin's concordance and mean absolute error, on scales from -1 to 1."
        rows = measured.items()
        yield table([{"dimension": name} | {key: _rounded(value) for key, value in row.items()} for name, row in rows])
    if document.get("simple_methods"):
        yield f"{heading} What simple methods reach on the same clips"
        rows = document["simple_methods"].items()
        yield table([{"method": name} | {SCORES[k]: percent(v) for k, v in row.items()} for name, row in rows])


def ablation(document: Mapping[str, Any], heading: str = "##") -> Iterator[str]:
    """What each modality is worth, where there are several."""
    found = document.get("ablation")
    if not found:
        return
    yield f"{heading} What each modality is worth"
    yield f"The same {found['n']:,} clips, which have all of these modalities, with the others hidden. {found['note']}"
    yield table([_shown(row) for row in found["rows"]])
    for corpus, part in found.get("corpora", {}).items():
        yield f"{corpus} by itself, {part['n']:,} clips:"
        yield table([_shown(row) for row in part["rows"]])


def _shown(row):
    gain = row.get("gain")
    shares = {name: percent(row[key]) for key, name in SCORES.items() if key != "uar"}
    above = f"{_points(gain['uar'])} ({' to '.join(map(_points, gain['ci95']))}) over {gain['over']}" if gain else ""
    uar = {"UAR": percent(row["uar"]), "95 % interval": " to ".join(map(percent, row["ci95"]))}
    return {"given": row["given"]} | uar | {"UAR above the best single one": above} | shares


def _points(share):
    return f"{100 * share:+.1f}"


def _rounded(value):
    return value if isinstance(value, int) else f"{value:.2f}"


def calibration(document: Mapping[str, Any]) -> str:
    """How far the confidence is from the accuracy, before and after temperature scaling."""
    before = document.get("ece_before")
    text = f"Expected calibration error (15 bins): {percent(document['ece'])}"
    return text + ("." if before is None else f"; before temperature scaling {percent(before)}.")


def _sureness(document, not_sure_below):
    answered = percent(document["answered"])
    text = f"“Not sure” is said below a confidence of {percent(not_sure_below)}: {answered} of the clips get an answer"
    right = document.get("answered_accuracy")
    return text + ("." if right is None else f", and {percent(right)} of these answers are right.")


def breakdown(document: Mapping[str, Any], kinds: Sequence[str] = PARTS, heading: str = "##") -> Iterator[str]:
    """For each of `kinds` by which the result was broken down: a heading and a table, a row a part.

    Speakers are sorted by UAR, the lowest first, and come with their spread.
    """
    for kind in kinds:
        parts = (document.get("within") or {}).get(kind, {})
        rows = [{kind: part} | _shares(values) for part, values in parts.items()]
        if kind == "speaker":
            rows = [row for _, row in sorted(zip(parts.values(), rows, strict=True), key=lambda pair: pair[0]["uar"])]
        if rows:
            yield f"{heading} Each {kind}"
            yield spread(document) + _how_many(rows) if kind == "speaker" else ""
            yield table(rows[:MOST_SPEAKERS])
            yield _not_in_a_part(document["n"] - sum(part["n"] for part in parts.values()), kind)


def spread(document: Mapping[str, Any]) -> str:
    """How far apart the speakers' UARs are, in a sentence; empty where there are no two known speakers."""
    uars = [part["uar"] for part in (document.get("within") or {}).get("speaker", {}).values()]
    if not uars:
        return ""
    ends = f"{percent(min(uars))} to {percent(max(uars))}, median {percent(median(uars))}"
    return f"UAR of the {len(uars)} speakers, each by itself: {ends}."


def _how_many(rows):
    return f" The {MOST_SPEAKERS} lowest:" if len(rows) > MOST_SPEAKERS else ""


def _not_in_a_part(left_out, kind):
    return f"Not in the table: {left_out:,} clips of which the {kind} is not known." if left_out else ""


def confusion_table(document: Mapping[str, Any]) -> str:
    """Counts: rows are the truth, columns the answers."""
    rows = zip(document["labels"], document["confusion"], strict=True)
    return table([{"truth": label} | dict(zip(document["labels"], row, strict=True)) for label, row in rows])


def _unreadable(files):
    if not files:
        return ()
    return f"## Left out: could not be read ({len(files)})", bullet_list([*files.values()][:MOST_UNREADABLE])
