"""Begin a training with the trained text model in use, to teach it more corpora without starting over."""

from dataclasses import replace
from typing import Any

from ..core.errors import DemeanorError
from ..core.spec import weights_of
from ..data.dataset import Dataset
from ..training import checkpoint
from ..training.checkpoint import Trained
from .network import TextModel
from .settings import TextSettings


def initialise(network: Any, settings: TextSettings, labels: tuple[str, ...], *_: object) -> None:
    """Load the trained model's weights where `init_from` says so; raise DemeanorError where they do not fit."""
    if settings.init_from == "encoder":
        return
    trained = checkpoint.load(weights_of("text"))
    state = trained.network.state_dict()
    shapes = {name: value.shape for name, value in state.items()}
    if trained.labels != labels or shapes != {name: value.shape for name, value in network.state_dict().items()}:
        raise DemeanorError(
            f"The trained text model reads {', '.join(trained.labels)} by {trained.settings.fine_tuned_layers} trained "
            f"layers of {trained.settings.encoder}: train with the same, or with init_from=encoder."
        )
    network.load_state_dict(state)


def blend(trained: Trained, train: Dataset, val: Dataset) -> Trained:
    """Return the model with `init_share` of the weights that its training began with in its own.

    What is learnt anew then costs less of what was known (WiSE-FT; Wortsman et al. 2022, arXiv:2109.01903).
    """
    settings, own = trained.settings, trained.network.state_dict()
    if settings.init_from == "encoder" or not settings.init_share:
        return trained
    begun = TextModel(settings, len(trained.labels))
    initialise(begun, settings, trained.labels)
    blended = {
        name: value.lerp(own[name], 1 - settings.init_share)
        for name, value in begun.state_dict().items()
        if value.is_floating_point()
    }
    network = TextModel(settings, len(trained.labels))
    network.load_state_dict(own | blended)
    return replace(trained, network=network.eval())
