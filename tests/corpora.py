"""Toy corpora in exactly the layouts in which people have the real ones. Each maker returns the folder it filled."""

from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
from PIL import Image

EMOTIONS = ("angry", "disgust", "fear", "happy", "sad", "surprise", "neutral")
USAGES = ("Training", "PublicTest", "PrivateTest")
FERPLUS_HEADER = "Usage,Image name,neutral,happiness,surprise,sadness,anger,disgust,fear,contempt,unknown,NF"


def pixels(seed: int, side: int = 48) -> np.ndarray:
    """A grey picture of noise: (side, side) uint8."""
    return np.random.default_rng(seed).integers(0, 256, (side, side), dtype=np.uint8)


def picture(file: Path, seed: int = 0, side: int = 48) -> Path:
    """Write such a picture, in the format that the file's name says."""
    file.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(pixels(seed, side)).save(file)
    return file


def fer_csv(folder: Path, usages: Sequence[str] = USAGES, per_emotion: int = 1) -> Path:
    """fer2013.csv: emotion,pixels,Usage; the rows of one Usage after the other, as in the real one."""
    folder.mkdir(parents=True, exist_ok=True)
    labels = [(usage, code) for usage in usages for _ in range(per_emotion) for code in range(7)]
    rows = [
        f"{code},{' '.join(map(str, pixels(number).ravel()))},{usage}" for number, (usage, code) in enumerate(labels)
    ]
    (folder / "fer2013.csv").write_text("\n".join(["emotion,pixels,Usage", *rows]) + "\n", encoding="utf-8")
    return folder


def fer_folders(folder: Path, usages: Sequence[str] = USAGES, per_emotion: int = 1) -> Path:
    """Training|PublicTest|PrivateTest/<emotion>/fer0000000.png, named as FER+ names them."""
    places = [(usage, emotion) for usage in usages for _ in range(per_emotion) for emotion in EMOTIONS]
    for number, (usage, emotion) in enumerate(places):
        picture(folder / usage / emotion / f"fer{number:07d}.png", number)
    return folder


def fer_kaggle(folder: Path) -> Path:
    """train|test/<emotion>/, where test merges PublicTest and PrivateTest and the names still tell them apart."""
    for number, emotion in enumerate(EMOTIONS):
        picture(folder / "train" / emotion / f"Training_{number}.jpg", number)
        picture(folder / "test" / emotion / f"PublicTest_{number}.jpg", 10 + number)
        picture(folder / "test" / emotion / f"PrivateTest_{number}.jpg", 20 + number)
    return folder


def ferplus(folder: Path, rows: Iterable[tuple[str, str, Sequence[int]]]) -> Path:
    """fer2013new.csv of (Usage, image name, ten votes in the order of FERPLUS_HEADER)."""
    lines = [",".join([usage, name, *map(str, votes)]) for usage, name, votes in rows]
    (folder / "fer2013new.csv").write_text("\r\n".join([FERPLUS_HEADER, *lines]) + "\r\n", encoding="utf-8")
    return folder


def ckplus(folder: Path, images: str = "cohn-kanade-images", labels: str = "Emotion") -> Path:
    """Sequences of 5 frames of 3 people: S005 disgust (3) and contempt (2), S010 happy (5), S011 without a label."""
    for speaker, sequence, code in (("S005", "001", 3), ("S005", "002", 2), ("S010", "006", 5), ("S011", "001", None)):
        stems = [f"{speaker}_{sequence}_{frame:08d}" for frame in range(1, 6)]
        for frame, stem in enumerate(stems):
            picture(folder / images / speaker / sequence / f"{stem}.png", frame)
        place = folder / labels / speaker / sequence
        place.mkdir(parents=True)
        if code is not None:
            (place / f"{stems[-1]}_emotion.txt").write_text(f"   {code:.7e}\n", encoding="ascii")
    return folder


def ck48(folder: Path) -> Path:
    """CK+48/<emotion>/S010_004_00000017.png: two people, three frames of each, contempt among the emotions."""
    for number, emotion in enumerate(("anger", "contempt", "disgust", "fear", "happy", "sadness", "surprise")):
        for speaker in ("S010", "S011"):
            for frame in (17, 18, 19):
                picture(folder / "CK+48" / emotion / f"{speaker}_{number:03d}_{frame:08d}.png", frame, side=24)
    return folder


def rafdb(folder: Path, list_name: str = "list_patition_label.txt", suffix: str = "_aligned") -> Path:
    """EmoLabel/<list> and Image/aligned/train_00001_aligned.jpg: label 1 to 7 for train, then for test."""
    lines = [f"{split}_{code:05d}.jpg {code}" for split in ("train", "test") for code in range(1, 8)]
    (folder / "EmoLabel").mkdir(parents=True)
    (folder / "EmoLabel" / list_name).write_text("\n".join(lines) + "\n", encoding="ascii")
    for number, line in enumerate(lines):
        picture(folder / "Image" / "aligned" / f"{line.split('.')[0]}{suffix}.jpg", number)
    return folder


def rafdb_kaggle(folder: Path) -> Path:
    """DATASET/train|test/1..7/train_00001_aligned.jpg."""
    for split in ("train", "test"):
        for code in range(1, 8):
            picture(folder / "DATASET" / split / str(code) / f"{split}_{code:05d}_aligned.jpg", code)
    return folder


def named(folder: Path, name: str = "mine") -> Path:
    """<name>_<number>_<emotion>.png, one for each emotion, every second one by its index."""
    for number, emotion in enumerate(EMOTIONS):
        picture(folder / f"{name}_{number}_{number if number % 2 else emotion}.png", number)
    return folder
