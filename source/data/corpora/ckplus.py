"""CK+ (Lucey et al. 2010): posed sequences from neutral to the peak, as distributed or as the pictures of CK+48."""

import re
from collections import Counter, defaultdict
from collections.abc import Mapping
from pathlib import Path

from ...core.errors import DemeanorError
from ...core.hooks import Notify
from ...media.types import PICTURES
from ..clips import Clip, numbered
from ..labels import emotion_named
from .folders import files_below, left_out_sentence, not_found

NAME = "CK+"
LICENCE = "for research, under the signed agreement of its makers; no picture may be passed on"
CODES = ("neutral", "anger", "contempt", "disgust", "fear", "happy", "sadness", "surprise")  # in *_emotion.txt
FRAME = re.compile(r"(?P<sequence>(?P<speaker>S\d+)_\d+)_\d+")  # S005_001_00000011
PEAK_FRAMES = 3  # the last ones of a sequence, which show its emotion
LOOKED_FOR = "S005/001/S005_001_00000011.png with S005_001_00000011_emotion.txt, or anger/S010_004_00000017.png"


def load(folder: Path, notify: Notify) -> list[Clip]:
    """Return the last three frames of each labelled sequence as its emotion and the first as neutral.

    Of CK+48, where each picture lies in a folder of its emotion, every picture. Contempt is left out.
    """
    files = sorted(folder.rglob("S*_emotion.txt"))
    labels = {frame["sequence"]: _label(file) for file in files if (frame := FRAME.match(file.name))}
    clips = _from_sequences(folder, labels, notify) if labels else _from_emotion_folders(folder, notify)
    if not clips:
        raise not_found(NAME, folder, LOOKED_FOR)
    notify(f"{NAME}: {len(clips):,} pictures of {len({clip.speaker for clip in clips}):,} people.")
    return numbered(clips)


def _label(file: Path) -> str:
    text = file.read_text(encoding="utf-8", errors="replace").strip()  # such as 3.0000000e+00
    try:
        return {float(code): label for code, label in enumerate(CODES)}[float(text)]
    except (ValueError, KeyError):
        raise DemeanorError(f"{file} says '{text[:20]}', which is none of CK+'s codes 0 to {len(CODES) - 1}.") from None


def _from_sequences(folder: Path, labels: Mapping[str, str], notify: Notify) -> list[Clip]:
    frames: dict[str, list[Path]] = defaultdict(list)  # of each sequence, in order
    for file in files_below(folder, PICTURES):
        frame = FRAME.fullmatch(file.stem)
        if frame and file.parent.parent.name == frame["speaker"]:  # S005/001/S005_001_...png
            frames[frame["sequence"]].append(file)
    clips = []
    for sequence, label in labels.items():
        files = frames.get(sequence, [])
        if emotion := emotion_named(label):
            peak = range(max(len(files) - PEAK_FRAMES, 1), len(files))
            clips += [_clip(file, "neutral", folder) for file in files[:1]]
            clips += [_clip(files[number], emotion, folder) for number in peak]
    notify(f"{NAME}: the last {PEAK_FRAMES} frames of a sequence are taken as its emotion and the first as neutral.")
    for label, count in Counter(label for label in labels.values() if not emotion_named(label)).items():
        notify(f"{NAME}: {count:,} sequences of {label} left out: it is none of the emotions.")
    unlabelled, missing = set(frames) - set(labels), set(labels) - set(frames)
    if unlabelled:
        notify(f"{NAME}: {len(unlabelled):,} sequences without a label left out.")
    if missing:
        notify(f"{NAME}: {len(missing):,} labelled sequences have no pictures here, such as {min(missing)}.")
    return clips


def _from_emotion_folders(folder: Path, notify: Notify) -> list[Clip]:
    files = [file for file in files_below(folder, PICTURES) if FRAME.fullmatch(file.stem)]
    labelled = [(file, emotion_named(file.parent.name)) for file in files]
    clips = [_clip(file, emotion, folder) for file, emotion in labelled if emotion]
    left_out = Counter(file.parent.name.lower() for file, emotion in labelled if not emotion)
    if left_out and clips:
        notify(left_out_sentence(NAME, left_out))
    return clips


def _clip(file: Path, emotion: str, folder: Path) -> Clip:
    return Clip(file, NAME, 0, emotion, speaker=file.stem.partition("_")[0], source=file.relative_to(folder).as_posix())
