"""The report of a cross-validation, as Markdown; a `document` is `Validation.to_dict()`."""

from collections.abc import Mapping
from typing import Any

from ...core.markdown import command_block, format_value, join_paragraphs, table
from ...core.units import percent
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
ACROSS = (
    "Rows: the corpus trained on, all of it; columns: the corpus tested on. UAR over the labels that both have, the "
    "only answers allowed; their number is in brackets. On the diagonal: folds over the corpus's speakers. Seed {seed}."
)


def report_of_validation(document: Mapping[str, Any], command: str) -> str:
    """Return report.md of a cross-validation; command: what was typed."""
    metrics, leaky = document["metrics"], any(not row["speakers_apart"] for row in document["rows"])
    clips = ", ".join(f"{name} ({count:,} clips)" for name, count in document["corpora"].items())
    parts = [
        f"# Cross-validation of the {document['model']} model",
        f"On {clips}. Labels: {', '.join(document['labels'])} (grouping “{document['grouping']}”).",
        PROTOCOL.format(folds=document["folds"]),
        "## Result",
        table([summary_row(row) for row in document["rows"]]),
        WHY_LEAKY if leaky else "",
        INTERVALS,
        document["baselines"],
        seeds_sentence(document),
        f"## The {document['model']} model, {APART}",
        scores(metrics),
        calibration(metrics),
        "## Each fold",
        table([_fold_row(row) for row in document["rows"][0]["fold_scores"]]),
        *ablation(metrics),
        *breakdown(metrics),
        "## Each label",
        each_label(metrics),
        "## Confusion",
        "Rows are the truth, columns the answers.",
        confusion_table(metrics),
        "![Confusion matrix](confusion_matrix.png)",
        *_cross_corpus(document),
        "## Settings",
        table([{"setting": name, "value": f"`{format_value(value)}`"} for name, value in document["settings"].items()]),
        *command_block("To repeat this", command),
    ]
    return join_paragraphs(parts)


def summary_row(row: Mapping[str, Any]) -> dict[str, str]:
    """Return the scores of one method on one kind of folds, formatted."""
    low, high = row["ci95"]["uar"]
    uars = [fold["uar"] for fold in row["fold_scores"]]
    return {
        "method": row["method"],
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


def _cross_corpus(document: Mapping[str, Any]) -> tuple[str, ...]:
    if not document["across"]:
        return ()
    rows = []
    for home, cells in document["across"].items():
        texts = {
            name: f"{percent(cell['uar'])} ({len(cell['labels'])})" if cell else "–" for name, cell in cells.items()
        }
        rows.append({"trained on": home} | texts)
    return "## From one corpus to another", ACROSS.format(seed=document["seeds"][0]), table(rows)
