"""Exports, raters and comparison as calls."""

import json

import pytest

from source.results.export import FORMATS
from source.results.prediction import Prediction, Reading
from tests.support.video_predictions import toy_prediction
from tests.support.web import write_result

ANN = "begin,end,label\n0,7,joy\n7,14,surprise\n14,21,neutral\n"


@pytest.fixture
def url(site, client):
    write_result(site.folder / "clip", toy_prediction(30.0))
    (one,) = client.get("/api/v1/results").json()["results"]
    return f"/api/v1/results/{one['id']}"


def test_what_people_add_is_kept_and_shown(client, url, site):
    changes = {"group": "B", "names": {"0": "Ann"}, "marks": [{"begin_seconds": 1, "end_seconds": 2, "excluded": True}]}
    got = client.patch(url, json=changes).json()
    assert got["group"] == "B" and got["marks"][0]["excluded"] and client.get(url).json()["annotations"] == got
    assert client.get("/api/v1/results").json()["results"][0]["group"] == "B"
    for wrong in ({"colour": "red"}, {"marks": [{"begin_seconds": 2, "end_seconds": 1}]}, [], {"names": {"x": "y"}}):
        answer = client.patch(url, json=wrong)
        assert answer.status_code == 400 and answer.json()["trouble"].endswith(".")
    assert client.get(url).json()["annotations"] == got
    assert client.patch("/api/v1/results/0123456789abcdef", json={}).status_code == 404


def test_corrected_words_are_read_by_the_text_model(client, url, site, monkeypatch):
    happy = Prediction("typed words", "text", ("happy",), (), overall=Reading({"happy": 1.0}))

    async def read(model, words):
        assert (model, words) == ("text", "So glad!")
        return happy.to_dict()

    monkeypatch.setattr(site.more["reader"], "read", read)
    got = client.patch(url, json={"sentences": {"1": "So glad!"}}).json()["sentences"]
    assert got["1"]["text"] == got["1"]["reading"]["text"] == "So glad!" and got["1"]["reading"]["emotion"] == "happy"
    assert client.patch(url, json={"sentences": {"1": None}}).json()["sentences"] == {}


@pytest.mark.parametrize("form", FORMATS)
def test_an_export_is_saved_under_a_name_of_its_own(client, url, form):
    got = client.get(f"{url}/export?format={form}")
    assert got.status_code == 200 and got.content
    assert got.headers["content-disposition"] == f"attachment; filename*=utf-8''clip{FORMATS[form].ending}"
    assert got.headers["x-content-type-options"] == "nosniff"


def test_a_rater_is_kept_compared_and_forgotten(client, url, site):
    got = client.post(f"{url}/raters?name=Ann", content=ANN).json()
    assert (
        got["raters"] == ["Ann"] and 0.3 < got["kappa"]["Ann"] <= 1 and got["rated"]["Ann"]["read_as"]["joy"] == "happy"
    )
    assert len(got["confusion"]["Ann"]) == len(got["labels"])
    assert client.get(f"{url}/agreement").json() == got
    two = client.post(f"{url}/raters?name=Bo", content="gladness\t\t0.0\t9.0\thappy\n").json()
    assert two["raters"] == ["Ann", "Bo"] and two["alpha"] is not None
    assert set(json.loads((site.folder / "clip" / "annotations.json").read_text())["raters"]) == {"Ann", "Bo"}
    assert client.delete(f"{url}/raters/Bo").json() == got
    assert client.delete(f"{url}/raters/Bo").status_code == 404


def test_a_tier_and_labels_can_be_given(client, url):
    table = "rater,begin,end,label\nAnn,0,7,jolly\nBo,0,7,sad\n"
    got = client.post(f"{url}/raters?name=A&tier=Ann&labels=jolly=happy", content=table).json()
    assert got["raters"] == ["A"] and not got["rated"]["A"]["unknown_seconds"]
    both = client.post(f"{url}/raters?name=file&labels=jolly=happy", content=table).json()
    assert both["raters"] == ["A", "file: Ann", "file: Bo"]


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "/export", None), ("GET", "/export?format=pdf", None), ("POST", "/raters", ANN),
        ("POST", "/raters?name=%20", ANN), ("POST", "/raters?name=A", ""), ("POST", "/raters?name=A", "x"),
        ("POST", f"/raters?name={'A' * 300}", ANN), ("POST", "/raters?name=A&tier=B", ANN),
        ("POST", "/raters?name=A&labels=x", ANN),
    ],
)  # fmt: skip
def test_what_is_wrong_is_a_sentence(client, url, method, path, body):
    got = client.request(method, url + path, content=body)
    assert got.status_code == 400 and got.json()["trouble"].endswith(".")


def test_what_is_not_there_is_said(client, url):
    for method, path in (("GET", "export?format=elan"), ("GET", "agreement"), ("POST", "raters?name=A")):
        assert client.request(method, f"/api/v1/results/0123456789abcdef/{path}").status_code == 404


def test_marks_are_limited_in_size(client, url):
    assert client.post(f"{url}/raters?name=A", content=b"x" * 20_000_001).status_code == 413


def test_recordings_are_compared_by_id(client, site, url):
    write_result(site.folder / "other", toy_prediction(20.0, source="other.mp4"))
    ids = [one["id"] for one in client.get("/api/v1/results").json()["results"]]
    got = client.get(f"/api/v1/compare?ids={','.join(ids)}&baseline={ids[0]}").json()
    assert [one["id"] for one in got["recordings"]] == ids and got["cases"][0]["ids"] == ids[:1]
    assert got["cases"][0]["changes"] is None and got["cases"][1]["changes"]["happy"]["n"] == 1
    assert len(client.get(f"/api/v1/compare?ids={','.join(ids)}&by=group&baseline=0-5").json()["cases"]) == 1
    table = client.get(f"/api/v1/compare?ids={','.join(ids)}&format=csv")
    assert table.headers["content-type"].startswith("text/csv") and table.text.startswith("case,")


@pytest.mark.parametrize(
    ("query", "status"),
    [("", 400), ("ids=", 400), ("ids=0123456789abcdef", 404), ("ids={id}&by=age", 400), ("ids={id}&baseline=x", 400),
     ("ids={id}&baseline=9-3", 400)],
)  # fmt: skip
def test_what_cannot_be_compared_is_said(client, url, query, status):
    got = client.get(f"/api/v1/compare?{query.format(id=url.rpartition('/')[2])}")
    assert got.status_code == status and got.json()["trouble"].endswith(".")
