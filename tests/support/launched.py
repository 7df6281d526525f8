"""What test_launch.py starts with `accelerate launch`: `run.py face train`, then trainings of toys.

Each process leaves what it has seen in FOLDER/<its number>.pt.
"""

import shutil
import sys
from collections.abc import Iterable
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import torch

from source.cli import main as cli_main
from source.core import config, distributed
from source.core.errors import DemeanorError
from source.core.hooks import silent
from source.data.dataset import Dataset
from source.data.labels import grouping_named
from source.data.store import Store, read_manifest
from source.training.loop import STATE, Fit, fit
from tests.support.toy import TOYS

TINY = ("widths=4,8", "depths=1,1", "shape_width=8", "batch_size=15", "image_side=16", "epochs=1")
SMOOTH = {"dropout": 0.0, "encoder_dropout": 0.0, "word_dropout": 0.0, "bfloat16": False}  # nothing of it is random


def laid_out(folder: Path) -> Path:
    """Stores of toys in `folder`, of which neither the batches nor val can be shared out evenly."""
    for name, toy in TOYS.items():
        toy.store(folder / "data" / f"preprocessed_{name}_data" / "toy", train=57, val=29)
    return folder


def all_seen(folder: Path) -> dict[str, Any]:
    """Return by name what trainings on the stores in `folder` made in this process."""
    return {"text": smooth_text(folder), "combined": weights(trained("combined", folder, batch_size=5, epochs=1))} | {
        "voice": easy_voice(folder),
        "trouble": trouble(folder),
    }


def smooth_text(folder: Path) -> dict[str, Any]:
    """Train with nothing random but the order; return what it saw and drew, its result, and that of going on."""
    batches, draws = [], []

    def spy(inputs: dict[str, torch.Tensor], _: Any) -> dict[str, torch.Tensor]:
        batches.append(inputs["token_ids"].tolist())
        draws.append(float(torch.rand(())))
        return inputs

    def keep_first(epoch: int, _: Any) -> None:
        if epoch == 1:
            (folder / "stopped" / STATE).parent.mkdir(parents=True)
            shutil.copy(folder / "text" / STATE, folder / "stopped" / STATE)

    changes = {"batch_size": 15, "epochs": 2, **SMOOTH}
    whole = trained("text", folder, on_epoch_end=keep_first, augment=spy, **changes)
    seen = {"batches": list(batches), "draws": list(draws)}
    resumed = trained("text", folder / "stopped", data=folder, resume=True, augment=spy, **changes)
    return seen | {"weights": weights(whole), "history": history(whole), "resumed": weights(resumed)}


def easy_voice(folder: Path) -> float:
    """Return the best val UAR of a network with normalisation and dropout, on voices whose MFCC tell the emotion."""
    plain = TOYS["audio"].plain | {"dropout": 0.1}
    return trained("audio", folder, epochs=20, ema_decay=0.9, learning_rate=3e-2, **plain).best.val_uar


def trouble(folder: Path) -> str:
    try:
        trained("audio", folder, learning_rate=1e30, bfloat16=False)
    except DemeanorError as error:
        return str(error)
    return "none"


def trained(model: str, folder: Path, data: Path | None = None, resume=False, on_epoch_end=silent, augment=None, **how):
    toy, place = TOYS[model], (data or folder) / "data" / f"preprocessed_{model}_data" / "toy"
    store = Store.open(place, read_manifest(place).settings)
    parts = [Dataset([store], split, grouping_named("seven")) for split in ("train", "val")]
    spec = replace(toy.spec, augment=augment) if augment else toy.spec
    home = folder if resume else folder / model
    return fit(spec, replace(toy.settings, **how), *parts, home, resume=resume, on_epoch_end=on_epoch_end)


def weights(result: Fit) -> dict[str, torch.Tensor]:
    return result.best_weights


def history(result: Fit) -> list[dict[str, Any]]:
    return [asdict(replace(epoch, seconds=0)) for epoch in result.history]


def command(folder: Path) -> Iterable[str]:
    return "run.py", "face", "train", "--output", str(folder / "kept"), "--set", *TINY


if __name__ == "__main__":
    home = Path(sys.argv[1])
    config.DATA_FOLDER, sys.argv = home / "data", list(command(home))
    code = cli_main.process()
    if code:
        sys.exit(code)
    torch.save(all_seen(home), home / f"{distributed.rank()}.pt")
