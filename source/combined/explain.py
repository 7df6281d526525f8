"""The combined model with nothing but one face before it, so that what it looks at there can be explained."""

from typing import Any

from torch import Tensor, nn


class FaceAlone(nn.Module):
    """One face in one frame -> the combined model's answer. Stands for a face model in `source.face.explain`."""

    def __init__(self, network: Any):
        super().__init__()
        self._network = network

    @property
    def image_branch(self) -> nn.Module | None:
        """The crop's CNN."""
        return self._network.branches["face"].image_branch

    @property
    def settings(self) -> Any:
        """The face branch's settings."""
        return self._network.branches["face"].settings

    def forward(self, image: Tensor, landmarks: Tensor, blendshapes: Tensor, face_found: Tensor) -> Tensor:
        """Logits (B, num_classes) for image (B, S, S), landmarks (B, 478, 3), blendshapes (B, 52), face_found (B,)."""
        faces = self._network.of_faces(image=image, landmarks=landmarks, blendshapes=blendshapes)
        return self._network.fused(faces=faces[:, None], seen=(face_found > 0)[:, None])
