"""The report of a tuning, as Markdown, and all its files; a `document` is `Tuned.to_dict()`."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from ...core.files import write_whole
from ...core.markdown import bullet_list, command_block, join_paragraphs, table
from ...core.serialise import csv_text, json_text
from ...core.units import duration, percent
from .charts import costs, history, importances, slices
from .confirmation import confirmation_parts
from .tables import STATES, Document, in_state, is_default, score_name, scored, setting_brief, trial_columns, trial_rows

PICTURES = {  # file -> the function that draws it, and its caption
    "history.png": (history, "UAR of each trial by its number"),
    "importances.png": (importances, "Importance of each setting"),
    "slices.png": (slices, "UAR against each setting's values"),
    "costs.png": (costs, "UAR against the cost of a trial's network"),
}
PROTOCOL = (
    "Settings were suggested by Optuna's tree-structured Parzen estimator (TPE; Bergstra et al. 2011), seed {seed}; "
    "the first trial has the default's. {pruner} {objective} The test split was not read."
)
OBJECTIVES = {
    "val": "A trial is trained on the train split with early stopping, and its score is the **UAR on the val split**.",
    "strangers": (
        "A trial leaves out each corpus in turn, trains on all others to the end of the schedule and answers it; its "
        "score is the **mean UAR of the corpora left out**, each over its own labels and as the mean over what the "
        "model may be told. The clips are those of train and val."
    ),
}
PRUNERS = {
    "median": "A trial that is worse at a step than the median of the earlier ones is pruned.",
    "hyperband": "Unpromising trials are pruned by Hyperband (Li et al. 2018).",
    "none": "No trial is pruned.",
}
FEW = 20  # complete trials: with fewer, importances mean little
MOST_TRIALS = 10  # in the report; trials.csv has all
MOST_FAILED = 20


def write_tuning(folder: Path, document: Document, command: str) -> None:
    """Write study.json, trials.csv, report.md and the charts, over those of an earlier run."""
    write_trials(folder, document)
    write_whole(folder / "study.json", json_text(document))
    drawings = []
    for name, (draw, _) in PICTURES.items():
        content = draw(document)
        if content is None:
            (folder / name).unlink(missing_ok=True)  # of an earlier run
        else:
            drawings.append(write_whole(folder / name, content).name)
    write_whole(folder / "report.md", report_of_tuning(document, command, drawings))


def write_trials(folder: Path, document: Document) -> None:
    """Write trials.csv alone, which is quick enough while a study runs."""
    folder.mkdir(parents=True, exist_ok=True)
    write_whole(folder / "trials.csv", csv_text(trial_columns(document), trial_rows(document)))


def report_of_tuning(document: Document, command: str, drawings: Sequence[str] = ()) -> str:
    """Return report.md of a tuning; command: what was typed; drawings: the files of PICTURES beside it."""
    fixed = ", ".join(f"`{name}={setting_brief(value)}`" for name, value in document["fixed"].items())
    pictures = {name: f"![{PICTURES[name][1]}]({name})" for name in drawings}
    parts = [
        f"# Tuning of the {document['model']} model",
        _clips_text(document),
        "## Result",
        document["verdict"],
        *command_block("To train with the best", document["train"] if document["best"] else ""),
        *confirmation_parts(document),
        "## The search",
        PROTOCOL.format(
            seed=document["seed"], pruner=PRUNERS[document["pruner"]], objective=OBJECTIVES[document["objective"]]
        ),
        _budget_text(document),
        _pareto_text(document),
        pictures.get("history.png", ""),
        *_best_trials(document),
        "## What was varied",
        table(_range_rows(document)),
        f"Fixed: {fixed}. All others are the default's." if fixed else "",
        pictures.get("slices.png", ""),
        *_importances(document, pictures),
        *(("## Cost", pictures["costs.png"]) if "costs.png" in pictures else ()),
        *_failed(document),
        *command_block("To repeat this, or to go on with more trials", command),
    ]
    return join_paragraphs(parts)


def _clips_text(document: Document) -> str:
    counts = (", ".join(f"{n:,} {split}" for split, n in parts.items()) for parts in document["corpora"].values())
    clips = "; ".join(f"{name} ({count})" for name, count in zip(document["corpora"], counts, strict=True))
    most = document["clips"]
    drawn = f" Trials were trained on at most {most:,} clips, drawn at random and the same for all." if most else ""
    return f"On clips of {clips}. Labels: {', '.join(document['labels'])} (grouping “{document['grouping']}”).{drawn}"


def _budget_text(document: Document) -> str:
    trials = document["trials"]
    counts = [f"{len(in_state(document, state))} {state}" for state in STATES if in_state(document, state)]
    seconds = sum(row["seconds"] or 0 for row in trials)
    hosts = sorted({row["host"] for row in trials if row["host"]})
    total = f"{len(trials)} trial{'' if len(trials) == 1 else 's'}: {', '.join(counts) or 'none yet'}"
    return f"{total}. Training took {duration(seconds)} in all{' on ' + ', '.join(hosts) if hosts else ''}."


def _pareto_text(document: Document) -> str:
    if not document["front"]:
        return ""
    numbers = ", ".join(map(str, document["front"]))
    return (
        f"The study had two objectives: high {score_name(document)}, and few {document['against']}. The Pareto front, "
        f"which no trial beats in both: trials {numbers}. It is from one seed, so neighbours may change places. To "
        "train another than the best named above, give `--set` its settings."
    )


def _best_trials(document: Document) -> Iterator[str]:
    every = scored(document)
    if not every:
        return
    yield "## The best trials" if len(every) <= MOST_TRIALS else f"## The best {MOST_TRIALS} trials"
    yield "UAR as the search saw it. trials.csv has all trials, with all settings in full precision."
    cost, rows = document["against"] or "parameters", []
    for row in every[:MOST_TRIALS]:
        name = f"{row['trial']} (default)" if is_default(document, row) else str(row["trial"])
        scores = {
            "trial": name,
            score_name(document): percent(row["uar"]),
            "state": row["state"],
            "epochs": row["epochs"],
        }
        settings = {name: setting_brief(value) for name, value in row["settings"].items()}
        rows.append(scores | {cost: "" if row[cost] is None else f"{row[cost]:,}"} | settings)
    yield table(rows)


def _range_rows(document: Document) -> list[dict[str, str]]:
    """Return for each varied setting its range, the default's value and the best trial's."""
    number = (document["best"] or {}).get("trial")  # best_hyperparameters.json may hold more settings, or fewer
    best = next((row["settings"] for row in document["trials"] if row["trial"] == number), {})
    rows = []
    for name, range_ in document["ranges"].items():
        if "choices" in range_:
            tried = ", ".join(map(setting_brief, range_["choices"]))
        else:
            tried = f"{setting_brief(range_['low'])} to {setting_brief(range_['high'])}"
            tried += ", logarithmic" if range_["log"] else ""
        values = {"default": document["default"], "best": best}
        texts = {key: setting_brief(settings[name]) if name in settings else "" for key, settings in values.items()}
        rows.append({"setting": name, "tried": tried} | texts)
    return rows


def _importances(document: Document, pictures: Mapping[str, str]) -> Iterator[str]:
    shares, complete = document["importances"], len(scored(document, "complete"))
    if not shares:
        return
    yield "## Which settings matter"
    few = f" **These are few: under {FEW} complete trials, the order is hardly more than chance.**"
    yield (
        "Each setting's share of the UAR's variance over the ranges, by itself and together with others (functional "
        f"ANOVA, Hutter et al. 2014), estimated from {complete} complete trials.{few if complete < FEW else ''}"
    )
    yield table([{"setting": name, "importance": percent(share)} for name, share in shares.items()])
    yield pictures.get("importances.png", "")


def _failed(document: Document) -> Iterator[str]:
    rows = in_state(document, "failed")
    if rows:
        yield f"## Failed trials ({len(rows)})"
        yield bullet_list(f"Trial {row['trial']}: {' '.join(row['why'].split())}" for row in rows[:MOST_FAILED])
        yield f"And {len(rows) - MOST_FAILED} more, in trials.csv." if len(rows) > MOST_FAILED else ""
