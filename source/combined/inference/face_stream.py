"""The faces of a video, each encoded by the combined model's face branch."""

from dataclasses import replace

import numpy as np
import torch

from ...core.arrays import tensors
from ...face.recorder import FaceNow, FaceRecorder
from ...face.tracks import UNCONFIRMED, FaceTracks
from ...media.video.frame import Frame
from ...training.checkpoint import Trained
from .face_baseline import face_baselines
from .forward import fused_probabilities

Row = tuple[np.ndarray, float]

BATCH = 1024  # faces that are answered together


class FaceStream(FaceRecorder):
    """Takes the frames in the order of time; gives the faces, encoded, meanwhile and at the end."""

    def __init__(self, trained: Trained) -> None:
        def encode(arrays: dict[str, np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
            inputs = tensors(arrays)
            inputs.pop("face_found", None)
            with torch.inference_mode():
                features = trained.network.encode_face(**inputs)
            return features.numpy(), fused_probabilities({"face": features[:, None]}, trained)

        super().__init__(trained.settings.face, encode, trained.network.lengths.get("face", 0), len(trained.labels))
        self._trained = trained
        self._before = BaselineSoFar(trained)

    def look(self, frame: Frame, is_due: bool) -> list[FaceNow]:
        """Return the faces of a frame at once, each answered beside the same person's face until a moment ago."""
        faces = super().look(frame, is_due)
        if not faces:
            return faces
        settings = self._trained.settings
        self._before.advance(self.tracks, frame.seconds - settings.window_seconds / 2)
        baselines, weights = zip(*(self._before.of(face.person) for face in faces), strict=True)
        encoded = {
            "face": np.stack([face.features for face in faces])[:, None],
            "face_mask": np.array([[face.quality] for face in faces], np.float32),
            "face_baseline": np.stack(baselines).astype(np.float32),
            "face_baseline_seconds": np.array(weights, np.float32) / np.float32(settings.frames_per_second),
        }
        answers = fused_probabilities(tensors(encoded), self._trained)
        return [face._replace(probabilities=answer) for face, answer in zip(faces, answers, strict=True)]

    def finish(self) -> FaceTracks:
        """Return the faces of everybody who stays, each answered beside the same person's face at other times."""
        tracks, settings = super().finish(), self._trained.settings
        probabilities, around = tracks.probabilities.copy(), settings.window_seconds / 2
        for start in range(0, len(tracks), BATCH):
            rows = np.arange(start, min(start + BATCH, len(tracks)))
            who, when = tracks.person[rows].tolist(), tracks.seconds[rows].tolist()
            spans = [(person, second - around, second + around) for person, second in zip(who, when, strict=True)]
            baseline, seconds = face_baselines(tracks, spans, 1 / settings.frames_per_second, later=True)
            encoded = {
                "face": tracks.features[rows, None].astype(np.float32),
                "face_mask": tracks.quality[rows, None],
                "face_baseline": baseline,
                "face_baseline_seconds": seconds,
            }
            probabilities[rows] = fused_probabilities(tensors(encoded), self._trained)
        return replace(tracks, probabilities=probabilities)


class BaselineSoFar:
    """The mean of each person's face until a moment ago: what `face_baselines` gives, at no cost as time goes on."""

    def __init__(self, trained: Trained) -> None:
        self._sums: dict[int, Row] = {}
        self._nothing = np.zeros(trained.network.lengths.get("face", 0)), 0.0
        self._rows = 0  # that are summed

    def advance(self, tracks: FaceTracks, seconds: float) -> None:
        """Take in the faces before `seconds`."""
        end = int(np.searchsorted(tracks.seconds, seconds))
        for row in range(self._rows, end):
            total, weight = self._sums.get(person := int(tracks.person[row]), self._nothing)
            more = float(tracks.quality[row])
            self._sums[person] = total + more * tracks.features[row].astype(np.float64), weight + more
        self._rows = max(end, self._rows)

    def of(self, person: int) -> Row:
        """Return the mean (F,) and the weight of the frames that it is of; zeros and 0 where there are none."""
        total, weight = self._sums.get(person, self._nothing) if person != UNCONFIRMED else self._nothing
        return (total / weight, weight) if weight > 0 else self._nothing
