"""All result files together: nothing is made that is left out, and nothing twice."""

from dataclasses import replace
from pathlib import Path

from source.combined.results import circumplex, figures, result_files
from source.core.spec import spec_of
from source.media.selection import WHOLE
from tests.support.tracks import tracked
from tests.support.video_predictions import toy_prediction


def test_a_picture_is_drawn_when_it_is_written_and_once_for_itself_and_the_report(monkeypatch, tmp_path):
    drawn = []
    monkeypatch.setattr(figures, "timeline", lambda prediction: drawn.append("timeline") or b"\x89PNG 1")
    monkeypatch.setattr(circumplex, "picture", lambda prediction: drawn.append("circumplex") or b"\x89PNG 2")
    made = replace(toy_prediction(30), size=None)
    files = result_files(Path("a.mp4"), made, tracked([], [], [], []), None, WHOLE, (), None)
    assert set(files) == set(spec_of("combined").layout.can_be_left_out) - {
        "timeline.csv",
        "annotated.mp4",
        "key_frames.png",
    }
    assert not drawn
    files["timeline.png"](tmp_path / "timeline.png")
    assert drawn == ["timeline"] and (tmp_path / "timeline.png").read_bytes() == b"\x89PNG 1"
    files["report.html"](tmp_path / "report.html")
    assert drawn == ["timeline", "circumplex"]
