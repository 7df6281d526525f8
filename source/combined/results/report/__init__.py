"""The report: one self-contained HTML page, which needs no other file but the video and asks no server for anything."""

import base64
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote

from ....core import config
from ....core.figure import label_colours
from ....core.units import clock, short_duration, signed
from ....results.attribution import attribution_text, modality_name
from ....results.circumplex import emoji
from ....results.html import render_page
from ....results.prediction import Prediction, Reading
from ....results.video_timeline import merged_segments_of, modalities_in
from .timeline import Timeline

KEY_FRAMES = "key_frames.png"
ABOUT = {  # a picture's name -> its title and what it shows
    KEY_FRAMES: ("Key frames", "The moments that show most, and where in the face the model looked."),
    "circumplex.png": (
        "Valence and arousal over time",
        "The path through Russell's circumplex, from beginning to end, among the places of the emotions.",
    ),
    "timeline.png": ("The timeline as a picture", "The answer, its probabilities, each modality and each person."),
}


def page(prediction: Prediction, pictures: Mapping[str, bytes], video: str | None) -> str:
    """Return report.html. pictures: PNG or JPEG by name; video: its path relative to the page, None for none."""
    images = {name: _image(name, content) for name, content in pictures.items()}
    return render_page(
        Path(__file__).parent,
        prediction=prediction,
        name=Path(prediction.source).name,
        facts=_facts(prediction),
        overall=prediction.overall or Reading({}),
        meaning=_meaning(prediction.overall or Reading({})),
        mood=_mood(prediction.overall or Reading({})),
        timeline=Timeline(prediction) if prediction.readings and prediction.seconds else None,
        segments=merged_segments_of(prediction),
        modalities={name: modality_name(name) for name in modalities_in(prediction)},
        key_frames=images.pop(KEY_FRAMES, None),
        pictures=images,
        # A name with a colon in it is no scheme.
        link=None if video is None else quote(video.encode("utf-8", "surrogatepass"), safe="/"),
        colours=label_colours(prediction.labels),
        not_sure_below=config.NOT_SURE_BELOW,
        attribution_text=attribution_text, emoji=emoji, Reading=Reading,
    )  # fmt: skip


def _image(name: str, content: bytes) -> dict[str, str]:
    title, about = ABOUT.get(name, (Path(name).stem.replace("_", " ").capitalize(), ""))
    kind = "jpeg" if content.startswith(b"\xff\xd8") else "png"
    address = f"data:image/{kind};base64,{base64.b64encode(content).decode()}"
    return {"title": title, "about": about, "alt": f"{name}: {about or title}", "address": address}


def _facts(prediction: Prediction) -> list[str]:
    """Return length, part, size and counts, in a few words each."""
    start, seconds = prediction.start_seconds, prediction.seconds
    facts = [] if seconds is None else [short_duration(seconds)]
    facts += [f"from {clock(start)} to {clock(start + seconds)}"] if start and seconds else []
    facts += ["×".join(map(str, prediction.size))] if prediction.size else []
    counts = ((len(prediction.people), "person", "people"), (len(prediction.sentences), "sentence", "sentences"))
    return facts + [f"{count:,} {singular if count == 1 else plural}" for count, singular, plural in counts if count]


def _meaning(overall: Reading) -> str:
    """Explain the answer's confidence, and what it was read from."""
    if not overall.probabilities:
        return "There is no face, no voice and no word in it that an emotion could be read from."
    source = f"Read from: {attribution_text(overall)}." if attribution_text(overall) else ""
    if not overall.emotion:
        return f"No emotion is probable enough to name one. {source}"
    hundred = f"{min(100 * overall.confidence, 99):.0f} in 100"
    right = f"about {hundred} are right on recordings like those that the model was tested on"
    return f"Of answers given with this confidence, {right}. {source}"


def _mood(overall: Reading) -> str:
    """Put valence and arousal into words; empty where there are none."""
    if overall.valence is None or overall.arousal is None:
        return ""
    pleasant = _side(overall.valence, "unpleasant", "pleasant")
    excited = _side(overall.arousal, "calm", "excited")
    return f"Mood: {pleasant} (valence {signed(overall.valence)}), {excited} (arousal {signed(overall.arousal)})"


def _side(value: float, below: str, above: str) -> str:
    if abs(value) < 0.1:
        return f"neither {below} nor {above}"
    return ("" if abs(value) > 0.35 else "rather ") + (above if value > 0 else below)
