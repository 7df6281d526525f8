"""The sections of the page that are read: what drove each stretch, who is seen, what is said, and the numbers."""

from collections.abc import Iterator, Sequence

from ....core.units import clock, signed
from ....results.attribution import driven_by, named
from ....results.prediction import Reading
from ....results.video_timeline import modalities_in, stretches_of
from .parts import Page, more, percent, safe, section

MOST_STRETCHES, MOST_PEOPLE, MOST_SENTENCES, MOST_ROWS = 150, 12, 500, 300
STRETCHES_LEAD = """Every stretch of the same answer: what face, voice and words each say by themselves, and which of
them the answer was read from, judged by how much less probable it would be without each."""
PEOPLE_LEAD = "What each face comes to by itself. The numbers are the same in the video, the pictures and the tables."
TALK_LEAD = """What is said, as a speech recogniser heard it, each sentence with the answer from all that is seen and
heard meanwhile, and whether the words are positive or negative."""


def stretches(page: Page) -> str:
    parts, modalities = stretches_of(page.prediction), modalities_in(page.prediction)
    several = len(page.prediction.people) > 1
    names = ["when", "answer", *(["who"] if several else []), *map(named, modalities), "read from", "what is said"]
    rows = (_stretch(page, part, modalities, several) for part in parts[:MOST_STRETCHES])
    head = "".join(f'<th scope="col">{safe(name)}</th>' for name in names)
    table = f"<table class=wide><thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table>"
    left_out = more(len(parts) - MOST_STRETCHES, "stretches", "timeline.csv")
    body = f'<div class="scroll" tabindex="0" role="region" aria-label="stretches">{table}</div>{left_out}'
    return section("What drove each stretch", body if parts else "", STRETCHES_LEAD, "long")


def _stretch(page: Page, part: Reading, modalities: Sequence[str], several: bool) -> str:
    said = part.modalities or {}
    cells = [page.when(part), page.chip(part), *([f"#{part.person}"] if several else [])]
    cells += [page.dotted(said.get(modality, {})) for modality in modalities]
    why = f'<td class="why">{safe(driven_by(part))}{notes(part.notes)}</td>'
    words = f'<td class="said" dir="auto">{safe(part.text)}</td>'
    return f"<tr{_during(part)}>{''.join(f'<td>{cell}</td>' for cell in cells)}{why}{words}</tr>"


def people(page: Page) -> str:
    seen = page.prediction.people
    cards = "".join(
        f"<div><h3>#{one.person} {page.chip(one)}</h3>"
        f'<p class="soft">on screen {page.when(one)}</p>{page.bars(one)}{notes(one.notes)}</div>'
        for one in seen[:MOST_PEOPLE]
    )
    body = f'<div class="cards">{cards}</div>{more(len(seen) - MOST_PEOPLE, "people", "people.csv")}'
    return section("Who is seen", body if seen else "", PEOPLE_LEAD, "long")


def talk(page: Page) -> str:
    sentences, language = page.prediction.sentences, page.prediction.language
    spoken = f' lang="{safe(language)}"' if language else ""
    rows = "".join(_sentence(page, one, spoken) for one in sentences[:MOST_SENTENCES])
    left_out = more(len(sentences) - MOST_SENTENCES, "sentences", "transcript.srt")
    return section("What is said", f'<ol class="talk">{rows}</ol>{left_out}' if sentences else "", TALK_LEAD, "long")


def _sentence(page: Page, one: Reading, spoken: str) -> str:
    words = (one.modalities or {}).get("text", {})
    tags = [f"the words: {page.dotted(words)}"] if words else []
    tags += [] if one.sentiment is None else [f"sentiment {signed(one.sentiment)}"]
    about = f'{page.chip(one)}<br><span class="soft">{"; ".join(tags)}</span>{notes(one.notes)}'
    return (
        f'<li{_during(one)}>{page.when(one, to_end=False)}<div class="said" dir="auto"{spoken}>{safe(one.text)}</div>'
        f'<div class="tags">{about}</div></li>'
    )


def numbers(page: Page) -> str:
    """The windows as they were read, folded away."""
    readings, labels = page.prediction.readings, page.prediction.labels
    head = "".join(f'<th scope="col">{safe(name)}</th>' for name in ("window", "answer", *labels, "valence", "arousal"))
    rows = "".join(f"<tr>{''.join(_figures(one, labels))}</tr>" for one in readings[:MOST_ROWS])
    table = f'<table class="figures"><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>'
    body = f'<div class="scroll" tabindex="0" role="region" aria-label="numbers">{table}</div>'
    body += more(len(readings) - MOST_ROWS, "windows", "timeline.csv")
    folded = f"<details><summary>Show the windows that it was read from ({len(readings):,})</summary>{body}</details>"
    return section("The numbers", folded if readings else "", kind="long")


def _figures(one: Reading, labels: Sequence[str]) -> Iterator[str]:
    yield f"<td>{clock(one.start_seconds or 0.0)} to {clock(one.end_seconds or 0.0)}</td><td>{safe(one.said)}</td>"
    yield from (f"<td>{percent(one.probabilities.get(label, 0.0))}</td>" for label in labels)
    yield from ("<td></td>" if value is None else f"<td>{signed(value)}</td>" for value in (one.valence, one.arousal))


def notes(said: Sequence[str]) -> str:
    """What makes a reading doubtful."""
    return "".join(f'<div class="note">{safe(note)}</div>' for note in said)


def _during(reading: Reading) -> str:
    """Marks what is lit up while that part of the video plays."""
    return f' data-from="{reading.start_seconds or 0.0:.2f}" data-to="{reading.end_seconds or 0.0:.2f}"'
