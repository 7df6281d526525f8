"""Tracks the faces of a video frame by frame and encodes them."""

from contextlib import AbstractContextManager
from typing import Any

import numpy as np

from ...core.arrays import stacked, tensors
from ...face.features import featurize
from ...face.tracker import FaceTracker
from ...media.video import Frame
from ...training.checkpoint import Trained
from .face_track import FaceTracks

BATCH = 32  # faces that go through the network together
LEAST_DETECTIONS = 2  # of a person: what is found in one frame of many is no face


class FaceStream(AbstractContextManager["FaceStream"]):
    """Takes the frames in the order of time, then gives the `face_tracks`. A context manager, for its tracker."""

    def __init__(self, trained: Trained) -> None:
        self._trained = trained
        self._tracker = FaceTracker()
        self._waiting: list[dict[str, np.ndarray]] = []
        self._seconds: list[float] = []
        self._person: list[int] = []
        self._box: list[np.ndarray] = []
        self._features: list[np.ndarray] = []
        self._probabilities: list[np.ndarray] = []
        self.frames = 0

    def __exit__(self, *_: Any) -> None:
        self._tracker.close()

    def add(self, frame: Frame) -> None:
        """Track and encode the faces of one frame."""
        self.frames += 1
        for seen in self._tracker.update(frame.pixels, frame.seconds):
            self._waiting.append(featurize(frame.pixels, seen.face, self._trained.settings.face))
            self._seconds.append(frame.seconds)
            self._person.append(seen.person)
            self._box.append(np.asarray(seen.face.box, np.float32) * frame.scale)
        if len(self._waiting) >= BATCH:
            self._encode()

    def face_tracks(self) -> FaceTracks:
        """Return the faces of everybody found more than once, numbered in the order of first appearance."""
        self._encode()
        person = np.array(self._person, np.int32)
        detections = np.bincount(person) if len(person) else np.zeros(0, int)
        least = LEAST_DETECTIONS if self.frames > LEAST_DETECTIONS else 1
        kept = np.flatnonzero(detections[person] >= least)
        numbers = {number: place for place, number in enumerate(dict.fromkeys(person[kept].tolist()))}
        labels = len(self._trained.labels)
        return FaceTracks(
            np.array(self._seconds)[kept],
            np.array([numbers[number] for number in person[kept].tolist()], np.int32),
            np.array(self._box, np.float32).reshape(-1, 4)[kept],
            np.concatenate(self._features or [np.zeros((0, 0), np.float16)])[kept],
            np.concatenate(self._probabilities or [np.zeros((0, labels), np.float32)])[kept],
        )

    def _encode(self) -> None:
        if not self._waiting:
            return
        import torch

        inputs, network = tensors(stacked(self._waiting)), self._trained.network
        inputs.pop("face_found", None)
        with torch.inference_mode():
            features = network.encode_face(**inputs)
            logits = network.fuse(face=features[:, None])
        self._features.append(features.numpy().astype(np.float16))
        self._probabilities.append((logits / self._trained.header.temperature).softmax(1).numpy())
        self._waiting.clear()
