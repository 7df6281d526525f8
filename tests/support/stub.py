"""A model of which a test needs no more than that it is one: tests/support/pulse, known to `source` for a while."""

import importlib.util
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

import source
from source.core import config
from source.data.clips import Clip
from source.data.store import Manifest, Store, StoreWriter, fingerprint
from tests.support.toy import Toy, audio_clips

PULSE = config.ROOT / "tests" / "support" / "pulse"


@contextmanager
def stub_model() -> Iterator[Toy]:
    """Make `source.pulse` a model like the others, of three lines of numbers; yields what a test needs of it."""
    spec = importlib.util.spec_from_file_location("source.pulse", PULSE / "__init__.py")
    module = importlib.util.module_from_spec(spec)
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(sys.modules, "source.pulse", module)
        spec.loader.exec_module(module)
        patch.setitem(source.MODELS, "pulse", "a pulse")
        changes = {"beats": 8, "width": 8, "epochs": 2, "batch_size": 16, "learning_rate": 1e-2}
        settings = type(module.SPEC.default_settings)(**changes)
        yield Toy("pulse", settings, pulse_arrays, pulse_clips, pulse_store, pulse_file, ".csv", (), {"noise": 0.0})


def pulse_arrays(count: int, seed: int = 0) -> dict[str, np.ndarray]:
    """Random inputs, as `extract` makes them with 8 beats, stacked: (count, 8)."""
    return {"pulse": np.random.default_rng(seed).normal(size=(count, 8)).astype(np.float32)}


def pulse_clips(count: int, speakers: int = 0, split: str = "", corpus: str = "toy") -> list[Clip]:
    """Clips that go through the emotions in turn; `speakers` of this split alone, or nobody known."""
    return audio_clips(count, speakers, split, corpus)


def pulse_store(folder: Path, train: int = 56, val: int = 28, test: int = 0) -> Store:
    """A store whose pulses' beats tell the emotion, so that a net can learn it."""
    parts = {"train": (train, 4), "val": (val, 2), "test": (test, 2)}
    clips = [clip for split, (count, speakers) in parts.items() for clip in pulse_clips(count, speakers, split)]
    arrays = pulse_arrays(len(clips))
    arrays["pulse"] = 0.2 * arrays["pulse"] + [[config.EMOTIONS.index(clip.emotion) - 3] for clip in clips]
    arrays["pulse"] = arrays["pulse"].astype(np.float32)
    writer = StoreWriter(folder, Manifest("pulse", {"beats": 8}, fingerprint(clips)))
    writer.append(clips, arrays, {})
    writer.finish()
    return Store.open(folder, {"beats": 8})


def pulse_file(file: Path, seed: int = 0) -> Path:
    """Write a pulse of this seed, a .csv."""
    file.parent.mkdir(parents=True, exist_ok=True)
    np.savetxt(file, 60 + np.random.default_rng(seed).normal(size=9))
    return file
