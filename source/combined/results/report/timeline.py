"""The geometry of the page's timeline: strips, areas and lines over one axis of time, of seconds or of hours."""

from collections.abc import Sequence
from dataclasses import dataclass

from ....core.units import clock
from ....results.attribution import attribution_text, modality_name
from ....results.prediction import Prediction, Reading
from ....results.timeline_figure import round_times
from ....results.video_timeline import (
    face_segments,
    merged_segments_of,
    modalities_in,
    most_seen,
    segments_of,
    unimodal_segments,
)

WIDE = 1000  # units of a drawing, which is stretched to the page's width
MOST_ANSWERS, MOST_ALONE, MOST_SEEN, MOST_PEOPLE = 220, 110, 60, 6  # shapes of each strip: under 2,000 elements in all
MOST_TICKS = 9
LABELLED_WIDTH, NARROW_WIDTH = 85, 250  # units from which an answer is written; on a phone too
LONGEST_TITLE = 300  # characters that pop up


@dataclass(frozen=True)
class Shape:
    """One reading on a strip."""

    reading: Reading
    left: float
    """In units of the drawing, as is the width."""
    width: float

    @property
    def title(self) -> str:
        """What pops up over the shape."""
        reading = self.reading
        times = f"{clock(reading.start_seconds or 0.0)} to {clock(reading.end_seconds or 0.0)}"
        text = "; ".join(filter(None, (f"{times}: {reading.summary}", attribution_text(reading), *reading.notes)))
        text = f"{text}\n“{reading.text}”" if reading.text else text
        return text if len(text) <= LONGEST_TITLE else f"{text[: LONGEST_TITLE - 1]}…"

    @property
    def is_labelled(self) -> bool:
        """Whether there is an answer, and room to write it."""
        return bool(self.reading.probabilities) and self.width >= LABELLED_WIDTH

    @property
    def is_narrow(self) -> bool:
        """Whether a phone has no room to write the answer."""
        return self.width < NARROW_WIDTH


@dataclass(frozen=True)
class Strip:
    """A row of shapes."""

    name: str
    height: int
    """Pixels."""
    shapes: list[Shape]


class Timeline:
    """Everything that the page draws over time; lengths are in units of a drawing that is WIDE of them wide."""

    def __init__(self, prediction: Prediction) -> None:
        self._prediction = prediction
        self.start, self.seconds = prediction.start_seconds, prediction.seconds or 0.0
        self._parts = segments_of(prediction, MOST_ANSWERS)

    @property
    def answers(self) -> Strip:
        """The answer of all modalities together."""
        return self._strip("answer", 44, merged_segments_of(self._prediction, MOST_ANSWERS))

    @property
    def modalities(self) -> list[Strip]:
        """The answer of each modality by itself."""
        names = modalities_in(self._prediction)
        parts = {name: unimodal_segments(self._prediction, name, MOST_ALONE) for name in names}
        return [self._strip(modality_name(name), 22, parts[name]) for name in names]

    @property
    def people(self) -> list[Strip]:
        """When each person is seen, and what the face shows."""
        numbers = most_seen(self._prediction, MOST_PEOPLE)
        return [self._strip(f"#{number}", 16, face_segments(self._prediction, number, MOST_SEEN)) for number in numbers]

    @property
    def areas(self) -> dict[str, str]:
        """The path, by label, from the bottom up to the label's top in the stacked probabilities; the highest first."""
        paths, tops = {}, [0.0] * len(self._parts)
        for label in self._prediction.labels:
            tops = [top + part.probabilities.get(label, 0.0) for top, part in zip(tops, self._parts, strict=True)]
            paths[label] = self._area(tops)
        return dict(reversed(paths.items()))

    @property
    def mood(self) -> dict[str, str]:
        """The paths of valence and arousal; empty where no part has them."""
        if all(part.valence is None for part in self._parts):
            return {}
        return {name: self._line(name) for name in ("valence", "arousal")}

    @property
    def ticks(self) -> list[tuple[float, str]]:
        """Place, as a share of the width, and text of each."""
        times = round_times(self.start, self.start + self.seconds, MOST_TICKS)
        tenths = any(time % 1 for time in times)
        return [((time - self.start) / self.seconds, clock(time, tenths=tenths)) for time in times]

    def _strip(self, name: str, height: int, parts: Sequence[Reading]) -> Strip:
        return Strip(name, height, [Shape(part, *self._place(part)) for part in parts])

    def _place(self, part: Reading) -> tuple[float, float]:
        """Left edge and width."""
        edges = ((edge or 0.0) - self.start for edge in (part.start_seconds, part.end_seconds))
        start, end = (min(max(edge, 0.0), self.seconds) for edge in edges)
        return WIDE * start / self.seconds, WIDE * (end - start) / self.seconds

    def _area(self, tops: Sequence[float]) -> str:
        path = ["M0,100"]
        for part, top in zip(self._parts, tops, strict=True):
            left, width = self._place(part)
            path.append(f"H{left:.1f}V{100 - 100 * min(top, 1.0):.1f}H{left + width:.1f}")
        return "".join(path) + "V100Z"

    def _line(self, name: str) -> str:
        """Level over every part; broken where there is no value."""
        path, follows = [], False
        for part in self._parts:
            value, (left, width) = getattr(part, name), self._place(part)
            if value is not None:
                y, move = 50 - 46 * min(max(value, -1.0), 1.0), "L" if follows else "M"
                path.append(f"{move}{left + 0.2 * width:.1f},{y:.1f}L{left + 0.8 * width:.1f},{y:.1f}")
            follows = value is not None
        return "".join(path)
