"""How good a model is on strangers, as Markdown; a `document` is `Strangers.to_dict()`."""

from collections.abc import Iterator, Mapping, Sequence
from statistics import mean
from typing import Any

from ...core.markdown import table
from ...core.units import percent
from .testing import false_emotions, false_share, scores_row

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
MODELS = "These shares are the mean over the models without one corpus each; these people were in no training."


def strangers(document: Document, heading: str = "##") -> Iterator[str]:
    """Yield the section on strangers."""
    yield f"{heading} Strangers: each corpus by a model that never learned from it"
    yield ABOUT.format(corpora=_listed(document["corpora"]))
    yield ALWAYS.format(names=", ".join(document["always"])) if document["always"] else ""
    yield COLUMNS.format(limit=percent(document["not_sure_below"]))
    yield table(mean_rows(document))
    yield seeds_sentence(document)
    for name, condition in document["conditions"].items():
        yield f"{heading}# Each corpus{f', {name}' if name else ''}"
        yield table(corpus_rows(condition, document["surest_share"]))
        yield "The recall of each label:"
        yield table(_recall_rows(condition, document["labels"]))
    yield from false_emotions(document, f"{heading}#")
    yield MODELS if any(condition["ordinary"] for condition in document["conditions"].values()) else ""


def mean_rows(document: Document) -> list[dict[str, str]]:
    """Return a row for each condition: the means over the corpora, and the false emotions of ordinary speech."""
    rows, several = [], len(document["conditions"]) > 1
    for name, condition in document["conditions"].items():
        row = {"condition": name} if several else {}
        rows.append(row | _scores_row(condition, document["surest_share"]) | false_share(condition))
    return rows


def corpus_rows(condition: Document, surest_share: float) -> list[dict[str, str]]:
    """Return a row for each corpus under one condition, and their mean."""
    rows = [{"corpus": name} | _scores_row(part, surest_share) for name, part in condition["corpora"].items()]
    counts = [{"clips": f"{part['n']:,}", "people": str(part["speakers"])} for part in condition["corpora"].values()]
    means = {"corpus": "mean"} | _scores_row(condition, surest_share)
    return [*(row | count for row, count in zip(rows, counts, strict=True)), means]


def _scores_row(scores: Document, surest_share: float) -> dict[str, str]:
    right = f"right, surest {surest_share:.0%}".replace("%", " %")
    return scores_row(scores) | {right: percent(scores["surest_accuracy"])}


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


def _recall_rows(condition: Document, labels: Sequence[str]) -> list[dict[str, str]]:
    """Return the recall of each label in each corpus that has it, and the mean of these."""
    recalls = {
        corpus: {
            label: row[at] / sum(row) for at, (label, row) in enumerate(zip(labels, rows, strict=True)) if sum(row)
        }
        for corpus, rows in ((name, part["confusion"]) for name, part in condition["corpora"].items())
    }
    known = {label: [row[label] for row in recalls.values() if label in row] for label in labels}
    recalls["mean"] = {label: mean(values) for label, values in known.items() if values}
    return [
        {"corpus": corpus} | {label: percent(row[label]) if label in row else "" for label in labels}
        for corpus, row in recalls.items()
    ]


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
