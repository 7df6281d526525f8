"""The timeline of the page: strips of SVG over one axis of time, of seconds or of hours."""

from collections.abc import Iterator, Mapping, Sequence

from ....core.figure import ink_on
from ....core.units import clock
from ....results.attribution import driven_by, named
from ....results.circumplex import emoji
from ....results.prediction import Reading
from ....results.timeline_figure import STEPS
from ....results.video_timeline import alone, modalities_in, most_seen, parts_of, presence, stretches_of
from .parts import Page, safe, section

WIDE = 1000  # units of a drawing, which is stretched to the page's width
MOST_ANSWERS, MOST_ALONE, MOST_SEEN, MOST_PEOPLE = 220, 110, 60, 6  # shapes of each strip: under 2,000 elements in all
MOST_TICKS = 9
WRITTEN_SHARE, NARROW_SHARE = 0.085, 0.25  # of the width, from which an answer is written; on a phone too
LONGEST_TITLE = 300  # characters that pop up
LEAD = """What is displayed when: the answer from everything together, how probable each emotion is, what face, voice
and words say by themselves, how pleasant and how excited it is, and who is seen. Point at a stretch for its details"""


def timeline(page: Page) -> str:
    """The section; empty where nothing was read."""
    if not page.prediction.readings or not page.seconds:
        return ""
    drawn = "".join(_lanes(page)) + _axis(page.seconds) + '<div class="over"></div>'
    body = f'<div class="lanes" data-seconds="{page.seconds:.3f}">{drawn}</div>'
    lead = f"{LEAD}; click to play from there." if page.link else f"{LEAD}."
    return section("Over time", body + _legend(page), lead)


def _lanes(page: Page) -> Iterator[str]:
    prediction, parts = page.prediction, parts_of(page.prediction, MOST_ANSWERS)
    yield _strip(page, "answer", stretches_of(prediction, MOST_ANSWERS), 44)
    yield _lane("probability", _areas(page, parts), "")
    for modality in modalities_in(prediction):
        yield _strip(page, named(modality), alone(prediction, modality, MOST_ALONE), 22)
    if any(part.valence is not None for part in parts):
        yield _lane("mood", _mood(page, parts), "")
    for person in most_seen(prediction, MOST_PEOPLE):
        yield _strip(page, f"#{person}", presence(prediction, person, MOST_SEEN), 16)


def _lane(name: str, drawing: str, written: str, kind: str = "") -> str:
    return f'<div class="lane{kind}"><span>{safe(name)}</span><div class="track">{drawing}{written}</div></div>'


def _strip(page: Page, name: str, parts: Sequence[Reading], height: int) -> str:
    """Each part as a shape with a title; on the wide ones their answer."""
    shapes = "".join(_shape(page, part) for part in parts)
    drawing = _svg(shapes, 10, height, f"{name} over time; the tables below say the same")
    written = "".join(_written(page, part) for part in parts) if height > 20 else ""
    return _lane(name, drawing, written, "" if height > 30 else " thin")


def _shape(page: Page, part: Reading) -> str:
    left, width = _place(page, part)
    colour = page.colours.get(part.emotion or "")
    fill = f'fill="{colour}"' if colour else f'class="{"u" if part.probabilities else "n"}"'
    return f'<rect x="{left:.1f}" width="{max(width, 1.5):.1f}" height="10" {fill}><title>{_title(part)}</title></rect>'


def _title(part: Reading) -> str:
    times = f"{clock(part.start_seconds or 0.0)} to {clock(part.end_seconds or 0.0)}"
    text = "; ".join(filter(None, (f"{times}: {part.said}", driven_by(part), *part.notes)))
    return safe(_short(f"{text}\n“{part.text}”" if part.text else text))


def _short(text):
    return text if len(text) <= LONGEST_TITLE else f"{text[: LONGEST_TITLE - 1]}…"


def _written(page: Page, part: Reading) -> str:
    left, width = _place(page, part)
    if not part.probabilities or width < WRITTEN_SHARE * WIDE:
        return ""
    colour = page.colours.get(part.emotion or "")
    ink = ink_on(colour) if colour else "white"
    narrow = ' class="narrow"' if width < NARROW_SHARE * WIDE else ""
    where = f"left:{100 * left / WIDE:.2f}%;width:{100 * width / WIDE:.2f}%;color:{ink}"
    text = f"{emoji(part.emotion)}<span{narrow}>{safe(part.emotion or 'not sure')}</span>"
    return f'<span class="on" style="{where}" aria-hidden="true">{text}</span>'


def _areas(page: Page, parts: Sequence[Reading]) -> str:
    """The probabilities one above the other; a shape for each label, from the bottom up to its top, lowest in front."""
    labels, tops = list(page.colours), [[0.0] * len(parts)]
    for label in labels:
        tops.append([top + part.probabilities.get(label, 0.0) for top, part in zip(tops[-1], parts, strict=True)])
    shapes = (
        f'<path fill="{page.colours[label]}" d="{_steps(page, parts, top)}"><title>{safe(label)}</title></path>'
        for label, top in reversed(list(zip(labels, tops[1:], strict=True)))
    )
    return _svg("".join(shapes), 100, 92, "the probability of every emotion over time")


def _steps(page, parts, tops):
    path = ["M0,100"]
    for part, top in zip(parts, tops, strict=True):
        left, width = _place(page, part)
        path.append(f"H{left:.1f}V{100 - 100 * min(top, 1.0):.1f}H{left + width:.1f}")
    return "".join(path) + "V100Z"


def _mood(page: Page, parts: Sequence[Reading]) -> str:
    lines = "".join(
        f'<path class="line" style="stroke:var(--{name}){dashes}" d="{_line(page, parts, name)}"></path>'
        for name, dashes in (("valence", ""), ("arousal", ";stroke-dasharray:5 3"))
    )
    return _svg(f'<path class="zero" d="M0,50H{WIDE}"></path>{lines}', 100, 64, "valence and arousal over time")


def _line(page: Page, parts: Sequence[Reading], name: str) -> str:
    """Level over every part; broken where there is no value."""
    path, follows = [], False
    for part in parts:
        value, (left, width) = getattr(part, name), _place(page, part)
        if value is not None:
            y = 50 - 46 * min(max(value, -1.0), 1.0)
            path.append(f"{'L' if follows else 'M'}{left + 0.2 * width:.1f},{y:.1f}L{left + 0.8 * width:.1f},{y:.1f}")
        follows = value is not None
    return "".join(path)


def _svg(shapes: str, units: int, height: int, label: str) -> str:
    return (
        f'<svg viewBox="0 0 {WIDE} {units}" preserveAspectRatio="none" height="{height}" role="img" '
        f'aria-label="{safe(label)}">{shapes}</svg>'
    )


def _place(page: Page, part: Reading) -> tuple[float, float]:
    """Left edge and width in units."""
    start, end = (min(max(edge or 0.0, 0.0), page.seconds) for edge in (part.start_seconds, part.end_seconds))
    return WIDE * start / page.seconds, WIDE * (end - start) / page.seconds


def _axis(seconds: float) -> str:
    step = next((step for step in STEPS if seconds / step < MOST_TICKS), STEPS[-1])
    ticks = [number * step for number in range(int(seconds / step + 1e-6) + 1)]
    spans = (
        f'<span{" class=last" if tick > 0.97 * seconds else ""} style="left:{100 * tick / seconds:.2f}%">'
        f"{clock(tick, tenths=step < 1)}</span>"
        for tick in ticks
    )
    return f'<div class="axis" aria-hidden="true">{"".join(spans)}</div>'


def _legend(page: Page) -> str:
    entries: Mapping[str, str] = {**page.colours, "not sure": "var(--unsure)", "nothing to read": "var(--none)"}
    has_affect = any(part.valence is not None for part in page.prediction.readings)
    lines = {"valence": "var(--valence)", "arousal (dashed)": "var(--arousal)"} if has_affect else {}
    rows = (
        f'<li><span class="dot" style="background:{colour}"></span>{safe(name)}</li>'
        for name, colour in {**entries, **lines}.items()
    )
    return f'<ul class="legend">{"".join(rows)}</ul>'
