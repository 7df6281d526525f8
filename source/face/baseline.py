"""Baseline features: one vector for each face, for the classical baselines."""

from typing import Any

import numpy as np

from .settings import FaceSettings


def baseline_features(inputs: dict[str, Any], settings: FaceSettings) -> np.ndarray:
    """Return the 52 blendshapes and the flattened mesh: (N, 1486) float32, zeros where no face was found.

    Pixels are left out: baselines on raw pixels tell nothing about classical methods.
    """
    mesh = np.asarray(inputs["landmarks"], np.float32).reshape(len(inputs["landmarks"]), -1)
    return np.concatenate([np.asarray(inputs["blendshapes"], np.float32), mesh], 1)
