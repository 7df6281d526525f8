"""Records the faces of a video: tracked frame by frame, described and encoded, in columns."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from typing import Any, NamedTuple

import numpy as np

from ..core.arrays import GrowingArray, stacked
from ..media.video.frame import Frame
from .features import featurize
from .quality import quality
from .settings import FaceSettings
from .tracker import FaceTracker, TrackedFace
from .tracks import UNCONFIRMED, FaceTracks

Encode = Callable[[dict[str, np.ndarray]], tuple[np.ndarray, np.ndarray]]
"""Inputs of N faces as `featurize` makes them -> features (N, F) and probabilities (N, labels)."""

Seen = tuple[TrackedFace, dict[str, np.ndarray]]
"""A face and what `featurize` makes of it."""

BATCH = 32  # faces that go through the network together
LEAST_DETECTIONS = 2  # of a person: what is found in one frame of many is no face


class FaceNow(NamedTuple):
    """A face in the frame just looked at."""

    person: int
    """UNCONFIRMED where it was found once so far."""
    box: np.ndarray
    """(4,) float32: left, top, right, bottom in pixels of the upright picture."""
    quality: float
    """See `source.face.quality`."""
    features: np.ndarray
    """(F,)."""
    probabilities: np.ndarray
    """(labels,): the answer for this face in this frame alone."""


class FaceRecorder(AbstractContextManager["FaceRecorder"]):
    """Takes the frames in the order of time; gives their faces meanwhile and at the end. A context manager.

    A person is confirmed, and gets the next number, when found for the second time. Numbers never change.
    """

    def __init__(self, settings: FaceSettings, encode: Encode, features: int, labels: int) -> None:
        self._settings, self._encode_batch = settings, encode
        self.changed_seconds = np.inf
        """From which time on people were numbered since somebody set it."""
        self._tracker = FaceTracker()
        self._waiting: list[dict[str, np.ndarray]] = []  # of the last rows, not encoded in a whole batch yet
        self._numbers: dict[int, int] = {}  # the tracker's number of each person who is confirmed -> ours
        self._unconfirmed: dict[int, list[int]] = {}  # the tracker's number of each other person -> rows
        self._frame_seconds = GrowingArray((), np.float64)
        self._seconds, self._person = GrowingArray((), np.float64), GrowingArray((), np.int32)
        self._box, self._pose = GrowingArray((4,), np.float32), GrowingArray((3,), np.float32)
        self._eye_aspect = GrowingArray((2,), np.float32)
        self._quality = GrowingArray((), np.float32)
        self._features = GrowingArray((features,), np.float16)
        self._probabilities = GrowingArray((labels,), np.float32)

    def __exit__(self, *_: Any) -> None:
        self._tracker.close()

    def load(self) -> None:
        """Make what the first frame would. Raises DemeanorError where the weights are missing."""
        self._tracker.load()

    @property
    def frames(self) -> int:
        """Number of the frames taken."""
        return len(self._frame_seconds)

    @property
    def tracks(self) -> FaceTracks:
        """What is encoded so far, as views: it costs nothing. The rows of nobody are UNCONFIRMED."""
        count = len(self._features)
        columns = (
            self._seconds, self._person, self._box, self._pose, self._eye_aspect, self._quality, self._features,
            self._probabilities,
        )  # fmt: skip
        return FaceTracks(*(column.rows[:count] for column in columns), frame_seconds=self._frame_seconds.rows)

    @property
    def notes(self) -> Iterator[str]:
        """What limits the faces so far, in words."""
        if self.frames and not self.tracks.people:
            yield f"no face was found in {self.frames:,} frames"
        if self._tracker.has_too_many:
            most = self._tracker.most_faces
            yield f"the {most} largest faces were followed; there may be more (MOST_FACES_IN_VIDEO in config.py)"

    def add(self, frame: Frame) -> None:
        """Track and encode the faces of one frame; one that is not later than the frame before is skipped."""
        if not frame.seconds > (self._frame_seconds.rows[-1] if self.frames else -np.inf):
            return
        faces = self._see(frame)
        self._waiting += [inputs for _, inputs in faces]
        self._record(frame, faces)
        if len(self._waiting) >= BATCH:
            self._encode(self._waiting)
            self._waiting.clear()

    def look(self, frame: Frame, is_due: bool) -> list[FaceNow]:
        """Track and encode the faces of a frame at once and return them; only one that is due is recorded.

        For who wants an answer to every frame; not to be mixed with `add`. The frame is later than the one before.
        """
        faces = self._see(frame)
        if faces:
            features, probabilities = self._encode_batch(stacked([inputs for _, inputs in faces]))
        if is_due:
            first = len(self._seconds)
            self._record(frame, faces)
            if faces:
                self._features.write(first, features)
                self._probabilities.write(first, probabilities)
        return [
            FaceNow(
                self._numbers.get(seen.person, UNCONFIRMED), np.asarray(seen.face.box, np.float32) * frame.scale,
                quality(seen.face, inputs["image"]), features[at], probabilities[at],
            )
            for at, (seen, inputs) in enumerate(faces)
        ]  # fmt: skip

    def _see(self, frame: Frame) -> list[Seen]:
        faces = self._tracker.update(frame.pixels, frame.seconds)
        return [(seen, featurize(frame.pixels, seen.face, self._settings)) for seen in faces]

    def _record(self, frame: Frame, faces: Sequence[Seen]) -> None:
        """Append the rows of a frame's faces, all but what is encoded of them."""
        self._frame_seconds.append(frame.seconds)
        seen_twice = []
        for seen, inputs in faces:
            if seen.person not in self._numbers:
                rows = self._unconfirmed.setdefault(seen.person, [])
                rows.append(len(self._seconds))
                seen_twice += [seen.person] if len(rows) == LEAST_DETECTIONS else []
            self._seconds.append(frame.seconds)
            self._person.append(self._numbers.get(seen.person, UNCONFIRMED))
            self._box.append(np.asarray(seen.face.box, np.float32) * frame.scale)
            self._pose.append(seen.face.pose)
            self._eye_aspect.append(seen.face.eye_aspect)
            self._quality.append(quality(seen.face, inputs["image"]))
        self._confirm(seen_twice)

    def flush(self) -> None:
        """Encode what waits for a whole batch. With that it is encoded again, so that the end result stays the same."""
        self._encode(self._waiting[len(self._waiting) + len(self._features) - len(self._seconds) :])

    def _encode(self, faces: Sequence[dict[str, np.ndarray]]) -> None:
        """Encode the inputs of the last rows."""
        if faces:
            first = len(self._seconds) - len(faces)
            features, probabilities = self._encode_batch(stacked(faces))
            self._features.write(first, features)
            self._probabilities.write(first, probabilities)

    def finish(self) -> FaceTracks:
        """Return the faces of everybody found more than once; of so few frames that none could be, of all."""
        self._encode(self._waiting)
        if self.frames <= LEAST_DETECTIONS:
            self._confirm([*self._unconfirmed])
        tracks = self.tracks
        kept = np.flatnonzero(tracks.person != UNCONFIRMED)
        columns = (rows if name == "frame_seconds" else rows[kept] for name, rows in vars(tracks).items())
        return tracks if len(kept) == len(tracks) else FaceTracks(*columns)

    def _confirm(self, people: Sequence[int]) -> None:
        """Give the persons, by the tracker's numbers, their own in the order in which they first appeared."""
        for person in sorted(people):
            self._numbers[person] = len(self._numbers)
            rows = self._unconfirmed.pop(person)
            self._person.rows[rows] = self._numbers[person]
            self.changed_seconds = min(self.changed_seconds, float(self._seconds.rows[rows[0]]))
