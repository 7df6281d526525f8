"""What the crop's CNN looks at, for any registered architecture: Grad-CAM and maps of its convolutions."""

from collections.abc import Mapping
from contextlib import contextmanager
from typing import Any

import numpy as np


def grad_cam(network: Any, inputs: Mapping[str, Any], target: Any) -> np.ndarray | None:
    """Where in the crop the evidence for label `target` lies (Selvaraju et al. 2017, arXiv:1610.02391).

    inputs: tensors as `describe` makes them, with a leading axis of B; target (B,) label indices. Gives (B, S, S)
    float32 in [0, 1], 1 at each face's strongest place, all 0 where nothing speaks for the label; None where the
    network looks at no picture. Of the last maps it takes the finest: the one of the last convolution's size.
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
    return _onto_crop(network, (weights * activation).sum(1).relu().detach(), inputs["image"].shape[-1])


def feature_maps(network: Any, inputs: Mapping[str, Any]) -> dict[str, np.ndarray]:
    """What the CNN's first and middle convolution give, by their names: each (B, channels, h, w) float32."""
    import torch

    if network.image_branch is None:
        return {}
    with torch.no_grad(), _recorded(network.image_branch) as maps:
        network(**inputs)
    found = [output for layer, output in maps if isinstance(layer, torch.nn.Conv2d)]
    return {f"convolution {i + 1} of {len(found)}": found[i].numpy() for i in sorted({0, len(found) // 2})}


@contextmanager
def _recorded(branch):
    """Within it, every map (B, channels, h, w) that a layer of `branch` gives is kept, in the order of computation."""
    maps = []

    def keep(layer, _, output):
        maps.append((layer, output))

    hooks = [layer.register_forward_hook(keep) for layer in branch.modules()]
    try:
        yield maps
    finally:
        for hook in hooks:
            hook.remove()


def _last_map(maps):
    """The last map of the size of the last convolution's: normalised and rectified, but not pooled."""
    from torch import nn

    size = [output.shape[2:] for layer, output in maps if isinstance(layer, nn.Conv2d)][-1]
    return [output for _, output in maps if output.shape[2:] == size][-1]


def _onto_crop(network, evidence, side):
    """Evidence (B, h, w) over the part that the network sees -> (B, side, side) in [0, 1] over the whole crop."""
    from torch.nn import functional

    seen = network.settings.crop_side
    margin = (side - seen) // 2  # as FaceModel.feature_map cuts it
    large = functional.interpolate(evidence[:, None], (seen, seen), mode="bilinear", align_corners=False)[:, 0]
    large = large / large.amax((1, 2), keepdim=True).clamp_min(1e-12)
    return functional.pad(large, (margin, side - seen - margin) * 2).numpy()
