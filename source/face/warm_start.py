"""A training that goes on from the weights in use, as far as they fit."""

from ..core.errors import DemeanorError
from ..core.spec import Network, spec_of
from ..training import checkpoint
from .settings import FaceSettings


def initialise(network: Network, settings: FaceSettings, labels: tuple[str, ...]) -> None:
    """Put the weights in use into `network` with settings.warm_start, where name, shape and labels agree.

    Raises DemeanorError where there are none, or none of them fits.
    """
    if not settings.warm_start:
        return
    trained, own = checkpoint.load(spec_of("face").weights), network.state_dict()
    known = trained.network.state_dict()
    if trained.labels != labels:
        known = {name: value for name, value in known.items() if not name.startswith("head.")}
    fitting = {name: value for name, value in known.items() if name in own and own[name].shape == value.shape}
    if not fitting:
        raise DemeanorError("None of the weights in use fits a face model of these settings; leave out warm_start.")
    network.load_state_dict(own | fitting)
