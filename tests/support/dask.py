"""A Dask cluster on this machine, started as docs/how-to/cluster.md says."""

import os
import socket
import subprocess
import sys
from contextlib import contextmanager


@contextmanager
def started(*words, folder):
    """`python -m dask WORDS` in `folder`, until the end."""
    log = (folder / f"{words[0]}.log").open("wb")
    command, environment = (
        [sys.executable, "-m", "dask", *words, "--no-dashboard"],
        os.environ | {"OMP_NUM_THREADS": "1"},
    )
    process = subprocess.Popen(command, cwd=folder, stdout=log, stderr=log, env=environment)
    try:
        yield process
    finally:
        process.terminate()
        process.wait(20)
        log.close()


def scheduler(folder):
    """The address of a scheduler and what starts it."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    return f"tcp://127.0.0.1:{port}", started("scheduler", "--host", "127.0.0.1", "--port", str(port), folder=folder)


def workers(address, folder, count=2, threads=1):
    """What starts so many workers."""
    counts = ["--nworkers", str(count), "--nthreads", str(threads)]
    return started("worker", address, *counts, "--local-directory", str(folder / "scratch"), folder=folder)


def wait_for(address, count):
    """Until the scheduler is there and has so many workers; a busy machine takes its time. Return their processes."""
    from distributed import Client

    with Client(address, timeout=60, set_as_default=False) as client:
        if count:
            client.wait_for_workers(count, timeout=60)
        return list(client.run(os.getpid).values())
