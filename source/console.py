"""What a person reads on the terminal, as text; `run.py` prints it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import config
from source.commands import WrongUse
from source.shared.errors import Trouble
from source.shared.prediction import Prediction, clock
from source.shared.stretches import moments, stretches, without_pauses
from source.terminal import folded, styled

if TYPE_CHECKING:
    from source.commands import Entry
    from source.doctor import Finding
    from source.shared.evaluation import Metrics
    from source.shared.preprocessing import Preprocessed
    from source.shared.settings import Setting
    from source.shared.training import Epoch
    from source.shared.training_files import Summary

MOST_STRETCHES = 20  # of a recording that are listed
SCORES = {"accuracy": "accuracy", "uar": "UAR", "macro_f1": "macro F1"}  # field of Metrics -> what people call it
VALIDATION_COLUMNS = ("method", "folds", "UAR", "95 % interval", "UAR of the folds")  # fit 80 characters


def prediction_lines(prediction: Prediction, brief: bool = False) -> Iterator[str]:
    """A line a face: picture, number, answer, place and what makes it doubtful; one for a picture without a face.

    Of a recording: what it came to and, unless it is to be brief, a line for every stretch of the same answer.
    """
    name = Path(prediction.source).name
    if prediction.overall is not None:
        yield from _recording_lines(name, prediction, brief)
        return
    for reading in prediction.readings:
        left, top, right, bottom = (round(edge) for edge in reading.box or (0, 0, 0, 0))
        notes = "".join(f"; {note}" for note in reading.notes)
        yield f"{name} #{reading.person}: {reading.said} (face at {left}, {top} to {right}, {bottom}{notes})"
    for note in prediction.notes or (() if prediction.readings else ("nobody was found",)):
        yield f"{name}: {note}"


def _recording_lines(name, prediction, brief):
    overall = prediction.overall
    if overall.probabilities:
        yield f"{name}: {prediction.said}{''.join(f'; {note}' for note in overall.notes)}"
    for note in prediction.notes:
        yield f"{name}: {note}"
    parts = stretches(without_pauses(moments(prediction.readings), prediction.pauses))
    if brief or len(parts) < 2:
        return
    shown = parts if len(parts) <= MOST_STRETCHES + 1 else parts[:MOST_STRETCHES]  # "1 more" is no shorter
    tenths = any(part.end_seconds - part.start_seconds < 1 for part in shown)  # "0:12 to 0:12" would say nothing
    for part in shown:
        start, end = (clock(seconds, tenths=tenths) for seconds in (part.start_seconds, part.end_seconds))
        yield f"  {start:>7} to {end:>7}  {part.said}"
    if len(parts) > len(shown):
        yield f"  ... {len(parts) - len(shown)} more; timeline.png shows all"


def unit_of_progress(model: str, several: bool) -> str:
    """What `predict` counts: the pictures, the files of a folder, or the seconds of one recording."""
    return "picture" if model == "face" else "recording" if several else "second"


def epoch_line(epoch: Epoch) -> str:
    """How one epoch went."""
    start = f"epoch {epoch.epoch:>3}  train loss {epoch.train_loss:.3f}"
    if epoch.val_loss is None or epoch.val_accuracy is None or epoch.val_uar is None:  # there is no val
        return f"{start}  {epoch.seconds:.0f} s"
    scores = f"accuracy {percent(epoch.val_accuracy)}  UAR {percent(epoch.val_uar)}"
    return f"{start}  val loss {epoch.val_loss:.3f}  {scores}  {epoch.seconds:.0f} s"


def preprocessed_line(part: Preprocessed) -> str:
    """What became of one corpus."""
    unreadable = f", {part.unreadable:,} unreadable (see unreadable.csv there)" if part.unreadable else ""
    remarks = "".join(f"\n{part.corpus}: {count:,} clips are {remark}." for remark, count in part.remarks.items())
    return f"{part.corpus}: {part.clips:,} clips{unreadable}, in {near(part.folder)}{remarks}"


def speed_line(made: Sequence[Preprocessed], seconds: float) -> str:
    """How fast it went."""
    done = sum(part.clips + part.unreadable - part.done_before for part in made)
    return f"{done:,} done in {seconds:.0f} s: {done / seconds:.0f} a second." if done else "Nothing was left to do."


def metrics_text(metrics: Metrics) -> str:
    """The scores with their intervals, and a line for each label."""
    lines = [f"{metrics.n:,} clips of {metrics.split or 'a folder'}", ""]
    for field, name in SCORES.items():
        low, high = (percent(end) for end in metrics.ci95[field])
        lines.append(f"{name:<10}{percent(getattr(metrics, field)):>8}   95 % interval: {low} to {high}")
    rows = [{"label": label} | _shares(scores) for label, scores in metrics.per_class.items()]
    return "\n".join([*lines, "", table(rows)])


def validation_text(document: Mapping[str, Any]) -> str:
    """A line for each method and kind of folds; document: `Validation.to_dict()`."""
    from source.shared.validation.report import LEAKY, seeds_sentence, summary_row  # brings numpy: not for the menu

    rows = [summary_row(row) for row in document["rows"]]
    leaky = f"{LEAKY}." if any(row["folds"] == LEAKY for row in rows) else ""
    short = [row | {"folds": "LEAKY"} if row["folds"] == LEAKY else row for row in rows]
    notes = [folded(note) for note in (leaky, seeds_sentence(document)) if note]
    return "\n\n".join([table([{key: row[key] for key in VALIDATION_COLUMNS} for row in short]), *notes])


def laid_out_text(made: Summary) -> str:
    """What `data get` made of a corpus for one model."""
    heading = f"{made.corpus} for the {made.model} model:"
    return f"{heading}\n{counts_text(made.counts)}\nTraining files: {near(made.folder)}"


def counts_text(counts: Mapping[str, Mapping[str, int]]) -> str:
    """Files by split and emotion, as in `Summary.counts`."""
    emotions = [emotion for emotion in config.EMOTIONS if any(emotion in row for row in counts.values())]
    rows = [
        {"": split} | {name: f"{row.get(name, 0):,}" for name in emotions} | {"all": f"{sum(row.values()):,}"}
        for split, row in counts.items()
    ]
    return table(rows)


def listing(entries: Sequence[Entry], numbered: bool = False) -> str:
    """A line for each entry, the models apart."""
    wide, lines, before = max(len(entry.command) for entry in entries), [], entries[0]
    for number, entry in enumerate(entries, start=1):
        lines += [""] if entry.words[0] != before.words[0] else []
        lines.append(f"{f'{number:>3}' if numbered else ''}  {styled(entry.command.ljust(wide), 'bold')}  {entry.help}")
        before = entry
    return "\n".join(lines)


def trouble_text(error: Exception) -> str:
    """What to say of an error in one sentence."""
    if isinstance(error, ModuleNotFoundError) and not str(error.name).startswith(("source", "config")):
        return f"The package {error.name} is not installed; install all that is needed with: python setup.py"
    if isinstance(error, OSError) and error.filename:
        return f"{error.filename}: {error.strerror}."
    known = isinstance(error, Trouble | WrongUse)
    return str(error) if known else f"Unforeseen: {type(error).__name__}: {error} (--debug shows where)."


def finding_text(finding: Finding) -> str:
    """One thing that the doctor looked at."""
    mark = styled("ok   ", "good") if finding.ok else styled("to do", "bad")
    return f"{mark}  {folded(finding.sentence, indent=7).lstrip()}"


def setting_text(setting: Setting) -> str:
    """One hyperparameter: what `--set` takes and does."""
    return f"{styled(setting.name, 'bold')}={setting.text}\n{folded(f'{setting.meaning} Takes {setting.takes}.', 4)}"


def table(rows: Sequence[Mapping[str, str]]) -> str:
    """Rows with the same keys as aligned columns, the first to the left, the others to the right."""
    lines = [list(rows[0]), *(list(row.values()) for row in rows)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    aligned = ([line[0].ljust(widths[0]), *map(str.rjust, line[1:], widths[1:])] for line in lines)
    return "\n".join("  ".join(cells).rstrip() for cells in aligned)


def percent(share: float) -> str:
    """
    >>> percent(0.9312)
    '93.1 %'
    """
    return f"{share:.1%}".replace("%", " %")


def near(path: Path | str) -> str:
    """The path, relative where it lies below the current folder."""
    here = Path.cwd()
    return str(Path(path).relative_to(here)) if Path(path).is_relative_to(here) else str(path)


def _shares(scores: Mapping[str, Any]) -> dict[str, str]:
    shares = {name: percent(scores[name]) for name in ("precision", "recall", "f1")}
    return shares | {"clips": f"{scores['support']:,}"}
