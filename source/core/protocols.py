"""What the parts of a model promise: the types of the fields of `source.core.spec.ModelSpec`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, Self, TypeVar

if TYPE_CHECKING:
    import numpy as np
    from torch import Tensor
    from torch.nn import Parameter

TrainedModel = TypeVar("TrainedModel")  # a source.training.checkpoint.Trained
Clips = TypeVar("Clips")  # a source.data.dataset.Dataset


class Extract(Protocol):
    """A file as the network's inputs."""

    def __call__(self, path: Path, settings: Any, /) -> dict[str, np.ndarray]:
        """Return arrays by name, each of the same shape and type for every file.

        Raises DemeanorError where the file cannot be read.
        """
        ...


class Build(Protocol):
    """Makes an untrained network."""

    def __call__(self, settings: Any, num_classes: int, /) -> Network:
        """Return a network with `num_classes` outputs; 0: an identity head, so that it returns features."""
        ...


class Network(Protocol):
    """What shared code asks of a network, which is a torch.nn.Module."""

    def __call__(self, **inputs: Tensor) -> Tensor:
        """Return logits (B, num_classes) of inputs by the names that `extract` gives them, each (B, ...)."""
        ...

    def forward_features(self, **inputs: Tensor) -> Tensor:
        """Return what the head is given, (B, F)."""
        ...

    def parameters(self) -> Iterator[Parameter]:
        """As of torch.nn.Module; so are the others."""
        ...

    def state_dict(self) -> dict[str, Tensor]: ...  # noqa: D102
    def load_state_dict(self, state_dict: Mapping[str, Any], /) -> Any: ...  # noqa: D102
    def train(self, mode: bool = True) -> Self: ...  # noqa: D102
    def eval(self) -> Self: ...  # noqa: D102
    def to(self, *args: Any, **kwargs: Any) -> Self: ...  # noqa: D102


class Augment(Protocol):
    """Random changes of a training batch."""

    def __call__(self, inputs: dict[str, Tensor], settings: Any, /) -> dict[str, Tensor]:
        """Return changed inputs of the same shapes, each (B, ...). Never called on val or test."""
        ...


class TestTimeAugment(Protocol):
    """The views of a batch, such as the mirrored face, whose logits evaluation and prediction average."""

    def __call__(self, inputs: dict[str, Tensor], settings: Any, /) -> list[dict[str, Tensor]]:
        """Return one batch of inputs for each view; the plain one first."""
        ...


class BaselineFeatures(Protocol):
    """One vector a clip for the classical baselines."""

    def __call__(self, inputs: Mapping[str, np.ndarray], settings: Any, /) -> np.ndarray:
        """Return (N, D) float32 of the inputs of N clips, as they lie in a store."""
        ...


class Read(Protocol):
    """One source of a person's, such as a file, as a prediction and its result files."""

    def __call__(
        self,
        source: Any,
        trained: Any,
        notify: Callable[[str], None] = ...,
        on_progress: Callable[[int, int], None] | None = None,
    ) -> Any:
        """Return a `source.results.predicting.Result`. Raises DemeanorError where the source cannot be read."""
        ...


class Layout(Protocol):
    """How results are laid out: see `source.results.layout.Layout`."""

    @property
    def noun(self) -> str:
        """What a file is called, in the singular."""
        ...

    @property
    def table(self) -> str:
        """Name of the table of its readings."""
        ...

    @property
    def can_be_left_out(self) -> tuple[str, ...]:
        """Names of the result files that a person may do without."""
        ...

    @property
    def columns(self) -> Callable[[Sequence[str]], tuple[str, ...]]:
        """Labels -> the columns of the table."""
        ...

    @property
    def rows(self) -> Callable[[Any], list[dict[str, Any]]]:
        """Prediction -> the rows of the table."""
        ...

    @property
    def summary_columns(self) -> Callable[[Sequence[str]], tuple[str, ...]]:
        """Labels -> the columns of summary.csv, over a folder of files."""
        ...

    @property
    def summary_rows(self) -> Callable[[Any], list[dict[str, Any]]]:
        """Prediction -> its rows in summary.csv."""
        ...


class PrepareDataset(Protocol):
    """The dataset that a model learns from, made of the one that it is given."""

    def __call__(self, dataset: Clips, settings: Any, /) -> Clips:
        """Return it, or one with other transforms."""
        ...


class FitAfterTraining(Protocol):
    """What is fitted on val after the network is trained."""

    def __call__(self, trained: TrainedModel, val: Any, /) -> TrainedModel:
        """Return the model with what was fitted on the dataset `val`."""
        ...
