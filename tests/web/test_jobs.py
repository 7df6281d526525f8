"""The queue: order, stop, hold, deaths of either process, and what is there after them."""

import asyncio
import errno
import json
import time
from pathlib import Path
from threading import Event, Thread

import psutil
import pytest

from source.web.endpoints import jobs
from source.web.queue.job import Job
from source.web.queue.queue import Queue
from source.web.troubles import Busy, Conflict, DiskFull, NotFound
from tests.support import web, web_jobs

pytestmark = pytest.mark.slow  # processes of their own
ENDED = ("done", "failed", "stopped")


class House:
    """A folder with queues, one after the other."""

    def __init__(self, folder: Path):
        self.folder, self.queues = folder, []

    def open(self, **how) -> Queue:
        queue = Queue(self.folder / ".web" / "jobs", self.folder, web_jobs.read, prepare=web_jobs.nothing, **how)
        queue.start()
        self.queues.append(queue)
        return queue

    def close(self):
        for queue in self.queues:
            queue.close()


@pytest.fixture
def house(tmp_path):
    house = House(tmp_path / "results")
    yield house
    house.close()


@pytest.fixture
def queue(house):
    return house.open()


def add(queue, words, file=None):
    source = "upload" if file else "text"
    return queue.add(Job(source=source, name="name", model="text", asked="" if file else words), file)["id"]


def wait(queue, id, *states):
    """The job, once it is in one of the states."""
    last = time.monotonic() + 60
    while (job := queue.job(id))["state"] not in (states or ENDED):
        assert time.monotonic() < last, job
        time.sleep(0.005)
    return job


def eventually(holds):
    last = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < last
        time.sleep(0.005)


def test_jobs_are_done_in_their_order_one_at_a_time(queue, tmp_path):
    ids = [
        add(queue, f"until {tmp_path}/go"),
        add(queue, "count 3\nnote well\nnote well"),
        add(queue, "trouble It is odd."),
    ]
    assert [job["id"] for job in queue.jobs] == ids
    wait(queue, ids[0], "running")
    assert [job["state"] for job in queue.jobs] == ["running", "waiting", "waiting"]
    (tmp_path / "go").touch()
    first, second, third = (wait(queue, id) for id in ids)
    assert [first["state"], second["state"], third["state"]] == ["done", "done", "failed"]
    assert (second["done"], second["total"], second["unit"], second["notes"]) == (3, 3, "seconds", ("well",))
    assert third["trouble"] == "It is odd." and third["result"] is None
    assert first["result"] != second["result"] and first["sentence"] == second["sentence"] == ""


@pytest.mark.parametrize("words, part", [("abort", "SIGABRT"), ("die", "SIGKILL"), ("odd thing", "KeyError")])
def test_what_kills_the_process_costs_its_own_job_alone(queue, words, part):
    ids = [add(queue, words), add(queue, "count 1")]
    assert part in wait(queue, ids[0])["trouble"] and queue.job(ids[0])["state"] == "failed"
    assert wait(queue, ids[1])["state"] == "done"


def test_a_result_of_which_nobody_heard_is_found(queue, house):
    job = wait(queue, add(queue, "half"))
    assert job["state"] == "done" and job["result"]
    eventually(lambda: not list(house.folder.glob("*/.job")))
    assert len(list(house.folder.glob("result_*"))) == 1


def test_a_running_job_is_stopped_and_the_next_begins(queue, tmp_path):
    ids = [add(queue, "wait 60"), add(queue, "wait 60"), add(queue, "count 1")]
    wait(queue, ids[0], "running")
    assert queue.stop(ids[1])["state"] == "stopped"
    started = time.monotonic()
    assert queue.stop(ids[0])["state"] == "stopped"
    wait(queue, ids[2], "running", "done")
    assert time.monotonic() - started < 3
    assert queue.again(ids[0])["state"] == "waiting"
    wait(queue, ids[0], "running")
    with pytest.raises(Conflict):
        queue.again(ids[0])
    queue.forget(ids[0])
    with pytest.raises(NotFound):
        queue.job(ids[0])


def test_a_job_that_is_stopped_the_moment_it_begins(queue):
    for _ in range(10):
        id = add(queue, "wait 60")
        assert queue.stop(id)["state"] == "stopped"
    assert wait(queue, add(queue, "count 1"))["state"] == "done"


def test_while_somebody_is_live_nothing_goes_on(queue, tmp_path):
    ticks = tmp_path / "ticks"
    running, waiting = add(queue, f"tick {ticks}"), add(queue, "count 1")
    while not ticks.exists():
        time.sleep(0.005)
    queue.hold(True)
    assert [job["state"] for job in queue.jobs] == ["held", "held"]
    size = ticks.stat().st_size
    time.sleep(0.1)
    assert ticks.stat().st_size == size
    queue.hold(False)
    while ticks.stat().st_size == size:
        time.sleep(0.005)
    assert queue.job(running)["state"] == "running", "where it was"
    queue.hold(True)
    queue.stop(running)
    time.sleep(0.05)
    assert queue.job(waiting)["state"] == "held"
    queue.hold(False)
    assert wait(queue, waiting)["state"] == "done"


def test_at_most_twenty_wait(queue):
    queue.hold(True)
    with queue.place():
        for _ in range(19):
            with queue.place():
                add(queue, "count 1")
        with pytest.raises(Busy), queue.place():
            pass


def test_a_new_process_goes_on_with_what_there_is(house, tmp_path):
    queue = house.open()
    upload = tmp_path / "came"
    upload.write_text(f"until {tmp_path}/go")
    ids = [add(queue, "count 1"), add(queue, "", upload), add(queue, "count 2"), add(queue, "trouble It is odd.")]
    wait(queue, ids[1], "running")
    queue.close()
    (tmp_path / "go").touch()
    other = house.open()
    assert [job["id"] for job in other.jobs] == ids
    ended = [wait(other, id) for id in ids]
    assert [job["state"] for job in ended] == ["done", "done", "done", "failed"]
    assert len({job["result"] for job in ended}) == 4
    eventually(lambda: not (house.folder / ".web" / "jobs" / ids[1] / "upload").exists())  # it lies in the result


def test_two_processes_do_not_work_on_the_same_jobs(house):
    first = house.open()
    with pytest.raises(Conflict):
        Queue(house.folder / ".web" / "jobs", house.folder, web_jobs.read).start()
    first.close()
    house.open()


def test_a_job_that_ends_everything_is_not_begun_for_ever(house):
    id = add(house.open(), "wait 60")
    for _ in range(3):
        wait(house.queues[-1], id, "running")
        house.queues[-1].close()
        house.open()
    assert house.queues[-1].job(id)["state"] == "failed"
    assert house.queues[-1].again(id)["state"] == "waiting"


def test_what_cannot_be_read_of_the_journal_is_told_and_what_was_never_accepted_is_gone(house):
    folder = house.folder / ".web" / "jobs"
    (folder / "torn").mkdir(parents=True)
    (folder / "torn" / "job.json").write_text('{"id"')
    (folder / "half").mkdir()
    (folder / "half" / "upload").write_text("half")
    queue = house.open()
    assert [(job["id"], job["state"]) for job in queue.jobs] == [("torn", "failed")]
    queue.forget("torn")
    assert not list(folder.glob("[!.]*"))


def test_deleting_a_job_deletes_all_that_came_in_and_its_result_is_another_matter(queue, house, tmp_path):
    upload = tmp_path / "came"
    upload.write_text("count 1")
    id = add(queue, "", upload)
    job = wait(queue, id)
    queue.forget(id)
    assert not list((house.folder / ".web" / "jobs").glob("[!.]*"))
    assert (house.folder / "result_1" / "original.txt").read_text() == "count 1" and job["result"]


def test_a_job_goes_with_its_result_and_can_be_done_again_until_then(queue, tmp_path):
    upload = tmp_path / "came"
    upload.write_text("count 1")
    id = add(queue, "", upload)
    first = wait(queue, id)["result"]
    queue.again(id)
    second = wait(queue, id)["result"]
    assert first != second
    queue.forget_result(second)
    assert queue.jobs == []


def test_the_process_is_kept_with_what_it_has_loaded(queue, tmp_path):
    for name in ("one", "other"):
        wait(queue, add(queue, f"pid {tmp_path}/{name}"))
    assert (tmp_path / "one").read_text() == (tmp_path / "other").read_text()


def test_in_the_end_its_memory_is_given_back(house, tmp_path):
    queue, last = house.open(idle_seconds=0.05), time.monotonic() + 60
    wait(queue, add(queue, f"pid {tmp_path}/one"))
    while psutil.pid_exists(int((tmp_path / "one").read_text())):
        assert time.monotonic() < last
        time.sleep(0.01)
    assert wait(queue, add(queue, "count 1"))["state"] == "done", "another is started"


@pytest.fixture
def page(site):
    """The page of a site whose jobs are read by the stub."""
    site.more["queue"] = Queue(site.own_folder / "jobs", site.folder, web_jobs.read, prepare=web_jobs.nothing)
    with web.browser(site) as client:
        yield client


def test_files_words_and_inputs_through_the_server(site, page):
    asked = [
        page.post("/api/v1/jobs", params={"name": "C:\\films\\a.txt", "model": "text"}, content=b"count 2"),
        page.post("/api/v1/jobs", params={"name": "C:\\films\\a.txt"}, content=b"count 2"),
        page.post("/api/v1/jobs", json={"text": "count 3"}),
        page.post("/api/v1/jobs", json={"input": "demo_clip.mp4", "model": "combined"}),
    ]
    assert [answer.status_code for answer in asked] == [202] * 4
    first, same, words, film = (finished(page, answer.json()["id"]) for answer in asked)
    assert (first["name"], first["model"], first["source"], first["bytes"]) == ("a.txt", "text", "upload", 7)
    assert same["model"] == "auto" and same["result"] != first["result"]
    assert (words["source"], words["name"], words["total"]) == ("text", "count 3", 3)
    assert (film["source"], film["name"]) == ("input", "demo_clip.mp4") and "asked" not in film
    assert [job["id"] for job in page.get("/api/v1/jobs").json()["jobs"]] == [answer.json()["id"] for answer in asked]
    assert page.delete(f"/api/v1/jobs/{first['id']}").json() == {"deleted": 1}
    assert page.get(f"/api/v1/jobs/{first['id']}").status_code == 404
    assert page.post(f"/api/v1/jobs/{same['id']}/again").status_code == 202


@pytest.mark.parametrize(
    "document",
    [
        {},
        {"text": "a", "link": "b"},
        {"text": " "},
        {"text": "a", "model": "face"},
        {"text": "a", "model": "../x"},
        {"input": "../config.py"},
        {"input": "/etc/passwd"},
        {"text": 3},
        [],
    ],
)
def test_what_cannot_be_asked_for_is_a_sentence(page, document):
    answer = page.post("/api/v1/jobs", json=document)
    assert answer.status_code in (400, 404) and answer.json()["trouble"].endswith(".")
    assert page.get("/api/v1/jobs").json()["jobs"] == []


def test_jobs_are_held_while_somebody_is_live(site, page):
    with site.live():
        ticks = page.post("/api/v1/jobs", json={"text": "wait 60"}).json()["id"]
        id = page.post("/api/v1/jobs", json={"text": "count 1"}).json()["id"]
        for one in (ticks, id):
            finished(page, one, "held")
    finished(page, ticks, "running")
    assert page.delete(f"/api/v1/jobs/{ticks}").status_code == 200
    assert finished(page, id)["state"] == "done"


def test_events_tell_all_jobs_then_every_change_and_end_with_the_server(site):
    queue = Queue(site.own_folder / "jobs", site.folder, web_jobs.read, prepare=web_jobs.nothing)
    heard = asyncio.run(listened(queue))
    assert heard[0] == {"retry": 1000} and heard[-1] is None
    documents = [one for one in heard[1:-1] if one]
    first, second = (wanted["id"] for wanted in queue.jobs)
    states = {id: [one["state"] for one in documents if one["id"] == id] for id in (first, second)}
    assert states[first][0] in ("waiting", "running") and states[first][-1] == "done"
    assert set(states[second]) >= {"running", "done"} and [one["done"] for one in documents][-1] == 5


async def listened(queue):
    add(queue, "count 1")
    queue.start()
    heard = []
    async for text in jobs._events(queue):
        for line in text.strip().splitlines():
            name, _, rest = line.partition(": ")
            heard += [json.loads(rest)] if name == "data" else [{"retry": int(rest)}] if name == "retry" else []
        ended = [job["state"] in ENDED for job in queue.jobs]
        if ended == [True]:
            await asyncio.to_thread(add, queue, "wait 0.1\ncount 5")
        elif ended == [True, True] and heard[-1]["state"] == "done":
            await asyncio.to_thread(queue.close)
    return [*heard, None]


def finished(page, id, *states):
    last = time.monotonic() + 60
    while (job := page.get(f"/api/v1/jobs/{id}").json())["state"] not in (states or ENDED):
        assert time.monotonic() < last, job
        time.sleep(0.01)
    return job


def test_looking_does_not_wait_for_a_busy_disk(house, monkeypatch):
    queue, journal = house.open(), house.queues[0]._board.journal
    keep, writing, may_go_on = journal.keep, Event(), Event()

    def slowly(job, upload=None):
        writing.set()
        may_go_on.wait(20)
        keep(job, upload)

    id = add(queue, "wait 60")
    wait(queue, id, "running")
    monkeypatch.setattr(journal, "keep", slowly)
    stopping = Thread(target=queue.stop, args=(id,))
    stopping.start()
    eventually(writing.is_set)
    with queue.place():
        assert queue.job(id)["state"] == queue.jobs[0]["state"] == "running", "nobody sees what may be lost"
    assert asyncio.run(first_heard(queue))["state"] == "running"
    may_go_on.set()
    stopping.join(20)
    assert queue.job(id)["state"] == "stopped"


def full(*_):
    raise OSError(errno.ENOSPC, "No space left on device")


def test_what_does_not_fit_on_the_disk_is_not_taken_and_stays_where_it_was(house, tmp_path, monkeypatch):
    queue = house.open()
    for name, fails in (("write_whole", full), ("os.link", full)):  # the file is moved where it cannot be linked
        monkeypatch.setattr(f"source.web.queue.journal.{name}", fails)
        file = tmp_path / "came.part"
        file.write_text("what was recorded")
        with pytest.raises(DiskFull, match="No space left"):
            add(queue, "", file)
        assert file.read_text() == "what was recorded" and not queue.jobs
        assert not [path for path in (house.folder / ".web" / "jobs").iterdir() if path.is_dir()]


def test_on_a_full_disk_jobs_come_to_their_end_and_are_begun_again_by_the_next_process(house, tmp_path, monkeypatch):
    queue, flag = house.open(), tmp_path / "go"
    made, failed = add(queue, f"until {flag}"), add(queue, "trouble It is broken.")
    wait(queue, made, "running")
    monkeypatch.setattr("source.web.queue.journal.write_whole", full)
    flag.touch()
    assert wait(queue, made)["state"] == "done"
    assert wait(queue, failed)["state"] == "failed", "and not begun for ever"
    queue.close()
    monkeypatch.undo()
    queue = house.open()
    assert wait(queue, made)["state"] == "done" and len(list(house.folder.glob("result_*"))) == 1
    assert wait(queue, failed)["trouble"] == "It is broken."


async def first_heard(queue):
    with queue.listening() as listener:
        return (await listener.changes(5))[0]
