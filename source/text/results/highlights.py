"""The page that shows why: each sentence with its answer, its words tinted by what they add to it.

One file of HTML that needs no other, runs no script and asks no server for anything.
"""

from collections.abc import Iterator, Mapping, Sequence
from html import escape
from pathlib import Path

from ...core.figure import ink_on, label_colours
from ...core.units import clock, signed
from ...results.prediction import Prediction, Reading
from ..explain import explained_note

NOT_SURE = "#666666"
FULL_TINT = 0.25  # of probability that a word adds, from which it is tinted fully
LEAST_TINT = 0.02  # under it a word is left plain
MOST_OPACITY = 0.75  # of a tint, so that black stays legible on it

STYLE = """
body { font: 16px/1.55 system-ui, sans-serif; color: #1c1c1c; background: #fff; max-width: 68rem;
       margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.35rem; margin: 0 0 .3rem; overflow-wrap: anywhere; }
.note, .how, .gap, .time { color: #5a5a5a; font-size: .85rem; }
.note::before { content: "Note: "; }
.how { border-left: 3px solid #d2d2d2; padding-left: .8rem; margin: 1rem 0 1.5rem; }
.sentence { display: grid; grid-template-columns: 13.5rem 1fr 10rem; gap: .2rem 1rem; align-items: start;
            padding: .55rem 0; border-top: 1px solid #e6e6e6; }
.text { overflow-wrap: anywhere; }
.text .note { margin-top: .15rem; }
.chip { display: inline-block; padding: .05rem .6rem; border-radius: 1rem; font-size: .85rem; white-space: nowrap; }
.unsure { background: #fff; border: 1px solid #666; color: #333; }
.word { border-radius: .2rem; padding: .05em .1em; }
.against { text-decoration: underline dotted 2px #666; text-underline-offset: .2em; }
.scale { display: grid; grid-template-columns: 4.6rem 1fr 2rem; gap: .3rem; font-size: .72rem; line-height: 1.15rem;
         align-items: center; color: #5a5a5a; }
.bar { position: relative; height: .5rem; background: #eee; border-radius: .2rem; }
.bar i { position: absolute; top: 0; bottom: 0; background: #4a4a4a; border-radius: .2rem; }
.bar::after { content: ""; position: absolute; left: 50%; top: -1px; bottom: -1px; width: 1px; background: #9a9a9a; }
.gap { padding: .35rem 0; border-top: 1px solid #e6e6e6; text-align: center; }
@media (max-width: 40rem) { .sentence { grid-template-columns: 1fr; } }
@media print { .word, .chip, .bar, .bar i { print-color-adjust: exact; -webkit-print-color-adjust: exact; } }
"""
HOW = """The darker a word's tint, the more it adds to the sentence's answer: without it, the answer would be so much
less likely (point at a word to see by how much). A dotted line marks words that speak against the answer. The
percentage is how sure the model is; a white label means that it is not sure. The bars go from &minus;1, on the left, to
1: sentiment and valence from negative to positive, arousal from calm to excited. All this is what the words say, not
what somebody feels."""


def highlights(prediction: Prediction) -> str:
    """The page, of the sentences whose words' influences are known."""
    colours = label_colours(prediction.labels)
    name = escape(Path(prediction.source).name)
    body = [
        f"<h1>{name}: {escape(prediction.said)}</h1>",
        *(f'<p class="note">{escape(note)}</p>' for note in prediction.notes),
        f'<p class="how">{HOW}</p>',
        *_sentences(prediction.readings, colours),
    ]
    language = f' lang="{escape(prediction.language)}"' if prediction.language else ""
    return (
        f'<!DOCTYPE html>\n<html{language}>\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
        f"<title>{name}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n" + "\n".join(body) + "\n</body>\n</html>\n"
    )


def _sentences(readings: Sequence[Reading], colours: Mapping[str, str]) -> Iterator[str]:
    """Those that are shown; in place of the others, how many they are."""
    left_out, shortened = 0, bool(explained_note(readings))
    for reading in readings:
        if shortened and not reading.influences:
            left_out += 1
            continue
        yield from _gap(left_out)
        left_out = 0
        yield _sentence(reading, colours)
    yield from _gap(left_out)


def _gap(count: int) -> Iterator[str]:
    if count:
        yield f'<div class="gap">{count:,} more {"sentence" if count == 1 else "sentences"}, in sentences.csv</div>'


def _sentence(reading: Reading, colours: Mapping[str, str]) -> str:
    time = f'<div class="time">{clock(reading.start_seconds)}</div>' if reading.start_seconds is not None else ""
    notes = "".join(f'<div class="note">{escape(note)}</div>' for note in reading.notes)
    bars = "".join(_bar(name, value) for name, value in reading.affect.items())
    return (
        f'<div class="sentence"><div>{_chip(reading, colours)}{time}</div>'
        f'<div class="text" dir="auto">{_words(reading, colours)}{notes}</div><div>{bars}</div></div>'
    )


def _chip(reading: Reading, colours: Mapping[str, str]) -> str:
    colour = colours.get(reading.emotion or "")
    how = f' style="background:{colour};color:{ink_on(colour)}"' if colour else ""
    return f'<span class="chip{"" if colour else " unsure"}"{how}>{escape(reading.said)}</span>'


def _words(reading: Reading, colours: Mapping[str, str]) -> str:
    colour = colours.get(reading.likeliest or "", NOT_SURE)
    return " ".join(_word(word, value, colour) for word, value in reading.influences) or escape(reading.text)


def _word(word: str, value: float, colour: str) -> str:
    if abs(value) < LEAST_TINT:
        return escape(word)
    points = escape(f"{signed(100 * value)} percentage points")
    if value < 0:
        return f'<span class="word against" title="{points}">{escape(word)}</span>'
    opacity = MOST_OPACITY * min(value / FULL_TINT, 1.0)
    tint = f"background:{colour}{round(255 * opacity):02x}"
    return f'<span class="word" style="{tint}" title="{points}">{escape(word)}</span>'


def _bar(name: str, value: float) -> str:
    left, wide = 50 + min(50 * value, 0), abs(50 * value)
    bar = f'<span class="bar"><i style="left:{left:.0f}%;width:{wide:.0f}%"></i></span>'
    return f'<div class="scale"><span>{escape(name)}</span>{bar}<span>{signed(value)}</span></div>'
