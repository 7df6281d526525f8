"""Results, menus and errors as the text that a person reads on the terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..core import config, packages
from ..core.errors import DemeanorError
from ..core.units import percent
from ..data.clips import UNLABELLED
from .command import WrongUse
from .render_prediction import prediction_lines as prediction_lines
from .render_prediction import unit_of_progress as unit_of_progress
from .terminal import styled, wrapped

if TYPE_CHECKING:
    from ..core.settings import Setting
    from ..data.preprocessing import Preprocessed
    from ..data.training_folder import Summary
    from ..doctor import Finding
    from ..evaluation.metrics import Metrics
    from ..training.loop import Epoch
    from .command import Entry
    from .menu import Menu

SCORES = {"accuracy": "accuracy", "uar": "UAR", "macro_f1": "macro F1"}  # field of Metrics -> its usual name
MOST_TRIALS = 5  # shown of a tuning whose best is not confirmed
MENU_FOOT = "Options can follow a number or name on the same line; NUMBER --help lists them."
MOST_OFFERED = 20  # answers that a question lists
FOLD_COLUMNS = ("method", "folds", "UAR", "95 % interval", "UAR of the folds")  # fit 80 characters


def epoch_line(epoch: Epoch) -> str:
    """Return the line of one epoch."""
    start = f"epoch {epoch.epoch:>3}  train loss {epoch.train_loss:.3f}"
    if epoch.val_loss is None or epoch.val_accuracy is None or epoch.val_uar is None:  # there is no val
        return f"{start}  {epoch.seconds:.0f} s"
    scores = f"accuracy {percent(epoch.val_accuracy)}  UAR {percent(epoch.val_uar)}"
    return f"{start}  val loss {epoch.val_loss:.3f}  {scores}  {epoch.seconds:.0f} s"


def preprocessed_line(part: Preprocessed) -> str:
    """Return what preprocessing made of one corpus."""
    unreadable = f", {part.unreadable:,} unreadable (see unreadable.csv there)" if part.unreadable else ""
    remarks = "".join(f"\n{part.corpus}: {count:,} clips are {remark}." for remark, count in part.warnings.items())
    return f"{part.corpus}: {part.clips:,} clips{unreadable}, in {near(part.folder)}{remarks}"


def speed_line(parts: Sequence[Preprocessed], seconds: float) -> str:
    """Return how fast preprocessing went."""
    done = sum(part.clips + part.unreadable - part.done_before for part in parts)
    return f"{done:,} done in {seconds:.0f} s, {done / seconds:.0f} per second." if done else "Nothing was left to do."


def metrics_text(metrics: Metrics) -> str:
    """Return the scores with their intervals, and a line for each label."""
    lines = [f"{metrics.n:,} clips of {metrics.split or 'a folder'}", ""]
    for field, name in SCORES.items():
        low, high = (percent(end) for end in metrics.ci95[field])
        lines.append(f"{name:<10}{percent(getattr(metrics, field)):>8}   95 % interval: {low} to {high}")
    rows = []
    for label, scores in metrics.per_class.items():
        shares = {name: percent(scores[name]) for name in ("precision", "recall", "f1")}
        rows.append({"label": label} | shares | {"clips": f"{scores['support']:,}"})
    lines += ["", table(rows)]
    if metrics.conditions:
        from ..evaluation.reports.testing import scores_row

        lines += ["", table([{"condition": name} | scores_row(part) for name, part in metrics.conditions.items()])]
    return "\n".join([*lines, *([f"\n{ordinary_text(metrics.ordinary)}"] if metrics.ordinary else [])])


def score_text(document: Mapping[str, Any]) -> str:
    """Return the scores on moments labelled by eye; document: `Score.document`."""
    from ..evaluation.reports import moments

    heading = f"{document['moments']:,} moments in {document['split']}"
    sure = percent(document["sure_from"])
    shares = (
        f"Sure: with a confidence of {sure} or more; right: of these. The report has intervals and sets of modalities."
    )
    notes = (*moments.left_out(document), shares)
    return "\n\n".join([wrapped(heading), table(moments.score_rows(document, brief=True)), *map(wrapped, notes)])


def ordinary_text(ordinary: Mapping[str, Any]) -> str:
    """Return how often ordinary speech gets a false emotion; ordinary: as in `Metrics.ordinary`."""
    shares = (f"{percent(ordinary[f'false_{kind}'])} of the {kind}" for kind in ("clips", "recordings"))
    return wrapped(f"Ordinary speech with a confident emotion other than neutral: {', '.join(shares)}.")


def validation_text(document: Mapping[str, Any]) -> str:
    """Return the scores on strangers and on folds, a line for each method; document: `Validation.to_dict()`."""
    parts = [strangers_text(document["strangers"])] if document["strangers"] else []
    return "\n\n".join([*parts, *([_folds_text(document)] if document["rows"] else [])])


def strangers_text(document: Mapping[str, Any]) -> str:
    """Return a table of the corpora left out for each condition; document: `Strangers.to_dict()`."""
    from ..evaluation.reports import strangers

    parts = [wrapped("Strangers: each corpus by a model that was trained on all others.")]
    for name, condition in document["conditions"].items():
        rows = strangers.corpus_rows(condition, document["surest_share"])
        columns = {"corpus": "corpus", **{key: key.replace("right, ", "") for key in rows[-1] if key != "corpus"}}
        shown = table([{short: row[key] for key, short in columns.items()} for row in rows])
        parts.append(f"{name}\n{shown}" if name else shown)
        ordinary = condition["ordinary"]
        if ordinary:
            parts.append(ordinary_text(ordinary))
    return "\n\n".join([*parts, *(wrapped(note) for note in (strangers.seeds_sentence(document),) if note)])


def _folds_text(document: Mapping[str, Any]) -> str:
    """Return a line for each method and kind of folds; names of conditions leave room for the scores alone."""
    from ..evaluation.reports.cross_validation import LEAKY, seeds_sentence, summary_row

    rows, leaky = [summary_row(row) for row in document["rows"]], ""
    columns = ("method", "UAR", "95 % interval") if any(row["condition"] for row in document["rows"]) else FOLD_COLUMNS
    for row in rows:
        if row["folds"] == LEAKY:
            row["folds"], leaky = "LEAKY", f"{LEAKY}."
            row["method"] += "" if "folds" in columns else ", LEAKY"
    notes = [wrapped(note) for note in (leaky, seeds_sentence(document)) if note]
    return "\n\n".join([table([{key: row[key] for key in columns} for row in rows]), *notes])


def tuning_text(document: Mapping[str, Any]) -> str:
    """Return which settings are best, the candidates, and what to do next; document: `Tuned.to_dict()`."""
    from ..tuning.reports.confirmation import candidate_row

    confirmation, objective = document["confirmation"], document["objective"]
    found = [candidate_row(row, objective) for row in confirmation["candidates"]] if confirmation else []
    rows = found or _best_trials(document)
    candidates = table(rows) if rows else ""
    front = _front_text(document) if document["front"] else ""
    next_step = f"Train with the best settings:\n  {document['train']}" if document["best"] else ""
    return "\n\n".join(part for part in (wrapped(document["verdict"]), candidates, front, next_step) if part)


def _front_text(document: Mapping[str, Any]) -> str:
    """Return the trials of the Pareto front with their cost."""
    from ..tuning.reports.tables import score_name

    cost = document["against"]
    rows = sorted((row for row in document["trials"] if row["trial"] in document["front"]), key=lambda row: row[cost])
    name = score_name(document)
    shown = [{"trial": str(row["trial"]), name: percent(row["uar"]), cost: f"{row[cost]:,}"} for row in rows]
    heading = wrapped(f"Pareto front of {name} and {cost}, with one seed: no trial beats these in both.")
    return f"{heading}\n{table(shown)}"


def _best_trials(document: Mapping[str, Any]) -> list[dict[str, str]]:
    from ..tuning.reports.tables import in_state, score_name

    return [
        {"trial": str(row["trial"]), score_name(document): percent(row["uar"])}
        | {"epochs": str(row["epochs"]), "parameters": f"{row['parameters']:,}"}
        for row in in_state(document, "complete")[:MOST_TRIALS]
    ]


def laid_out_text(summary: Summary) -> str:
    """Return what `data get` made of a corpus for one model."""
    heading = f"{summary.corpus} for the {summary.model} model:"
    return f"{heading}\n{counts_text(summary.counts)}\nTraining files: {near(summary.folder)}"


def counts_text(counts: Mapping[str, Mapping[str, int]]) -> str:
    """Return a table of files by split and emotion, as in `Summary.counts`."""
    columns = {emotion: emotion for emotion in config.EMOTIONS} | {UNLABELLED: "no emotion"}
    used = {key: name for key, name in columns.items() if any(key in row for row in counts.values())}
    rows = [
        {"": split} | {name: f"{row.get(key, 0):,}" for key, name in used.items()} | {"all": f"{sum(row.values()):,}"}
        for split, row in counts.items()
    ]
    return table(rows)


def listing(entries: Sequence[Entry]) -> str:
    """Return a line for each entry, the models apart."""
    widest = max(len(entry.command) for entry in entries)
    groups = groupby(entries, lambda entry: entry.words[0])
    return "\n\n".join("\n".join(_row("", entry.command, widest, entry.help) for entry in group) for _, group in groups)


def menu_text(menu: Menu) -> str:
    """Return what can be chosen, by number."""
    widest = max(len(choice.name) for choice in menu.choices)
    rows = [_row(f"{at:>3}", choice.name, widest, choice.help) for at, choice in enumerate(menu.choices, start=1)]
    heading = f"{menu.model}: {menu.about}" if menu.model else menu.about
    return "\n".join([wrapped(heading), "", *rows, "", wrapped(MENU_FOOT), ""])


def _row(number: str, name: str, widest: int, text: str) -> str:
    hang = len(number) + widest + 4
    start = f"{number}  {name.ljust(widest)}  "
    return start.replace(name, styled(name, "bold")) + wrapped(start + text, hang)[len(start) :]


def offers_text(offers: Sequence[str]) -> str:
    """Return the answers that a question offers by number, with the line's end; empty where there are none."""
    lines = [f"{number:>5}  {offer}\n" for number, offer in enumerate(offers[:MOST_OFFERED], start=1)]
    rest = len(offers) - MOST_OFFERED
    return "".join([*lines, f"       and {rest} more\n" if rest > 0 else ""])


def error_text(error: Exception) -> str:
    """Return an error in one sentence."""
    if isinstance(error, ModuleNotFoundError) and str(error.name).partition(".")[0] != __name__.partition(".")[0]:
        return f"The package {error.name} is not installed; install everything needed with: {packages.AGAIN}"
    if isinstance(error, OSError) and error.filename:
        return f"{error.filename}: {error.strerror}."
    known = isinstance(error, DemeanorError | WrongUse)
    return str(error) if known else f"Unexpected error: {type(error).__name__}: {error} (--debug shows where)."


def finding_text(finding: Finding) -> str:
    """Return one finding of the doctor."""
    text = wrapped(f"{'ok' if finding.ok else 'to do':<5}  {finding.sentence}", hang=7)
    return styled(text[:5], "good" if finding.ok else "bad") + text[5:]


def setting_text(setting: Setting) -> str:
    """Return one hyperparameter: its value, what it means and what `--set` takes."""
    meaning = wrapped(f"    {setting.meaning} Takes {setting.takes}.", hang=4)
    return f"{styled(setting.name, 'bold')}={setting.text}\n{meaning}"


def table(rows: Sequence[Mapping[str, str]]) -> str:
    """Return rows with the same keys as columns, the first aligned to the left, the others to the right."""
    lines = [list(rows[0]), *(list(row.values()) for row in rows)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    aligned = ([line[0].ljust(widths[0]), *map(str.rjust, line[1:], widths[1:])] for line in lines)
    return "\n".join("  ".join(cells).rstrip() for cells in aligned)


def near(path: Path | str) -> str:
    """Return the path, relative where it lies below the current folder."""
    here = Path.cwd()
    return str(Path(path).relative_to(here)) if Path(path).is_relative_to(here) else str(path)
