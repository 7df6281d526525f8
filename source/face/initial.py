"""A training that goes on from the weights in use, as far as they fit."""

import torch
from torch import Tensor

from ..core.errors import DemeanorError
from ..core.spec import Network, spec_of
from ..training import checkpoint
from ..training.checkpoint import Trained
from .settings import FaceSettings


def initialise(network: Network, settings: FaceSettings, labels: tuple[str, ...], *_: object) -> None:
    """Put the weights in use into `network` where settings.init_from is "trained", and name, shape and labels agree.

    Raises DemeanorError where there are none, or none of them fits.
    """
    if settings.init_from == "trained":
        network.load_state_dict(network.state_dict() | _weights_in_use(network, labels))


def average_with_start(trained: Trained) -> Trained:
    """Return the model with `settings.init_share` of the weights that the training began with.

    The mean keeps what these were good at and takes most of what the training added (Wortsman et al. 2022,
    arXiv:2109.01903).
    """
    settings, own = trained.settings, trained.network.state_dict()
    if settings.init_from == "trained":
        start = _weights_in_use(trained.network, trained.labels)
        means = {name: torch.lerp(own[name], value, settings.init_share) for name, value in start.items()}
        trained.network.load_state_dict(own | means)
    return trained


def _weights_in_use(network: Network, labels: tuple[str, ...]) -> dict[str, Tensor]:
    """Return the weights in use whose name, shape and, for the head, labels agree with the network's.

    Its bias is left out: that of the weights in use is balanced already (`source.face.calibration.balance`).
    """
    trained, own = checkpoint.load(spec_of("face").weights), network.state_dict()
    fitting = {
        name: value
        for name, value in trained.network.state_dict().items()
        if name in own and own[name].shape == value.shape and value.is_floating_point()
        if name != "head.bias" and (trained.labels == labels or name != "head.weight")
    }
    if not fitting:
        raise DemeanorError("None of the weights in use fits a face model of these settings; leave out init_from.")
    return fitting
