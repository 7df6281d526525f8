"""What the parts of a model promise: the types of the fields of `source.core.spec.ModelSpec`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Protocol, Self

if TYPE_CHECKING:
    from torch import Tensor
    from torch.nn import Parameter


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
