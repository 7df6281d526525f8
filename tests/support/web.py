"""A site to test against: its folder, its clients, and results that nobody had to wait for."""

import json
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote

from starlette.testclient import TestClient

from source.results.prediction import Prediction, Reading
from source.web.app import application
from source.web.site import Site

PORT = 8123
HOST = f"127.0.0.1:{PORT}"
ORIGIN = f"http://{HOST}"
LABELS = ("angry", "disgust", "fear", "happy", "sad", "surprise", "neutral")


def stranger(site: Site, **headers: str) -> TestClient:
    """A client that knows nothing but the address; answers of 500 are answers."""
    return TestClient(
        application(site), base_url=ORIGIN, headers=headers, follow_redirects=False, raise_server_exceptions=False
    )


def browser(site: Site) -> TestClient:
    """The page, as its browser speaks: with the cookie and its own origin."""
    client = stranger(site, Origin=ORIGIN, **{"Sec-Fetch-Site": "same-origin"})
    client.cookies.set(f"demeanor_{site.port}", site.token)
    return client


def program(site: Site) -> TestClient:
    """A program of the same user: with the token, from nowhere."""
    return stranger(site, Authorization=f"Bearer {site.token}")


def some_probabilities(label: str = "happy", probability: float = 0.7) -> dict[str, float]:
    """Probabilities that add up to 1."""
    rest = (1 - probability) / (len(LABELS) - 1)
    return {name: probability if name == label else rest for name in LABELS}


def some_prediction(source: str = "clip.mp4", model: str = "combined", seconds: float = 6.0) -> Prediction:
    """A recording of one person, happy in every second, who says a sentence."""
    happy = Reading(some_probabilities(), person=0)
    readings = tuple(replace(happy, start_seconds=at, end_seconds=at + 4.0) for at in range(int(seconds) - 3))
    whole = replace(happy, start_seconds=0.0, end_seconds=seconds)
    sentence = replace(whole, text="What a day!")
    return Prediction(
        source, model, LABELS, readings, size=(640, 360), seconds=seconds, overall=whole,
        people=(whole,), sentences=(sentence,),
    )  # fmt: skip


def write_result(folder: Path, prediction: Prediction | None = None, **files: bytes) -> Path:
    """Write a result folder by hand; files: name, with __ for the dot -> content. Returns the folder."""
    folder.mkdir(parents=True)
    prediction = replace(prediction or some_prediction(), folder=str(folder))
    (folder / "result.json").write_text(json.dumps(prediction.to_dict()), encoding="utf-8")
    for name, content in files.items():
        (folder / name.replace("__", ".")).write_bytes(content)
    return folder


def quoted(name: str) -> str:
    """A name as a part of a URL, but for what is quoted in it already."""
    return quote(name, safe="%/")
