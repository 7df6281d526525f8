"""Results as calls: the list, one of them, its files, delete."""

import json

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


def test_delete_leaves_nothing(site, client):
    write_result(site.folder / "clip", original__mp4=FILM)
    id, told = only_id(client), []
    site.on_delete.append(told.append)
    assert client.delete(f"/api/v1/results/{id}").json() == {"deleted": 1}
    assert not (site.folder / "clip").exists() and told == [id]
    assert client.delete(f"/api/v1/results/{id}").status_code == 404
