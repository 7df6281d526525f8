"""What people add to a result: whose it is, who is who, marks on its time, corrected words and the marks of raters.

It lies as annotations.json beside result.json, which stays as the model wrote it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import Annotated, Any, ClassVar

from pydantic import BeforeValidator, Field

from ..core.checked import checked
from ..core.errors import DemeanorError
from ..core.files import write_whole
from ..core.serialise import json_text
from ..core.tidy import in_one_line, tidied
from .prediction import Prediction, Reading
from .writing import ANNOTATIONS as FILE
from .writing import RESULT, explained

LOCK = ".annotations.lock"
SCHEMA = "demeanor.annotations/1"
MOST_BYTES = 8_000_000  # of the file
LONGEST_SECONDS = 1e6  # eleven days
WAIT_SECONDS = 10.0  # for another process that writes the same file

Line = Annotated[str, BeforeValidator(in_one_line), Field(max_length=120)]
Text = Annotated[str, BeforeValidator(tidied), Field(max_length=5_000)]
Number = Annotated[str, Field(pattern=r"^(0|[1-9][0-9]{0,5})$")]  # as JSON has the keys of an object
Seconds = Annotated[float, Field(ge=0, le=LONGEST_SECONDS)]


class Strict:
    """Of dataclasses that pydantic checks: what they have no field for is refused."""

    __pydantic_config__: ClassVar = {"extra": "forbid", "allow_inf_nan": False, "use_attribute_docstrings": True}


@dataclass(frozen=True)
class Mark(Strict):
    """A stretch of a recording, or a moment of it, as a person labels it."""

    begin_seconds: Seconds
    end_seconds: Seconds
    """The same as `begin_seconds`: a moment."""
    label: Line = ""
    excluded: bool = False
    """Whether to leave it out of means."""

    def __post_init__(self) -> None:
        if not self.begin_seconds <= self.end_seconds:
            raise ValueError("a mark ends before it begins")


Marks = Annotated[tuple[Mark, ...], Field(max_length=20_000)]
RaterName = Annotated[Line, Field(pattern=r"^[^/\\]*\w[^/\\]*$")]  # it is part of an address: no "..", no "a/b"


@dataclass(frozen=True)
class Correction(Strict):
    """The words of a sentence as a person corrected them, and what the text model reads in them."""

    text: Text
    reading: Reading | None = None
    """Null where there is nothing to read in them."""
    said: Text = ""
    """The words that it corrects: where the sentence is another, since the file was read anew, it does not count."""


@dataclass(frozen=True)
class Annotations(Strict):
    """All that people added to one result."""

    participant: Line = ""
    """Who is seen or heard, by the name or number that a study gives them."""
    group: Line = ""
    """Of the study, such as a condition."""
    note: Text = ""
    names: Annotated[dict[Number, Line], Field(max_length=1_000)] = field(default_factory=dict)
    """Number of a person in the file -> name."""
    marks: Marks = ()
    sentences: Annotated[dict[Number, Correction], Field(max_length=20_000)] = field(default_factory=dict)
    """Index of a sentence (see `sentences_of`) -> its correction."""
    raters: Annotated[dict[RaterName, Marks], Field(max_length=20)] = field(default_factory=dict)
    """Name of a rater -> what they see, by time; compared with the answer."""

    @property
    def excluded(self) -> list[tuple[float, float]]:
        """The stretches that are left out of means: start and end in seconds."""
        return [(mark.begin_seconds, mark.end_seconds) for mark in self.marks if mark.excluded]

    def name_of(self, person: int) -> str:
        """Return the person's name, "person 0" without one."""
        return self.names.get(str(person)) or f"person {person}"

    def to_dict(self) -> dict[str, Any]:
        """Return the document of annotations.json."""
        answers = {
            at: {"text": one.text, "reading": one.reading.to_dict() if one.reading else None, "said": one.said}
            for at, one in self.sentences.items()
        }
        return {"schema": SCHEMA} | asdict(self) | {"sentences": answers}


@dataclass(frozen=True)
class Changes(Strict):
    """What to change in annotations: of each field None leaves it as it is."""

    participant: Line | None = None
    group: Line | None = None
    note: Text | None = None
    names: Annotated[dict[Number, Line | None], Field(max_length=1_000)] | None = None
    """Empty or null: without a name. Persons that are not named here keep theirs."""
    marks: Marks | None = None
    """All of them."""
    sentences: Annotated[dict[Number, Text | None], Field(max_length=1_000)] | None = None
    """The words as corrected; empty, null or as they were: without a correction. Others keep theirs."""

    def to(self, before: Annotations, corrections: Mapping[str, Correction | None]) -> Annotations:
        """Return the annotations with these changes; corrections: of `sentences`, None to forget one."""
        given = {one.name: getattr(self, one.name) for one in fields(self)}
        given |= {"names": _merged(before.names, self.names), "sentences": _merged(before.sentences, corrections)}
        return replace(before, **{name: value for name, value in given.items() if value is not None})


def changes_of(document: Any) -> Changes:
    """Return the changes that a document, such as {"group": "B"}, asks for; raises DemeanorError where it is wrong."""
    return checked(Changes, document, "These changes cannot be made")


def sentences_of(prediction: Prediction) -> Sequence[Reading]:
    """Return the sentences that can be corrected: those of a video, or the readings of words."""
    return prediction.sentences or [reading for reading in prediction.readings if reading.text]


def corrected(
    prediction: Prediction, index: int, words: str | None, read: Callable[[str], Reading | None]
) -> Correction | None:
    """Return the correction of a sentence; None where it has none any more.

    read: what the text model reads in words; None where there is nothing. Raises DemeanorError where there is no such
    sentence.
    """
    sentences = sentences_of(prediction)
    if index >= len(sentences):
        raise DemeanorError(f"There is no sentence {index}; the result has {len(sentences)}, counted from 0.")
    said = sentences[index]
    if not words or words == said.text:
        return None
    reading = read(words)
    where = {name: getattr(said, name) for name in ("person", "start_seconds", "end_seconds")}
    return Correction(words, reading and replace(reading, text=words, **where), said.text)


def read_annotations(folder: Path) -> Annotations:
    """Return what was added to the result in `folder`; raises DemeanorError where annotations.json is damaged."""
    file = folder / FILE
    try:
        document = json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return Annotations()
    except (OSError, ValueError, RecursionError) as error:
        raise DemeanorError(f"{file} cannot be read ({error}); mend or remove it.") from None
    known = isinstance(document, dict) and document.pop("schema", None) == SCHEMA
    return checked(Annotations, document if known else {"schema": "another"}, f"{file} cannot be used")


def update_annotations(folder: Path, change: Callable[[Annotations], Annotations]) -> Annotations:
    """Change what was added to the result in `folder` and return it; several writers wait for each other.

    Raises DemeanorError where the result is gone or this is too much, CannotWrite where it cannot be written; all is
    then as before.
    """
    from filelock import FileLock, Timeout

    _refuse_gone(folder)  # before the lock, which would make the folder again
    with explained(folder):
        try:
            with FileLock(folder / LOCK, timeout=WAIT_SECONDS):
                _refuse_gone(folder)
                changed = asdict(change(read_annotations(folder)))
                after = checked(Annotations, changed, "These annotations cannot be kept")
                content = json_text(after.to_dict()).encode()
                if len(content) > MOST_BYTES:
                    raise DemeanorError(f"Annotations of more than {MOST_BYTES // 10**6} MB cannot be kept.")
                write_whole(folder / FILE, content)
                return after
        except Timeout:
            raise DemeanorError(f"{folder / FILE} is being changed by another program; try again.") from None


def _refuse_gone(folder: Path) -> None:
    if not (folder / RESULT).is_file():
        raise DemeanorError(f"There is no result in {folder} any more.")


def _merged(before: Mapping[str, Any], changes: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return what there was, with the changes; what is empty there goes."""
    both = {**before, **(changes or {})}
    return {key: both[key] for key in sorted(both, key=int) if both[key]}
