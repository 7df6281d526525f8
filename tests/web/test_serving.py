"""The server as a process: its address, who reaches it, a second one, and its end."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager, suppress
from http.client import HTTPConnection
from threading import Thread

import pytest

from source.core import config
from source.core.errors import DemeanorError
from source.web import serve, serving
from source.web.site import Site

ADDRESS = re.compile(r"http://127\.0\.0\.1:(\d+)/\?token=(\S+)")
PATIENCE_SECONDS = 60
needs_signals = pytest.mark.skipif(os.name == "nt", reason="a test cannot press Ctrl-C on Windows")


class Served:
    """A server in a process of its own."""

    def __init__(self, folder, *words: str) -> None:
        command = [sys.executable, config.ROOT / "run.py", "web", "--no-browser", *words]
        environment = os.environ | {"DEMEANOR_HOME": str(folder), "OMP_NUM_THREADS": "1"}
        self.process = subprocess.Popen(
            command,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            stdin=subprocess.DEVNULL,
            text=True,
        )
        self.line = self.process.stdout.readline()
        found = ADDRESS.search(self.line)
        self.port, self.token = (int(found[1]), found[2]) if found else (0, "")

    def get(self, path: str, host: str = "127.0.0.1"):
        connection = HTTPConnection(host, self.port, timeout=PATIENCE_SECONDS)
        connection.request("GET", path, headers={"Authorization": f"Bearer {self.token}"})
        return connection.getresponse()

    def ended(self) -> tuple[int, str]:
        _, errors = self.process.communicate(timeout=PATIENCE_SECONDS)
        return self.process.returncode, errors


@contextmanager
def served(folder, *words: str):
    one = Served(folder, *words)
    try:
        yield one
    finally:
        one.process.kill()
        one.process.communicate()


@contextmanager
def in_a_thread(site: Site):
    with serving.bound(0) as listening, serving.address_file(site, listening.getsockname()[1]):
        server = serving.Server(site)
        thread = Thread(target=server.run, args=([listening],))
        thread.start()
        yield
        server.should_exit = True
        thread.join()


# --- In this process -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.0.7", "example.org", ""])
def test_it_is_for_this_machine_alone(host):
    with pytest.raises(DemeanorError, match="ssh -L"):
        serve(host=host)


def test_a_port_that_is_taken_or_is_none():
    with (
        socket.create_server(("127.0.0.1", 0)) as taken,
        pytest.raises(DemeanorError, match="leave out --port"),
        serving.bound(taken.getsockname()[1]),
    ):
        pass
    with pytest.raises(DemeanorError, match="no such port"), serving.bound(70_000):
        pass
    with serving.bound(0) as free:
        assert free.getsockname()[0] == "127.0.0.1"


def test_what_is_old_or_a_strangers_is_not_taken_for_a_server(site):
    """Such as another program on the port of a server that was killed: it is given no token."""
    file = site.own_folder / serving.ADDRESS_FILE
    for content in ("", "[]", '{"url": 1}', json.dumps({"url": "http://x", "token": "t", "id": "1"})):
        file.write_text(content)
        assert serving.running(site) is None
    with socket.create_server(("127.0.0.1", 0)) as stranger:
        stranger.settimeout(PATIENCE_SECONDS)
        url = f"http://127.0.0.1:{stranger.getsockname()[1]}"
        file.write_text(json.dumps({"url": url, "token": "secret", "id": "1", "pid": 1}))
        assert serving.running(site) is None, "it does not answer"
        assert b"secret" not in stranger.accept()[0].recv(10_000)


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such modes")
def test_the_token_lies_where_this_user_alone_can_read(site):
    (site.own_folder / serving.ADDRESS_FILE).write_text("old")
    with serving.address_file(site, 1234) as file:
        assert file.stat().st_mode & 0o777 == 0o600 and file.parent.stat().st_mode & 0o777 == 0o700
        assert json.loads(file.read_text())["token"] == site.token
    assert not file.exists()


def test_what_was_being_received_is_removed_and_recordings_stay(site):
    for name in ("a.part", "jobs/1/upload.part", "recordings/1/data.part"):
        (site.own_folder / name).parent.mkdir(parents=True, exist_ok=True)
        (site.own_folder / name).touch()
    serving.remove_leftovers(site)
    left = [path.relative_to(site.own_folder).as_posix() for path in site.own_folder.rglob("*.part")]
    assert left == ["recordings/1/data.part"]


# --- As a process ----------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_the_web_needs_no_torch_until_something_is_read():
    heavy = ["torch", "mediapipe", "matplotlib", "whisper", "spacy", "cv2"]
    code = f"""
import sys
import source.web
assert not {{"starlette", "uvicorn"}} & set(sys.modules)
import source.web.serving
from source.web.endpoints.about import _models
_models()
print([name for name in {heavy} if name in sys.modules])"""
    done = subprocess.run([sys.executable, "-c", code], cwd=config.ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.slow
@needs_signals
def test_one_server_from_start_to_end(tmp_path):
    with served(tmp_path) as first:
        assert json.loads(first.get("/api/v1/health").read())["version"]
        assert first.get("/").status == 200
        _refused_from_elsewhere(first)
        file = tmp_path / "output_files" / ".web" / serving.ADDRESS_FILE
        assert json.loads(file.read_text())["pid"] == first.process.pid
        with served(tmp_path) as second:
            assert second.token == first.token and second.ended() == (0, "")
        with served(tmp_path / "other", "--port", str(first.port)) as other:
            code, errors = other.ended()
            assert code == 1 and str(first.port) in errors and "Traceback" not in errors
        events, asleep = first.get("/api/v1/jobs/events"), socket.create_connection(("127.0.0.1", first.port))
        assert events.readline()
        pressed = time.monotonic()
        first.process.send_signal(signal.SIGINT)
        code, errors = first.ended()
        assert time.monotonic() - pressed < 9, "3 s on an idle machine"
        assert code == 130 and errors.strip() == "Stopped."
        assert not file.exists()
        events.close()
        asleep.close()


def _refused_from_elsewhere(one: Served) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as route:  # nothing is sent
        with suppress(OSError):
            route.connect(("192.0.2.1", 9))
        own_address = route.getsockname()[0]
    if not own_address.startswith(("127.", "0.")):
        with pytest.raises(OSError):
            one.get("/api/v1/health", own_address)
    with pytest.raises(OSError):
        one.get("/api/v1/health", "::1")


@pytest.mark.slow
@needs_signals
def test_after_kill_9_the_next_one_starts_as_ever(tmp_path):
    with served(tmp_path) as first:
        first.process.kill()
        first.process.wait()
        with served(tmp_path) as second:
            assert second.token and second.token != first.token
            second.get("/api/v1/health")  # from then on it takes signals as they are meant
            second.process.terminate()
            second.process.wait(PATIENCE_SECONDS)
            assert not (tmp_path / "output_files" / ".web" / serving.ADDRESS_FILE).exists()


@pytest.mark.slow
def test_the_client_of_the_docs_has_words_read(tmp_path):
    page = (config.ROOT / "docs" / "reference" / "http-api.md").read_text(encoding="utf-8")
    client = tmp_path / "client.py"
    client.write_text(page.partition("```python\n")[2].partition("```")[0], encoding="utf-8")
    (tmp_path / "a day.txt").write_text("What a wonderful day! I am so happy.", encoding="utf-8")
    (tmp_path / "empty.txt").touch()
    with in_a_thread(Site(tmp_path / "output_files", is_warm=False)):
        done = [
            subprocess.run([sys.executable, client, file], cwd=tmp_path, capture_output=True, text=True, timeout=300)
            for file in ("a day.txt", "empty.txt")
        ]
    assert done[0].stdout.startswith("happy") and not done[0].returncode, done[0].stderr
    assert done[1].returncode == 1 and "Traceback" not in done[1].stderr, done[1].stderr
