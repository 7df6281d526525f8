"""A Document as the content of a file: SubRip, WebVTT, plain text or JSON.

Every function takes `labels`, one for each utterance, such as "happy 71 %" ("": none), to put in brackets before it.
"""

import html
import json
from collections.abc import Sequence
from dataclasses import asdict

from ..documents.subtitles import clean_words
from ..utterances import Document, Utterance

Labels = Sequence[str] | None


def srt_text(document: Document, labels: Labels = None) -> str:
    """Return SubRip. An utterance without times has no line of them: `parse_subtitles` accepts it, players skip it."""
    blocks = []
    for number, (utterance, line) in enumerate(zip(document.utterances, lines(document, labels), strict=True), start=1):
        # Players show entities literally: escape only what would be read as a tag or times.
        safe = line if clean_words(line) == line and "->" not in line else escape(line)
        times = "" if utterance.start_seconds is None else _times(utterance, ",") + "\n"
        blocks.append(f"{number}\n{times}{safe}\n")
    return "\n".join(blocks)


def vtt_text(document: Document, labels: Labels = None) -> str:
    """Return WebVTT. An utterance without times becomes a NOTE, so that no player shows it at a wrong time."""
    blocks = ["WEBVTT\n"]
    for utterance, line in zip(document.utterances, lines(document, labels), strict=True):
        head = "NOTE" if utterance.start_seconds is None else _times(utterance, ".")
        blocks.append(f"{head}\n{escape(line)}\n")
    return "\n".join(blocks)


def txt_text(document: Document, labels: Labels = None) -> str:
    """Return plain text, one line for each utterance."""
    return "".join(f"{line}\n" for line in lines(document, labels))


def json_text(document: Document, labels: Labels = None) -> str:
    """Return the whole document as JSON, words with their times included."""
    rows = [
        {"label": label} | asdict(utterance) | {"confidence": utterance.confidence}
        for utterance, label in zip(document.utterances, _labels(document, labels), strict=True)
    ]
    whole = {"language": document.language, "seconds": document.seconds, "notes": document.notes, "utterances": rows}
    return json.dumps(whole, ensure_ascii=False, allow_nan=False, indent=2) + "\n"


def lines(document: Document, labels: Labels = None) -> list[str]:
    """Return each utterance on one line, after its label."""
    pairs = zip(document.utterances, _labels(document, labels), strict=True)
    return [" ".join(f"{f'[{label}] ' if label else ''}{utterance.text}".split()) for utterance, label in pairs]


def escape(line: str) -> str:
    """Return the line with entities for what would be a tag, times, or a SubStation code."""
    return html.escape(line, quote=False).replace("{", "&#123;").replace("\\", "&#92;")


def clock(seconds: float, point: str = ",") -> str:
    """Return hours, minutes, seconds and milliseconds.

    >>> clock(3599.9996), clock(1.5, ".")
    ('01:00:00,000', '00:00:01.500')
    """
    minutes, milliseconds = divmod(round(seconds * 1000), 60_000)
    return f"{minutes // 60:02}:{minutes % 60:02}:{milliseconds // 1000:02}{point}{milliseconds % 1000:03}"


def _times(utterance: Utterance, point: str) -> str:
    return f"{clock(utterance.start_seconds or 0.0, point)} --> {clock(utterance.end_seconds or 0.0, point)}"


def _labels(document: Document, labels: Labels) -> Sequence[str]:
    return [""] * len(document.utterances) if labels is None else labels
