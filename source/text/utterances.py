"""What is read: utterances, each with its time where there is one."""

from dataclasses import dataclass

from ..data.training_folder import QUOTE


@dataclass(frozen=True)
class Word:
    """A spoken word."""

    text: str
    start_seconds: float
    end_seconds: float
    probability: float
    """How sure the transcriber is of it."""


@dataclass(frozen=True)
class Utterance:
    """One sentence, written or spoken."""

    text: str
    start_seconds: float | None = None
    """When it is said; None where there is no time."""
    end_seconds: float | None = None
    words: tuple[Word, ...] = ()
    """Its words with their times, where it was transcribed."""

    @property
    def confidence(self) -> float | None:
        """How sure the transcriber is of its words, on average; None where it was not transcribed."""
        return sum(word.probability for word in self.words) / len(self.words) if self.words else None


@dataclass(frozen=True)
class Document:
    """All that is said in a file, or typed."""

    utterances: tuple[Utterance, ...]
    language: str = ""
    """As ISO 639-1 names it, such as "en"; empty where nothing tells."""
    seconds: float | None = None
    """Length of the recording or of the subtitles; None where there are no times."""
    notes: tuple[str, ...] = ()
    """What a person should know of how it was read, in words."""


def parted(text: str) -> tuple[str, str]:
    """What was said before, one line each, and the utterance itself.

    >>> parted("> How was it?\\nIt was awful.")
    ('How was it?', 'It was awful.')
    """
    lines = text.strip().splitlines()
    quoted = next((number for number, line in enumerate(lines) if not line.startswith(QUOTE)), len(lines))
    before = (line.removeprefix(QUOTE).strip() for line in lines[:quoted])
    return "\n".join(before), "\n".join(lines[quoted:]).strip()
