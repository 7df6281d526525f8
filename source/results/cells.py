"""What the rows of all tables are put together from: a reading's columns, as they are written."""

from collections.abc import Sequence
from typing import Any

from ..data.clips import AFFECT_DIMENSIONS
from .prediction import Prediction, Reading

PLACE = ("left", "top", "right", "bottom")
ANSWER = ("emotion", "likeliest", "confidence")
NOT_SURE = "not sure"
TIMES = ("start_seconds", "end_seconds")

Row = dict[str, Any]


def answer(reading: Reading) -> Row:
    """The answer and the probability of every label."""
    if not reading.probabilities:
        return {"emotion": reading.summary}
    shares = {label: f"{share:.4f}" for label, share in reading.probabilities.items()}
    emotion = {"emotion": reading.emotion or NOT_SURE, "likeliest": reading.likeliest}
    return emotion | {"confidence": f"{reading.confidence:.4f}"} | shares


def times(reading: Reading) -> Row:
    seconds = {name: getattr(reading, name) for name in TIMES}
    return {name: f"{value:.2f}" for name, value in seconds.items() if value is not None}


def place(reading: Reading) -> Row:
    """The face's box in pixels."""
    return {name: f"{edge:.1f}" for name, edge in zip(PLACE, reading.box or (), strict=False)}


def affect(reading: Reading, names: Sequence[str] = AFFECT_DIMENSIONS) -> Row:
    return {name: f"{value:.4f}" for name, value in reading.affect.items() if name in names}


def sentence(reading: Reading) -> Row:
    return times(reading) | {"text": reading.text} | answer(reading) | affect(reading) | notes(reading)


def notes(reading: Reading) -> Row:
    return {"notes": "; ".join(reading.notes)}


def of_file(prediction: Prediction) -> Row:
    return {"file": prediction.source, "notes": "; ".join(prediction.notes)}
