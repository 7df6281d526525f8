"""Results as calls: the list, one of them, its files, delete."""

import errno
import json
import os
import sys
from dataclasses import asdict

import pytest

from source.core.serialise import csv_text, json_text
from source.results.prediction import Prediction
from source.web import summaries
from source.web.site import Site
from tests.support.web import some_prediction, write_result

FILM = bytes(range(256)) * 4


def only_id(client) -> str:
    (one,) = client.get("/api/v1/results").json()["results"]
    return one["id"]


def test_a_result_is_listed_with_its_answer(site, client):
    write_result(site.folder / "clip", original__mp4=FILM)
    (one,) = client.get("/api/v1/results").json()["results"]
    assert (one["name"], one["kind"], one["emotion"], one["people"]) == ("clip.mp4", "video", "happy", 1)
    whole = client.get(f"/api/v1/results/{one['id']}").json()
    assert whole["summary"] == one
    assert whole["prediction"] == json.loads((site.folder / "clip" / "result.json").read_text())
    assert whole["media"] == {"name": "original.mp4", "kind": "video", "boxes_burnt": False}


def test_results_of_a_run_over_many_files_are_listed_one_by_one(site, client):
    for name in ("a", "b"):
        write_result(site.folder / "many" / name, some_prediction(f"{name}.wav", "audio"))
    (site.folder / "many" / "result.json").write_text("[]")
    assert {one["name"] for one in client.get("/api/v1/results").json()["results"]} == {"a.wav", "b.wav"}


def test_a_file_comes_whole_or_in_parts(site, client):
    write_result(site.folder / "clip", original__mp4=FILM)
    url = f"/api/v1/results/{only_id(client)}/files/original.mp4"
    assert client.get(url).content == FILM
    for asked, status, content in (
        ("bytes=0-9", 206, FILM[:10]), ("bytes=1000-", 206, FILM[1000:]), ("bytes=-5", 206, FILM[-5:]),
        ("bytes=1020-9999", 206, FILM[1020:]), ("bytes=-9999", 206, FILM), ("bytes=2000-", 416, None),
    ):  # fmt: skip
        answer = client.get(url, headers={"Range": asked})
        assert answer.status_code == status, asked
        assert content is None or answer.content == content, asked


@pytest.mark.parametrize(
    "wrong",
    [
        lambda text: '{"schema": "demeanor.prediction/2", "a": ' + "[" * 100_000,
        lambda text: text.replace('"seconds": 6.0', '"seconds": NaN'),
        lambda text: text.replace('"seconds": 6.0', '"seconds": 1e999'),
        lambda text: text.replace('"seconds": 6.0', '"seconds": ' + "9" * 5_000),
        lambda text: text.replace('"happy": 0.7', '"happy": Infinity'),
        lambda text: text.replace("clip.mp4", "\\ud800"),
    ],
)
def test_what_somebody_else_put_there_costs_its_own_result_alone(site, client, wrong):
    write_result(site.folder / "good")
    file = write_result(site.folder / "bad") / "result.json"
    changed = wrong(file.read_text())
    assert changed != file.read_text()
    file.write_text(changed)
    answer = client.get("/api/v1/results")
    assert answer.status_code == 200 and "clip.mp4" in [one["name"] for one in answer.json()["results"]]
    assert client.get(f"/api/v1/results/{site.library.id_of(site.folder / 'bad')}").status_code in (200, 404)


@pytest.mark.skipif(sys.platform != "linux", reason="names of files are Unicode there")
def test_a_folder_whose_name_is_no_text_is_listed(site, client):
    write_result(site.folder / os.fsdecode(b"caf\xe9"), some_prediction("https://example.org/a.mp4"))
    (one,) = client.get("/api/v1/results").json()["results"]
    assert one["name"] == "a.mp4" or one["name"].startswith("caf")


@pytest.mark.parametrize("content", ["[" * 100_000, '{"schema": "demeanor.annotations/1", "note": NaN}', "\0"])
def test_damaged_annotations_are_a_sentence_and_cost_no_other_result(site, client, content):
    write_result(site.folder / "clip", annotations__json=content.encode())
    assert client.get("/api/v1/results").status_code == 200
    answer = client.get(f"/api/v1/results/{only_id(client)}")
    assert answer.status_code == 400 and "annotations.json" in answer.json()["trouble"]


def test_a_full_disk_keeps_nobody_from_looking_and_deleting(site, client, monkeypatch):
    write_result(site.folder / "clip")

    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(summaries, "write_whole", full)
    assert client.delete(f"/api/v1/results/{only_id(client)}").json() == {"deleted": 1}


def test_delete_leaves_nothing(site, client):
    write_result(site.folder / "clip", original__mp4=FILM)
    id, told = only_id(client), []
    site.on_delete.append(told.append)
    assert client.delete(f"/api/v1/results/{id}").json() == {"deleted": 1}
    assert not (site.folder / "clip").exists() and told == [id]
    assert client.delete(f"/api/v1/results/{id}").status_code == 404


def test_delete_leaves_nothing_of_it_in_a_run_over_many_files(site, client):
    """Not in the table and the document over all either; the last one takes the run's folder with it."""
    names = ("a", 'b "quoted"', "c")
    for name in names:
        write_result(site.folder / "many" / name, some_prediction(f"{name}.wav", "audio"))
    documents = [json.loads((site.folder / "many" / name / "result.json").read_text()) for name in names]
    bad = json.loads(Prediction("bad.wav", "audio", ("happy",), (), notes=("could not be read",)).to_json())
    text = [json_text(document).replace("\n", "\n  ") for document in (bad, *documents)]
    (site.folder / "many" / "result.json").write_text("[\n  " + ",\n  ".join(text) + "\n]")
    rows = [{"file": f"{name}.wav", "notes": "x, y"} for name in ("bad", *names)]
    (site.folder / "many" / "summary.csv").write_text(csv_text(("file", "notes"), rows))
    listed = {one["name"]: one["id"] for one in client.get("/api/v1/results").json()["results"]}
    client.delete(f"/api/v1/results/{listed[names[1] + '.wav']}").raise_for_status()
    assert json.loads((site.folder / "many" / "result.json").read_text()) == [bad, documents[0], documents[2]]
    assert (site.folder / "many" / "summary.csv").read_text() == csv_text(
        ("file", "notes"), [rows[0], rows[1], rows[3]]
    )
    for name in ("a.wav", "c.wav"):
        client.delete(f"/api/v1/results/{listed[name]}").raise_for_status()
    assert not (site.folder / "many").exists()


def test_summaries_are_kept_over_a_restart_and_go_with_the_result(site, client, monkeypatch):
    folder = write_result(site.folder / "clip")
    (before,) = client.get("/api/v1/results").json()["results"]
    again = Site(site.folder, port=site.port)
    monkeypatch.setattr(summaries, "document_in", None)
    assert [asdict(one) for one in again.library.summaries()] == [before]
    monkeypatch.undo()
    cache = site.own_folder / "summaries.json"
    cache.write_text('{"x": [1]}')
    assert len(Site(site.folder).library.summaries()) == 1, "a damaged one is made anew"
    write_result(site.folder / "other")
    again.library.summaries()
    assert again.library.delete(before["id"]) and not folder.exists()
    assert before["id"] not in cache.read_text()
