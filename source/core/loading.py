"""Load packages and networks without what nothing here uses: seconds in every process."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any


@contextmanager
def without_modules(*names: str) -> Iterator[None]:
    """Import packages without the modules `names`, which they import but do not need for what is done here.

    Whatever is imported from these is a function that does nothing, or as a decorator leaves a function as it is.
    """
    stand_ins = {name: _StandIn(name) for name in names if name not in sys.modules}
    sys.modules.update(stand_ins)
    try:
        yield
    finally:
        for name in stand_ins:
            del sys.modules[name]


class _StandIn(ModuleType):
    def __getattr__(self, name: str) -> Callable[..., Any]:
        if name.startswith("__"):
            raise AttributeError(name)
        return lambda *_, **__: lambda function: function


def without_random_weights() -> Any:
    """Return a context in which new networks get no random weights, for those whose weights are loaded at once.

    On the device "meta" alone, random weights would cost an import of the whole compiler, torch._dynamo.
    """
    from torch.nn.init import kaiming_uniform_, normal_, uniform_
    from torch.overrides import TorchFunctionMode

    class NoRandomWeights(TorchFunctionMode):
        def __torch_function__(self, function: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
            is_random = function in (kaiming_uniform_, normal_, uniform_)
            return kwargs["tensor"] if is_random else function(*args, **(kwargs or {}))

    return NoRandomWeights()
