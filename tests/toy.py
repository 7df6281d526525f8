"""Toy faces for tests: small enough that every option can really be run."""

from pathlib import Path

import numpy as np

import config
from source.face.face_config import FaceConfig
from source.shared.clips import Clip
from source.shared.store import Manifest, Store, StoreWriter, fingerprint

SIDE = 16
CONFIG = FaceConfig(
    image_side=SIDE, widths=(4, 8), depths=(1, 1), shape_width=8, epochs=2, batch_size=16, learning_rate=5e-3
)


def face_arrays(count: int, seed: int = 0) -> dict[str, np.ndarray]:
    """Random inputs of the face model, as `describe` makes them, stacked: (count, ...)."""
    draw = np.random.default_rng(seed)
    found = (draw.random(count) < 0.8).astype(np.float32)
    return {
        "image": draw.integers(0, 256, (count, SIDE, SIDE), dtype=np.uint8),
        "landmarks": (draw.normal(size=(count, 478, 3)) * found[:, None, None]).astype(np.float16),
        "blendshapes": (draw.random((count, 52)) * found[:, None]).astype(np.float16),
        "face_found": found,
    }


def face_clips(count: int, speakers: int = 0, split: str = "", corpus: str = "toy") -> list[Clip]:
    """Clips that go through the emotions in turn; `speakers` people, or nobody known."""
    emotions = config.EMOTIONS
    return [
        Clip(
            Path(f"{split or 'clip'}_{i}.png"), corpus, i, emotions[i % len(emotions)],
            speaker=f"person {i // len(emotions) % speakers}" if speakers else "", split=split,
            votes=tuple(float(i % 3 + (k == i % 7)) for k in range(7)) if i % 2 else (),
        )
        for i in range(count)
    ]  # fmt: skip


def face_store(folder: Path, train: int = 56, val: int = 28, test: int = 0) -> Store:
    """A store whose pictures' brightness tells the emotion, so that a net can learn it."""
    clips = [*face_clips(train, split="train"), *face_clips(val, split="val"), *face_clips(test, split="test")]
    arrays = face_arrays(len(clips))
    shade = np.array([config.EMOTIONS.index(clip.emotion) for clip in clips]) * 36
    arrays["image"] = (shade[:, None, None] + arrays["image"] / 16).astype(np.uint8)
    settings = {"image_side": SIDE}
    writer = StoreWriter(folder, Manifest("face", settings, fingerprint(clips)))
    writer.append(clips, arrays, {})
    writer.finish()
    return Store.open(folder, settings)
