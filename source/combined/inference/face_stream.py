"""Tracks the faces of a video frame by frame and encodes them."""

from collections.abc import Iterator
from contextlib import AbstractContextManager
from typing import Any

import numpy as np

from ...core.arrays import GrowingArray, stacked, tensors
from ...face.features import featurize
from ...face.tracker import FaceTracker
from ...media.video import Frame
from ...training.checkpoint import Trained
from .face_track import UNCONFIRMED, FaceTracks

BATCH = 32  # faces that go through the network together
LEAST_DETECTIONS = 2  # of a person: what is found in one frame of many is no face


class FaceStream(AbstractContextManager["FaceStream"]):
    """Takes the frames in the order of time; gives their faces meanwhile and at the end. A context manager.

    A person is confirmed, and gets the next number, when found for the second time. Numbers never change.
    """

    def __init__(self, trained: Trained) -> None:
        self._trained = trained
        self._tracker = FaceTracker()
        self._waiting: list[dict[str, np.ndarray]] = []  # of the last rows, not encoded in a whole batch yet
        self._numbers: dict[int, int] = {}  # the tracker's number of each person who is confirmed -> ours
        self._unconfirmed: dict[int, list[int]] = {}  # the tracker's number of each other person -> rows
        self._frame_seconds = GrowingArray((), np.float64)
        self._seconds, self._person = GrowingArray((), np.float64), GrowingArray((), np.int32)
        self._box, self._pose = GrowingArray((4,), np.float32), GrowingArray((3,), np.float32)
        self._eye_aspect = GrowingArray((2,), np.float32)
        self._features = GrowingArray((trained.network.lengths.get("face", 0),), np.float16)
        self._probabilities = GrowingArray((len(trained.labels),), np.float32)

    def __exit__(self, *_: Any) -> None:
        self._tracker.close()

    @property
    def frames(self) -> int:
        """Number of the frames taken."""
        return len(self._frame_seconds)

    @property
    def tracks(self) -> FaceTracks:
        """What is encoded so far, as views: it costs nothing. The rows of nobody are UNCONFIRMED."""
        count = len(self._features)
        columns = (
            self._seconds, self._person, self._box, self._pose, self._eye_aspect, self._features, self._probabilities
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
        self._frame_seconds.append(frame.seconds)
        seen_twice = []
        for seen in self._tracker.update(frame.pixels, frame.seconds):
            self._waiting.append(featurize(frame.pixels, seen.face, self._trained.settings.face))
            if seen.person not in self._numbers:
                rows = self._unconfirmed.setdefault(seen.person, [])
                rows.append(len(self._seconds))
                seen_twice += [seen.person] if len(rows) == LEAST_DETECTIONS else []
            self._seconds.append(frame.seconds)
            self._person.append(self._numbers.get(seen.person, UNCONFIRMED))
            self._box.append(np.asarray(seen.face.box, np.float32) * frame.scale)
            self._pose.append(seen.face.pose)
            self._eye_aspect.append(seen.face.eye_aspect)
        self._confirm(seen_twice)
        if len(self._waiting) >= BATCH:
            self._encode(self._waiting)
            self._waiting.clear()

    def flush(self) -> None:
        """Encode what waits for a whole batch. With that it is encoded again, so that the end result stays the same."""
        self._encode(self._waiting[len(self._waiting) + len(self._features) - len(self._seconds) :])

    def _encode(self, faces: list[dict[str, np.ndarray]]) -> None:
        """Encode the inputs of the last rows."""
        if not faces:
            return
        import torch

        inputs, network = tensors(stacked(faces)), self._trained.network
        inputs.pop("face_found", None)
        with torch.inference_mode():
            features = network.encode_face(**inputs)
            logits = network.fuse(face=features[:, None])
        first = len(self._seconds) - len(faces)
        self._features.write(first, features.numpy())
        self._probabilities.write(first, (logits / self._trained.header.temperature).softmax(1).numpy())

    def finish(self) -> FaceTracks:
        """Return the faces of everybody found more than once; of so few frames that none could be, of all."""
        self._encode(self._waiting)
        if self.frames <= LEAST_DETECTIONS:
            self._confirm([*self._unconfirmed])
        tracks = self.tracks
        kept = np.flatnonzero(tracks.person != UNCONFIRMED)
        columns = (rows if name == "frame_seconds" else rows[kept] for name, rows in vars(tracks).items())
        return tracks if len(kept) == len(tracks) else FaceTracks(*columns)

    def _confirm(self, people: list[int]) -> None:
        """Give the persons, by the tracker's numbers, their own in the order in which they first appeared."""
        for person in sorted(people):
            self._numbers[person] = len(self._numbers)
            self._person.rows[self._unconfirmed.pop(person)] = self._numbers[person]
