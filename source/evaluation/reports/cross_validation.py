"""The report of a validation, strangers first, as Markdown; a `document` is `Validation.to_dict()`."""

from collections.abc import Iterator, Mapping
from typing import Any

from ...core.markdown import command_block, format_value, join_paragraphs, table
from ...core.units import percent
from .strangers import strangers
from .testing import INTERVALS, ablation, breakdown, calibration, confusion_table, each_label, scores

LEAKY = "LEAKY: the same people in training and test"
APART = "speakers apart"
PROTOCOL = (
    "The speakers of each corpus, in order of name, are cut into {folds} consecutive folds. For each fold a model is "
    "trained on all other folds and tested on this one: **no clip is answered by a model that was trained on its "
    "speaker**, which is asserted before each training. Training runs to the end of its schedule and the last averaged "
    "weights answer, so that nothing is chosen on the held-out fold. The answers of all folds are pooled and measured "
    "once. Probabilities are calibrated by the temperature that fits the other folds' answers. If the settings below "
    "were chosen by results on these corpora, the figures are to that extent optimistic."
)
WHY_LEAKY = (
    "The rows marked LEAKY come from random folds, in which nearly every speaker is in training and test. They are not "
    "results: they show how such a split, common in published work, inflates the figures of the same models."
)
ORDINARY = " Ordinary speech is trained on in every fold, its train split alone, and is not in the folds."


def report_of_validation(document: Mapping[str, Any], command: str) -> str:
    """Return report.md of a validation; command: what was typed."""
    clips = ", ".join(f"{name} ({count:,} clips)" for name, count in document["corpora"].items())
    settings = document["settings"].items()
    parts = [
        f"# Validation of the {document['model']} model",
        f"On {clips}. Labels: {', '.join(document['labels'])} (grouping “{document['grouping']}”).",
        *(strangers(document["strangers"]) if document["strangers"] else ()),
        "![Accuracy against confidence](reliability.png)" if document["strangers"] else "",
        *(_at_home(document) if document["rows"] else ()),
        "## Settings",
        table([{"setting": name, "value": f"`{format_value(value)}`"} for name, value in settings]),
        *command_block("To repeat this", command),
    ]
    return join_paragraphs(parts)


def _at_home(document: Mapping[str, Any]) -> Iterator[str]:
    """Yield the sections on folds of speakers."""
    metrics, leaky = document["metrics"], any(not row["speakers_apart"] for row in document["rows"])
    ordinary = document["strangers"] and any(part["ordinary"] for part in document["strangers"]["conditions"].values())
    yield "## At home: folds of speakers"
    yield PROTOCOL.format(folds=document["folds"]) + (ORDINARY if ordinary else "")
    yield table([summary_row(row) for row in document["rows"]])
    yield WHY_LEAKY if leaky else ""
    yield INTERVALS
    yield document["baselines"]
    yield seeds_sentence(document)
    yield f"## The {document['model']} model, {named(document['rows'][0], APART)}"
    yield scores(metrics)
    yield calibration(metrics)
    yield "## Each fold"
    yield table([_fold_row(row) for row in document["rows"][0]["fold_scores"]])
    yield from ablation(metrics)
    yield from breakdown(metrics)
    yield "## Each label"
    yield each_label(metrics)
    yield "## Confusion"
    yield "Rows are the truth, columns the answers."
    yield confusion_table(metrics)
    yield "![Confusion matrix](confusion_matrix.png)"


def named(row: Mapping[str, Any], text: str) -> str:
    """Return `text`, with the condition of a row where it has one."""
    return f"{text}, {row['condition']}" if row["condition"] else text


def summary_row(row: Mapping[str, Any]) -> dict[str, str]:
    """Return the scores of one method on one kind of folds, formatted."""
    low, high = row["ci95"]["uar"]
    uars = [fold["uar"] for fold in row["fold_scores"]]
    return {
        "method": named(row, row["method"]),
        "folds": APART if row["speakers_apart"] else LEAKY,
        "UAR": percent(row["uar"]),
        "95 % interval": f"{percent(low)} to {percent(high)}",
        "UAR of the folds": f"{percent(min(uars))} to {percent(max(uars))}",
        "accuracy": percent(row["accuracy"]),
        "macro F1": percent(row["macro_f1"]),
    }


def seeds_sentence(document: Mapping[str, Any]) -> str:
    """Return mean and standard deviation over the seeds in words; empty for one seed."""
    over = document["over_seeds"]
    if not over:
        return ""
    each = ", ".join(f"{seed}: {percent(uar)}" for seed, uar in zip(document["seeds"], over["uar"], strict=True))
    return (
        f"UAR of the {document['model']} model over {len(over['uar'])} seeds: {percent(over['mean'])} ± "
        f"{percent(over['sd'])} (standard deviation; seed {each}). The tables are of seed {document['seeds'][0]}."
    )


def _fold_row(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: percent(value) if name in ("accuracy", "uar") else value for name, value in row.items()}
