"""A link as a job, read by the real text model."""

import json
import time

import pytest

from source.web.queue.job import Job
from source.web.queue.queue import Queue
from tests.support.site import body, site

pytestmark = pytest.mark.slow


def test_a_link_is_fetched_named_and_read(tmp_path):
    answers = {
        "/day.txt": body("What a wonderful day!", "text/plain"),
        "/words": body("<title>Hello</title>I am happy."),
    }
    queue = Queue(tmp_path / ".web" / "jobs", tmp_path, allow_private_links=True)
    queue.start()
    try:
        with site(answers) as url:
            paths = ("day.txt", "words", "nowhere")
            ids = [queue.add(Job(source="link", name=f"{url}/{path}", asked=f"{url}/{path}"))["id"] for path in paths]
            until = time.monotonic() + 90
            while any(job["state"] in ("waiting", "running") for job in queue.jobs):
                assert time.monotonic() < until, queue.jobs
                time.sleep(0.05)
    finally:
        queue.close()
    day, words, nowhere = (queue.job(id) for id in ids)
    assert nowhere["state"] == "failed" and "not there" in nowhere["trouble"]
    assert day["name"] == "day.txt" and (tmp_path / "day" / "original.txt").read_text() == "What a wonderful day!"
    assert json.loads((tmp_path / "day" / "result.json").read_text())["source"] == f"{url}/day.txt"
    assert words["state"] == "done" and (tmp_path / "words" / "original.html").is_file()


def test_a_link_to_this_machine_is_refused(tmp_path):
    queue = Queue(tmp_path / ".web" / "jobs", tmp_path)
    queue.start()
    try:
        id = queue.add(Job(source="link", name="it", asked="http://127.0.0.1:9/a.mp4"))["id"]
        until = time.monotonic() + 60
        while queue.job(id)["state"] in ("waiting", "running"):
            assert time.monotonic() < until
            time.sleep(0.05)
    finally:
        queue.close()
    assert "address of this machine" in queue.job(id)["trouble"]
