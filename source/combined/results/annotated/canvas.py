"""Drawing on the planes of a frame, in the video's own YUV, by plain array assignments."""

from collections.abc import Sequence

import numpy as np

from ....face.tracks import Box
from ....media.video.yuv import BLACK, STEPS, Planes, planes_of

Colour = tuple[int, int, int]
"""Y, U and V."""


class Canvas:
    """A frame that is drawn upon again and again; `pixels`: (height * 3 / 2, width) uint8, the planes one by one."""

    def __init__(self, width: int, height: int, matrix: int, ground: str) -> None:
        """Fill the frame with ground, "#rrggbb"."""
        self.pixels = np.empty((height * 3 // 2, width), np.uint8)
        y, u, v = np.split(self.pixels.reshape(-1), (height * width, height * width * 5 // 4))
        self.planes: Planes = y.reshape(height, width), u.reshape(height // 2, -1), v.reshape(height // 2, -1)
        colour = np.array([int(ground[at : at + 2], 16) for at in (1, 3, 5)], np.uint8)
        y, u, v = (int(plane[0, 0]) for plane in planes_of(np.tile(colour, (2, 2, 1)), matrix))
        fill(self.planes, (0, 0, width, height), (y, u, v))


def within(planes: Planes, x: int, y: int, size: tuple[int, int]) -> Planes:
    """Return a part of the planes as views. x and y of its left upper corner, width and height in pixels, all even."""
    (width, height) = size
    luma, blue, red = (
        plane[y // step : (y + height) // step, x // step : (x + width) // step]
        for plane, step in zip(planes, STEPS, strict=True)
    )
    return luma, blue, red


def paste(planes: Planes, given: Planes, x: int = 0, y: int = 0) -> None:
    """Copy the planes `given` to where x and y, even, are their left upper corner."""
    height, width = given[0].shape
    for mine, theirs in zip(within(planes, x, y, (width, height)), given, strict=True):
        mine[:] = theirs


def fill(planes: Planes, area: Sequence[int], colour: Colour) -> None:
    """Fill an area, left, top, right and bottom in pixels; pixels that share a colour with one of its own have it."""
    left, top, right, bottom = area
    for plane, value, step in zip(planes, colour, STEPS, strict=True):
        plane[top // step : -(-bottom // step), left // step : -(-right // step)] = value


def draw_box(picture: Planes, box: Box, badge: Planes, width: int) -> None:
    """Draw a face's box in its badge's colour, dark-edged to show on any ground; the badge above it or else inside."""
    height, length = picture[0].shape
    left, right = (round(min(max(edge, 0), length)) for edge in box[::2])
    top, bottom = (round(min(max(edge, 0), height)) for edge in box[1::2])
    if right - left < 2 or bottom - top < 2:  # outside the picture
        return
    y, u, v = (int(plane[0, 0]) for plane in badge)
    _outline(picture, (left, top, right, bottom), width + 2, BLACK)
    _outline(picture, (left + 1, top + 1, right - 1, bottom - 1), width, (y, u, v))
    badge_height, badge_length = (min(pair) for pair in zip(badge[0].shape, (height, length), strict=True))
    beside = top - badge_height if top >= badge_height else min(top, height - badge_height)
    badge = within(badge, 0, 0, (badge_length, badge_height))
    paste(picture, badge, min(left, length - badge_length) // 2 * 2, beside // 2 * 2)


def _outline(picture: Planes, box: tuple[int, int, int, int], width: int, colour: Colour) -> None:
    left, top, right, bottom = box
    fill(picture, (left, top, right, min(top + width, bottom)), colour)
    fill(picture, (left, max(bottom - width, top), right, bottom), colour)
    fill(picture, (left, top, min(left + width, right), bottom), colour)
    fill(picture, (max(right - width, left), top, right, bottom), colour)
