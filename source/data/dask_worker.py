"""What runs on a cluster's worker: work, once the worker is known to be like the machine that asks for it."""

import hashlib
import sys
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from ..core import config, packages, pretrained
from ..core.errors import DemeanorError


@cache  # a worker that was started before the code changed still runs what it was when first asked
def state_here() -> dict[str, str]:
    """What decides what `extract` makes of a file, besides the settings that are handed to it: name -> state."""
    code, source = hashlib.sha256(), config.PACKAGE
    for file in sorted(source.rglob("*.py")):
        code.update(file.relative_to(source).as_posix().encode() + file.read_bytes())
    state = {"Python": f"{sys.version_info.major}.{sys.version_info.minor}"}
    state |= {name: packages.version_of(name) or "missing" for name in packages.required()}
    for asset in pretrained.ASSETS.values():
        state[asset.file] = "missing" if pretrained.trouble_with(asset) else "in place"
    return state | {"WHISPER_MODEL": config.WHISPER_MODEL, "Checksum of source/": code.hexdigest()[:8]}


def trouble_here(state: Mapping[str, str], folder: Path | None = None, dask_worker: Any = None) -> str:
    """Why this worker cannot work for a machine in this state, which keeps its files in `folder`; empty: it can.

    dask_worker: the distributed.Worker that this process is; `Client.run` fills it in by its name.
    """
    where, threads = f"the worker {dask_worker.address}", dask_worker.state.nthreads
    if threads != 1:  # threads would share one face finder and one set of warnings
        return (
            f"T{where[1:]} runs {threads} threads in a process, and preprocessing bears one: start it anew with "
            f"--nworkers {threads} --nthreads 1."
        )
    here = state_here()
    unlike = next((name for name in state if here.get(name) != state[name]), None)
    if unlike:
        return (
            f"{unlike} is {here.get(unlike)} on {where} and {state[unlike]} on this machine; bring its clone and "
            "environment to the same state, then start it anew."
        )
    if folder and not folder.is_dir():
        return (
            f"{folder} is not there on {where}; the data must lie on a disk that all machines share, under the same "
            "path."
        )
    return ""


def done_here(state: Mapping[str, str], function: Callable[..., Any], arguments: Sequence[Any]) -> Any:
    """`function(*arguments)`; DemeanorError on a worker, come later, that is unlike the machine that asks."""
    from distributed import get_worker

    from .preprocessing import one_thread_each

    trouble = trouble_here(state, dask_worker=get_worker())
    if trouble:
        raise DemeanorError(trouble)
    one_thread_each()
    return function(*arguments)
