"""Loops of a speech recogniser, which writes "you you you you", or one sentence again and again, where it heard none.

What somebody really repeats is told by its times: no more words than can be said, or a pause between the sentences.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from ..utterances import Word

LONGEST_PHRASE = 30  # words; a segment of Whisper's seldom has more
LEAST_COPIES = {1: 6, 2: 5}  # from which words said without a pause between the copies are a loop; "no, no, no" is none
LEAST_COPIES_OF_LONGER = 4
LEAST_COPIES_CRAMMED = 4  # where they are more than anybody can say
FASTEST_WORDS_A_SECOND = 7.0
PAUSE_SECONDS = 0.3


@dataclass(frozen=True)
class Loop:
    """A phrase many times in a row."""

    start: int
    """Its first word."""
    words: int
    """In the phrase."""
    copies: int

    @property
    def end(self) -> int:
        """The word after its last one."""
        return self.start + self.words * self.copies


def loops(words: Sequence[Word]) -> list[Loop]:
    """The loops in what was recognised, in order.

    >>> [(loop.start, loop.words, loop.copies) for loop in loops([Word("you", 3.0, 3.0, 0.9)] * 24)]
    [(0, 1, 24)]
    """
    texts = [plain(word.text) for word in words]
    found, at = [], 0
    while at < len(words):
        loop = _loop_at(words, texts, at)
        if loop:
            found.append(loop)
        at = loop.end if loop else at + 1
    return found


def without_loops(words: Sequence[Word], found: Sequence[Loop]) -> list[int]:
    """Which of the words stay when of each loop its first copy does."""
    cut = {at for loop in found for at in range(loop.start + loop.words, loop.end)}
    return [at for at in range(len(words)) if at not in cut]


def loops_note(words: Sequence[Word], found: Sequence[Loop]) -> tuple[str, ...]:
    """What a person should know of them."""
    if not found:
        return ()
    most = max(found, key=lambda loop: loop.copies)
    phrase = "".join(word.text for word in words[most.start : most.start + most.words]).strip()
    times = f'"{phrase}" {most.copies} times in a row'
    what = times if len(found) == 1 else f"{len(found)} phrases, such as {times}"
    return (f"the transcriber repeated itself: {what}; each is kept once",)


def _loop_at(words, texts, at):
    for length in range(1, min(LONGEST_PHRASE, (len(words) - at) // LEAST_COPIES_CRAMMED) + 1):
        copies = 1
        while texts[at : at + length] == texts[at + copies * length : at + (copies + 1) * length]:
            copies += 1
        loop = Loop(at, length, copies)
        if copies >= LEAST_COPIES_CRAMMED and _unsaid(words, loop):
            return loop
    return None


def _unsaid(words, loop):
    said = words[loop.start : loop.end]
    if len(said) > FASTEST_WORDS_A_SECOND * (said[-1].end_seconds - said[0].start_seconds):
        return True
    # Anywhere, not between the copies only: of a sentence the copies may be found to begin in its middle.
    paused = sum(after.start_seconds - one.end_seconds >= PAUSE_SECONDS for one, after in pairwise(said))
    enough = loop.copies >= LEAST_COPIES.get(loop.words, LEAST_COPIES_OF_LONGER)
    return enough and paused < (loop.copies - 1) / 2


def plain(text: str) -> str:
    """A word without case, spaces and punctuation; punctuation alone stays."""
    return "".join(letter for letter in text.casefold() if letter.isalnum()) or text.strip()
