"""Figures that explain a reading: the network's inputs, Grad-CAM, feature maps."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ...core.arrays import tensors
from ...core.figure import new_figure, png_of
from ...results.prediction import Reading
from ..detector import BLENDSHAPE_NAMES
from ..explain import feature_maps, grad_cam

STRONGEST = 8  # blendshapes shown
MOST_MAPS = 32  # of one convolution
BLUE, GREY, YELLOW = "#0072b2", "#8a8a8a", "#f0e442"


def explanation(network: Any, arrays: Mapping[str, np.ndarray], readings: Sequence[Reading]) -> bytes:
    """Draw a row for each face: crop, Grad-CAM for the likeliest label, mesh, strongest blendshapes; return a PNG.

    `arrays` are the network's inputs, as `featurize` makes them, with a leading axis of len(readings).
    """
    labels = list(readings[0].probabilities)
    target = [labels.index(str(reading.likeliest)) for reading in readings]
    evidence = grad_cam(network, tensors(arrays), target)
    figure = new_figure(13, 3.3 * len(readings))
    rows = figure.subplots(len(readings), 4, squeeze=False, width_ratios=(1, 1, 1, 1.1))
    for index, (axes, reading) in enumerate(zip(rows, readings, strict=True)):
        face = {name: array[index].astype(np.float32) for name, array in arrays.items()}
        _show_crop(axes[0], face, f"#{reading.person} {reading.summary}\nthe face, aligned")
        _show_evidence(axes[1], face, None if evidence is None else evidence[index], reading)
        _show_mesh(axes[2], face)
        _show_blendshapes(axes[3], face)
    return png_of(figure)


def map_grid(network: Any, arrays: Mapping[str, np.ndarray], index: int = 0) -> bytes:
    """Draw the maps of the first and the middle convolution of a network with a CNN for the face `index`; a PNG."""
    maps = feature_maps(network, tensors({name: array[index : index + 1] for name, array in arrays.items()}))
    figure = new_figure(11, 5.4 * len(maps))
    for axes, (name, values) in zip(figure.subplots(len(maps), 1, squeeze=False)[:, 0], maps.items(), strict=True):
        shown = values[0, :MOST_MAPS]
        size = f"{values.shape[3]} x {values.shape[2]} pixels"
        _bare(axes, f"{name}: {len(shown)} of {values.shape[1]} maps, {size}, each from its least to its most")
        axes.set_frame_on(False)
        axes.imshow(_mosaic(shown), cmap="gray", vmin=0, vmax=1, interpolation="nearest")
    return png_of(figure)


def _show_crop(axes: Any, face: Mapping[str, np.ndarray], title: str) -> None:
    _bare(axes, title)
    axes.imshow(face["image"], cmap="gray", vmin=0, vmax=255, interpolation="nearest")


def _show_evidence(axes: Any, face: Mapping[str, np.ndarray], evidence: np.ndarray | None, reading: Reading) -> None:
    if evidence is None:
        _bare(axes, "no Grad-CAM")
        _write(axes, "This model looks at no picture,\nonly at the face's shape.")
        return
    _show_crop(axes, face, f"what speaks for “{reading.likeliest}”\n(Grad-CAM)")
    axes.imshow(evidence, cmap="inferno", vmin=0, vmax=1, alpha=0.7 * evidence, interpolation="bilinear")
    if not evidence.any():
        axes.set_title(f"nothing in the crop speaks for\n“{reading.likeliest}” (Grad-CAM)", fontsize=10)


def _show_mesh(axes: Any, face: Mapping[str, np.ndarray]) -> None:
    side = face["image"].shape[-1]
    _show_crop(axes, face, "its mesh of 478 points,\naligned alike")
    if not face["face_found"]:
        axes.set_title("no mesh: no face was found,\nthe picture was read whole", fontsize=10)
        return
    points = (face["landmarks"][:, :2] + 0.5) * side - 0.5  # imshow counts from the middle of the first pixel
    axes.scatter(*points.T, s=2.2, color=YELLOW, linewidths=0)
    axes.set(xlim=(-0.5, side - 0.5), ylim=(side - 0.5, -0.5))


def _show_blendshapes(axes: Any, face: Mapping[str, np.ndarray]) -> None:
    if not face["face_found"]:
        _bare(axes, "no blendshapes")
        _write(axes, "No face was found.")
        return
    expressive = range(1, len(BLENDSHAPE_NAMES))  # the first, _neutral, is always near 0
    strongest = sorted(expressive, key=lambda index: face["blendshapes"][index])[-STRONGEST:]
    axes.barh([BLENDSHAPE_NAMES[index] for index in strongest], face["blendshapes"][strongest], color=BLUE)
    axes.set_xlim(0, 1)
    axes.set_title(f"its {STRONGEST} strongest blendshapes\n(0: not at all, 1: fully)", fontsize=10)
    axes.tick_params(labelsize=9)


def _bare(axes: Any, title: str) -> None:
    axes.set_title(title, fontsize=10)
    axes.set_xticks([])
    axes.set_yticks([])


def _write(axes: Any, sentence: str) -> None:
    axes.text(0.5, 0.5, sentence, ha="center", va="center", color=GREY, transform=axes.transAxes)
    axes.set_frame_on(False)


def _mosaic(maps: np.ndarray, columns: int = 8) -> np.ndarray:
    """Return maps (N, h, w) side by side with a white line between, each stretched to [0, 1]."""
    low, high = maps.min((1, 2), keepdims=True), maps.max((1, 2), keepdims=True)
    maps = (maps - low) / np.maximum(high - low, 1e-12)
    line = max(1, maps.shape[-1] // 16)
    maps = np.pad(maps, ((0, -len(maps) % columns), (0, line), (0, line)), constant_values=1)
    rows, height, width = len(maps) // columns, *maps.shape[1:]
    return maps.reshape(rows, columns, height, width).swapaxes(1, 2).reshape(rows * height, columns * width)
