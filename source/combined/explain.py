"""The combined model on a single face, so that what it looks at there can be explained."""

from typing import Any

from torch import Tensor


class FaceAlone:
    """Predicts the emotion of one face in one frame. Takes the place of a face model in `source.face.explain`."""

    def __init__(self, network: Any) -> None:
        self._network, branch = network, network.branches["face"]
        self.image_branch, self.settings = branch.image_branch, branch.settings

    def __call__(self, image: Tensor, landmarks: Tensor, blendshapes: Tensor, face_found: Tensor) -> Tensor:
        """Return logits (B, num_classes).

        image (B, S, S), landmarks (B, 478, 3), blendshapes (B, 52), face_found (B,).
        """
        faces = self._network.encode_face(image=image, landmarks=landmarks, blendshapes=blendshapes)
        return self._network.fuse(face=faces[:, None], face_mask=(face_found > 0)[:, None])
