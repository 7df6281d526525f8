"""What the benchmarks of the face model are run on: pictures made of the demo picture, and random features."""

from pathlib import Path

import numpy as np

from benchmarks.synthetic import CORPUS
from source.core import config
from source.core.spec import spec_of
from source.data.clips import Clip
from source.data.store import Manifest, Store, StoreWriter, fingerprint
from source.doctor import DEMO_PICTURE

FACE = (172, 66, 288, 182)  # left, top, right, bottom in the demo picture, framed about as FER2013 frames a face
SHIFT = 6  # pixels of the demo picture by which the frame moves, at most
SIDE = 48  # pixels; FER2013's


def frame(width: int, height: int) -> np.ndarray:
    """Return the demo picture enlarged to this height, its edges extended to this width: (H, W, 3) uint8 RGB."""
    from PIL import Image

    with Image.open(DEMO_PICTURE) as demo:
        square = np.asarray(demo.convert("RGB").resize((height, height)))
    left = (width - height) // 2
    return np.pad(square, ((0, 0), (left, width - height - left), (0, 0)), "edge")


def write_frame(file: Path, width: int, height: int) -> None:
    """`frame` as a file."""
    from PIL import Image

    Image.fromarray(frame(width, height)).save(file)


def write_small_faces(folder: Path, count: int) -> None:
    """`count` grey pictures of the demo picture's face, SIDE pixels a side, each framed a little differently."""
    from PIL import Image

    folder.mkdir(parents=True)
    moves = np.random.default_rng(0).integers(-SHIFT, SHIFT, (count, 4), endpoint=True)
    with Image.open(DEMO_PICTURE) as demo:
        for number, box in enumerate(np.array(FACE) + moves):
            small = demo.convert("L").crop(box.tolist()).resize((SIDE, SIDE), Image.Resampling.LANCZOS)
            small.save(folder / f"{CORPUS}_{number}_happy.png")


def store_of_noise(folder: Path, train: int, val: int) -> Store:
    """Return a finished store of the face model with random features, shaped as `featurize` returns them."""
    spec = spec_of("face")
    clips = [_clip(number, "train" if number < train else "val") for number in range(train + val)]
    settings = spec.default_settings.extract_settings()
    writer = StoreWriter(folder / CORPUS, Manifest(spec.name, settings, fingerprint(clips)))
    writer.append(clips, _noise(len(clips), spec.default_settings.image_side), {})
    writer.finish()
    return Store.open(writer.folder, settings)


def _clip(number, split):
    emotion = config.EMOTIONS[number % len(config.EMOTIONS)]
    return Clip(Path(f"{number}.png"), CORPUS, number, emotion, split=split)


def _noise(count, side):
    from source.face.detector import BLENDSHAPES, POINTS

    draw = np.random.default_rng(0)
    return {
        "image": draw.integers(0, 256, (count, side, side), np.uint8),
        "landmarks": draw.standard_normal((count, POINTS, 3), np.float32).astype(np.float16),
        "blendshapes": draw.random((count, BLENDSHAPES), np.float32).astype(np.float16),
        "face_found": np.ones(count, np.float32),
    }
