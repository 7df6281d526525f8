"""Run jobs on a worker of a Dask cluster, once it is known to match the machine that asks for them."""

import hashlib
import sys
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from ..core import config, packages, pretrained
from ..core.errors import DemeanorError
from ..core.threads import one_thread_each


@cache  # a worker that was started before the code changed still runs what it was when first asked
def environment() -> dict[str, str]:
    """Return what decides the output of `extract`, besides its settings, by name: code, packages, weights."""
    code = hashlib.sha256()
    for file in sorted(config.PACKAGE.rglob("*.py")):
        code.update(file.relative_to(config.PACKAGE).as_posix().encode() + file.read_bytes())
    versions = {"Python": f"{sys.version_info.major}.{sys.version_info.minor}"}
    versions |= {name: packages.version_of(name) or "missing" for name in packages.required()}
    for asset in pretrained.ASSETS.values():
        versions[asset.file] = "missing" if pretrained.problem_with(asset) else "in place"
    return versions | {"WHISPER_MODEL": config.WHISPER_MODEL, "Checksum of Demeanor's code": code.hexdigest()[:8]}


def mismatch(needed: Mapping[str, str], folder: Path | None = None, dask_worker: Any = None) -> str:
    """Explain why this worker cannot work for a machine of this `environment`; empty where it can.

    folder: where that machine keeps the files. dask_worker: the distributed.Worker that this process is; `Client.run`
    fills it in by its name.
    """
    address, threads, here = dask_worker.address, dask_worker.state.nthreads, environment()
    if threads != 1:  # threads would share one face detector and one set of warnings
        return (
            f"The worker {address} runs {threads} threads in a process, and preprocessing allows one: restart it with "
            f"--nworkers {threads} --nthreads 1."
        )
    differing = next((name for name in needed if here.get(name) != needed[name]), None)
    if differing:
        return (
            f"{differing} is {here.get(differing)} on the worker {address} and {needed[differing]} on this machine; "
            "bring its code and environment to the same state, then restart it."
        )
    if folder and not folder.is_dir():
        return (
            f"{folder} is not there on the worker {address}; the data must lie on a disk that all machines share, "
            "under the same path."
        )
    return ""


def run_on_worker(needed: Mapping[str, str], function: Callable[..., Any], arguments: Sequence[Any]) -> Any:
    """Return `function(*arguments)`; raise DemeanorError on a worker, joined later, that does not match."""
    from distributed import get_worker

    problem = mismatch(needed, dask_worker=get_worker())
    if problem:
        raise DemeanorError(problem)
    one_thread_each()
    return function(*arguments)
