"""Appearance descriptors of a face: enough to recognise it within one recording, no more.

There is no face recognition network here. The descriptor is local binary patterns of the aligned crop (Ojala et al.
2002; histograms over a grid of its parts as in Ahonen et al. 2006, "Face description with local binary patterns") and
histograms of chromaticity and of brightness relative to the region's own, so that a lamp switched on changes little
(compared by Hellinger distance, as in Comaniciu et al. 2003). It separates faces under about the same light and from
about the same side. Two people who resemble each other may pass for one, and one who turns or goes elsewhere for two.
"""

from dataclasses import dataclass

import numpy as np

from .detector import Face, aligned_crop

CROP_SIDE = 64  # pixels of the aligned crop
PARTS = 4  # of the crop, along each side, each with a histogram of its own
PATTERNS = 59  # 58 uniform patterns of eight neighbours (at most two changes around the circle) and all others as one
REGION_SIDE = 32  # pixels to which a region is shrunk before its colours are counted
SHADES, TINTS = 3, 16  # bins of brightness, and of each of red and green as a share of all three colours
TINT_RANGE = ((0.2, 0.6), (0.2, 0.5))  # of red, of green
DARK = 4  # added to each channel, because the chromaticity of near-black pixels is noise
COLOUR_WEIGHT = 0.3  # of the colours' Hellinger distance against the patterns'; chosen on acted clips of nine people
AROUND = (1.0, 0.6, 1.0, 1.25)  # box sides added left, above, right, below: hair, shoulders, background

# Bin of each pattern, 0 to 255: 0 if more than two bits differ from the next around the circle.
_FEW_CHANGES = np.array([(code ^ (code >> 1 | (code & 1) << 7)).bit_count() <= 2 for code in range(256)])
PATTERN_BINS = np.where(_FEW_CHANGES, _FEW_CHANGES.cumsum(), 0)


@dataclass(frozen=True)
class Appearance:
    """Appearance descriptor. Each row vector has length 1, so that a dot product is the Bhattacharyya coefficient."""

    patterns: np.ndarray
    """(944,) float32: square roots of the histograms of local binary patterns."""
    colours: np.ndarray
    """(768,) float32: square roots of the histogram of the face's colours."""
    background: np.ndarray
    """(768,) float32: the same of the face with its surroundings."""


def describe_appearance(picture: np.ndarray, face: Face) -> Appearance:
    """Return the descriptor of one face of `picture` (H, W, 3) uint8 RGB."""
    region, face = _close_up(picture, face)
    left, top, right, bottom = (max(round(edge), 0) for edge in face.box)
    inside = region[top : bottom + 1, left : right + 1]
    return Appearance(
        _pattern_histograms(aligned_crop(region, face, CROP_SIDE)),
        _colour_histogram(inside if inside.size else region),
        _colour_histogram(region),
    )


def appearance_distance(one: Appearance, other: Appearance) -> float:
    """Return 0 for the same face and picture, up to 1.3.

    One person in one shot: below 0.2; two people: mostly above 0.2.
    """
    patterns = 1 - float(one.patterns @ other.patterns)
    return max(patterns, 0) + COLOUR_WEIGHT * _hellinger(one.colours, other.colours)


def background_distance(one: Appearance, other: Appearance) -> float:
    """Return how much the surroundings differ: 0 to 1. Below 0.1 from one frame to the next of a shot."""
    return _hellinger(one.background, other.background)


def _hellinger(one: np.ndarray, other: np.ndarray) -> float:
    return max(1 - float(one @ other), 0) ** 0.5


def _pattern_histograms(crop: np.ndarray) -> np.ndarray:
    import cv2

    smooth = cv2.GaussianBlur(crop, (0, 0), 0.7)
    middle, codes = smooth[1:-1, 1:-1], np.zeros((CROP_SIDE - 2, CROP_SIDE - 2), np.uint8)
    neighbours = [(0, 0), (0, 1), (0, 2), (1, 2), (2, 2), (2, 1), (2, 0), (1, 0)]
    for bit, (y, x) in enumerate(neighbours):
        codes |= (smooth[y : y + CROP_SIDE - 2, x : x + CROP_SIDE - 2] >= middle).astype(np.uint8) << bit
    part = np.arange(CROP_SIDE - 2) * PARTS // (CROP_SIDE - 2)
    cells = (part[:, None] * PARTS + part) * PATTERNS + PATTERN_BINS[codes]
    counts = np.bincount(cells.ravel(), minlength=PARTS * PARTS * PATTERNS).reshape(PARTS * PARTS, PATTERNS)
    return np.sqrt(counts / counts.sum(1, keepdims=True) / PARTS**2).ravel().astype(np.float32)


def _close_up(picture: np.ndarray, face: Face) -> tuple[np.ndarray, Face]:
    """Return the face with its surroundings, shrunk so that it is hardly larger than the crop, and the face in there.

    Shrunk by a whole number, which OpenCV does fast: what follows takes the same short time in pictures of any size.
    """
    import cv2

    left, top, right, bottom = face.box
    side, (height, width) = max(right - left, bottom - top), picture.shape[:2]
    x0 = int(min(max(left - AROUND[0] * side, 0), width - 1))
    y0 = int(min(max(top - AROUND[1] * side, 0), height - 1))
    x1 = int(min(max(right + AROUND[2] * side, x0 + 1), width))
    y1 = int(min(max(bottom + AROUND[3] * side, y0 + 1), height))
    factor = max(1, min(int(side) // CROP_SIDE, x1 - x0, y1 - y0))
    wide, high = (x1 - x0) // factor, (y1 - y0) // factor
    region = picture[y0 : y0 + high * factor, x0 : x0 + wide * factor]
    return cv2.resize(region, (wide, high), interpolation=cv2.INTER_AREA), face.moved(-x0, -y0, 1 / factor)


def _colour_histogram(region: np.ndarray) -> np.ndarray:
    import cv2

    small = cv2.resize(region, (REGION_SIDE, REGION_SIDE), interpolation=cv2.INTER_AREA)
    red, green, blue = cv2.split(small.astype(np.float32) + DARK)
    total = red + green + blue
    shade = _binned((total - total.mean()) / (total.std() + 1e-6), (-2, 2), SHADES)
    tints = [_binned(part / total, limits, TINTS) for part, limits in zip((red, green), TINT_RANGE, strict=True)]
    bins = shade + SHADES * (tints[0] + TINTS * tints[1])
    counts = np.bincount(bins.ravel(), minlength=SHADES * TINTS**2).reshape(TINTS, TINTS, SHADES).astype(np.float32)
    counts = cv2.GaussianBlur(counts, (3, 3), 0)  # a tint at a bin's edge would jump between frames
    return np.sqrt(counts / counts.sum()).ravel()


def _binned(values: np.ndarray, limits: tuple[float, float], count: int) -> np.ndarray:
    low, high = limits
    return np.minimum(np.maximum((values - low) * (count / (high - low)), 0), count - 1).astype(np.int32)
