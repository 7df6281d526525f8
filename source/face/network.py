"""The face model: a CNN over the aligned crop, and dense layers over the mesh and the blendshapes."""

from typing import Any

import torch
from torch import Tensor, nn

from .backbones import IMAGE_ARCHITECTURES
from .detector import BLENDSHAPES, POINTS
from .settings import FaceSettings


class FaceModel(nn.Module):
    """Face -> logits: `forward_features`, then `head`. With num_classes=0 the head is the identity, for fusion.

    >>> network = FaceModel(FaceSettings(widths=(4, 8), depths=(1, 1)), num_classes=7)
    """

    def __init__(self, settings: FaceSettings, num_classes: int):
        super().__init__()
        self.settings = settings
        self.image_branch: Any = None
        self.shape_branch: Any = None
        if settings.use_image:
            self.image_branch = IMAGE_ARCHITECTURES[settings.architecture](settings.widths, settings.depths)
        if self._shape_size:
            width = settings.shape_width
            self.shape_branch = nn.Sequential(
                nn.BatchNorm1d(self._shape_size, affine=False),  # the scale of each coordinate, kept with the weights
                nn.Linear(self._shape_size, width, bias=False), nn.BatchNorm1d(width), nn.ReLU(), nn.Dropout(0.3),
                nn.Linear(width, width), nn.ReLU(),
            )  # fmt: skip
        self.dropout = nn.Dropout(settings.dropout)
        self.head = nn.Linear(self.features, num_classes) if num_classes else nn.Identity()

    @property
    def _shape_size(self) -> int:
        return POINTS * 3 * self.settings.use_landmarks + BLENDSHAPES * self.settings.use_blendshapes

    @property
    def features(self) -> int:
        """Length of the vector that `forward_features` returns."""
        convolutions = [layer for layer in self.modules() if isinstance(layer, nn.Conv2d)]
        image = convolutions[-1].out_channels if self.image_branch else 0
        return image + (self.settings.shape_width if self.shape_branch else 0)

    def forward(self, image: Tensor, landmarks: Tensor, blendshapes: Tensor, face_found: Tensor) -> Tensor:
        """Return the logits (B, num_classes); `forward_features` says what the inputs are."""
        return self.head(self.dropout(self.forward_features(image, landmarks, blendshapes, face_found)))

    def forward_features(self, image: Tensor, landmarks: Tensor, blendshapes: Tensor, face_found: Tensor) -> Tensor:
        """Return the branches' features, concatenated: (B, features).

        image (B, S, S), uint8 or float, in [0, 255]; landmarks (B, 478, 3); blendshapes (B, 52); face_found (B,): where
        it is 0, landmarks and blendshapes have no influence.
        """
        parts = []
        if self.image_branch is not None:
            parts.append(self.feature_map(image).mean((2, 3)))
        if self.shape_branch is not None:
            known = face_found.float()[:, None]
            mesh, shapes = landmarks.flatten(1).float(), blendshapes.float()
            shape = [mesh] * self.settings.use_landmarks + [shapes] * self.settings.use_blendshapes
            parts.append(self.shape_branch(torch.cat(shape, 1) * known) * known)
        return torch.cat([part.float() for part in parts], 1)

    def feature_map(self, image: Tensor) -> Tensor:
        """Return the CNN's last map (B, channels, h, w) of the central `crop_side` pixels of image (B, S, S)."""
        margin = (image.shape[-1] - self.settings.crop_side) // 2
        crop = image[:, None, margin : margin + self.settings.crop_side, margin : margin + self.settings.crop_side]
        return self.image_branch((crop.float() / 127.5 - 1).contiguous(memory_format=torch.channels_last))
