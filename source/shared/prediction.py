"""What a prediction says. Everything written to disk is made from these by `source.shared.report`."""

import json
from dataclasses import asdict, dataclass
from typing import Any

import config

SCHEMA = "demeanor.prediction/1"


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
    """What each modality alone said, by its name, where more than one took part."""
    notes: tuple[str, ...] = ()
    """What makes this reading less trustworthy, in words."""

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
    def said(self) -> str:
        """The answer in words, such as "happy 93 %" or "not sure (sad 31 %)"."""
        if self.likeliest is None:
            return "nothing to read"
        text = f"{self.likeliest} {self.confidence:.0%}".replace("%", " %")
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
    """One for each person (picture) or person and stretch (recording); empty where nobody was found."""
    size: tuple[int, int] | None = None
    """Width and height of the upright picture in pixels."""
    notes: tuple[str, ...] = ()
    """What a person should know of this result, in words (such as "no face was found")."""
    folder: str = ""
    """The run folder that holds the written results; empty where nothing was written."""

    def to_dict(self) -> dict[str, Any]:
        """The document written to result.json (schema: README.md, "What comes out")."""
        readings = [_reading_document(reading) for reading in self.readings]
        return {"schema": SCHEMA} | asdict(self) | {"readings": readings, "not_sure_below": config.NOT_SURE_BELOW}

    def to_json(self) -> str:
        return json.dumps(self.to_dict(), indent=2, ensure_ascii=False)


def _reading_document(reading: Reading) -> dict[str, Any]:
    answer = {"emotion": reading.emotion, "likeliest": reading.likeliest, "confidence": reading.confidence}
    return answer | asdict(reading)
