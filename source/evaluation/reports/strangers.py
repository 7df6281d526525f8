"""How good a model is on strangers, as Markdown; a `document` is `source.evaluation.cross_validation.Strangers`'."""

from collections.abc import Iterator, Mapping
from typing import Any

from ...core.markdown import join_paragraphs, table
from ...core.units import percent

Document = Mapping[str, Any]
ABOUT = (
    "Each of {corpora} is left out in turn and answered by a model that was trained on all others, to the end of its "
    "schedule: nobody in it, no sentence, room or microphone of it was in training. UAR is over the corpus's own "
    "labels, answered among all. In a mean every corpus counts equally. Probabilities are calibrated by the "
    "temperature that fits the other left-out corpora. Intervals are 95 % bootstrap intervals over speakers within "
    "each corpus, where they are known; how far a further corpus would differ is seen from the spread of these."
)
ALWAYS = "Trained on every time, and not left out: {names}."
COLUMNS = (
    "ECE: expected calibration error (15 bins). Answered: the share with a confidence of {limit} or more; below it the "
    "answer is “not sure”. Wrong: the share of these answers that is."
)
ORDINARY = (
    "**Ordinary speech**, in which nobody acts, is neutral by assumption: {clips:,} clips of {recordings:,} recordings "
    "of {speakers:,} people who were never trained on. The share that is confidently answered with another emotion, "
    "as the mean over these models; a recording of several clips is answered by their mean."
)


def strangers(document: Document, heading: str = "##") -> Iterator[str]:
    """Yield the section on strangers."""
    yield f"{heading} Strangers: each corpus by a model that never learned from it"
    yield about(document)
    yield table(mean_rows(document))
    yield seeds_sentence(document)
    for name, condition in document["conditions"].items():
        yield f"{heading}# Each corpus{f', {name}' if name else ''}"
        yield table(corpus_rows(condition, document["surest_share"]))
    yield from _ordinary(document, heading)


def about(document: Document) -> str:
    """Say how strangers were measured."""
    always = ALWAYS.format(names=", ".join(document["always"])) if document["always"] else ""
    parts = (ABOUT.format(corpora=_listed(document["corpora"])), always, columns(document))
    return join_paragraphs(part for part in parts).strip()


def columns(document: Document) -> str:
    """Say what the columns of the tables mean."""
    return COLUMNS.format(limit=percent(document["not_sure_below"]))


def mean_rows(document: Document) -> list[dict[str, str]]:
    """Return a row for each condition: the means over the corpora, and the false emotions of ordinary speech."""
    rows, several = [], len(document["conditions"]) > 1
    for name, condition in document["conditions"].items():
        row = {"condition": name} if several else {}
        rows.append(row | scores_row(condition, document["surest_share"]) | false_cells(condition))
    return rows


def corpus_rows(condition: Document, surest_share: float) -> list[dict[str, str]]:
    """Return a row for each corpus under one condition, and their mean."""
    rows = [{"corpus": name} | scores_row(part, surest_share) for name, part in condition["corpora"].items()]
    counts = [{"clips": f"{part['n']:,}", "people": str(part["speakers"])} for part in condition["corpora"].values()]
    mean = {"corpus": "mean"} | scores_row(condition, surest_share)
    return [*(row | count for row, count in zip(rows, counts, strict=True)), mean]


def scores_row(scores: Document, surest_share: float) -> dict[str, str]:
    """Return the scores of a corpus, or of their mean, as text."""
    right = scores["selective_accuracy"]
    return {
        "UAR": percent(scores["uar"]),
        "95 % interval": interval(scores["ci95"]["uar"]),
        "ECE": percent(scores["ece"]),
        "answered": percent(scores["coverage"]),
        "wrong": "–" if right is None else percent(1 - right),
        f"right, surest {surest_share:.0%}".replace("%", " %"): percent(scores["surest_accuracy"]),
    }


def false_cells(condition: Document) -> dict[str, str]:
    """Return the share of ordinary recordings that get a false emotion, as text; empty where there are none."""
    ordinary = condition["ordinary"]
    return {"false emotion on ordinary speech": percent(ordinary["false_recordings"])} if ordinary else {}


def interval(ends: Any) -> str:
    """Return both ends of an interval as text; empty for None."""
    return " to ".join(map(percent, ends)) if ends else ""


def seeds_sentence(document: Document) -> str:
    """Return mean and standard deviation over the seeds in words; empty for one seed."""
    parts = []
    for name, condition in document["conditions"].items():
        over = condition["over_seeds"]
        if over:
            texts = {key: f"{percent(values['mean'])} ± {percent(values['sd'])}" for key, values in over.items()}
            false = f", false emotion {texts['false_recordings']}" if "false_recordings" in texts else ""
            parts.append(f"{f'{name}: ' if name else ''}UAR {texts['uar']}{false}")
    if not parts:
        return ""
    seeds = document["seeds"]
    over = f"Over {len(seeds)} seeds ({', '.join(map(str, seeds))}; mean ± standard deviation): {'; '.join(parts)}."
    return f"{over} The tables are of seed {seeds[0]}."


def _ordinary(document: Document, heading: str) -> Iterator[str]:
    """Yield the section on ordinary speech, where there is any."""
    measured = {name: part["ordinary"] for name, part in document["conditions"].items() if part["ordinary"]}
    if not measured:
        return
    yield f"{heading}# Ordinary speech"
    yield ORDINARY.format(**next(iter(measured.values())))
    rows = []
    for name, part in measured.items():
        row = {"condition": name} if len(measured) > 1 else {}
        for key, title in (("false_clips", "clips"), ("false_recordings", "recordings")):
            row |= {title: f"{percent(part[key])} ({interval(part['ci95'][key])})"}
        rows.append(row | {label: percent(share) for label, share in part["false_labels"].items()})
    yield table(rows)


def _listed(corpora: Mapping[str, int]) -> str:
    """Name corpora and their clips.

    >>> _listed({"A": 1200, "B": 5})
    'A (1,200 clips) and B (5 clips)'
    """
    *others, last = (f"{name} ({count:,} clips)" for name, count in corpora.items())
    return f"{', '.join(others)} and {last}" if others else last


def curves(document: Document) -> dict[str, Any]:
    """Return what `charts.reliability_diagram` draws: a curve for each condition."""
    return {
        f"strangers{f', {name}' if name else ''} (ECE {percent(part['ece'])})": part["reliability"]
        for name, part in document["conditions"].items()
    }
