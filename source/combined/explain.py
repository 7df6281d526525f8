"""The combined model on a single face, so that what it looks at there can be explained."""

from typing import Any

from torch import Tensor, nn


class FaceAlone(nn.Module):
    """Predicts the emotion of one face in one frame. Takes the place of a face model in `source.face.explain`."""

    def __init__(self, network: Any) -> None:
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
        """Return logits (B, num_classes).

        image (B, S, S), landmarks (B, 478, 3), blendshapes (B, 52), face_found (B,).
        """
        faces = self._network.encode_face(image=image, landmarks=landmarks, blendshapes=blendshapes)
        return self._network.fuse(face=faces[:, None], face_mask=(face_found > 0)[:, None])
