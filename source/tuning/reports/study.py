"""The report of a tuning, as Markdown, and all its files; a `document` here is `Tuned.to_dict()`."""

import json
from collections.abc import Sequence
from pathlib import Path

from ...core.files import write_whole
from ...core.markdown import bullet_list, command_block, join_paragraphs, table
from ...core.serialise import csv_text
from ...core.units import duration, percent
from .charts import costs, history, importances
from .confirmation import confirmation_parts
from .slices import slices
from .tables import STATES, Document, in_state, is_default, scored, setting_brief, trial_columns, trial_rows

PICTURES = {  # file -> what draws it, and what it shows
    "history.png": (history, "Val UAR of each trial by its number"),
    "importances.png": (importances, "Importance of each setting"),
    "slices.png": (slices, "Each setting's values against val UAR"),
    "costs.png": (costs, "What a trial's network costs against its val UAR"),
}
PROTOCOL = (
    "Settings were suggested by Optuna's tree-structured Parzen estimator (TPE; Bergstra et al. 2011), seed {seed}; "
    "the first trial has the default's. {pruner} A trial is trained on the train split with early stopping, and what "
    "counts is the **UAR on the val split**. The test split was not read."
)
PRUNERS = {
    "median": "A trial that is worse at an epoch than the median of those before it is given up (“pruned”).",
    "hyperband": "Unpromising trials are given up early, by Hyperband (Li et al. 2018); they are called “pruned”.",
    "none": "No trial is given up early.",
}
FEW = 20  # complete trials under which importances say little
MOST_TRIALS = 10  # in the report; trials.csv has all
MOST_FAILED = 20


def write_tuning(folder: Path, document: Document, command: str) -> None:
    """study.json, trials.csv, report.md and the pictures, over what an earlier run left there."""
    write_trials(folder, document)
    write_whole(folder / "study.json", json.dumps(document, indent=2, ensure_ascii=False))
    drawings = [name for name, (draw, _) in PICTURES.items() if _written(folder / name, draw(document))]
    write_whole(folder / "report.md", report_of_tuning(document, command, drawings))


def _written(file, content):
    """Whether there is such a picture; an old one does not stay where there is nothing to draw."""
    if content is None:
        file.unlink(missing_ok=True)
        return False
    write_whole(file, content)
    return True


def write_trials(folder: Path, document: Document) -> None:
    """trials.csv alone, which takes no time: while a study runs."""
    folder.mkdir(parents=True, exist_ok=True)
    write_whole(folder / "trials.csv", csv_text(trial_columns(document), trial_rows(document)))


def report_of_tuning(document: Document, command: str, drawings: Sequence[str] = ()) -> str:
    """report.md of a tuning; command: what was typed; drawings: the pictures beside it, of PICTURES."""
    pictures = {name: f"![{PICTURES[name][1]}]({name})" for name in drawings}
    parts = [
        f"# Tuning of the {document['model']} model",
        _on_what(document),
        "## Result",
        document["verdict"],
        *command_block("To train with the best", document["train"] if document["best"] else ""),
        *confirmation_parts(document),
        "## The search",
        PROTOCOL.format(seed=document["seed"], pruner=PRUNERS[document["pruner"]]),
        _budget(document),
        _pareto(document),
        pictures.get("history.png", ""),
        *_best_trials(document),
        "## What was varied",
        table(list(_ranges(document))),
        _fixed(document),
        pictures.get("slices.png", ""),
        *_importances(document, pictures),
        *(("## What it costs", pictures["costs.png"]) if "costs.png" in pictures else ()),
        *_failed(document),
        *command_block("To repeat this, or to go on with more trials", command),
    ]
    return join_paragraphs(parts)


def _on_what(document):
    counts = (", ".join(f"{n:,} {split}" for split, n in parts.items()) for parts in document["corpora"].values())
    clips = "; ".join(f"{name} ({count})" for name, count in zip(document["corpora"], counts, strict=True))
    most = document["clips"]
    drawn = f" Trials were trained on at most {most:,} clips, drawn at random and the same for all." if most else ""
    labels = ", ".join(document["labels"])
    return f"On clips of {clips}. It tells apart: {labels} (grouping “{document['grouping']}”).{drawn}"


def _budget(document):
    trials = document["trials"]
    counts = [f"{len(in_state(document, state))} {state}" for state in STATES if in_state(document, state)]
    seconds = sum(row["seconds"] or 0 for row in trials)
    hosts = sorted({row["host"] for row in trials if row["host"]})
    where = f" on {', '.join(hosts)}" if hosts else ""
    all_of_them = f"{len(trials)} trial{'' if len(trials) == 1 else 's'}"
    return f"{all_of_them}: {', '.join(counts) or 'none yet'}. Trained for {duration(seconds)} in all{where}."


def _pareto(document):
    if not document["front"]:
        return ""
    numbers = ", ".join(map(str, document["front"]))
    against = document["against"]
    return (
        f"The study had two objectives: val UAR, and few {against}. The Pareto front, which no trial beats in both: "
        f"trials {numbers}. That is by one seed and on val, so neighbours may change places. Another than the best "
        "named above is had with `--set` and its settings."
    )


def _best_trials(document):
    rows = scored(document)[:MOST_TRIALS]
    if rows:
        yield "## The best trials" if len(scored(document)) <= len(rows) else f"## The best {len(rows)} trials"
        yield "Val UAR as the search saw it. All trials, with all their settings in full precision, are in trials.csv."
        yield table([_trial(document, row) for row in rows])


def _trial(document, row):
    scores = {"trial": _name(document, row), "val UAR": percent(row["val_uar"]), "state": row["state"]}
    cost = document["against"] or "parameters"
    how = {"epochs": row["epochs"], cost: "" if row[cost] is None else f"{row[cost]:,}"}
    return scores | how | {name: setting_brief(value) for name, value in row["settings"].items()}


def _name(document, row):
    return f"{row['trial']} (default)" if is_default(document, row) else str(row["trial"])


def _ranges(document):
    for name, range_ in document["ranges"].items():
        ends = {"default": _said(document["default"], name), "best": _said(_best_settings(document), name)}
        yield {"setting": name, "tried": _range(range_)} | ends


def _range(range_):
    if "choices" in range_:
        return ", ".join(map(setting_brief, range_["choices"]))
    ends = f"{setting_brief(range_['low'])} to {setting_brief(range_['high'])}"
    return f"{ends}, logarithmic" if range_["log"] else ends


def _said(settings, name):
    return setting_brief(settings[name]) if name in settings else ""


def _best_settings(document):
    """The varied settings of the best trial; best_hyperparameters.json may hold more, or less."""
    number = (document["best"] or {}).get("trial")
    return next((row["settings"] for row in document["trials"] if row["trial"] == number), {})


def _fixed(document):
    fixed = ", ".join(f"`{name}={setting_brief(value)}`" for name, value in document["fixed"].items())
    return f"Held fast: {fixed}. All others are the default's." if fixed else ""


def _importances(document, pictures):
    shares = document["importances"]
    if shares:
        yield "## Which settings matter"
        yield _about_importances(len(scored(document, "complete")))
        yield table([{"setting": name, "importance": percent(share)} for name, share in shares.items()])
        yield pictures.get("importances.png", "")


def _about_importances(complete):
    what = (
        "The share of val UAR's variance over the ranges that each setting accounts for, by itself and together with "
        "others (functional ANOVA, Hutter et al. 2014), estimated"
    )
    few = f" **These are few: under {FEW} complete trials, the order is hardly more than chance.**"
    return f"{what} from {complete} complete trials.{few if complete < FEW else ''}"


def _failed(document):
    rows = in_state(document, "failed")
    if rows:
        yield f"## Failed trials ({len(rows)})"
        yield bullet_list(f"Trial {row['trial']}: {' '.join(row['why'].split())}" for row in rows[:MOST_FAILED])
        yield f"And {len(rows) - MOST_FAILED} more, in trials.csv." if len(rows) > MOST_FAILED else ""
