"""Preprocess on many machines: connect to a Dask cluster, check its workers and give them jobs."""

import asyncio
import logging
import warnings
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..core.errors import DemeanorError
from ..core.hooks import Notify
from .dask_worker import environment, mismatch, run_on_worker

CONNECT_SECONDS = 5
WORKERS_SECONDS = 60  # to wait for workers: they may be starting
POLL_SECONDS = 5  # without a result, after which the client checks that there are workers at all
LOGGERS = ("distributed", "distributed.client", "tornado", "tornado.application")  # those that dask gives handlers

SCHEDULER = "python -m dask scheduler --no-dashboard"
WORKER = "python -m dask worker ADDRESS --nworkers N --nthreads 1 --no-dashboard"


@dataclass(frozen=True)
class Cluster:
    """Workers that answer and match this machine. `submit` and `result` are as in concurrent.futures."""

    address: str
    client: Any
    notify: Notify = lambda sentence: None
    environment: dict[str, str] = field(default_factory=environment)
    """What a worker must have the same; see `dask_worker.environment`."""

    @property
    def threads(self) -> int:
        """Jobs that the cluster can run at once, at the moment."""
        return max(len(self._workers()), 1)  # a worker has one thread, or `mismatch` refuses it

    def submit(self, function: Callable[..., Any], *arguments: Any) -> "Job":
        """Have some worker run `function(*arguments)`."""
        # Not get_executor(): its futures bring every result here at once, however long it waits for its turn.
        return Job(self, self.client.submit(run_on_worker, self.environment, function, arguments, pure=False))

    def check(self, folder: Path | None = None) -> None:
        """Raise DemeanorError where scheduler or workers do not match, or lack a `folder` that is here."""
        try:
            self.client.run_on_scheduler(environment)
        except Exception as error:
            raise DemeanorError(_cannot_load(f"The scheduler at {self.address}", error, SCHEDULER)) from None
        folder = folder if folder and folder.is_dir() else None
        for worker, answer in self.client.run(mismatch, self.environment, folder, on_error="return").items():
            if isinstance(answer, Exception) and not isinstance(answer, OSError):  # OSError: it is just leaving
                answer = _cannot_load(f"The worker {worker}", answer, WORKER)
            if answer and isinstance(answer, str):
                raise DemeanorError(answer)

    def wait_for_a_worker(self) -> None:
        """Return once there is a worker; raise DemeanorError where none comes."""
        if self._workers():
            return
        self.notify(f"The cluster at {self.address} has no worker; waiting {WORKERS_SECONDS} seconds for one.")
        try:
            self.client.wait_for_workers(1, timeout=WORKERS_SECONDS)
        except TimeoutError:
            raise DemeanorError(
                f"The cluster at {self.address} has no worker; start some with Demeanor on each machine: {WORKER}."
            ) from None

    def _workers(self) -> dict[str, Any]:
        return self.client.scheduler_info()["workers"]


@dataclass(frozen=True)
class Job:
    """Work that was given to a cluster; the scheduler forgets it with this object."""

    cluster: Cluster
    future: Any

    def result(self) -> Any:
        """Wait for the result; raise DemeanorError where the workers are gone and none comes back."""
        while True:
            try:
                return self.future.result(timeout=POLL_SECONDS)
            except TimeoutError:
                if self.future.done():  # it is the job's own
                    raise
                self.cluster.wait_for_a_worker()


@contextmanager
def connected(address: str, notify: Notify = lambda sentence: None) -> Iterator[Cluster]:
    """Connect to the Dask scheduler at `address`, such as tcp://10.0.0.1:8786; at the end all jobs are cancelled.

    Raises DemeanorError, also in place of what dask raises inside, where no scheduler answers (any more), no worker
    comes, one of them cannot load this code or does not match this machine, or workers die over the same files.
    """
    from distributed import KilledWorker
    from distributed.comm.core import CommClosedError

    with _quiet():
        client = _client(address)
        try:
            cluster = Cluster(address, client, notify)
            cluster.wait_for_a_worker()
            cluster.check()
            workers = client.scheduler_info()["workers"].values()
            machines = len({worker["host"] for worker in workers})
            plural = ["" if count == 1 else "s" for count in (len(workers), machines)]
            notify(f"Cluster {address}: {len(workers)} worker{plural[0]} on {machines} machine{plural[1]}.")
            yield cluster
        except (CommClosedError, CancelledError):
            raise DemeanorError(
                f"The scheduler at {address} does not answer any more; restart it, then run the same command again to "
                "go on."
            ) from None
        except KilledWorker as killed:
            raise DemeanorError(
                f"{killed.allowed_failures + 1} workers died one after the other over the same files, the last was "
                f"{killed.last_worker.address}; their own output says why (mostly memory: see --memory-limit of dask "
                "worker)."
            ) from None
        finally:
            with suppress(Exception):  # the scheduler may be gone
                client.close()


def _client(address: str) -> Any:
    from distributed import Client

    try:
        # First by hand: a Client waits for ever where another program listens, and ten seconds at other mistakes.
        with ThreadPoolExecutor(1) as thread:  # so that there may be an event loop in this one, as in a notebook
            answer = thread.submit(asyncio.run, _identity(address)).result()
        if answer.get("type") != "Scheduler":
            raise ValueError(f"a {answer.get('type', 'different program').lower()} does")
        return Client(address, timeout=CONNECT_SECONDS, set_as_default=False)
    except Exception as error:  # of any kind: an unknown protocol, a port that is no number, what others answer
        reason = str(error) or f"not within {CONNECT_SECONDS} seconds"
        raise DemeanorError(
            f"No Dask scheduler answers at '{address}' ({reason}); start one with Demeanor: {SCHEDULER}, which prints "
            "its address, such as tcp://10.0.0.1:8786."
        ) from None


async def _identity(address: str) -> Any:
    """Ask the program at `address` what it is."""
    from distributed.comm.core import connect
    from distributed.core import send_recv
    from distributed.security import Security

    async with asyncio.timeout(CONNECT_SECONDS):
        args = Security().get_connection_args("client")  # certificates, as dask's own settings say
        comm = await connect(address, timeout=CONNECT_SECONDS, **args)
        try:
            return await send_recv(comm, op="identity")
        finally:
            comm.abort()


@contextmanager
def _quiet() -> Iterator[None]:
    """Silence what dask writes to the terminal by itself."""
    import distributed  # noqa: F401  sets up the handlers

    handlers = [handler for name in LOGGERS for handler in logging.getLogger(name).handlers]
    levels = [handler.level for handler in handlers]
    for handler in handlers:
        handler.setLevel(logging.CRITICAL + 1)
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", module="distributed")
            yield
    finally:
        for handler, level in zip(handlers, levels, strict=True):
            handler.setLevel(level)


def _cannot_load(program: str, error: Exception, command: str) -> str:
    return (
        f"{program} cannot load Demeanor's code ({str(error) or type(error).__name__}); restart it with the same state "
        f"of Demeanor and its environment's Python: {command}."
    )
