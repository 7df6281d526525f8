"""Tasks with predictions as Label Studio imports them: stretches of a recording, boxes in a picture, words of a text.

`meta.label_config` of the task is the labelling set-up that they fit, to paste into the project's settings.
"""

from collections.abc import Iterator
from html import escape
from pathlib import Path
from typing import Any

from ... import __version__
from ...core.serialise import json_text
from ..cells import NOT_SURE
from ..kept import Kept
from ..prediction import Prediction
from ..timeline import mean_probabilities
from ..tracks import ANSWER, TRANSCRIPT, Track, tracks_of

FOLDER = "/data/local-files/?d="  # Label Studio's own address of files in local storage


def text(kept: Kept) -> str:
    """Return a list of one task with one prediction, as JSON."""
    prediction = kept.corrected
    file = FOLDER + Path(prediction.source).name
    if prediction.seconds is not None:
        data, result, config = _recording(kept, file)
    elif prediction.overall is None:
        data, result, config = (
            {"image": file},
            list(_boxes(prediction)),
            _config("RectangleLabels", "Image", prediction),
        )
    else:
        words = "\n".join(reading.text for reading in prediction.readings)
        data, result, config = {"text": words}, list(_words(prediction)), _config("Labels", "Text", prediction)
    overall = prediction.overall.probabilities if prediction.overall else mean_probabilities(prediction.readings)
    made = {
        "model_version": f"demeanor {prediction.model} {__version__}",
        "score": round(max(overall.values(), default=0.0), 4),
        "result": result,
    }
    return json_text([{"data": data, "meta": {"label_config": config}, "predictions": [made]}])


def _recording(kept: Kept, file: str) -> tuple[dict[str, str], list[dict[str, Any]], str]:
    """Return data, regions and set-up: Label Studio shows the sound of a video as it does a recording's."""
    tracks = {track.name: track for track in tracks_of(kept)}
    regions = list(_stretches(tracks.get(ANSWER, Track(ANSWER, ())), "label", "labels"))
    regions += _stretches(tracks.get(TRANSCRIPT, Track(TRANSCRIPT, ())), "words", "textarea")
    shown = '<Video name="video" value="$audio" sync="time"/>' if kept.prediction.size else ""
    config = _config("Labels", "Audio", kept.prediction, shown)
    area = '<TextArea name="words" toName="audio" perRegion="true" editable="true"/>'
    return {"audio": file}, regions, config.replace("</View>", f"{area}</View>")


def _stretches(track: Track, name: str, kind: str) -> Iterator[dict[str, Any]]:
    for number, mark in enumerate(track.marks):
        value: dict[str, Any] = {"start": mark.begin_seconds, "end": mark.end_seconds, "channel": 0}
        value["text" if kind == "textarea" else kind] = [mark.label]
        yield {"id": f"{track.name}-{number}", "from_name": name, "to_name": "audio", "type": kind, "value": value}


def _boxes(prediction: Prediction) -> Iterator[dict[str, Any]]:
    """Yield the faces; places and sizes in percent of the picture."""
    width, height = prediction.size or (1, 1)
    for reading in prediction.readings:
        if reading.box is None:
            continue
        left, top, right, bottom = reading.box
        place = {
            "x": left / width,
            "y": top / height,
            "width": (right - left) / width,
            "height": (bottom - top) / height,
        }
        value: dict[str, Any] = {name: round(100 * share, 3) for name, share in place.items()} | {"rotation": 0}
        value["rectanglelabels"] = [reading.emotion or NOT_SURE]
        yield {
            "id": f"face-{reading.person}", "from_name": "label", "to_name": "image", "type": "rectanglelabels",
            "original_width": width, "original_height": height, "image_rotation": 0, "value": value,
            "score": round(reading.confidence, 4),
        }  # fmt: skip


def _words(prediction: Prediction) -> Iterator[dict[str, Any]]:
    """Yield the sentences; start and end in characters of the text."""
    at = 0
    for number, reading in enumerate(prediction.readings):
        end = at + len(reading.text)
        if reading.probabilities:
            value = {"start": at, "end": end, "text": reading.text, "labels": [reading.emotion or NOT_SURE]}
            score = round(reading.confidence, 4)
            yield {"id": f"sentence-{number}", "from_name": "label", "to_name": "text", "type": "labels",
                   "value": value, "score": score}  # fmt: skip
        at = end + 1


def _config(control: str, shown: str, prediction: Prediction, before: str = "") -> str:
    labels = "".join(f'<Label value="{escape(label)}"/>' for label in (*prediction.labels, NOT_SURE))
    name, in_step = shown.lower(), ' sync="time"' if before else ""
    tag = f'<{shown} name="{name}" value="${name}"{in_step}/>'
    return f'<View>{before}<{control} name="label" toName="{name}">{labels}</{control}>{tag}</View>'
