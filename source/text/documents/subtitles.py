"""Subtitles, SubRip (.srt) and WebVTT (https://www.w3.org/TR/webvtt1/), parsed however broken they are.

Neither ending nor header is trusted: any line of times begins a cue, and text without one is kept as well.
"""

import html
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise

from ..language import language_of
from ..utterances import Document, Utterance

# 00:01:02,500 or 1:02.5 or 1:02: hours and fraction may be missing; a comma may stand for a point.
TIME = r"(?:(\d+)\s*:\s*)?(\d+)\s*:\s*(\d+)(?:\s*[.,:]\s*(\d+))?"
TIMES = re.compile(rf"\s*{TIME}\s*-{{1,2}}\s*>\s*{TIME}(?:\s.*)?")
UNREADABLE_TIMES = re.compile(r"[\d\s:.,;?-]*-{1,2}\s*>[\d\s:.,;?-]*|\s*\d+:[\d\s:.,;?-]*-{1,2}\s*>.*")
NUMBER = re.compile(r"\s*\d+\s*")
NO_CUE = re.compile(r"(WEBVTT|NOTE|STYLE|REGION)(\s|$)")
TAG = re.compile(r"</?(?:[ibucvs]|lang|ruby|rt|font|span|p)(?:[.\s][^<>]*)?>|<[\d:.]+>|\{\\[^{}]*\}|\{[yY]:[^{}]*\}")
ANSWER = re.compile(r"^\[(?:not sure \()?[a-z/]+ \d{1,3} %\)?\]\s+")  # written by us before the words of a transcript
BREAK = re.compile(r"<br\s*/?>|\\[Nnh]", re.IGNORECASE)
SIGNS = re.compile("[\u2669-\u266c\U0001f3b5\U0001f3b6\u200b-\u200f\u2060\ufeff]")  # of music, and without width
SAME_SECONDS = 1e-6


@dataclass
class Cue:
    """The text between two lines of times, as it stands in the file."""

    lines: list[str]
    start_seconds: float | None = None
    end_seconds: float | None = None
    fault: str = ""
    """What is wrong with its times; empty where nothing is."""


def parse_subtitles(text: str, notes: tuple[str, ...] = ()) -> Document:
    r"""Return subtitles as a Document with one Utterance for each cue, ordered by time.

    A cue has both times or neither; one that ends before it begins ends where it begins. Without words there are no
    utterances, and a note. notes: on how the text was read, kept in the Document.

    >>> parse_subtitles("1\n00:00:01,500 --> 00:00:03,000\n<i>Nobody</i>\ncame.").utterances[0]
    Utterance(text='Nobody came.', start_seconds=1.5, end_seconds=3.0, words=(), language='')
    """
    cues = [(cue, clean_words(" ".join(cue.lines))) for cue in parse_cues(text)]
    cues = [(cue, words) for cue, words in cues if words]
    if not cues:
        return Document((), notes=(*notes, "there are no words in it"))
    notes = (*notes, *_time_notes([cue for cue, _ in cues]))
    language = language_of(" ".join(words for _, words in cues))
    utterances = [Utterance(words, cue.start_seconds, cue.end_seconds, language=language) for cue, words in cues]
    seconds = max(utterance.end_seconds or 0.0 for utterance in utterances) or None
    return Document(tuple(_by_time(utterances)), language, seconds, notes)


def clean_words(text: str) -> str:
    """Return a cue's words without tags, entities, signs of music and superfluous spaces."""
    plain = html.unescape(TAG.sub("", BREAK.sub(" ", text)))
    return ANSWER.sub("", " ".join(SIGNS.sub("", plain).split()))


def parse_cues(text: str) -> Iterator[Cue]:
    """Yield all cues in the order of the file, those without words too."""
    pending: Cue | None = None  # has times but no words yet: they may follow after an empty line
    for lines in _blocks(text):
        for cue in _cues_of(lines):
            if pending and cue.start_seconds is None and not cue.fault and not NUMBER.fullmatch(lines[0]):
                cue = Cue(cue.lines, pending.start_seconds, pending.end_seconds, pending.fault)
                pending = None
            elif pending:
                yield pending
            pending = None if cue.lines else cue
            if cue.lines:
                yield cue
    if pending:
        yield pending


def _blocks(text: str) -> Iterator[list[str]]:
    """Yield the lines between empty lines, without headers, notes and styles."""
    block: list[str] = []
    for line in [*text.replace("\ufeff", "").replace("\0", "").splitlines(), ""]:
        if line.strip():
            block.append(line)
        elif block:
            if NO_CUE.match(block[0]):
                block = block[next((at for at, other in enumerate(block) if _is_times(other)), len(block)) :]
            if block:
                yield block
            block = []


def _cues_of(lines: list[str]) -> Iterator[Cue]:
    """Yield the cues in a block: one, or more where the empty line between them is missing."""
    starts = [at for at, line in enumerate(lines) if _is_times(line)]
    if not starts:
        # A number before other lines is the cue's own; a number alone may be what is said.
        yield Cue(lines[1:] if len(lines) > 1 and NUMBER.fullmatch(lines[0]) else lines)
        return
    before = lines[: starts[0]]
    if before[:-1]:  # the last one is the name of the next cue
        yield Cue(before[:-1])
    for start, end in pairwise([*starts, len(lines)]):
        words = lines[start + 1 : end]
        if end < len(lines) and words and NUMBER.fullmatch(words[-1]):
            words = words[:-1]  # the number of the next cue
        yield _timed_cue(lines[start], words)


def _is_times(line: str) -> bool:
    return "->" in line.replace(" ", "") and bool(TIMES.fullmatch(line) or UNREADABLE_TIMES.fullmatch(line))


def _timed_cue(times: str, words: list[str]) -> Cue:
    match = TIMES.fullmatch(times)
    if not match:
        return Cue(words, fault="cannot be read")
    start, end = _seconds(*match.groups()[:4]), _seconds(*match.groups()[4:])
    return Cue(words, start, max(start, end), "end before they begin" if end < start else "")


def _seconds(hours: str | None, minutes: str, seconds: str, fraction: str | None) -> float:
    whole = int(hours or 0) * 3600 + int(minutes) * 60 + int(seconds)
    return whole + int(fraction) / 10 ** len(fraction) if fraction else float(whole)


def _time_notes(cues: list[Cue]) -> tuple[str, ...]:
    """Return one note on all times that are wrong."""
    faults = Counter(cue.fault or ("are missing" if cue.start_seconds is None else "") for cue in cues)
    timed = [(cue, cue.start_seconds, cue.end_seconds or 0.0) for cue in cues if cue.start_seconds is not None]
    for (_, last_start, last_end), (cue, start, _) in pairwise(timed):
        if not cue.fault and start < last_start:
            faults["are out of order"] += 1
        elif not cue.fault and start < last_end - SAME_SECONDS:
            faults["overlap the one before"] += 1
    faults.pop("", None)
    if not timed and set(faults) == {"are missing"}:
        return ("no times: the text is read as it stands",)
    counts = ", ".join(f"{count} {what}" for what, count in faults.items())
    return (f"the times of {faults.total()} of {len(cues)} subtitles are odd: {counts}",) if faults else ()


def _by_time(utterances: Sequence[Utterance]) -> list[Utterance]:
    """Sort by start; an utterance without times stays behind the one it follows."""
    times = (utterance.start_seconds for utterance in utterances)
    keys = list(accumulate(times, lambda last, start: last if start is None else start, initial=0.0))
    return [utterances[at] for at in sorted(range(len(utterances)), key=keys[1:].__getitem__)]
