"""Mirror images of faces, and test-time augmentation by them: the logits are averaged over all views."""

import re
from typing import TYPE_CHECKING

import numpy as np

from .detector import BLENDSHAPE_NAMES, POINTS
from .settings import FaceSettings

if TYPE_CHECKING:
    from torch import Tensor

# Found by matching the median of 8,000 frontal meshes with its mirror image, one to one (Hungarian assignment). Both
# sides are numbered in the same order; the points not named lie on the line of symmetry.
_ONE_SIDE = np.r_[3, 7, 20:94, 95:151, 153:164, 165:168, 169:175, 176:195, 196, 198, 201:248, 468, 469, 470, 471, 472]
_OTHER_SIDE = np.r_[248:468, 473, 476, 475, 474, 477]

MIRRORED_POINTS = np.arange(POINTS)
"""The mesh point on the other side of each, (478,); a point on the line of symmetry is its own."""
MIRRORED_POINTS[_ONE_SIDE], MIRRORED_POINTS[_OTHER_SIDE] = _OTHER_SIDE, _ONE_SIDE

_SIDES = {"Left": "Right", "Right": "Left"}
MIRRORED_BLENDSHAPES = np.array(
    [BLENDSHAPE_NAMES.index(re.sub("(Left|Right)$", lambda end: _SIDES[end[0]], name)) for name in BLENDSHAPE_NAMES]
)
"""The blendshape of the other side of each, (52,)."""


def mirrored(inputs: "dict[str, Tensor]") -> "dict[str, Tensor]":
    """Return the faces as in a mirror. Inputs are tensors as `featurize` makes them, with a leading batch axis."""
    landmarks = inputs["landmarks"][:, MIRRORED_POINTS]
    return inputs | {
        "image": inputs["image"].flip(-1),
        "landmarks": landmarks * landmarks.new_tensor([-1, 1, 1]),
        "blendshapes": inputs["blendshapes"][:, MIRRORED_BLENDSHAPES],
    }


def test_time_augment(inputs: "dict[str, Tensor]", settings: FaceSettings) -> "list[dict[str, Tensor]]":
    """Return the views of a batch: each face and its mirror image, with five crops (Krizhevsky et al. 2012) of either.

    `inputs` are tensors as `featurize` makes them, with a leading batch axis. The crops are the centre and the four
    corners, or the centre alone without settings.five_crops; the network sees the central `crop_side` pixels, so
    shifting the image moves the crop.
    """
    margin = (settings.image_side - settings.crop_side) // 2 if settings.five_crops else 0
    corners = [(down, across) for down in (-margin, margin) for across in (-margin, margin)] if margin else []
    shifted = [inputs | {"image": inputs["image"].roll(corner, (1, 2))} for corner in corners]
    return [view for crop in (inputs, *shifted) for view in (crop, mirrored(crop))]
