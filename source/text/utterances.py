"""What the text model reads: utterances, with their times where there are any."""

from dataclasses import dataclass

from ..data.training_folder import QUOTE


@dataclass(frozen=True)
class Word:
    """A spoken word."""

    text: str
    start_seconds: float
    end_seconds: float
    probability: float
    """The transcriber's confidence in it."""


@dataclass(frozen=True)
class Utterance:
    """One sentence, written or spoken."""

    text: str
    start_seconds: float | None = None
    """When it is said; None where there are no times."""
    end_seconds: float | None = None
    words: tuple[Word, ...] = ()
    """Its words with their times, where it was transcribed."""
    language: str = ""
    """ISO 639-1 code, such as "en"; "und": another than English, not known which; empty where it may be English."""

    @property
    def confidence(self) -> float | None:
        """The mean probability of its words; None where it was not transcribed."""
        return sum(word.probability for word in self.words) / len(self.words) if self.words else None


@dataclass(frozen=True)
class Document:
    """All utterances of a file, a recording or a typed text."""

    utterances: tuple[Utterance, ...]
    language: str = ""
    """As of its utterances."""
    seconds: float | None = None
    """Length of the recording or of the subtitles; None where there are no times."""
    notes: tuple[str, ...] = ()
    """What a person should know of how it was read."""


def split_context(text: str) -> tuple[str, str]:
    r"""Split off the quoted lines at the beginning: return the context (what was said before) and the text itself.

    >>> split_context("> How was it?\nIt was awful.")
    ('How was it?', 'It was awful.')
    """
    lines = text.strip().splitlines()
    quoted = next((number for number, line in enumerate(lines) if not line.startswith(QUOTE)), len(lines))
    context = (line.removeprefix(QUOTE).strip() for line in lines[:quoted])
    return "\n".join(context), "\n".join(lines[quoted:]).strip()
