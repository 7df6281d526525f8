"""The faces of a video, each encoded by the combined model's face branch."""

import numpy as np

from ...core.arrays import tensors
from ...face.recorder import FaceRecorder
from ...training.checkpoint import Trained


class FaceStream(FaceRecorder):
    """Takes the frames in the order of time; gives the faces, encoded, meanwhile and at the end."""

    def __init__(self, trained: Trained) -> None:
        def encode(arrays: dict[str, np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
            import torch

            inputs, network = tensors(arrays), trained.network
            inputs.pop("face_found", None)
            with torch.inference_mode():
                features = network.encode_face(**inputs)
                logits = network.fuse(face=features[:, None])
            return features.numpy(), (logits / trained.header.temperature).softmax(1).numpy()

        super().__init__(trained.settings.face, encode, trained.network.lengths.get("face", 0), len(trained.labels))
