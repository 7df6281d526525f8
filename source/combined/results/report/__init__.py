"""The page that shows it all: one file of HTML that needs no other but the video, and asks no server for anything."""

import base64
import hashlib
from collections.abc import Mapping
from pathlib import Path

from ....core.units import lasting, signed
from ....results.attribution import driven_by
from ....results.circumplex import emoji
from ....results.prediction import Prediction, Reading
from .guide import guide
from .parts import Page, percent, safe, section
from .style import SCRIPT, STYLE
from .timeline import timeline
from .words import notes, numbers, people, stretches, talk

TELLING = "telling"  # how the names of pictures of single moments begin
ABOUT = {  # a picture's name -> its title and what it shows
    "circumplex.png": (
        "Its path through the circumplex",
        "How pleasant and how excited it is, from the beginning to the end, among the places of the emotions.",
    ),
    "timeline.png": ("The timeline as a picture", "The answer, its probabilities, each modality and each person."),
}
TELLING_LEAD = "The moments that say the most, and where in the face the model found it."
POLICY = "default-src 'none'; img-src data:; media-src 'self' file:; style-src 'unsafe-inline'; script-src '{script}'"


def page(prediction: Prediction, pictures: Mapping[str, bytes], video: str | None) -> str:
    """report.html. pictures: name -> PNG or JPEG; video: where it lies, relative to the page; None: there is none."""
    here = Page(prediction, video)
    sections = [
        _head(here),
        timeline(here),
        stretches(here),
        _telling(pictures),
        people(here),
        talk(here),
        *(_picture(name, content) for name, content in pictures.items() if not name.startswith(TELLING)),
        section("How to read it", guide()),
        numbers(here),
        "<footer>Made by Demeanor, on this machine; nothing was sent anywhere. All of it is in result.json.</footer>",
    ]
    return _document(prediction, "\n".join(filter(None, sections)))


def _document(prediction: Prediction, body: str) -> str:
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY.format(script=_hash(SCRIPT))}">\n'
        f"<title>{safe(Path(prediction.source).name)}: {safe(prediction.said)}</title>\n<style>{STYLE}</style>\n"
        f"</head>\n<body>\n<main>\n{body}\n</main>\n<script>{SCRIPT}</script>\n</body>\n</html>\n"
    )


def _hash(script: str) -> str:
    """Lets a browser run this script and no other, whatever a file's name or a sentence may hold."""
    return "sha256-" + base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()


def _head(page: Page) -> str:
    """The name, the player and the answer."""
    player = f'<video class="screen" controls preload="metadata" src="{page.link}" aria-label="the video"></video>'
    played = f'<div class="card player">{player}</div>' if page.link else ""
    facts = " &middot; ".join(_facts(page.prediction))
    name = safe(Path(page.prediction.source).name)
    return f'<h1><bdi>{name}</bdi><small>{facts}</small></h1><div class="top">{played}{_answer(page)}</div>'


def _facts(prediction: Prediction) -> list[str]:
    """What the file is, in a few words each."""
    facts = [] if prediction.seconds is None else [lasting(prediction.seconds)]
    facts += ["&times;".join(map(str, prediction.size))] if prediction.size else []
    counts = {"person": len(prediction.people), "sentence": len(prediction.sentences)}
    many = {"person": "people", "sentence": "sentences"}
    return facts + [f"{count:,} {word if count == 1 else many[word]}" for word, count in counts.items() if count]


def _answer(page: Page) -> str:
    """What the whole came to, and what that means."""
    overall = page.prediction.overall or Reading({})
    tone = page.colours.get(overall.emotion or "", "var(--unsure)")
    face, said = emoji(overall.emotion) or ("🤔" if overall.probabilities else "🫥"), overall.emotion or "not sure"
    body = [f'<div class="card answer" style="--tone:{tone}"><p class="soft">What it displays on the whole</p>']
    body.append(f'<div class="big"><span class="emoji" aria-hidden="true">{face}</span><div>')
    body.append(f"<b>{safe(said if overall.probabilities else 'nothing to read')}</b>{_sureness(overall)}</div></div>")
    body.append(f"<p>{_meaning(overall)}</p>{page.bars(overall)}<p class=soft>{_mood(overall)}</p>")
    body.append(notes((*overall.notes, *page.prediction.notes)) + "</div>")
    return "".join(body)


def _sureness(overall: Reading) -> str:
    if overall.emotion:
        return f'<span class="soft">{percent(overall.confidence)} sure</span>'
    return f'<span class="soft">likeliest: {safe(overall.said)}</span>' if overall.probabilities else ""


def _meaning(overall: Reading) -> str:
    if not overall.probabilities:
        return "There is no face, no voice and no word in it that an emotion could be read from."
    source = f"Read from: {safe(driven_by(overall))}." if driven_by(overall) else ""
    if not overall.emotion:
        return f"No emotion is probable enough to name one. {source}"
    hundred = f"{min(100 * overall.confidence, 99):.0f} in 100"
    right = f"about {hundred} are right on recordings like those that the model was tested on"
    return f"Of answers given with this confidence, {right}. {source}"


def _mood(overall: Reading) -> str:
    """Valence and arousal in words."""
    if overall.valence is None or overall.arousal is None:
        return ""
    pleasant = _side(overall.valence, "unpleasant", "pleasant")
    excited = _side(overall.arousal, "calm", "excited")
    return f"Mood: {pleasant} (valence {signed(overall.valence)}), {excited} (arousal {signed(overall.arousal)})"


def _side(value, below, above):
    strength = "" if abs(value) > 0.35 else "rather "
    return "neither " + f"{below} nor {above}" if abs(value) < 0.1 else strength + (above if value > 0 else below)


def _telling(pictures: Mapping[str, bytes]) -> str:
    frames = [_image(name, content, TELLING_LEAD) for name, content in pictures.items() if name.startswith(TELLING)]
    return section("Telling frames", "".join(f"<figure>{frame}</figure>" for frame in frames), TELLING_LEAD)


def _picture(name: str, content: bytes) -> str:
    title, said = ABOUT.get(name, (safe(Path(name).stem.replace("_", " ").capitalize()), ""))
    figure = f"<figure>{_image(name, content, said or title)}</figure>"
    if name == "timeline.png":  # the page has drawn one already
        return section(title, f"<details><summary>Show it</summary>{figure}</details>")
    return section(title, figure, said)


def _image(name: str, content: bytes, said: str) -> str:
    kind = "jpeg" if content.startswith(b"\xff\xd8") else "png"
    data = base64.b64encode(content).decode()
    return f'<img alt="{safe(f"{name}: {said}")}" src="data:image/{kind};base64,{data}">'
