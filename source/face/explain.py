"""Explanations of the image branch, whatever its backbone is: Grad-CAM and feature maps."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import numpy as np


def grad_cam(network: Any, inputs: Mapping[str, Any], target: Any) -> np.ndarray | None:
    """Return where in the crop the evidence for each `target` label lies (Selvaraju et al. 2017, arXiv:1610.02391).

    `inputs` are tensors as `featurize` makes them, with a leading axis of B; `target` (B,) are label indices. Returns
    (B, S, S) float32 in [0, 1], 1 at each face's maximum, all 0 where nothing speaks for the label; None where the
    network has no image branch. It uses the last map of the last convolution's size, which is not pooled yet.
    """
    import torch

    if network.image_branch is None:
        return None
    inputs = dict(inputs) | {"image": inputs["image"].float().requires_grad_()}
    with torch.enable_grad(), _recorded(network.image_branch) as maps:
        logits = network(**inputs)
        activation = _last_map(maps)
        chosen = logits.gather(1, torch.as_tensor(target)[:, None]).sum()  # the faces do not depend on each other
        (gradient,) = torch.autograd.grad(chosen, activation)
    weights = gradient.mean((2, 3), keepdim=True)
    evidence = (weights * activation).sum(1).relu().detach()
    # Scaled from (B, h, w) over the part that the network sees to (B, S, S) over the whole crop.
    seen, side = network.settings.crop_side, inputs["image"].shape[-1]
    margin = (side - seen) // 2  # as FaceModel.feature_map cuts it
    interpolate, pad = torch.nn.functional.interpolate, torch.nn.functional.pad
    large = interpolate(evidence[:, None], (seen, seen), mode="bilinear", align_corners=False)[:, 0]
    return pad(large / large.amax((1, 2), keepdim=True).clamp_min(1e-12), (margin, side - seen - margin) * 2).numpy()


def feature_maps(network: Any, inputs: Mapping[str, Any]) -> dict[str, np.ndarray]:
    """Return the maps of the first and the middle convolution by their names: each (B, channels, h, w) float32."""
    import torch

    if network.image_branch is None:
        return {}
    with torch.no_grad(), _recorded(network.image_branch) as maps:
        network(**inputs)
    outputs = [output for layer, output in maps if isinstance(layer, torch.nn.Conv2d)]
    return {f"convolution {i + 1} of {len(outputs)}": outputs[i].numpy() for i in sorted({0, len(outputs) // 2})}


@contextmanager
def _recorded(branch: Any) -> Iterator[list[tuple[Any, Any]]]:
    """Record each layer of `branch` with its output, in the order of computation, while the context is open."""
    maps: list[tuple[Any, Any]] = []

    def keep(layer: Any, _: Any, output: Any) -> None:
        maps.append((layer, output))

    hooks = [layer.register_forward_hook(keep) for layer in branch.modules()]
    try:
        yield maps
    finally:
        for hook in hooks:
            hook.remove()


def _last_map(maps: list[tuple[Any, Any]]) -> Any:
    """Return the last map of the last convolution's size: normalised and rectified, but not pooled."""
    from torch import nn

    size = [output.shape[2:] for layer, output in maps if isinstance(layer, nn.Conv2d)][-1]
    return [output for _, output in maps if output.shape[2:] == size][-1]
