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
ORDINARY = (
    "In ordinary speech nobody acts; it is neutral by assumption, and not among the clips above: {clips:,} clips of "
    "{recordings:,} recordings of {speakers:,} people. The share that is confidently answered with another emotion, "
    "and with which; a recording of several clips is answered by their mean."
)
PEOPLE = {
    True: "None of the people in it were in training.",
    False: "**Some of the people in it were in training too: the figures are too good for new people.**",
    None: "Whether people in it were in training too is unknown.",
}
KINDS = ("corpus", "sex", "speaker")  # by which results are broken down
MOST_UNREADABLE = 20  # files listed with their reason
MOST_SPEAKERS = 40  # listed, the lowest UAR first


def report_of_test(document: Mapping[str, Any], header: Header, command: str, not_sure_below: float) -> str:
    """Return report.md of a test.

    command: what was typed, to repeat it; not_sure_below: the confidence under which the model abstains.
    """
    labels, unreadable = ", ".join(header.labels), [*(document.get("unreadable") or {}).values()]
    parts = [
        f"# Test of the {header.model} model",
        f"{protocol(document)} The model is of version {header.version}; its labels: {labels}.",
        "## Result",
        scores(document),
        INTERVALS,
        _coverage(document, not_sure_below),
        *conditions(document),
        *false_emotions(document),
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
        "![Accuracy against confidence](reliability.png)",
        f"## Unreadable files ({len(unreadable)})" if unreadable else "",
        bullet_list(unreadable[:MOST_UNREADABLE]),
        *command_block("To repeat this", command),
    ]
    return join_paragraphs(parts)


def protocol(document: Mapping[str, Any]) -> str:
    """Say how many clips of which split were used, and whether their people were new to the model."""
    return f"{document['n']:,} clips of {document.get('split') or 'a folder'}. {PEOPLE[document['speakers_disjoint']]}"


def scores(document: Mapping[str, Any]) -> str:
    """Return a table of the SCORES and their intervals."""
    rows = []
    for key, name in SCORES.items():
        row = {"measure": name, "value": percent(document[key])}
        rows.append(row | {"95 % interval": interval(document["ci95"].get(key))})
    return table(rows)


def conditions(document: Mapping[str, Any], heading: str = "##") -> Iterator[str]:
    """Yield the section on what the model may be told beside the clip, where there are several such conditions."""
    measured = document.get("conditions")
    if measured:
        yield f"{heading} Each condition"
        yield f"All else here is measured {next(iter(measured))}."
        yield table([{"condition": name} | scores_row(part) for name, part in measured.items()])


def scores_row(scores: Mapping[str, Any]) -> dict[str, str]:
    """Return UAR, calibration and abstention as text."""
    right = scores["selective_accuracy"]
    return {
        "UAR": percent(scores["uar"]),
        "95 % interval": interval(scores["ci95"]["uar"]),
        "ECE": percent(scores["ece"]),
        "answered": percent(scores["coverage"]),
        "wrong": "–" if right is None else percent(1 - right),
    }


def false_share(scores: Mapping[str, Any]) -> dict[str, str]:
    """Return the share of ordinary recordings that get a false emotion as text; empty where there are none."""
    ordinary = scores.get("ordinary")
    return {"false emotion on ordinary speech": percent(ordinary["false_recordings"])} if ordinary else {}


def interval(ends: Sequence[float] | None) -> str:
    """Return both ends of an interval as text; empty for None."""
    return " to ".join(map(percent, ends)) if ends else ""


def false_emotions(document: Mapping[str, Any], heading: str = "##") -> Iterator[str]:
    """Yield the section on ordinary speech, where there is any."""
    measured = {"": document} if not document.get("conditions") else document["conditions"]
    measured = {name: part["ordinary"] for name, part in measured.items() if part.get("ordinary")}
    if measured:
        yield f"{heading} Ordinary speech"
        yield ORDINARY.format(**next(iter(measured.values())))
        yield table(false_rows(measured))


def false_rows(measured: Mapping[str, Mapping[str, Any]]) -> list[dict[str, str]]:
    """Return a row for each condition with the shares of false emotions; measured: as `ordinary.false_answers` does."""
    rows = []
    for name, part in measured.items():
        row = {"condition": name} if len(measured) > 1 else {}
        for key, title in (("false_clips", "clips"), ("false_recordings", "recordings")):
            row |= {title: f"{percent(part[key])} ({interval(part['ci95'][key])})"}
        rows.append(row | {label: percent(share) for label, share in part["false_labels"].items()})
    return rows


def each_label(document: Mapping[str, Any]) -> str:
    """Return a table of precision, recall, F1 and support of each label."""
    return table([{"label": label} | _formatted(values) for label, values in document["per_class"].items()])


def _formatted(values: Mapping[str, Any]) -> dict[str, Any]:
    return {SCORES.get(name, name): v if isinstance(v, int) else percent(v) for name, v in values.items()}


def affect_and_simple_methods(document: Mapping[str, Any], heading: str = "##") -> Iterator[str]:
    """Yield the sections on the affect dimensions and on simple methods, where they were measured."""
    measured = document.get("affect")
    if measured:
        yield f"{heading} Sentiment, valence and arousal"
        yield "Pearson's correlation, Lin's concordance and mean absolute error, on scales from -1 to 1."
        yield table([
            {"dimension": name} | {key: v if isinstance(v, int) else f"{v:.2f}" for key, v in row.items()}
            for name, row in measured.items()
        ])  # fmt: skip
    if document.get("simple_methods"):
        yield f"{heading} Simple methods on the same clips"
        rows = document["simple_methods"].items()
        yield table([{"method": name} | {SCORES[k]: percent(v) for k, v in row.items()} for name, row in rows])


def ablation(document: Mapping[str, Any], heading: str = "##") -> Iterator[str]:
    """Yield the section on what each modality is worth, where there are several."""
    measured = document.get("ablation")
    if not measured:
        return
    yield f"{heading} What each modality is worth"
    clips = f"{measured['n']:,} clips"
    yield f"The same {clips}, which have all of these modalities, with the others masked. {measured['note']}"
    yield table([_subset_row(row) for row in measured["rows"]])
    for corpus, part in measured.get("corpora", {}).items():
        yield f"{corpus} by itself, {part['n']:,} clips:"
        yield table([_subset_row(row) for row in part["rows"]])


def _subset_row(row: Mapping[str, Any]) -> dict[str, str]:
    above, gain = "", row.get("gain")
    if gain:
        points, low, high = (f"{100 * share:+.1f}" for share in (gain["uar"], *gain["ci95"]))
        above = f"{points} ({low} to {high}) over {gain['over']}"
    uar = {"UAR": percent(row["uar"]), "95 % interval": " to ".join(map(percent, row["ci95"]))}
    others = {name: percent(row[key]) for key, name in SCORES.items() if key != "uar"}
    return {"given": row["given"]} | uar | {"UAR above the best single one": above} | others


def calibration(document: Mapping[str, Any]) -> str:
    """Say how far confidence is from accuracy, before and after temperature scaling."""
    before = document.get("ece_before")
    text = f"Expected calibration error (15 bins): {percent(document['ece'])}"
    return text + ("." if before is None else f"; before temperature scaling {percent(before)}.")


def _coverage(document: Mapping[str, Any], not_sure_below: float) -> str:
    text = f"Below a confidence of {percent(not_sure_below)} the answer is “not sure”: "
    text += f"{percent(document['coverage'])} of the clips get an answer"
    accuracy = document["selective_accuracy"]
    return text + ("." if accuracy is None else f", and {percent(accuracy)} of these answers are right.")


def breakdown(document: Mapping[str, Any], kinds: Sequence[str] = KINDS, heading: str = "##") -> Iterator[str]:
    """Yield a heading and a table of its groups for each of `kinds` by which the result was broken down.

    Speakers come with their spread, the lowest UAR first.
    """
    for kind in kinds:
        groups = (document.get("within") or {}).get(kind, {})
        if not groups:
            continue
        yield f"{heading} Each {kind}"
        names = sorted(groups, key=lambda name: groups[name]["uar"]) if kind == "speaker" else list(groups)
        if kind == "speaker":
            yield spread(document) + (f" The {MOST_SPEAKERS} lowest:" if len(names) > MOST_SPEAKERS else "")
        yield table([{kind: name} | _formatted(groups[name]) for name in names[:MOST_SPEAKERS]])
        unknown = document["n"] - sum(group["n"] for group in groups.values())
        yield f"Not in the table: {unknown:,} clips whose {kind} is unknown." if unknown else ""


def spread(document: Mapping[str, Any]) -> str:
    """Say how far apart the speakers' UARs are; empty where no two speakers are known."""
    uars = [part["uar"] for part in (document.get("within") or {}).get("speaker", {}).values()]
    if not uars:
        return ""
    ends = f"{percent(min(uars))} to {percent(max(uars))}, median {percent(median(uars))}"
    return f"UAR of the {len(uars)} speakers, each by itself: {ends}."


def confusion_table(document: Mapping[str, Any]) -> str:
    """Return a table of counts: rows are the truth, columns the answers."""
    rows = zip(document["labels"], document["confusion"], strict=True)
    return table([{"truth": label} | dict(zip(document["labels"], row, strict=True)) for label, row in rows])
