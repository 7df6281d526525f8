"""Key frames: the right moments, found again by seeking, with where the network looked."""

import io
from dataclasses import replace
from types import SimpleNamespace

import av
import numpy as np
import pytest
import torch
from PIL import Image

from source.combined.results import key_frames as module
from source.combined.results.key_frames import frame_at, key_frames, key_frames_png, select
from source.face.network import FaceModel
from source.face.settings import FaceSettings
from source.media import container
from source.media.video.replay import Replay
from source.results.prediction import Prediction, Reading
from tests.support.faces import finds_faces
from tests.support.tracks import tracked
from tests.support.video import moving_face, write_video

LABELS = ("angry", "happy", "neutral")
TOY = FaceSettings(widths=(4, 6), depths=(1, 1), shape_width=8)
BOX = (120.0, 60.0, 210.0, 180.0)  # the face of `moving_face` at 0 s in 320x240


def shares(label, share=0.8):
    return {name: share if name == label else (1 - share) / 2 for name in LABELS}


def reading(label, start, end, person=0, share=0.8):
    return Reading(shares(label, share), person, BOX, float(start), float(end))


def predicted(*readings, seconds=20.0):
    return Prediction("a.mp4", "combined", LABELS, readings, (320, 240), seconds=seconds)


def seen(rows):
    """rows: (seconds, person, probabilities in the order of LABELS)."""
    seconds, people, probabilities = zip(*rows, strict=True) if rows else ((), (), np.zeros((0, 3)))
    return tracked(seconds, people, [BOX] * len(rows), probabilities)


def alike(count=100, person=0):
    """FaceTracks five times a second, none of which tells more than another."""
    return seen([(at / 5, person, (0.3, 0.3, 0.4)) for at in range(count)])


def test_of_a_segment_the_frame_that_speaks_most_for_its_answer():
    rows = [(at / 5, 0, (0.3, 0.3, 0.4)) for at in range(100)]
    rows[33], rows[70] = (33 / 5, 0, (0.05, 0.9, 0.05)), (70 / 5, 0, (0.0, 1.0, 0.0))
    choices = select(predicted(reading("happy", 0, 8), reading("angry", 8, 20)), seen(rows), 6)
    assert choices[0].seconds == 6.6 and choices[0].reading.emotion == "happy" and choices[0].box == BOX
    assert len(choices) == 2 and choices[1].reading.emotion == "angry" and choices[1].seconds != 14.0


def test_different_emotions_come_first_then_what_lasts():
    parts = [reading("happy", 0, 6), reading("neutral", 6, 7), reading("happy", 7, 13), reading("angry", 13, 14)]
    choices = select(predicted(*parts), alike(), 3)
    assert [choice.reading.emotion for choice in choices].count("happy") == 1
    assert {choice.reading.emotion for choice in choices} == set(LABELS)
    assert [choice.seconds for choice in choices] == sorted(choice.seconds for choice in choices)
    assert len(select(predicted(*parts), alike(), 9)) == 4


def test_they_are_spread_over_the_video():
    labels = ["happy", "neutral"] * 10
    parts = [reading(label, at, at + 1) for at, label in enumerate(labels)]
    times = [choice.seconds for choice in select(predicted(*parts), alike(), 4)]
    assert np.diff(times).min() > 2


def test_each_person_has_segments_of_their_own():
    face_tracks = seen([(at / 5, at % 2, (0.1, 0.8, 0.1)) for at in range(100)])
    choices = select(predicted(reading("happy", 0, 10), reading("happy", 10, 20, person=1)), face_tracks, 6)
    assert [choice.reading.person for choice in choices] == [0, 1]
    assert [round(choice.seconds * 5) % 2 for choice in choices] == [0, 1]


def test_an_unsure_segment_counts_only_where_none_is_sure():
    unsure = reading("happy", 0, 10, share=0.36)
    assert [c.reading.emotion for c in select(predicted(unsure, reading("angry", 10, 20)), alike(), 6)] == ["angry"]
    assert [c.reading.likeliest for c in select(predicted(unsure), alike(), 6)] == ["happy"]


def test_no_face_or_no_reading_gives_none(tmp_path):
    happy = reading("happy", 0, 20)
    for prediction, face_tracks in (
        (predicted(happy), seen([])),
        (predicted(), alike()),
        (predicted(Reading({})), alike()),
    ):
        assert key_frames(tmp_path / "not there.mp4", prediction, face_tracks, None) == []
    assert Image.open(io.BytesIO(key_frames_png([]))).format == "PNG"
    assert select(predicted(happy), alike(person=3), 6) == [] and select(predicted(happy), alike(), 0) == []


@pytest.mark.parametrize("ending", [".mp4", ".avi", pytest.param(".webm", marks=pytest.mark.slow)])
def test_single_frames_are_those_of_the_whole(tmp_path, ending):
    path = write_video(tmp_path / f"a b{ending}", seconds=3, fps=10, size=(64, 48))
    with Replay(path) as video:
        whole = {frame.seconds: frame.pixels for frame in video}
    times = sorted(whole)[::7] + [max(whole)]
    for time in times:
        assert np.array_equal(frame_at(path, time).pixels, whole[time])


def test_single_frames_of_a_file_that_cannot_be_seeked_in(tmp_path):
    """H.264 as it is, with neither times nor an index."""
    path = tmp_path / "a.h264"
    with av.open(str(path), "w", format="h264") as container:
        stream = container.add_stream("libx264", rate=10)
        stream.width, stream.height = 64, 48
        for grey in range(0, 200, 10):
            frame = av.VideoFrame.from_ndarray(np.full((48, 64, 3), grey, np.uint8), format="rgb24")
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    with Replay(path) as video:
        whole = [(frame.seconds, frame.pixels) for frame in video]
    times = [whole[3][0], whole[12][0]]
    found = [frame_at(path, time) for time in times]
    assert np.array_equal(found[0].pixels, whole[3][1]) and np.array_equal(found[1].pixels, whole[12][1])


def test_seeking_does_not_decode_the_whole(tmp_path, monkeypatch):
    path, decoded = write_video(tmp_path / "a.avi", seconds=20, fps=10, size=(64, 48)), []
    everything = container.decoded

    def counted(container, streams):
        for item in everything(container, streams):
            decoded.append(item)
            yield item

    monkeypatch.setattr(container, "decoded", counted)
    assert frame_at(path, 18.0) and len(decoded) < 30


def test_times_past_the_end_give_nothing(tmp_path):
    path = write_video(tmp_path / "a.mp4", seconds=1, fps=10, size=(64, 48))
    assert frame_at(path, 0.5) and frame_at(path, 7.0) is None


@pytest.fixture
def explained(tmp_path, monkeypatch):
    """Key frames of a toy video with a toy network."""
    torch.manual_seed(0)
    trained = SimpleNamespace(network=FaceModel(TOY, 3).eval(), settings=SimpleNamespace(face=TOY), labels=LABELS)
    monkeypatch.setattr(module, "FaceAlone", lambda network: network)

    def explain(picture, rotation=0, size=(320, 240), start_seconds=0.0):
        path = write_video(tmp_path / "a.mp4", seconds=2, fps=10, picture=picture, rotation=rotation, size=size)
        readings = [
            one for one in (reading("happy", 0, 1), reading("angry", 1, 2)) if one.start_seconds >= start_seconds
        ]
        prediction = replace(predicted(*readings, seconds=2.0 - start_seconds), start_seconds=start_seconds)
        return key_frames(path, prediction, alike(10), trained)

    return explain


@finds_faces
@pytest.mark.parametrize("rotation", [0, 90])
def test_pictures_and_where_the_network_looked(explained, rotation):
    frames = explained(moving_face, rotation)
    assert [(frame.person, frame.reading.emotion) for frame in frames] == [(0, "happy"), (0, "angry")]
    assert frames[0].caption == "0:00.0\n#0 happy 80 %"
    for frame in frames:
        assert frame.picture.size == (240, 240) and np.asarray(frame.picture).std() > 20
        attention = np.asarray(frame.attention).astype(int)
        assert attention.shape == (240, 240, 3) and attention.std() > 20
        assert (np.ptp(attention, axis=2) > 30).any()  # coloured where it looked
    document = Image.open(io.BytesIO(key_frames_png(frames)))
    assert document.format == "PNG" and document.width > 400 and document.height > 400


@finds_faces
def test_of_a_part_the_times_are_the_recordings(explained):
    (first, second), (later,) = explained(moving_face), explained(moving_face, start_seconds=1.0)
    assert (later.seconds, later.reading.emotion) == (second.seconds, "angry") and first.seconds < 1
    change = np.abs(np.asarray(later.picture, float) - np.asarray(second.picture, float))
    assert change.mean() < 0.5  # the crop may differ by a part of a pixel: a face is tracked from another frame on


@finds_faces
def test_a_face_that_is_not_found_again_has_no_attention(explained):
    frames = explained(None)
    assert len(frames) == 2 and all(frame.attention is None and frame.picture for frame in frames)
    assert Image.open(io.BytesIO(key_frames_png(frames))).format == "PNG"


@finds_faces
def test_a_network_without_a_picture_branch(explained, monkeypatch):
    shape_only = FaceModel(replace(TOY, use_image=False), 3).eval()
    monkeypatch.setattr(module, "FaceAlone", lambda network: shape_only)
    assert all(frame.attention is None for frame in explained(moving_face))
