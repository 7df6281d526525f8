"""What a model reads in one file, as data; every file of results is made from it by `source.results.writing`."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from typing import Any, ClassVar, Self

from ..core import config
from ..core.errors import DemeanorError
from ..core.units import confidence_percent, short_duration, signed
from ..data.clips import AFFECT_DIMENSIONS

SCHEMA = "demeanor.prediction/2"
FIELD_DOCS = {"use_attribute_docstrings": True}  # pydantic: the docs at the fields become those of the JSON Schema


@dataclass(frozen=True)
class Reading:
    """What one person displays in a picture or in one segment of a recording or text."""

    __pydantic_config__: ClassVar = FIELD_DOCS

    probabilities: dict[str, float]
    """Calibrated probability of each label; they sum to 1. Empty where nothing could be read."""
    person: int = 0
    """Number of the person within the file, from 0, in the order of first appearance, left to right."""
    box: tuple[float, float, float, float] | None = None
    """The face in the upright picture: left, top, right, bottom in pixels; null where there is no picture."""
    start_seconds: float | None = None
    """Start of the segment in the recording; null for a picture."""
    end_seconds: float | None = None
    """End of the segment in the recording; null for a picture."""
    modalities: dict[str, dict[str, float]] | None = None
    """Probabilities from each modality by itself, where it is present; null for a model of a single modality."""
    attribution: dict[str, float] | None = None
    """By how much less probable the likeliest label would be without each modality; negative: it spoke against."""
    notes: tuple[str, ...] = ()
    """What makes this reading less trustworthy, in words."""
    speech_seconds: float | None = None
    """How much of the segment is speech; null where speech was not detected for."""
    text: str = ""
    """The words that were read; empty where none were."""
    sentiment: float | None = None
    """Sentiment of the words, from -1, negative, to 1, positive; null where it was not measured."""
    valence: float | None = None
    """From -1, unpleasant, to 1, pleasant (Russell's circumplex); null where it was not measured."""
    arousal: float | None = None
    """From -1, calm, to 1, excited; null where it was not measured."""
    word_attribution: tuple[tuple[str, float], ...] = ()
    """The words in order, each with how much less probable the likeliest label would be without it."""

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
        """Sentiment, valence and arousal, those that were measured."""
        values = {name: getattr(self, name) for name in AFFECT_DIMENSIONS}
        return {name: value for name, value in values.items() if value is not None}

    @property
    def summary(self) -> str:
        """The answer in words, such as "happy 93 %", "not sure (sad 31 %)", "no speech" or "nothing to read"."""
        if self.likeliest is None:
            is_voice = self.speech_seconds is not None and self.modalities is None
            return "no speech" if is_voice else "nothing to read"
        text = f"{self.likeliest} {confidence_percent(self.confidence)}"
        return text if self.emotion else f"not sure ({text})"

    def to_dict(self) -> dict[str, Any]:
        """Return the fields, behind the answer."""
        return {"emotion": self.emotion, "likeliest": self.likeliest, "confidence": self.confidence} | asdict(self)


@dataclass(frozen=True)
class Prediction:
    """What a model reads in one file."""

    __pydantic_config__: ClassVar = FIELD_DOCS

    source: str
    """The file, as it was asked for."""
    model: str
    """Name of the model."""
    labels: tuple[str, ...]
    """The model's labels, in its order."""
    readings: tuple[Reading, ...]
    """One for each person (picture), person and window (recording) or sentence (text); empty: nothing was found."""
    size: tuple[int, int] | None = None
    """Width and height of the upright picture in pixels."""
    notes: tuple[str, ...] = ()
    """What to know of this result, in words, such as "no face was found"."""
    folder: str = ""
    """The folder that holds the written results; empty where nothing was written."""
    seconds: float | None = None
    """Length of what was read of the recording or the subtitles; null for a picture and for a text without times."""
    start_seconds: float = 0.0
    """From where in the recording it was read; all times are the recording's own."""
    overall: Reading | None = None
    """The mean of the readings, weighted by their seconds of speech or by their words; null for a picture, and where
    nothing could be read."""
    pauses: tuple[tuple[float, float], ...] = ()
    """Where nobody speaks for a while: start and end in seconds, ascending."""
    language: str = ""
    """Language of the words as ISO 639-1 code, such as "en"; "und": not English, but not known which; empty where it is
    unknown or was not asked for."""
    people: tuple[Reading, ...] = ()
    """Of a video: the mean reading of each person's face, from their first appearance to their last."""
    faces: tuple[Reading, ...] = ()
    """Of a video: the reading of each face from second to second, with its box at that time, in the order of time."""
    sentences: tuple[Reading, ...] = ()
    """Of a video: its sentences, each with the words' own answer among `modalities` and the fused answer while it was
    spoken."""

    @property
    def summary(self) -> str:
        """The overall answer in words; empty for a picture.

        Such as "happy 71 % over 12.3 s of speech in 15.0 s" or "happy 71 % over 12 sentences; sentiment +0.4".
        """
        if self.overall is None:
            return ""
        answer, length = self.overall.summary, short_duration(self.seconds or 0.0)
        if self.overall.modalities is not None:  # a video
            return f"{answer} in {length}"
        if self.overall.speech_seconds is None:  # a text
            over = f" over {len(self.readings):,} sentences" if len(self.readings) > 1 else ""
            return "; ".join((f"{answer}{over}", *affect_phrases(self.overall)))
        spoken = f" over {short_duration(self.overall.speech_seconds)} of speech" if self.overall.probabilities else ""
        return f"{answer}{spoken} in {length}"

    def shifted(self, seconds: float) -> Self:
        """Return the same, `seconds` later in the recording."""
        if not seconds:
            return self
        lists = ("readings", "people", "faces", "sentences")
        moved: dict[str, Any] = {
            name: tuple(_shifted(reading, seconds) for reading in getattr(self, name)) for name in lists
        }
        moved["pauses"] = tuple((start + seconds, end + seconds) for start, end in self.pauses)
        moved["overall"] = _shifted(self.overall, seconds) if self.overall else None
        return replace(self, start_seconds=self.start_seconds + seconds, **moved)

    def to_dict(self) -> dict[str, Any]:
        """Return the document of result.json; docs/reference/prediction.schema.json describes it."""
        answers = {
            "readings": [reading.to_dict() for reading in self.readings],
            "overall": self.overall.to_dict() if self.overall else None,
        }
        rest = asdict(replace(self, readings=(), overall=None))  # thousands of readings are gone through once
        return {"schema": SCHEMA} | rest | answers | {"not_sure_below": config.NOT_SURE_BELOW}

    @classmethod
    def from_dict(cls, document: Mapping[str, Any]) -> Self:
        """Return the prediction that `to_dict` made this document of; raises KeyError or TypeError for any other."""
        values: dict[str, Any] = {field.name: _frozen(document[field.name]) for field in fields(cls)}
        values |= {name: tuple(map(_reading, document[name])) for name in ("readings", "people", "faces", "sentences")}
        values["overall"] = _reading(document["overall"]) if document["overall"] else None
        return cls(**values)

    def to_dataframe(self) -> Any:
        """Return a pandas DataFrame with a row for each of `readings` and a column for each label.

        Beside the labels' probabilities: source, person, start_seconds, end_seconds, emotion, likeliest, confidence,
        speech_seconds, sentiment, valence, arousal, text and notes. Raises DemeanorError where pandas is missing.
        """
        try:
            import pandas
        except ImportError:
            raise DemeanorError("A DataFrame needs pandas; install it with: pip install pandas.") from None
        return pandas.DataFrame([self._row(reading) for reading in self.readings])

    def _row(self, reading: Reading) -> dict[str, Any]:
        names = ("person", "start_seconds", "end_seconds", "emotion", "likeliest", "confidence")
        row = {"source": self.source} | {name: getattr(reading, name) for name in names}
        row |= {label: reading.probabilities.get(label) for label in self.labels}
        row |= {name: getattr(reading, name) for name in ("speech_seconds", *AFFECT_DIMENSIONS, "text")}
        return row | {"notes": "; ".join(reading.notes)}

    def to_json(self) -> str:
        """Return `to_dict` as indented JSON."""
        return json.dumps(self.to_dict(), indent=2, ensure_ascii=False)


def affect_phrases(reading: Reading) -> list[str]:
    """Say sentiment, valence and arousal in words.

    >>> affect_phrases(Reading({}, sentiment=0.42, arousal=-0.01))
    ['sentiment +0.4', 'arousal 0.0']
    """
    return [f"{name} {signed(value)}" for name, value in reading.affect.items()]


def _shifted(reading: Reading, seconds: float) -> Reading:
    start, end = reading.start_seconds, reading.end_seconds
    return (
        reading
        if start is None or end is None
        else replace(reading, start_seconds=start + seconds, end_seconds=end + seconds)
    )


def _reading(document: Mapping[str, Any]) -> Reading:
    return Reading(**{field.name: _frozen(document[field.name]) for field in fields(Reading)})


def _frozen(value: Any) -> Any:
    """Return a list with all lists in it as tuples, and anything else as it is."""
    return tuple(map(_frozen, value)) if isinstance(value, list) else value
