"""Jobs and recordings of the page while the server, or the process that reads, is killed with kill -9.

`python -m tests.reliability.web --rounds 50` prints what went wrong. A server that gives itself work stands for the one
that is killed; what it has promised it writes into a log, as a browser would remember it.
"""

import argparse
import hashlib
import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import psutil

from source.core import config

SECONDS_TO_DIE = 5  # that the process which reads has, once the server is gone
SECONDS_TO_FINISH = 120


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=50)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--serve", type=Path, help="be the server in this folder")
    parser.add_argument("--drain", action="store_true", help="do what there is, give nothing new")
    asked = parser.parse_args()
    if asked.serve:
        return serve(asked.serve, asked.seed, asked.drain)
    with TemporaryDirectory() as scratch:
        faults = rounds(Path(scratch), asked.rounds, asked.seed)
    print("\n".join(faults) or f"{asked.rounds} rounds: nothing lost, nothing half-written, nobody left.")
    return bool(faults)


def rounds(folder: Path, count: int, seed: int = 0) -> list[str]:
    """Kill the server, or the process that reads, `count` times, then let all be done; returns the faults."""
    draw, faults = random.Random(seed), []
    for number in range(count):
        server = started(folder, number)
        time.sleep(draw.uniform(0, 1.5))
        readers = psutil.Process(server.pid).children(recursive=True)
        if draw.random() < 0.4:  # the process that reads first
            for reader in readers:
                reader.kill()
            time.sleep(draw.uniform(0, 0.5))
            readers = psutil.Process(server.pid).children(recursive=True)
        server.send_signal(signal.SIGKILL)
        server.wait()
        faults += [f"round {number}: still running: {one}" for one in psutil.wait_procs(readers, SECONDS_TO_DIE)[1]]
        faults += [f"round {number}: {fault}" for fault in half_written(folder)]
    server = started(folder, count, "--drain")
    server.wait(SECONDS_TO_FINISH)
    faults += half_written(folder) + lost(folder)
    jobs = [json.loads(entry.read_text())["state"] for entry in folder.glob("results/.web/jobs/*/job.json")]
    print({state: jobs.count(state) for state in sorted(set(jobs))})
    return faults


def started(folder: Path, seed: int, *more: str) -> subprocess.Popen:
    """Start the server and wait until it works."""
    ready = folder / "ready"
    ready.unlink(missing_ok=True)
    command = [sys.executable, "-m", __name__ if __name__ != "__main__" else "tests.reliability.web"]
    command += ["--serve", str(folder), "--seed", str(seed), *more]
    server = subprocess.Popen(command, cwd=config.CLONE)
    while not ready.exists():
        assert server.poll() is None
        time.sleep(0.005)
    return server


def serve(folder: Path, seed: int, drain: bool) -> int:
    """Give files and recordings to a queue until this is killed, or `drain`."""
    from source.web.endpoints import recordings as endpoint
    from source.web.queue.queue import Queue
    from source.web.site import Site
    from tests.support import web_jobs

    site = Site(folder / "results")
    queue = Queue(site.own_folder / "jobs", site.folder, web_jobs.read, prepare=web_jobs.nothing)
    site.more["queue"] = queue
    queue.start()
    endpoint.take_up(site)
    (folder / "ready").touch()
    draw = random.Random(seed)
    while not drain:
        content = work(draw, seed)
        if len(queue.jobs) < 90:  # older ones are forgotten in the end
            upload(folder, queue, content) if draw.random() < 0.6 else record(folder, site, content, draw)
        time.sleep(draw.uniform(0, 0.2))
    while any(job["state"] in ("waiting", "running") for job in queue.jobs):
        time.sleep(0.01)
    queue.close()
    return 0


def work(draw: random.Random, seed: int) -> bytes:
    """A file that nobody has given before, whose reading takes a while."""
    steps = [f"wait {draw.uniform(0, 0.05):.3f}", f"note {draw.random()}", f"count {draw.randrange(9)}"]
    return "\n".join([*steps, f"unique {seed} {draw.random()}", "x" * draw.randrange(100_000)]).encode()


def upload(folder: Path, queue, content: bytes) -> None:
    """Give a file, as a request does."""
    from source.web.queue.job import Job

    part = folder / "results" / ".web" / f"{os.getpid()}.part"
    part.write_bytes(content)
    job = queue.add(Job(source="upload", name="a.txt", model="text"), part)
    part.unlink(missing_ok=True)
    promise(folder, job["id"], content)


def record(folder: Path, site, content: bytes, draw: random.Random) -> None:
    """Give a recording piece by piece, some twice, and finish it, or not."""
    from source.web.endpoints import recordings as endpoint
    from source.web.recordings import Begun

    recordings, begun, have = endpoint.recordings_of(site), Begun("a"), 0
    recordings.begin(begun)
    while have < len(content):
        start = max(have - draw.choice((0, 0, 100)), 0)
        have = recordings.append(begun.id, start, content[start : have + draw.randrange(1, 60_000)])
        promise(folder, begun.id, content[:have], "piece")
    if draw.random() < 0.7:
        promise(folder, endpoint.finish_at_once(site, begun.id)["id"], content)


def promise(folder: Path, id: str, content: bytes, kind: str = "job") -> None:
    """Write down what was promised of a job or a piece, a line that is there whole or not at all."""
    line = json.dumps([kind, id, len(content), hashlib.sha256(content).hexdigest()]) + "\n"
    file = os.open(folder / "promises", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.write(file, line.encode())
    os.close(file)


def half_written(folder: Path) -> list[str]:
    """Return what is there to be taken for whole and is not."""
    faults = []
    for entry in (folder / "results" / ".web" / "jobs").glob("*/job.json"):
        try:
            json.loads(entry.read_text())
        except ValueError:
            faults.append(f"half-written: {entry}")
    for result in (folder / "results").glob("[!.]*"):
        if not (result / "result.json").is_file() or b"\nunique " not in (result / "original.txt").read_bytes():
            faults.append(f"half-written: {result}")
    return faults


def lost(folder: Path) -> list[str]:
    """Return what was promised and is not there, what is there twice, and what was left lying about."""
    own, faults = folder / "results" / ".web", []
    jobs = {entry.parent.name: json.loads(entry.read_text()) for entry in (own / "jobs").glob("*/job.json")}
    results = [sha256(file) for file in (folder / "results").glob("*/original.txt")]
    recorded = {media.parent.name: media.read_bytes() for media in (own / "recordings").glob("*/media")}
    for line in (folder / "promises").read_text().splitlines():
        kind, id, size, digest = json.loads(line)
        if kind == "piece" and id not in jobs:
            kept = recorded.get(id, b"")[:size]
            if hashlib.sha256(kept).hexdigest() != digest:
                faults.append(f"lost: {size} bytes of the recording {id}")
        elif kind == "job" and jobs.get(id, {}).get("state") == "done":
            if results.count(digest) != 1:
                faults.append(f"{results.count(digest)} results of {id}")
        elif kind == "job":  # killed while it was read: it can be begun again
            upload = own / "jobs" / id / "upload"
            if jobs.get(id, {}).get("state") != "failed" or sha256(upload) != digest:
                faults.append(f"lost: {id}, {jobs.get(id)}")
    faults += [f"twice: {id}" for id in recorded.keys() & jobs.keys()]
    left = [*(folder / "results").glob(".*.part.*"), *(folder / "results").glob("*/.job")]
    return faults + [f"left: {path}" for path in left]


def sha256(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest() if file.is_file() else ""


if __name__ == "__main__":
    raise SystemExit(main())
