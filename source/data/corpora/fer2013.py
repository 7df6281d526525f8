"""FER2013 (Goodfellow et al. 2013, arXiv:1307.0414) in the three forms people have."""

import io
from collections import Counter
from dataclasses import replace
from pathlib import Path

from ...core.errors import DemeanorError
from ...core.hooks import Notify
from ...media.types import PICTURES
from ..clips import SPLITS, Clip, numbered
from ..labels import emotion_named
from . import ferplus
from .folders import (
    SPLIT_FOLDERS,
    corpus_folder,
    csv_rows,
    files_below,
    left_out_sentence,
    not_found,
    subfolders,
    write_if_changed,
)

NAME = "FER2013"
LICENCE = "pictures collected from the web; for research, their rights unclear"
CODES = ("angry", "disgust", "fear", "happy", "sad", "surprise", "neutral")  # `emotion` in fer2013.csv
USAGES = {"training": "train", "publictest": "val", "privatetest": "test"}
PARTS = USAGES | SPLIT_FOLDERS
CSV_FILES = ("fer2013.csv", "icml_face_data.csv")  # the second is the same file on Kaggle's competition page
ROW_FILE = "row{:05d}.png"  # not fer0000000.png: FER+ gives those names to the pictures it keeps, not to row numbers
SIDE = 48  # pixels
LOOKED_FOR = "fer2013.csv, or folders train, test or Training, PublicTest, PrivateTest with a folder for each emotion"


def load(folder: Path, notify: Notify) -> list[Clip]:
    """Return the pictures of fer2013.csv or of the folders, with FER+ votes where fer2013new.csv lies beside them.

    A picture of fer2013.csv has the path `fer2013.csv/row00000.png`; `unpack` makes the file.
    """
    root = corpus_folder(folder, lambda place: bool(_csv(place) or _parts(place)), PARTS)
    file = _csv(root) if root else None
    clips = _from_csv(file) if file else _from_folders(root, notify) if root else []
    if not root or not clips:
        raise not_found(NAME, folder, LOOKED_FOR)
    ambiguous = root / "ambiguous.txt"
    names = set(ambiguous.read_text(encoding="utf-8").split()) if ambiguous.is_file() else set()
    count = sum(clip.path.name in names for clip in clips)
    if count:
        notify(f"{NAME}: {count:,} pictures of ambiguous.txt kept, though each has a near-double of another label.")
    votes = next((place / ferplus.FILE for place in (root, folder) if (place / ferplus.FILE).is_file()), None)
    return ferplus.with_votes(clips, votes, notify) if votes else clips


def unpack(clips: list[Clip], folder: Path) -> list[Clip]:
    """Return the clips, rows of fer2013.csv as PNG files below `folder`/pictures."""
    packed = {clip.path for clip in clips if clip.path.parent.suffix == ".csv"}
    for file in {path.parent for path in packed}:
        for number, row in enumerate(csv_rows(file)):
            name = ROW_FILE.format(number)
            if file / name in packed:
                write_if_changed(folder / "pictures" / name, _png(row.get("pixels") or "", f"{file}, row {number}"))
    return [replace(clip, path=folder / "pictures" / clip.path.name) if clip.path in packed else clip for clip in clips]


def _csv(folder: Path) -> Path | None:
    return next((folder / name for name in CSV_FILES if (folder / name).is_file()), None)


def _parts(folder: Path) -> list[Path]:
    parts = [part for part in subfolders(folder) if part.name.lower() in PARTS]
    return [part for part in parts if any(_emotion(child.name) for child in subfolders(part))]


def _emotion(text: str) -> str | None:
    return CODES[int(text)] if text in tuple("0123456") else emotion_named(text)


def _from_csv(file: Path) -> list[Clip]:
    clips = []
    for number, row in enumerate(csv_rows(file)):
        usage, code = row.get("Usage", "").strip().lower(), row.get("emotion", "").strip()
        if code not in tuple("0123456") or usage not in ("", *USAGES):
            raise DemeanorError(f"{file}, row {number}: emotion '{code}' and Usage '{usage}' are none of FER2013's.")
        path, split, source = file / ROW_FILE.format(number), USAGES.get(usage, ""), f"{file.name}:{number}"
        clips.append(Clip(path, NAME, number, CODES[int(code)], split=split, source=source))
    return clips


def _from_folders(root: Path, notify: Notify) -> list[Clip]:
    clips, left_out = [], Counter()
    parts = sorted(_parts(root), key=lambda part: SPLITS.index(PARTS[part.name.lower()]))
    folders = [(part, child) for part in parts for child in subfolders(part)]
    for part, child in folders:
        emotion = _emotion(child.name)
        for file in files_below(child, PICTURES):
            source = file.relative_to(root).as_posix()
            if emotion:
                clips.append(Clip(file, NAME, 0, emotion, split=_split(part, file), source=source))
            else:
                left_out[child.name.lower()] += 1
    if left_out:
        notify(left_out_sentence(NAME, left_out))
    if "val" not in {clip.split for clip in clips}:
        notify(f"{NAME}: nothing here says which pictures are PublicTest; val will be taken from train.")
    return numbered(clips)


def _split(part: Path, file: Path) -> str:
    """Return the folder's split; in Kaggle's merged `test`, that of the file's name (PublicTest_88305097.jpg)."""
    merged = part.name.lower() == "test"
    return PARTS.get(file.name.partition("_")[0].lower(), "test") if merged else PARTS[part.name.lower()]


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
