"""Results that lie in a folder, with what people added to them."""

from dataclasses import replace
from pathlib import Path

from source.results.annotations import Annotations, update_annotations
from source.results.kept import Kept, kept_in
from source.results.prediction import Prediction, Reading


def keep(prediction: Prediction, folder: Path, **annotated) -> Kept:
    """Write result.json, and annotations.json if anything was added, and return the result."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "result.json").write_text(replace(prediction, folder=str(folder)).to_json(), encoding="utf-8")
    if annotated:
        update_annotations(folder, lambda before: replace(before, **annotated))
    return kept_in(folder)


def kept(prediction: Prediction, name: str = "clip", **annotated) -> Kept:
    """The same without a file."""
    return Kept(Path(name), prediction, Annotations(**annotated))


def answers(spans, labels=("happy", "sad"), pauses=(), **fields) -> Prediction:
    """A recording of a voice with these answers: (start, end, label, probability) in seconds; label "": no speech."""
    readings = tuple(
        Reading(
            {one: share if one == label else (1 - share) / (len(labels) - 1) for one in labels} if label else {},
            start_seconds=float(start), end_seconds=float(end), speech_seconds=float(end - start),
        )
        for start, end, label, share in spans
    )  # fmt: skip
    seconds = max(reading.end_seconds for reading in readings) - fields.get("start_seconds", 0.0)
    return Prediction("voice.wav", "audio", tuple(labels), readings, seconds=seconds, pauses=pauses, **fields)
