"""Subtitles, SubRip (.srt) and WebVTT (https://www.w3.org/TR/webvtt1/), read however broken they are.

Neither ending nor header is trusted: whatever is a line of times begins a cue, and text without one is kept as well.
"""

import html
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from ...core.errors import DemeanorError
from ..utterances import Document, Utterance
from .encoding import decoded

# 00:01:02,500 or 1:02.5 or 1:02: hours and thousandths may be missing, comma and point be taken for each other.
TIME = r"(?:(\d+)\s*:\s*)?(\d+)\s*:\s*(\d+)(?:\s*[.,:]\s*(\d+))?"
TIMES = re.compile(rf"\s*{TIME}\s*-{{1,2}}\s*>\s*{TIME}(?:\s.*)?")
UNREADABLE_TIMES = re.compile(r"[\d\s:.,;?-]*-{1,2}\s*>[\d\s:.,;?-]*|\s*\d+:[\d\s:.,;?-]*-{1,2}\s*>.*")
NUMBER = re.compile(r"\s*\d+\s*")
NO_CUE = re.compile(r"(WEBVTT|NOTE|STYLE|REGION)(\s|$)")
TAG = re.compile(r"</?(?:[ibucvs]|lang|ruby|rt|font|span|p)(?:[.\s][^<>]*)?>|<[\d:.]+>|\{\\[^{}]*\}|\{[yY]:[^{}]*\}")
ANSWER = re.compile(r"^\[(?:not sure \()?[a-z/]+ \d{1,3} %\)?\]\s+")  # that we wrote before the words of a transcript
BREAK = re.compile(r"<br\s*/?>|\\[Nnh]", re.IGNORECASE)
SIGNS = re.compile("[\u2669-\u266c\U0001f3b5\U0001f3b6\u200b-\u200f\u2060\ufeff]")  # of music, and without a width
SAME_SECONDS = 1e-6


@dataclass
class Cue:
    """A piece of text as it stands in the file."""

    lines: list[str]
    start_seconds: float | None = None
    end_seconds: float | None = None
    odd: str = ""
    """What is wrong with its times."""


def read_subtitles(path: Path) -> Document:
    """What the subtitles in the file `path` say, an Utterance a cue, in the order of their times.

    Times are both there or both None; of a cue that ends before it begins the beginning counts. Raises DemeanorError
    where the file cannot be read or is no text. An empty one is a Document without utterances, and with a note.
    """
    try:
        data = Path(path).read_bytes()
    except FileNotFoundError:
        raise DemeanorError(f"There is no file {path}.") from None
    except IsADirectoryError:
        raise DemeanorError(f"{path} is a folder, not a file of subtitles.") from None
    except PermissionError:
        raise DemeanorError(f"{path} may not be read; change its permissions.") from None
    text, notes = decoded(data, path)
    return subtitles_of(text, notes)


def subtitles_of(text: str, notes: tuple[str, ...] = ()) -> Document:
    """What subtitles with this text say; notes: on how the text was read.

    >>> subtitles_of("1\\n00:00:01,500 --> 00:00:03,000\\n<i>Nobody</i>\\ncame.").utterances[0]
    Utterance(text='Nobody came.', start_seconds=1.5, end_seconds=3.0, words=())
    """
    found = [(cue, cleaned(" ".join(cue.lines))) for cue in cues(text)]
    found = [(cue, words) for cue, words in found if words]
    if not found:
        return Document((), notes=(*notes, "there are no words in it"))
    notes = (*notes, *_notes([cue for cue, _ in found]))
    spoken = (Utterance(words, cue.start_seconds, cue.end_seconds) for cue, words in found)
    utterances = tuple(_in_order(spoken))
    return Document(utterances, seconds=max(one.end_seconds or 0.0 for one in utterances) or None, notes=notes)


def cleaned(text: str) -> str:
    """Words of a cue without tags, entities, signs of music and superfluous spaces."""
    plain = html.unescape(TAG.sub("", BREAK.sub(" ", text)))
    return ANSWER.sub("", " ".join(SIGNS.sub("", plain).split()))


def cues(text: str) -> Iterator[Cue]:
    """All cues in the order of the file, also those without words."""
    pending: Cue | None = None  # whose times stand without words; those may follow behind an empty line
    for lines in _blocks(text):
        for cue in _cues_of(lines):
            if pending and cue.start_seconds is None and not cue.odd and not NUMBER.fullmatch(lines[0]):
                cue = Cue(cue.lines, pending.start_seconds, pending.end_seconds, pending.odd)
                pending = None
            elif pending:
                yield pending
            pending = None if cue.lines else cue
            if cue.lines:
                yield cue
    if pending:
        yield pending


def _blocks(text):
    """The lines between empty lines; headers, notes and styles are left out."""
    block: list[str] = []
    for line in [*text.replace("\ufeff", "").replace("\0", "").splitlines(), ""]:
        if line.strip():
            block.append(line)
        elif block:
            if NO_CUE.match(block[0]):
                block = block[next((at for at, one in enumerate(block) if _is_times(one)), len(block)) :]
            if block:
                yield block
            block = []


def _cues_of(lines):
    """The cues in a block: one, or more where the empty line between them is missing."""
    starts = [at for at, line in enumerate(lines) if _is_times(line)]
    if not starts:
        # A number alone belongs to what an empty line parted from it, unless the text is numbers.
        yield Cue(lines[1:] if len(lines) > 1 and NUMBER.fullmatch(lines[0]) else lines)
        return
    before = lines[: starts[0]]
    if before[:-1]:  # the last is the name of the cue that follows
        yield Cue(before[:-1])
    for start, end in pairwise([*starts, len(lines)]):
        said = lines[start + 1 : end]
        if end < len(lines) and said and NUMBER.fullmatch(said[-1]):
            said = said[:-1]  # the number of the next cue
        yield _timed(lines[start], said)


def _is_times(line):
    return "->" in line.replace(" ", "") and bool(TIMES.fullmatch(line) or UNREADABLE_TIMES.fullmatch(line))


def _timed(line, said):
    match = TIMES.fullmatch(line)
    if not match:
        return Cue(said, odd="cannot be read")
    start, end = _seconds(*match.groups()[:4]), _seconds(*match.groups()[4:])
    return Cue(said, start, max(start, end), "end before they begin" if end < start else "")


def _seconds(hours, minutes, seconds, fraction):
    whole = int(hours or 0) * 3600 + int(minutes) * 60 + int(seconds)
    return whole + int(fraction) / 10 ** len(fraction) if fraction else float(whole)


def _notes(found: list[Cue]) -> tuple[str, ...]:
    """One sentence about all times that are odd."""
    odd = Counter(cue.odd or ("are missing" if cue.start_seconds is None else "") for cue in found)
    timed = [cue for cue in found if cue.start_seconds is not None]
    for before, cue in pairwise(timed):
        if not cue.odd and cue.start_seconds < before.start_seconds:
            odd["are out of order"] += 1
        elif not cue.odd and cue.start_seconds < before.end_seconds - SAME_SECONDS:
            odd["overlap the one before"] += 1
    odd.pop("", None)
    if not timed and set(odd) == {"are missing"}:
        return ("no times: the text is read as it stands",)
    told = ", ".join(f"{count} {what}" for what, count in odd.items())
    return (f"the times of {odd.total()} of {len(found)} subtitles are odd: {told}",) if odd else ()


def _in_order(utterances: Iterable[Utterance]) -> list[Utterance]:
    """By their beginnings; one without times stays behind the one it follows."""
    keyed, last = [], 0.0
    for one in utterances:
        last = last if one.start_seconds is None else one.start_seconds
        keyed.append((last, one))
    return [one for _, one in sorted(keyed, key=lambda pair: pair[0])]
