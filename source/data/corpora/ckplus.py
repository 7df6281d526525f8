"""CK+ (Lucey et al. 2010): posed sequences from neutral to the peak, as distributed or as the pictures of CK+48."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path

from ...core.errors import DemeanorError
from ..clips import Clip, numbered
from ..labels import emotion_named
from . import Notify
from .folders import left_out_sentence, not_found, pictures_below

NAME = "CK+"
LICENCE = "for research, under the signed agreement of its makers; no picture may be passed on"
SPEAKERS_KNOWN = True
CODES = ("neutral", "anger", "contempt", "disgust", "fear", "happy", "sadness", "surprise")  # in *_emotion.txt
FRAME = re.compile(r"(?P<sequence>(?P<speaker>S\d+)_\d+)_\d+")  # S005_001_00000011
PEAK_FRAMES = 3  # the last ones of a sequence, which its label is of
LOOKED_FOR = "S005/001/S005_001_00000011.png with S005_001_00000011_emotion.txt, or anger/S010_004_00000017.png"


def load(folder: Path, notify: Notify) -> list[Clip]:
    """Of each labelled sequence the last three frames as its emotion and the first as neutral, speakers known.

    Of CK+48, where each picture lies in a folder of its emotion, every picture. Contempt is left out.
    """
    labels = {
        frame["sequence"]: CODES[_code(file)]
        for file in sorted(folder.rglob("S*_emotion.txt"))
        if (frame := FRAME.match(file.name))
    }
    clips = _from_sequences(folder, labels, notify) if labels else _from_emotion_folders(folder, notify)
    if not clips:
        raise not_found(NAME, folder, LOOKED_FOR)
    notify(f"{NAME}: {len(clips):,} pictures of {len({clip.speaker for clip in clips}):,} people.")
    return numbered(clips)


def _from_sequences(folder, labels, notify):
    sequences, clips, left_out = _sequences(folder), [], Counter()
    for sequence, label in labels.items():
        if emotion := emotion_named(label):
            clips.extend(_clips_of_sequence(sequences.get(sequence, []), emotion, folder))
        else:
            left_out[label] += 1
    _say_of_sequences(labels, sequences, left_out, notify)
    return clips


def _say_of_sequences(labels, sequences, left_out, notify):
    notify(f"{NAME}: the last {PEAK_FRAMES} frames of a sequence are taken as its emotion and the first as neutral.")
    for label, count in left_out.items():
        notify(f"{NAME}: {count:,} sequences of {label} left out: it is none of the emotions told apart.")
    unlabelled, without_frames = set(sequences) - set(labels), set(labels) - set(sequences)
    if unlabelled:
        notify(f"{NAME}: {len(unlabelled):,} sequences without a label left out.")
    if without_frames:
        notify(
            f"{NAME}: {len(without_frames):,} labelled sequences have no pictures here, such as {min(without_frames)}."
        )


def _sequences(folder: Path) -> dict[str, list[Path]]:
    """The frames of every sequence, in order; only those in a folder of their person, as S005/001/S005_001_...png."""
    sequences = defaultdict(list)
    for file in pictures_below(folder):
        frame = FRAME.fullmatch(file.stem)
        if frame and file.parent.parent.name == frame["speaker"]:
            sequences[frame["sequence"]].append(file)
    return sequences


def _code(file):
    text = file.read_text(encoding="utf-8", errors="replace").strip()  # such as 3.0000000e+00
    codes = {float(code): code for code in range(len(CODES))}
    try:
        return codes[float(text)]
    except (ValueError, KeyError):
        raise DemeanorError(f"{file} says '{text[:20]}', which is none of CK+'s codes 0 to {len(CODES) - 1}.") from None


def _clips_of_sequence(frames, emotion, folder) -> Iterator[Clip]:
    for number, file in enumerate(frames):
        if number == 0 or number >= len(frames) - PEAK_FRAMES:
            yield _clip(file, emotion if number else "neutral", folder)


def _from_emotion_folders(folder, notify):
    left_out: Counter[str] = Counter()
    clips = []
    for file in (file for file in pictures_below(folder) if FRAME.fullmatch(file.stem)):
        if emotion := emotion_named(file.parent.name):
            clips.append(_clip(file, emotion, folder))
        else:
            left_out[file.parent.name.lower()] += 1
    if left_out and clips:
        notify(left_out_sentence(NAME, left_out))
    return clips


def _clip(file, emotion, folder):
    return Clip(file, NAME, 0, emotion, speaker=file.stem.partition("_")[0], source=file.relative_to(folder).as_posix())
