"""Links where files are asked for, from a site on this machine."""

import csv
import json
import sys
from pathlib import Path

import pytest

from source import api
from source.core.errors import DemeanorError
from source.results.prediction import Prediction
from tests.support.site import body, site


@pytest.fixture
def url():
    with site(
        {"/day.txt": body("What a wonderful day!", "text/plain"), "/a.png": body(b"\x89PNG", "image/png")}
    ) as url:
        yield url


@pytest.mark.parametrize("model", ["face", "audio", "text", "combined"])
def test_a_link_is_one_for_every_model(model):
    for link in ("https://example.org/a.png", "ftp://example.org", "HTTP://example.org/watch?v=1"):
        assert isinstance(api.asked_for(model, f" {link} "), api.Link)
    assert not isinstance(api.asked_for("text", "See https://example.org for more"), api.Link)
    assert api.are_several([api.Link("https://a.org/1"), api.Link("https://a.org/2")])
    assert not api.are_several([api.Link("https://a.org/1")])


def test_what_is_behind_a_link_is_read_and_then_gone(monkeypatch, url):
    seen = []

    def predict(file, *_, links, **__):
        seen.append((file, file.read_bytes(), dict(links)))
        return [Prediction(links[str(file)], "face", (), ())]

    monkeypatch.setattr(sys.modules["source.api.predict"], "load", lambda model, weights: None)
    monkeypatch.setattr("source.results.predicting.predict", predict)
    bytes_here = []
    api.predict(
        "face", f"{url}/a.png", allow_private_links=True, on_fetch=lambda done, total: bytes_here.append((done, total))
    )
    ((file, content, links),) = seen
    assert content == b"\x89PNG" and links == {str(file): f"{url}/a.png"} and not file.exists()
    assert bytes_here[-1] == (4, 4)


def test_a_link_that_leads_to_this_machine_is_refused(monkeypatch, url):
    monkeypatch.setattr(sys.modules["source.api.predict"], "load", lambda model, weights: None)
    with pytest.raises(DemeanorError, match="this machine"):
        api.predict("face", f"{url}/a.png", write=False)


@pytest.mark.slow
def test_links_and_files_are_read_side_by_side(tmp_path, url):
    file, said = tmp_path / "night.txt", []
    file.write_text("What a terrible night.")
    hooks = {"workers": 0, "output": tmp_path, "allow_private_links": True, "notify": said.append}
    links = [f"{url}/day.txt", f"{url}/nowhere.txt"]
    predictions = api.predict("text", [links[0], str(file), links[1]], **hooks)
    assert [prediction.source for prediction in predictions] == [links[0], str(file)]
    assert any(links[1] in sentence and "left out" in sentence for sentence in said)
    folder = Path(predictions[0].folder)
    assert folder.name == "day" and json.loads((folder / "result.json").read_text())["source"] == links[0]
    with (folder.parent / "summary.csv").open() as rows:
        assert {row["file"] for row in csv.DictReader(rows)} == {links[0], str(file)}
    (alone,) = api.predict("text", links[0], **hooks)
    assert Path(alone.folder).name == "day" and alone.source == links[0]
