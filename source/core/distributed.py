"""The processes of one training: `accelerate launch` starts several, of which the first one leads.

Which one this is says the environment that the launcher sets, before torch is there to be asked.
"""

from __future__ import annotations

import atexit
import os
import shlex
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar

from .errors import DemeanorError

if TYPE_CHECKING:
    from accelerate import Accelerator

Made = TypeVar("Made")


def world_size() -> int:
    """How many processes there are."""
    return int(os.environ.get("WORLD_SIZE") or 1)


def rank() -> int:
    """Which of them this is, from 0."""
    return int(os.environ.get("RANK") or 0)


def is_main_process() -> bool:
    """Whether this is the one that writes files and speaks with people."""
    return rank() == 0


def process_name() -> str:
    """What people call this one."""
    return f"Process {rank() + 1} of {world_size()}"


def program() -> list[str]:
    """What `run.py` was started with, for commands that people can repeat."""
    return (
        ["accelerate", "launch", "--multi_gpu", "--num_processes", str(world_size())]
        if world_size() > 1
        else ["python"]
    )


def accelerator() -> Accelerator:
    """The device of this process, joined with the others; made again it is the same. DemeanorError where that cannot
    be."""
    import torch
    from accelerate import Accelerator, DistributedDataParallelKwargs
    from accelerate.utils import KwargsHandler

    # Not every step's part of a batch reaches each parameter: in the combined model a modality may be missing in it.
    handlers: list[KwargsHandler] = [DistributedDataParallelKwargs(find_unused_parameters=True)]
    device = getattr(torch.accelerator.current_accelerator(), "type", "cpu")
    on_cpu = world_size() > 1 and device in (
        "cpu",
        "mps",
    )  # accelerate, unless told so, would have each train by itself
    made = Accelerator(cpu=on_cpu, mixed_precision="no", kwargs_handlers=handlers)
    kind = made.distributed_type.value.removeprefix("MULTI_")
    if made.num_processes != world_size() or kind in ("DEEPSPEED", "FSDP", "MEGATRON_LM", "XLA"):
        again = shlex.join([*program(), "run.py"])
        raise DemeanorError(
            f"{world_size()} processes cannot share a training by way of {kind}; start it with: {again} ..."
        )
    _leave_in_the_end()
    return made


@contextmanager
def failing_together() -> Iterator[None]:
    """For what all processes do: where one of them has ended, this one ends with a DemeanorError that says so."""
    try:
        yield
    except RuntimeError as error:
        if world_size() > 1 and _of_communication(error):
            raise DemeanorError(
                f"{process_name()} has lost another one, which may say why; go on with --resume."
            ) from error
        raise


def _of_communication(error: RuntimeError) -> bool:
    from torch.distributed import DistError

    return isinstance(error, DistError) or "gloo" in str(error)  # which raises nothing of its own


@cache
def _leave_in_the_end() -> None:
    """Part from the other processes at exit; torch complains of those who do not."""
    if world_size() > 1:
        from torch.distributed import destroy_process_group

        atexit.register(destroy_process_group)


def on_main_process(make: Callable[[], Made]) -> Made:
    """What `make` gives in the leading process, in all of them; the others do not call it. Its trouble is theirs."""
    if world_size() == 1:
        return make()
    from accelerate.utils import broadcast_object_list

    made, error = None, None
    if is_main_process():
        try:
            made = make()
        except Exception as trouble:
            error = trouble
    told: list[Any] = broadcast_object_list([made, error and str(error)])
    if error:
        raise error
    if told[1] is not None:
        raise DemeanorError(told[1])
    return told[0]


def all_gather(items: list[Made]) -> list[Made]:
    """The items of all processes, in the order of these, in all of them."""
    if world_size() == 1:
        return items
    from accelerate.utils import gather_object

    return gather_object(items)
