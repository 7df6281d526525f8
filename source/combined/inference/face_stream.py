"""The faces of a video, each encoded by the combined model's face branch."""

from dataclasses import replace

import numpy as np
import torch

from ...core.arrays import tensors
from ...face.recorder import FaceRecorder
from ...face.tracks import FaceTracks
from ...training.checkpoint import Trained
from .face_baseline import face_baselines
from .forward import fused_probabilities

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
