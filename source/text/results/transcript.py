"""A Document as the text of a file: SubRip, WebVTT, plain text or JSON; each utterance may have a label before it.

Everything here takes `labels`, one an utterance such as "happy 71 %", "" for none; it is put in brackets before it.
"""

import html
import json
from collections.abc import Sequence
from dataclasses import asdict

from ..documents.subtitles import cleaned
from ..utterances import Document

Labels = Sequence[str] | None


def srt_text(document: Document, labels: Labels = None) -> str:
    """SubRip. An utterance without times has no line of them, which `read_subtitles` takes and players pass over."""
    blocks = []
    for number, (one, line) in enumerate(zip(document.utterances, lines(document, labels), strict=True), start=1):
        # Players show entities as they stand: only what a reader would take for a tag or times is written so.
        safe = line if cleaned(line) == line and "->" not in line else escaped(line)
        times = "" if one.start_seconds is None else _times(one, ",") + "\n"
        blocks.append(f"{number}\n{times}{safe}\n")
    return "\n".join(blocks)


def vtt_text(document: Document, labels: Labels = None) -> str:
    """WebVTT; an utterance without times is left to a NOTE, for a player must not show it at a wrong one."""
    blocks = ["WEBVTT\n"]
    for one, line in zip(document.utterances, lines(document, labels), strict=True):
        head = "NOTE" if one.start_seconds is None else _times(one, ".")
        blocks.append(f"{head}\n{escaped(line)}\n")
    return "\n".join(blocks)


def txt_text(document: Document, labels: Labels = None) -> str:
    """A line an utterance."""
    return "".join(f"{line}\n" for line in lines(document, labels))


def json_text(document: Document, labels: Labels = None) -> str:
    """All that is known, words with their times in seconds too."""
    rows = [
        {"label": label} | asdict(one) | {"confidence": one.confidence}
        for one, label in zip(document.utterances, _all(document, labels), strict=True)
    ]
    whole = {"language": document.language, "seconds": document.seconds, "notes": document.notes, "utterances": rows}
    return json.dumps(whole, ensure_ascii=False, allow_nan=False, indent=2) + "\n"


def lines(document: Document, labels: Labels = None) -> list[str]:
    """Each utterance in one line, its label before it."""
    pairs = zip(document.utterances, _all(document, labels), strict=True)
    return [" ".join(f"{f'[{label}] ' if label else ''}{one.text}".split()) for one, label in pairs]


def escaped(line: str) -> str:
    """With entities for what would be a tag, times, or a sign of SubStation's."""
    return html.escape(line, quote=False).replace("{", "&#123;").replace("\\", "&#92;")


def clock(seconds: float, point: str = ",") -> str:
    """Hours, minutes, seconds and thousandths.

    >>> clock(3599.9996), clock(1.5, ".")
    ('01:00:00,000', '00:00:01.500')
    """
    thousandths = round(seconds * 1000)
    minutes, rest = divmod(thousandths, 60_000)
    return f"{minutes // 60:02}:{minutes % 60:02}:{rest // 1000:02}{point}{rest % 1000:03}"


def _times(utterance, point):
    return f"{clock(utterance.start_seconds, point)} --> {clock(utterance.end_seconds, point)}"


def _all(document, labels):
    return [""] * len(document.utterances) if labels is None else labels
