"""The processes of one training run that `accelerate launch` starts; the main process writes files and reports.

Rank and world size come from the environment that the launcher sets, so that they are known before torch is imported.
"""

from __future__ import annotations

import atexit
import os
import shlex
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar

from . import config
from .errors import DemeanorError

if TYPE_CHECKING:
    from accelerate import Accelerator

Result = TypeVar("Result")
PROGRAM = ["python", "run.py"] if config.IN_CLONE else ["demeanor"]  # how people start it
LAUNCHED = ["run.py"] if config.IN_CLONE else ["-m", "demeanor"]  # how a launcher does
OTHER_ENGINES = ("DEEPSPEED", "FSDP", "MEGATRON_LM", "XLA")  # of accelerate; they split or wrap the network


def world_size() -> int:
    """Return the number of processes."""
    return int(os.environ.get("WORLD_SIZE") or 1)


def rank() -> int:
    """Return the number of this process, from 0."""
    return int(os.environ.get("RANK") or 0)


def is_main_process() -> bool:
    """Return whether this process writes files and reports to people."""
    return rank() == 0


def process_name() -> str:
    """Return what messages call this process."""
    return f"Process {rank() + 1} of {world_size()}"


def program(script: str = "") -> list[str]:
    """Return the words that started `script` (default: this program), for commands that people can repeat."""
    launch = ["accelerate", "launch", "--multi_gpu", "--num_processes", str(world_size())] if world_size() > 1 else []
    if script:
        return [*(launch or ["python"]), script]
    return [*launch, *(LAUNCHED if launch else PROGRAM)]


def accelerator() -> Accelerator:
    """Return this process's device, connected with those of the other processes.

    Raises DemeanorError where the processes cannot share a training.
    """
    import torch
    from accelerate import Accelerator, DistributedDataParallelKwargs
    from accelerate.utils import KwargsHandler

    # A process's share of a batch may not reach every parameter: in the combined model a modality may be missing.
    handlers: list[KwargsHandler] = [DistributedDataParallelKwargs(find_unused_parameters=True)]
    device = getattr(torch.accelerator.current_accelerator(), "type", "cpu")
    on_cpu = world_size() > 1 and device in ("cpu", "mps")  # else accelerate would let each train by itself
    connected = Accelerator(cpu=on_cpu, mixed_precision="no", kwargs_handlers=handlers)
    kind = connected.distributed_type.value.removeprefix("MULTI_")
    if connected.num_processes != world_size() or kind in OTHER_ENGINES:
        command = shlex.join(program())
        raise DemeanorError(f"{world_size()} processes cannot share a training by {kind}; start it with: {command} ...")
    if world_size() > 1:
        atexit.unregister(torch.distributed.destroy_process_group)
        atexit.register(torch.distributed.destroy_process_group)  # else torch warns at exit
    return connected


@contextmanager
def failing_together() -> Iterator[None]:
    """Raise DemeanorError where another process has ended while this one waits for it."""
    try:
        yield
    except RuntimeError as error:
        if world_size() == 1:
            raise
        from torch.distributed import DistError

        if not isinstance(error, DistError) and "gloo" not in str(error):  # gloo has no error class of its own
            raise
        raise DemeanorError(
            f"{process_name()} has lost another process, whose messages may say why; continue with --resume."
        ) from error


def on_main_process(make: Callable[[], Result]) -> Result:
    """Return, in every process, what `make` returns in the main one; the others do not call it.

    Where it raises an error, the main process raises that and the others a DemeanorError with its text.
    """
    if world_size() == 1:
        return make()
    from accelerate.utils import broadcast_object_list

    result, error = None, None
    if is_main_process():
        try:
            result = make()
        except Exception as caught:
            error = caught
    result, message = broadcast_object_list([result, error and str(error)])
    if error:
        raise error
    if message is not None:
        raise DemeanorError(message)
    return result


def all_gather(items: list[Result]) -> list[Result]:
    """Return the items of all processes, ordered by rank, in every process."""
    if world_size() == 1:
        return items
    from accelerate.utils import gather_object

    return gather_object(items)
