"""Recordings that come in piece by piece: sent twice, in the wrong order, broken off; and put in order in the end."""

import shutil
import subprocess
from contextlib import contextmanager

import av
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from source.media.kind import kind_and_ending
from source.media.remux import remuxed
from source.web import recordings
from source.web.queue.queue import Queue
from source.web.recordings import Begun, Recordings
from source.web.troubles import Busy, Conflict, NotFound, TooLarge
from source.web.uploads import DiskFull
from tests.support import web, web_jobs
from tests.support.video import write_video
from tests.support.voice import spoken

API = "/api/v1/recordings"


@pytest.fixture
def page(site):
    with served(site) as client:
        yield client


@contextmanager
def served(site):
    """The page of a new start of the site, whose jobs wait, since somebody is live."""
    queue = Queue(site.own_folder / "jobs", site.folder, web_jobs.read, prepare=web_jobs.nothing)
    queue.hold(True)
    with web.browser(type(site)(site.folder, port=site.port, token=site.token, more={"queue": queue})) as client:
        yield client


@settings(deadline=None, max_examples=40)
@given(st.binary(min_size=1, max_size=300), st.lists(st.tuples(st.integers(0, 350), st.integers(0, 120)), max_size=30))
def test_whatever_is_sent_twice_or_too_early_the_recording_is_whole(tmp_path_factory, whole, tries):
    kept, begun = Recordings(tmp_path_factory.mktemp("recordings")), Begun("a")
    kept.begin(begun)
    for start, length in tries:
        have = sum(one.bytes for one in kept.unfinished())
        piece = whole[start : start + length]
        if start > have:
            with pytest.raises(Conflict) as missing:
                kept.append(begun.id, start, piece)
            assert missing.value.more == {"have": have}
        else:
            assert kept.append(begun.id, start, piece) == max(have, start + len(piece))
    have = kept.append(begun.id, 0, whole)
    assert have == len(whole) and kept.whole(begun.id)[1].read_bytes() == whole


def test_limits(tmp_path, monkeypatch):
    kept = Recordings(tmp_path / "recordings", most_bytes=10)
    begun = Begun("a")
    kept.begin(begun)
    kept.append(begun.id, 0, b"x" * 10)
    with pytest.raises(TooLarge):
        kept.append(begun.id, 10, b"x")
    for id in ("../a", "f" * 16, "", "f" * 17):
        with pytest.raises(NotFound):
            kept.append(id, 0, b"x")
        with pytest.raises(NotFound):
            kept.forget(id)
    monkeypatch.setattr(recordings, "MOST_UNFINISHED", 1)
    with pytest.raises(Busy):
        kept.begin(Begun("b"))


def test_a_full_disk_leaves_what_was_there(tmp_path, monkeypatch):
    kept, begun = Recordings(tmp_path), Begun("a")
    kept.begin(begun)
    kept.append(begun.id, 0, b"abc")

    def full(_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(recordings.os, "fsync", full)
    with pytest.raises(DiskFull):
        kept.append(begun.id, 3, b"def")
    assert kept.whole(begun.id)[1].read_bytes() == b"abc"


def test_from_the_first_piece_to_the_job(site, page):
    id = page.post(API, json={"name": "my/day.webm", "model": "combined", "type": "video/webm"}).json()["id"]
    assert page.get(API).json() == {"recordings": []}, "nothing of it came yet"
    assert page.put(f"{API}/{id}?from=0", content=b"abc").json() == {"have": 3}
    assert page.put(f"{API}/{id}?from=0", content=b"abc").json() == {"have": 3}, "sent again"
    missing = page.put(f"{API}/{id}?from=5", content=b"f")
    assert (missing.status_code, missing.json()["have"], missing.json()["code"]) == (409, 3, "conflict")
    assert page.put(f"{API}/{id}?from=3", content=b"de").json() == {"have": 5}
    (known,) = page.get(API).json()["recordings"]
    assert (known["id"], known["name"], known["bytes"], known["is_growing"]) == (id, "day.webm", 5, True)
    finished = page.post(f"{API}/{id}/finish")
    job = finished.json()
    assert finished.status_code == 202 and job["source"] == "recording" and job["bytes"] == 5
    assert page.post(f"{API}/{id}/finish").json()["id"] == job["id"], "asked twice, it is read once"
    assert len(page.get("/api/v1/jobs").json()["jobs"]) == 1 and page.get(API).json() == {"recordings": []}
    assert (site.own_folder / "jobs" / job["id"] / "upload").read_bytes() == b"abcde"
    assert not list((site.own_folder / "recordings").iterdir())


@pytest.mark.parametrize("query", ["", "?from=-1", "?from=x", "?from=99999999999999999999", "?from=²"])
def test_a_piece_says_where_it_belongs(page, query):
    id = page.post(API, json={}).json()["id"]
    assert page.put(f"{API}/{id}{query}", content=b"a").status_code == 400


def test_what_broke_off_is_there_after_a_new_start_and_can_be_deleted(site):
    with served(site) as page:
        for name in ("one", "other", "empty"):
            id = page.post(API, json={"name": name}).json()["id"]
            if name != "empty":
                page.put(f"{API}/{id}?from=0", content=b"abc")
    with served(site) as page:
        known = page.get(API).json()["recordings"]
        assert [one["name"] for one in known] == ["one", "other"]
        assert page.delete(f"{API}/{known[0]['id']}").json() == {"deleted": 1}
        assert page.post(f"{API}/{known[0]['id']}/finish").status_code == 404
    assert len(list((site.own_folder / "recordings").iterdir())) == 1


def test_killed_between_job_and_recording_it_is_there_once(site):
    with served(site) as page:
        id = page.post(API, json={}).json()["id"]
        page.put(f"{API}/{id}?from=0", content=b"abc")
        shutil.copytree(site.own_folder / "recordings", site.folder / "before")
        page.post(f"{API}/{id}/finish")
    shutil.copytree(site.folder / "before", site.own_folder / "recordings", dirs_exist_ok=True)
    with served(site) as page:
        assert page.get(API).json() == {"recordings": []}
        assert [job["id"] for job in page.get("/api/v1/jobs").json()["jobs"]] == [id]


class Stream:
    """What a browser writes into: it cannot go back."""

    def __init__(self):
        self.content = bytearray()

    def write(self, piece):
        self.content += piece
        return len(piece)


def as_browsers_write(whole):
    """The same as a stream: without a length, without an index."""
    stream = Stream()
    with av.open(str(whole)) as came, av.open(stream, "w", format="webm") as made:
        tracks = {one.index: made.add_stream_from_template(one) for one in came.streams}
        for packet in came.demux():
            if packet.dts is not None:
                packet.stream = tracks[packet.stream.index]
                made.mux(packet)
    return bytes(stream.content)


@pytest.fixture(scope="module")
def recorded(tmp_path_factory):
    return as_browsers_write(write_video(tmp_path_factory.mktemp("films") / "film.webm", seconds=6, sound=spoken(6)))


def test_a_recording_of_sound_alone(tmp_path):
    whole = write_video(tmp_path / "a.webm", seconds=3, size=None, sound=spoken(3))
    (tmp_path / "upload").write_bytes(as_browsers_write(whole))
    made = remuxed(tmp_path / "upload", tmp_path / "a.weba")
    with av.open(str(made)) as came:
        assert came.duration / 1e6 == pytest.approx(3, abs=0.1)
    assert kind_and_ending(made, "a.weba") == ("sound", ".weba") and packets(made) == packets(whole)


@pytest.mark.parametrize("ending", [".mp4", ".m4a"])
def test_other_browsers_write_mp4(tmp_path, ending):
    size = None if ending == ".m4a" else (320, 240)
    whole = write_video(tmp_path / "a.mp4", seconds=2, size=size, sound=spoken(2))
    made = remuxed(whole, tmp_path / f"b{ending}")
    assert packets(made) == packets(whole)


def test_a_recording_gets_a_length_and_an_index(recorded, tmp_path):
    file = tmp_path / "upload"
    file.write_bytes(recorded)
    assert kind_and_ending(file, "recording.mp4") == ("video", ".webm")
    with av.open(str(file)) as came:
        assert came.duration is None
    made = remuxed(file, tmp_path / "a.webm")
    with av.open(str(made)) as came:
        assert came.duration / 1e6 == pytest.approx(6, abs=0.2)
    assert b"\x1c\x53\xbb\x6b" in made.read_bytes()[:4000], "cues, before what they point to"
    assert packets(made) == packets(file)


def packets(file):
    with av.open(str(file)) as came:
        return [(one.stream.type, bytes(one)) for one in came.demux() if one.size]


@pytest.mark.parametrize("share", [0.35, 0.5, 0.77, 0.99])
def test_one_that_breaks_off_anywhere_is_read_up_to_there(recorded, tmp_path, share):
    file = tmp_path / "upload"
    file.write_bytes(recorded[: int(share * len(recorded))])
    made = remuxed(file, tmp_path / "a.webm")
    with av.open(str(made)) as came:
        assert came.duration / 1e6 == pytest.approx(6 * share, abs=1.5)
        assert len(list(came.decode(video=0))) > 0
    whole = dict.fromkeys(packets(made))
    assert list(whole) == list(dict.fromkeys(packets(file)))[: len(whole)]


@pytest.mark.slow
def test_ffmpeg_finds_nothing_wrong_with_it(recorded, tmp_path):
    import imageio_ffmpeg

    (tmp_path / "upload").write_bytes(recorded[: len(recorded) * 2 // 3])
    made = remuxed(tmp_path / "upload", tmp_path / "a.webm")
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-i", str(made), "-f", "null", "-"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0 and not done.stderr
