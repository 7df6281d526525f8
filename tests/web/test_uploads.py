"""Files that come in: limits, what breaks off, and names from outside."""

import asyncio
import re
import unicodedata
from pathlib import Path, PurePosixPath, PureWindowsPath

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.requests import Request

from source.web import uploads
from source.web.queue.queue import Queue
from source.web.titles import file_stem, title
from source.web.troubles import Busy, TooLarge, Trouble
from tests.support import web_jobs


def sent(*pieces, length=None, pause=0.0, broken=False):
    """A request with this body, a piece after the other."""
    messages = [{"type": "http.request", "body": piece, "more_body": True} for piece in pieces]
    messages.append(
        {"type": "http.disconnect"} if broken else {"type": "http.request", "body": b"", "more_body": False}
    )

    async def receive():
        await asyncio.sleep(pause)
        return messages.pop(0)

    headers = [] if length is None else [(b"content-length", str(length).encode())]
    return Request({"type": "http", "method": "POST", "headers": headers}, receive)


def receive(folder, request, **limits):
    async def run():
        async with uploads.received(request, folder, **limits) as file:
            return file.read_bytes()

    return asyncio.run(run())


def test_a_body_arrives_as_it_was_sent(tmp_path):
    pieces = [bytes([number]) * 400_000 for number in range(7)]
    assert receive(tmp_path, sent(*pieces)) == b"".join(pieces)
    assert not list(tmp_path.iterdir()), "nobody took it"


def test_what_is_moved_stays(tmp_path):
    async def run():
        async with uploads.received(sent(b"abc"), tmp_path) as file:
            assert file.suffix == ".part" and file.stat().st_mode & 0o077 == 0
            file.rename(tmp_path / "kept")

    asyncio.run(run())
    assert [path.name for path in tmp_path.iterdir()] == ["kept"]


@pytest.mark.parametrize(
    "request_, limits, trouble, status",
    [
        (sent(b"x" * 100), {"most_bytes": 100}, None, 200),
        (sent(b"x" * 60, b"y" * 41), {"most_bytes": 100}, TooLarge, 413),
        (sent(length=101), {"most_bytes": 100}, TooLarge, 413),
        (sent(b"x", length=10**18), {"most_bytes": 10**19}, uploads.DiskFull, 507),
        (sent(b"x" * 10, broken=True), {}, uploads.BrokenOff, 408),
        (sent(b"x", pause=0.2), {"idle_seconds": 0.02}, uploads.BrokenOff, 408),
        (sent(), {}, Trouble, 400),
    ],
)
def test_limits_leave_nothing_behind(tmp_path, request_, limits, trouble, status):
    if trouble is None:
        assert receive(tmp_path, request_, **limits)
    else:
        with pytest.raises(trouble) as raised:
            receive(tmp_path, request_, **limits)
        assert raised.value.status == status
    assert not list(tmp_path.iterdir())


names = st.text(max_size=200) | st.sampled_from(
    ["..%2f..%2fetc", "C:\\Windows\\x", "a\0b", "CON", "nul.tar.gz", "com1 .txt", "a" * 10_000, "...", "~/x", "-rf",
     "x\u202egpj.exe", "\ud800", "é" * 100, "👩‍👩‍👧" * 40, "a/",
     "<img src=x onerror=alert(1)>.mp4", " . ", "LPT¹.mp4", "a\u2028b"]
)  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(names)
def test_a_title_is_one_harmless_line(name):
    made = title(name)
    assert 0 < len(made) <= 80 and made == unicodedata.normalize("NFC", made) and made == title(made)
    assert not {unicodedata.category(one)[0] for one in made} & {"C"} and "\n" not in made and "\u2028" not in made
    assert not re.search(r"[/\\]", made) and not made.startswith((".", " ")) and not made.endswith((".", " "))
    made.encode()


@settings(max_examples=60, deadline=None)
@given(names, st.sampled_from([".mp4", ".txt", ""]))
def test_a_file_of_that_title_is_one_of_its_folder_on_any_system(name, ending):
    made = file_stem(title(name)) + ending
    assert len(made.encode()) <= 210 and PurePosixPath(made).name == PureWindowsPath(made).name == made
    assert not PureWindowsPath(made).is_reserved() and not made.startswith(("-", ".", " "))
    assert (Path("/folder") / made).resolve().parent == Path("/folder")


def test_through_the_server(site, client):
    assert client.post("/api/v1/jobs?name=a.mp4", content=b"").status_code == 400
    length = {"Content-Length": str(uploads.MOST_BYTES + 1)}
    answer = client.post("/api/v1/jobs?name=a.mp4", content=iter([b"x"]), headers=length)
    assert answer.status_code == 413 and answer.json()["code"] == "too_large"
    assert client.post("/api/v1/jobs?model=none&name=a.mp4", content=b"x").status_code == 400
    assert not list(site.own_folder.glob("*.part")) and client.get("/api/v1/jobs").json()["jobs"] == []


def test_a_full_queue_takes_no_body(site):
    queue = Queue(site.own_folder / "jobs", site.folder, web_jobs.read, prepare=web_jobs.nothing)
    places = [queue.place() for _ in range(20)]
    for place in places:
        place.__enter__()
    with pytest.raises(Busy), queue.place():
        pass
