"""The cells of all tables of results: groups of a reading's columns, formatted."""

from collections.abc import Callable, Sequence
from typing import Any

from ..data.clips import AFFECT_DIMENSIONS
from .prediction import Prediction, Reading

PLACE = ("left", "top", "right", "bottom")
ANSWER = ("emotion", "likeliest", "confidence")
NOT_SURE = "not sure"
NOTHING = "nothing"  # in place of an answer, where there is nothing to read
TIMES = ("start_seconds", "end_seconds")

Row = dict[str, Any]


def columns(*names: str) -> Callable[[Sequence[str]], tuple[str, ...]]:
    """Return a function of the labels: the columns `names`, with one for each label behind those of ANSWER."""
    end = names.index(ANSWER[-1]) + 1
    return lambda labels: (*names[:end], *labels, *names[end:])


def answer(reading: Reading) -> Row:
    """Return the answer and the probability of every label."""
    if not reading.probabilities:
        return {"emotion": reading.summary}
    shares = {label: f"{share:.4f}" for label, share in reading.probabilities.items()}
    emotion = {"emotion": reading.emotion or NOT_SURE, "likeliest": reading.likeliest}
    return emotion | {"confidence": f"{reading.confidence:.4f}"} | shares


def times(reading: Reading) -> Row:
    """Return start and end in seconds, where there are any."""
    seconds = {name: getattr(reading, name) for name in TIMES}
    return {name: f"{value:.2f}" for name, value in seconds.items() if value is not None}


def place(reading: Reading) -> Row:
    """Return the face's box in pixels, where there is one."""
    return {name: f"{edge:.1f}" for name, edge in zip(PLACE, reading.box or (), strict=False)}


def affect(reading: Reading, names: Sequence[str] = AFFECT_DIMENSIONS) -> Row:
    """Return those of sentiment, valence and arousal in `names` that were measured."""
    return {name: f"{value:.4f}" for name, value in reading.affect.items() if name in names}


def sentence(reading: Reading) -> Row:
    """Return all cells of a sentence."""
    return times(reading) | {"text": reading.text} | answer(reading) | affect(reading) | notes(reading)


def notes(reading: Reading) -> Row:
    """Return the notes in one cell."""
    return {"notes": "; ".join(reading.notes)}


def of_file(prediction: Prediction) -> Row:
    """Return the file's name and notes."""
    return {"file": prediction.source, "notes": "; ".join(prediction.notes)}
