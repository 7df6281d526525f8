"""The frame: the page, its files, troubles as sentences, and what the server says of itself."""

from source.web.site import Site
from tests.support import web


def test_the_page_and_its_files(client):
    assert client.get("/").status_code == 200
    assert client.get("/static/main.js").headers["content-type"].startswith("text/javascript")


def test_what_is_not_there_is_a_sentence(client):
    answer = client.get("/api/v1/nothing")
    assert answer.status_code == 404 and answer.json()["code"] == "not_found"
    assert client.post("/api/v1/health").status_code == 405


def test_health_tells_one_start_from_another(site, client):
    other = web.browser(Site(site.folder, port=web.PORT))
    assert client.get("/api/v1/health").json()["id"] != other.get("/api/v1/health").json()["id"]


def test_models_without_torch(client):
    models = client.get("/api/v1/models").json()
    assert set(models["models"]) >= {"face", "audio", "text", "combined"}
    assert set(models["labels"]) == set(models["colours"]) == set(models["places"]) == set(models["emoji"])


def test_an_error_that_nobody_thought_of_is_a_sentence_too(site, client, monkeypatch):
    monkeypatch.setattr(type(site.library), "summaries", lambda self: 1 / 0)
    answer = client.get("/api/v1/results")
    assert answer.status_code == 500 and answer.json()["code"] == "unexpected"
    assert answer.headers["x-content-type-options"] == "nosniff"
