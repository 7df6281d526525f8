"""Studies for tests: toy work, and trainings that are only played, in this process and in others."""

import math
import sys
import time
from pathlib import Path
from typing import Any

from source import tuning
from source.training.loop import Epoch
from source.tuning import Plan, trial
from source.tuning.search_space import Space
from source.tuning.study_spec import StudySpec
from tests.support.toy import TOYS

NOTHING: dict[str, Any] = {name: lambda *_: None for name in ("notify", "on_batch", "on_status")}
SEARCH_ALONE = Plan(top_k=0)


def toy_study(folder: Path, model: str = "audio", trials: int = 4, **how: Any) -> StudySpec:
    """StudySpec on a toy store below `folder`, which is made where it is missing."""
    toy, store = TOYS[model], folder / "store"
    if not store.is_dir():
        toy.store(store)
    usual = {
        "clips": None,
        "seed": 0,
        "second_objective": None,
        "storage": str(folder / "tuning.journal"),
        "fixed": _too_small(toy),
    }
    settings = {"base": toy.settings, "stores": (store,), "grouping": "seven", "study": f"{model} tuning"}
    return StudySpec(model, **(usual | settings | how), trials=trials)


def _too_small(toy):
    """Settings that toys have smaller than any that is tried, which are fixed therefore."""
    ranges = Space(toy.spec, toy.settings).ranges()

    def within(name, part):
        value = getattr(toy.settings, name)
        return value in part.choices if hasattr(part, "choices") else part.low <= value <= part.high

    return tuple(name for name, part in ranges.items() if not within(name, part))


def search(work: StudySpec, folder: Path, plan: Plan = SEARCH_ALONE, **hooks: Any):
    """`source.tuning.tune` with hooks that do nothing, but for those named."""
    place = tuning.Place(folder, folder / "tuning", "python run.py", TOYS[work.model].settings)
    return tuning.tune(work, plan, place, **(NOTHING | hooks))


def score(settings: Any) -> float:
    """What a played training comes to: best at a learning rate of 0.002 and a dropout of 0.4."""
    return 0.9 - 0.2 * abs(math.log10(settings.learning_rate / 0.002)) - abs(settings.dropout - 0.4)


def played(work, settings, train, val, seed, on_epoch_end=None, on_batch=None):
    """In the place of `source.tuning.trial.train_trial`: takes no time, and tells its score from the start."""
    for epoch in range(1, settings.epochs + 1):
        if on_batch:
            on_batch(epoch, settings.epochs)
        if on_epoch_end:
            on_epoch_end(epoch, Epoch(epoch, 1.0, 1.0, score(settings), score(settings), 0.001, 0.1))
    scores = dict.fromkeys(("uar", "val_uar", "val_accuracy", "val_macro_f1", "val_weighted_f1"), score(settings))
    cost = {"parameters": round(1000 * settings.dropout), "milliseconds": 1.0}
    return scores | cost | {"val_loss": 1.0, "best_epoch": 1, "epochs": settings.epochs, "seconds": 0.1}


def main(folder: str, storage: str, trials: str, how: str) -> None:
    """In a process of its own: take part in a study; how: "quick", "slow" or "forever"."""

    def training(*arguments: Any) -> dict[str, Any]:
        time.sleep({"quick": 0, "slow": 0.1, "forever": 1000}[how])
        return played(*arguments)

    trial.train_trial, tuning.write_tuning = training, lambda *_: None
    work = toy_study(Path(folder), trials=int(trials), storage=storage)
    search(work, Path(folder) / "others", Plan(top_k=0, join=True))


if __name__ == "__main__":
    main(*sys.argv[1:])
