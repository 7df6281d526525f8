"""Begin a training with the trained text model in use, to teach it more corpora without starting over."""

from typing import Any

from ..core.errors import DemeanorError
from ..core.spec import weights_of
from ..training import checkpoint
from .settings import TextSettings


def initialise(network: Any, settings: TextSettings, labels: tuple[str, ...]) -> None:
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
