"""Loops of a speech recogniser, which writes "you you you you", or one sentence many times, where nobody says it.

Real repetition differs in its times: no more words than can be said, or a pause between the sentences.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from ..utterances import Word

LONGEST_PHRASE = 30  # words; a segment of Whisper's seldom has more
# From so many copies of a phrase of that many words, without pauses between them, it is a loop; "no, no, no" is none.
LEAST_COPIES = {1: 6, 2: 5}
LEAST_COPIES_OF_LONGER = 4
LEAST_COPIES_CRAMMED = 4  # of any phrase, where the words are more than anybody can say in their time
FASTEST_WORDS_A_SECOND = 7.0
PAUSE_SECONDS = 0.3


@dataclass(frozen=True)
class Loop:
    """A phrase that is repeated in a row."""

    start: int
    """Index of its first word."""
    length: int
    """Words in the phrase."""
    copies: int
    """How often the phrase is there."""

    @property
    def end(self) -> int:
        """Index after its last word."""
        return self.start + self.length * self.copies


def find_loops(words: Sequence[Word]) -> list[Loop]:
    """Return the loops in recognised words, in order.

    >>> find_loops([Word("you", 3.0, 3.0, 0.9)] * 24)
    [Loop(start=0, length=1, copies=24)]
    """
    texts = [plain(word.text) for word in words]
    loops, at = [], 0
    while at < len(words):
        loop = _loop_at(words, texts, at)
        if loop:
            loops.append(loop)
        at = loop.end if loop else at + 1
    return loops


def indices_without_loops(words: Sequence[Word], loops: Sequence[Loop]) -> list[int]:
    """Return the indices of the words to keep: of each loop, the first copy."""
    cut = {at for loop in loops for at in range(loop.start + loop.length, loop.end)}
    return [at for at in range(len(words)) if at not in cut]


def loops_note(words: Sequence[Word], loops: Sequence[Loop]) -> tuple[str, ...]:
    """Return a note on the loops, where there are any."""
    if not loops:
        return ()
    longest = max(loops, key=lambda loop: loop.copies)
    phrase = "".join(word.text for word in words[longest.start : longest.start + longest.length]).strip()
    times = f'"{phrase}" {longest.copies} times in a row'
    what = times if len(loops) == 1 else f"{len(loops)} phrases, such as {times}"
    return (f"the transcriber repeated itself: {what}; each is kept once",)


def _loop_at(words: Sequence[Word], texts: Sequence[str], at: int) -> Loop | None:
    for length in range(1, min(LONGEST_PHRASE, (len(words) - at) // LEAST_COPIES_CRAMMED) + 1):
        copies = 1
        while texts[at : at + length] == texts[at + copies * length : at + (copies + 1) * length]:
            copies += 1
        loop = Loop(at, length, copies)
        if copies >= LEAST_COPIES_CRAMMED and _is_made_up(words, loop):
            return loop
    return None


def _is_made_up(words: Sequence[Word], loop: Loop) -> bool:
    span = words[loop.start : loop.end]
    if len(span) > FASTEST_WORDS_A_SECOND * (span[-1].end_seconds - span[0].start_seconds):
        return True
    # Pauses anywhere, not only between the copies: a copy may begin in the middle of a sentence.
    pauses = sum(after.start_seconds - word.end_seconds >= PAUSE_SECONDS for word, after in pairwise(span))
    enough = loop.copies >= LEAST_COPIES.get(loop.length, LEAST_COPIES_OF_LONGER)
    return enough and pauses < (loop.copies - 1) / 2


def plain(text: str) -> str:
    """Return a word without case, spaces and punctuation; punctuation alone is kept."""
    return "".join(letter for letter in text.casefold() if letter.isalnum()) or text.strip()
