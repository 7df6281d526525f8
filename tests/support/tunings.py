"""Made-up tunings, as `Tuned.to_dict()` gives them."""

import random

RANGES = {
    "architecture": {"choices": ["gru", "lstm", "conformer", "transformer_encoder", "none"]},
    "learning_rate": {"low": 5e-4, "high": 5e-3, "log": True},
    "dropout": {"low": 0.2, "high": 0.6, "log": False},
    "fine_tuned_layers": {"low": 0, "high": 6, "log": False},
    "encoder_width": {"choices": [32, 64, 128]},
    "use_lexicon": {"choices": [True, False]},
    "class_weight_power": {"low": 0.0, "high": 1.0, "log": False},
}
DEFAULT = {"architecture": "gru", "learning_rate": 0.0015, "dropout": 0.3, "fine_tuned_layers": 2, "encoder_width": 64,
           "use_lexicon": True, "class_weight_power": 0.3}  # fmt: skip
ORDER = ("complete", "pruned", "running", "failed")


def trial(number, state="complete", uar=0.6, settings=None, **more):
    """One trial; a failed one was not measured."""
    measured = {"uar": uar, "val_uar": uar, "val_accuracy": uar + 0.01, "val_macro_f1": uar - 0.01,
                "val_weighted_f1": uar, "val_loss": 1.0 / 3}  # fmt: skip
    row = {"trial": number, "state": state, **measured, "best_epoch": 5, "epochs": 12, "seconds": 41.2, "of": 20,
           "parameters": 394_000 + 1000 * number, "milliseconds": None, "host": "laptop",
           "finished": "2026-11-21T21:00:00", "why": "", "settings": settings or DEFAULT}  # fmt: skip
    if state == "failed":
        row |= dict.fromkeys((*measured, "best_epoch", "parameters")) | {"why": "Settings | that\ncannot be."}
    if state in ("pruned", "running"):
        row |= dict.fromkeys(("val_macro_f1", "val_weighted_f1", "parameters")) | {"epochs": 3}
    return row | more


def settings_of(draw, ranges=RANGES):
    """A value of each range; `learning_rate` always has many digits."""

    def value(range_):
        if "choices" in range_:
            return draw.choice(range_["choices"])
        low, high = range_["low"], range_["high"]
        if range_["log"]:
            return low * (high / low) ** draw.random()
        return draw.randint(low, high) if isinstance(low, int) else draw.uniform(low, high)

    return {name: value(range_) for name, range_ in ranges.items()}


def tuning(trials=8, /, states=("complete", "complete", "pruned"), against=None, ranges=RANGES, **more):
    """A document with so many trials, whose states go round; trial 0 is the default."""
    draw = random.Random(trials)
    rows = []
    for number in range(trials):
        settings = settings_of(draw, ranges) if number or ranges is not RANGES else DEFAULT
        cost = {"milliseconds": round(2 + 5 * draw.random(), 2)} if against == "milliseconds" else {}
        state, uar = states[number % len(states)], 0.45 + 0.2 * draw.random()
        cost |= {"parameters": int(100_000 * 12 ** draw.random())} if state == "complete" else {}
        rows.append(trial(number, state, uar, settings, **cost))
    rows.sort(key=lambda row: (ORDER.index(row["state"]), -(row["uar"] or 0), row["trial"]))
    complete = [row for row in rows if row["state"] == "complete"]
    best = {"trial": rows[0]["trial"], "settings": rows[0]["settings"]} if complete else None
    shares = dict(zip(ranges, (0.5, 0.2, 0.1, 0.1, 0.05, 0.03, 0.02), strict=False)) if len(complete) > 3 else None
    front = [row["trial"] for row in complete[:2]] if against else None
    default = DEFAULT if ranges is RANGES else rows[0]["settings"] if rows else {}
    corpora = {"RAVDESS": {"train": 860, "val": 240}, "JAVED": {"train": 400, "val": 90}}
    train = "python run.py audio train --corpora RAVDESS,JAVED --seed 0"
    document = {
        "schema": "demeanor.tuning/2", "model": "audio", "study": "tuning", "grouping": "seven",
        "labels": ["angry", "happy"], "objective": "val", "corpora": corpora,
        "clips": None, "seed": 0, "pruner": "median", "against": against, "fixed": {"epochs": 10, "use_mfcc": True},
        "ranges": ranges, "default": default, "trials": rows,
        "importances": shares, "front": front, "confirmation": None, "best": best,
        "verdict": "Trial 7 is best, by luck.", "train": train, "seconds": 1234.5,
    }  # fmt: skip
    return document | more


def candidate(number, fold_mean=0.61, default=False, against=None):
    about = {"seed_uar": [0.62, 0.64, 0.63], "seed_mean": 0.63, "seed_sd": 0.01, "parameters": 394_000}
    fold = {"fold_uar": [0.6, 0.62], "fold_mean": fold_mean, "fold_sd": 0.034}
    held = against or (None if default else {"difference": 0.0123, "ci95": [-0.004, 0.0288], "p": 0.0312})
    return {"trial": number, "default": default, "settings": DEFAULT, "against_default": held} | about | fold


def confirmed(speakers=True, **more):
    """A confirmation of three trials and the default."""
    candidates = [candidate(7), candidate(12, 0.60), candidate(0, 0.598, default=True), candidate(3, 0.58)]
    return {"folds": 5, "speakers": speakers, "clips": 1260, "seeds": [0, 1, 2], "candidates": candidates} | more
