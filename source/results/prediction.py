"""What a prediction says. Everything written to disk is made from these by `source.results.writing`."""

import json
from dataclasses import asdict, dataclass, replace
from typing import Any

from ..core import config
from ..core.units import lasting, signed, surely
from ..data.clips import AFFECT_DIMENSIONS

SCHEMA = "demeanor.prediction/2"


@dataclass(frozen=True)
class Reading:
    """What one person displays at one moment or over one stretch."""

    probabilities: dict[str, float]
    """Calibrated probability of each label; they sum to 1. Empty where nothing could be read."""
    person: int = 0
    """Stable number of the person within the file, from 0, left to right at first sight."""
    box: tuple[float, float, float, float] | None = None
    """The face in the upright picture: left, top, right, bottom in pixels; None where there is no picture."""
    start_seconds: float | None = None
    """Where in the recording the stretch begins; None for a picture."""
    end_seconds: float | None = None
    modalities: dict[str, dict[str, float]] | None = None
    """What each modality alone said, by its name (of source.MODELS): those that there were. None: it has but one."""
    attribution: dict[str, float] | None = None
    """By how much less probable the likeliest label would be without each modality; below zero: it spoke against."""
    notes: tuple[str, ...] = ()
    """What makes this reading less trustworthy, in words."""
    speech_seconds: float | None = None
    """How much of the stretch is speech; None where nobody listened for it."""
    text: str = ""
    """The words that it is read from; empty where it is not read from words."""
    sentiment: float | None = None
    """What the words say, from -1, negative, to 1, positive; None where nobody asked, as for the next two."""
    valence: float | None = None
    """From -1, unpleasant, to 1, pleasant (Russell's circumplex)."""
    arousal: float | None = None
    """From -1, calm, to 1, excited."""
    word_attribution: tuple[tuple[str, float], ...] = ()
    """The words in their order, each with what it adds to the probability of the likeliest label: without it, that
    would be so much lower."""

    @property
    def confidence(self) -> float:
        """Probability of the likeliest label; 0 where nothing could be read."""
        return max(self.probabilities.values(), default=0.0)

    @property
    def likeliest(self) -> str | None:
        """The label with the highest probability, however low it is."""
        return max(self.probabilities, key=self.probabilities.__getitem__, default=None)

    @property
    def emotion(self) -> str | None:
        """The likeliest label; None ("not sure") where its probability is under config.NOT_SURE_BELOW."""
        return self.likeliest if self.confidence >= config.NOT_SURE_BELOW else None

    @property
    def affect(self) -> dict[str, float]:
        """Those of sentiment, valence and arousal that were asked for."""
        values = {name: getattr(self, name) for name in AFFECT_DIMENSIONS}
        return {name: value for name, value in values.items() if value is not None}

    @property
    def summary(self) -> str:
        """The answer in words, such as "happy 93 %", "not sure (sad 31 %)", "no speech" or "nothing to read"."""
        if self.likeliest is None:
            unheard = self.speech_seconds is None or self.modalities is not None
            return "nothing to read" if unheard else "no speech"
        text = f"{self.likeliest} {surely(self.confidence)}"
        return text if self.emotion else f"not sure ({text})"


@dataclass(frozen=True)
class Prediction:
    """What a model says of one file."""

    source: str
    """The file, as it was asked for."""
    model: str
    """The model's name."""
    labels: tuple[str, ...]
    """The labels told apart, in the model's order."""
    readings: tuple[Reading, ...]
    """One for each person (picture), person and stretch (recording) or sentence (text); empty: there are none."""
    size: tuple[int, int] | None = None
    """Width and height of the upright picture in pixels."""
    notes: tuple[str, ...] = ()
    """What a person should know of this result, in words (such as "no face was found")."""
    folder: str = ""
    """The run folder that holds the written results; empty where nothing was written."""
    seconds: float | None = None
    """Length of the recording or of the subtitles; None for a picture and for a text without times."""
    overall: Reading | None = None
    """What the whole came to: the mean of its readings, each weighing as much as it holds speech, or words. None for a
    picture, and for what could not be read."""
    pauses: tuple[tuple[float, float], ...] = ()
    """Where in the recording nobody speaks for a while: start and end in seconds, in the order of time."""
    language: str = ""
    """Of the words, as ISO 639-1 names it, such as "en"; empty where nobody asked or nothing tells."""
    people: tuple[Reading, ...] = ()
    """Of a video: what each person's face came to, by number, from where they are first seen to where they are last."""
    faces: tuple[Reading, ...] = ()
    """Of a video: what each face shows from second to second, with its place at that time, in the order of time."""
    sentences: tuple[Reading, ...] = ()
    """Of a video: what is said in it, sentence by sentence: the words' own answer among `modalities`, and the answer
    from all that is seen and heard meanwhile."""

    @property
    def summary(self) -> str:
        """What the whole came to, such as "happy 71 % over 12.3 s of speech in 15.0 s" or "happy 71 % over 12
        sentences; sentiment +0.4"; empty for a picture."""
        if self.overall is None:
            return ""
        if self.overall.modalities is not None:  # it was seen, too
            return f"{self.overall.summary} in {lasting(self.seconds or 0.0)}"
        if self.overall.speech_seconds is None:  # it was read, not heard
            over = f" over {len(self.readings):,} sentences" if len(self.readings) > 1 else ""
            return "; ".join((f"{self.overall.summary}{over}", *affect_phrases(self.overall)))
        length = lasting(self.seconds or 0.0)
        spoken = f" over {lasting(self.overall.speech_seconds)} of speech" if self.overall.probabilities else ""
        return f"{self.overall.summary}{spoken} in {length}"

    def to_dict(self) -> dict[str, Any]:
        """The document written to result.json (schema: README.md, "What comes out")."""
        answers = {
            "readings": [_reading_document(reading) for reading in self.readings],
            "overall": _reading_document(self.overall) if self.overall else None,
        }
        rest = asdict(replace(self, readings=(), overall=None))  # thousands of readings are gone through once
        return {"schema": SCHEMA} | rest | answers | {"not_sure_below": config.NOT_SURE_BELOW}

    def to_json(self) -> str:
        return json.dumps(self.to_dict(), indent=2, ensure_ascii=False)


def affect_phrases(reading: Reading) -> list[str]:
    """
    >>> affect_phrases(Reading({}, sentiment=0.42, arousal=-0.01))
    ['sentiment +0.4', 'arousal 0.0']
    """
    return [f"{name} {signed(value)}" for name, value in reading.affect.items()]


def _reading_document(reading: Reading) -> dict[str, Any]:
    answer = {"emotion": reading.emotion, "likeliest": reading.likeliest, "confidence": reading.confidence}
    return answer | asdict(reading)
