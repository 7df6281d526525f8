"""Test-time augmentation of faces: evaluation and prediction average the logits over all views."""

from typing import TYPE_CHECKING

from .mirror import mirrored
from .settings import FaceSettings

if TYPE_CHECKING:
    from torch import Tensor


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
