"""FER2013 (Goodfellow et al. 2013, arXiv:1307.0414) in the three forms people have."""

import io
from collections import Counter
from dataclasses import replace
from pathlib import Path

from ...core.errors import DemeanorError
from ..clips import Clip, numbered
from ..labels import emotion_named
from . import Notify, ferplus
from .folders import (
    SPLIT_FOLDERS,
    corpus_folder,
    csv_rows,
    left_out_sentence,
    not_found,
    pictures_by_emotion,
    subfolders,
)

NAME = "FER2013"
LICENCE = "pictures collected from the web; for research, their rights unclear"
SPEAKERS_KNOWN = False
CODES = ("angry", "disgust", "fear", "happy", "sad", "surprise", "neutral")  # `emotion` in fer2013.csv
PARTS = {"training": "train", "publictest": "val", "privatetest": "test"} | SPLIT_FOLDERS
CSV_FILES = ("fer2013.csv", "icml_face_data.csv")  # the second name is the same file on Kaggle's competition page
SIDE = 48  # pixels
LOOKED_FOR = "fer2013.csv, or folders train, test or Training, PublicTest, PrivateTest with a folder for each emotion"


def load(folder: Path, notify: Notify) -> list[Clip]:
    """The pictures of fer2013.csv or of the folders, with FER+ votes where fer2013new.csv lies beside them.

    A picture of fer2013.csv has the path `fer2013.csv/row00000.png`; `unpack` makes the file.
    """
    root = corpus_folder(folder, lambda place: bool(_csv(place) or _parts(place)), PARTS)
    file = _csv(root) if root else None
    clips = _from_csv(file) if file else _from_folders(root, notify) if root else []
    if not root or not clips:
        raise not_found(NAME, folder, LOOKED_FOR)
    _say_ambiguous(clips, root, notify)
    votes = next((place / ferplus.FILE for place in (root, folder) if (place / ferplus.FILE).is_file()), None)
    return ferplus.with_votes(clips, votes, notify) if votes else clips


def unpack(clips: list[Clip], folder: Path) -> list[Clip]:
    """The clips, those that are rows of fer2013.csv with their pictures written as PNG files below `folder`."""
    packed = {clip.path: clip for clip in clips if clip.path.parent.suffix == ".csv"}
    for file in {path.parent for path in packed}:
        for number, row in enumerate(csv_rows(file)):
            target = folder / "pictures" / _row_name(number)
            if file / target.name in packed:
                _write_picture(row.get("pixels") or "", target, f"{file}, row {number}")
    return [replace(clip, path=folder / "pictures" / clip.path.name) if clip.path in packed else clip for clip in clips]


def _csv(folder):
    return next((folder / name for name in CSV_FILES if (folder / name).is_file()), None)


def _parts(folder):
    parts = [part for part in subfolders(folder) if part.name.lower() in PARTS]
    return [part for part in parts if any(_emotion(child.name) for child in subfolders(part))]


def _emotion(text):
    return CODES[int(text)] if text in tuple("0123456") else emotion_named(text)


def _row_name(number):
    # Not fer0000000.png: FER+ gives those names to the pictures it keeps, and they are not row numbers.
    return f"row{number:05d}.png"


def _from_csv(file):
    return [_clip_of_row(file, number, row) for number, row in enumerate(csv_rows(file))]


def _clip_of_row(file, number, row):
    usage, code = row.get("Usage", "").strip().lower(), row.get("emotion", "").strip()
    if code not in tuple("0123456") or usage not in ("", "training", "publictest", "privatetest"):
        raise DemeanorError(f"{file}, row {number}: emotion '{code}' and Usage '{usage}' are none of FER2013's.")
    source = f"{file.name}:{number}"
    return Clip(file / _row_name(number), NAME, number, CODES[int(code)], split=PARTS.get(usage, ""), source=source)


def _from_folders(root, notify):
    left_out: Counter[str] = Counter()
    parts = sorted(_parts(root), key=lambda part: ("train", "val", "test").index(PARTS[part.name.lower()]))
    found = [(part, *pair) for part in parts for pair in pictures_by_emotion(part, left_out, _emotion)]
    clips = [
        Clip(file, NAME, 0, emotion, split=_split(part, file), source=file.relative_to(root).as_posix())
        for part, emotion, file in found
    ]
    if left_out:
        notify(left_out_sentence(NAME, left_out))
    if "val" not in {clip.split for clip in clips}:
        notify(f"{NAME}: nothing here says which pictures are PublicTest; val will be taken from train.")
    return numbered(clips)


def _split(part, file):
    """The folder's split; in Kaggle's merged `test` the file's name (PublicTest_88305097.jpg) says it."""
    merged = part.name.lower() == "test"
    return PARTS.get(file.name.partition("_")[0].lower(), "test") if merged else PARTS[part.name.lower()]


def _say_ambiguous(clips, root, notify):
    file = root / "ambiguous.txt"
    names = set(file.read_text(encoding="utf-8").split()) if file.is_file() else set()
    count = sum(clip.path.name in names for clip in clips)
    if count:
        notify(f"{NAME}: {count:,} pictures of ambiguous.txt kept, though a near-double of each bears another label.")


def _write_picture(pixels, target, where):
    picture = _png(pixels, where)
    if target.is_file() and target.read_bytes() == picture:
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = target.with_suffix(".part")
    draft.write_bytes(picture)
    draft.replace(target)


def _png(pixels: str, where: str) -> bytes:
    import numpy as np
    from PIL import Image

    try:
        picture = np.array(pixels.split(), dtype=np.uint8).reshape(SIDE, SIDE)
    except (ValueError, OverflowError):
        raise DemeanorError(f"{where} is not {SIDE} x {SIDE} grey values from 0 to 255; the file is damaged.") from None
    stream = io.BytesIO()
    Image.fromarray(picture).save(stream, format="PNG")
    return stream.getvalue()
