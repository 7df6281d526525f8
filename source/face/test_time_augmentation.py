"""The views of a face whose answers are averaged at evaluation and prediction."""

from typing import Any

from .mirror import mirrored
from .settings import FaceSettings


def test_time_augment(inputs: dict[str, Any], settings: FaceSettings) -> list[dict[str, Any]]:
    """The face and its mirror image, each through five crops (Krizhevsky et al. 2012) if the config says so.

    Inputs as `describe` makes them, with a leading batch axis. The crops are the centre and the four corners of the
    picture; the network looks at its central `crop_side` pixels, so moving the picture moves the crop.
    """
    margin = (settings.image_side - settings.crop_side) // 2 if settings.five_crops else 0
    corners = [(down, across) for down in (-margin, margin) for across in (-margin, margin)] if margin else []
    moved = [inputs | {"image": inputs["image"].roll(corner, (1, 2))} for corner in corners]
    return [view for crop in (inputs, *moved) for view in (crop, mirrored(crop))]
