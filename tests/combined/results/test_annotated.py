"""The annotated video by PyAV's own counts: every frame at its time, the sound in step, boxes where the faces are."""

import errno
import hashlib
import threading
from dataclasses import replace
from itertools import combinations, pairwise

import av
import numpy as np
import pytest

from source.combined.results import annotated as module
from source.combined.results.annotated import annotated_video, overlay
from source.combined.results.annotated.face_boxes import FaceBoxes
from source.combined.results.annotated.scene import Layout
from source.results.prediction import Prediction, Reading
from tests.support.tracks import tracked
from tests.support.video import RATE_HZ, write_video

LABELS = ("angry", "happy", "neutral")
BOX = (40.0, 30.0, 90.0, 80.0)
AAC_FRAME = 1024  # samples


def tone(seconds):
    return (0.3 * np.sin(np.arange(int(seconds * RATE_HZ)) * 0.2)).astype(np.float32)


def seen(times, box=BOX, person=0):
    count = len(times)
    boxes = np.tile(np.float32(box), (count, 1)) if np.ndim(box) == 1 else box
    return tracked(times, [person] * count, boxes, np.full((count, 3), 1 / 3))


def predicted(path, seconds=1.0, size=(160, 120), **more):
    shares = {"angry": 0.1, "happy": 0.7, "neutral": 0.2}
    facts = {"modalities": {"face": shares}, "speech_seconds": 0.0, "valence": 0.4, "arousal": -0.1}
    reading = Reading(shares, 0, BOX, 0.0, seconds, **facts)
    return Prediction(str(path), "combined", LABELS, (reading,), size, seconds=seconds, **more)


def made(path, face_tracks=None, **more):
    file = path.with_name("out put é.draft")
    annotated_video(
        path, predicted(path, **more), seen(np.arange(0, 3, 0.2)) if face_tracks is None else face_tracks, file
    )
    return file


def pictures(file):
    """(time, RGB) of every frame, counted from the container's beginning."""
    with av.open(str(file)) as container:
        start = (container.start_time or 0) / 1e6
        return [(frame.time - start, frame.to_ndarray(format="rgb24")) for frame in container.decode(video=0)]


def sound(file):
    """The first channel and when it starts."""
    with av.open(str(file)) as container:
        frames = list(container.decode(audio=0))
        start = frames[0].time - (container.start_time or 0) / 1e6
        resampler = av.AudioResampler("flt", "mono", frames[0].sample_rate)
        blocks = [part.to_ndarray()[0] for frame in [*frames, None] for part in resampler.resample(frame)]
    return np.concatenate(blocks), frames[0].sample_rate, start


OTHER_ENDINGS = [pytest.param(ending, marks=pytest.mark.slow) for ending in (".mkv", ".webm", ".avi", ".mpg", ".flv")]


@pytest.mark.parametrize("ending", [".mp4", *OTHER_ENDINGS])
def test_every_frame_and_the_sound_are_kept(tmp_path, ending):
    path = write_video(tmp_path / f"a b{ending}", seconds=1, size=(160, 120), sound=tone(1))
    before = hashlib.sha256(path.read_bytes()).digest()
    file = made(path)
    assert hashlib.sha256(path.read_bytes()).digest() == before
    old, new = pictures(path), pictures(file)
    assert len(new) == len(old) == 25
    assert np.allclose([time for time, _ in new], [time for time, _ in old], atol=0.002)
    with av.open(str(file)) as container:
        picture = container.streams.video[0]
        assert float(picture.duration * picture.time_base) == pytest.approx(1.0, abs=0.041)
        assert picture.codec_context.pix_fmt == "yuv420p"
        assert container.duration / 1e6 == pytest.approx(1.0, abs=0.15)
    (given, rate, starts), (kept, kept_rate, kept_starts) = sound(path), sound(file)
    assert kept_starts == pytest.approx(starts, abs=0.03)
    assert len(kept) / kept_rate == pytest.approx(len(given) / rate, abs=1.5 * AAC_FRAME / kept_rate)


def test_sound_is_copied_where_mp4_can_hold_it(tmp_path):
    path = write_video(tmp_path / "a.mp4", seconds=1, size=(160, 120), sound=tone(1))
    given, kept = sound(path), sound(made(path))
    assert np.array_equal(given[0], kept[0]) and given[1:] == kept[1:]


@pytest.mark.slow
@pytest.mark.parametrize("ending", [".mp4", ".mkv"])
def test_sound_that_starts_late_stays_in_step(tmp_path, ending):
    click = np.zeros(RATE_HZ // 2, np.float32)
    click[4000:4100] = 0.9  # 0.25 s into the sound
    path = write_video(tmp_path / f"late{ending}", seconds=1, size=(160, 120), sound=click, sound_starts=0.4)
    samples, rate, starts = sound(made(path))
    assert starts + np.abs(samples).argmax() / rate == pytest.approx(0.65, abs=0.02)


@pytest.mark.slow
@pytest.mark.parametrize("ending", [".mp4", ".mkv"])
def test_a_recording_whose_clock_does_not_begin_at_0(tmp_path, ending):
    click = np.zeros(RATE_HZ, np.float32)
    click[4000:4100] = 0.9
    times = [1 + at / 10 for at in range(10)]
    path = write_video(
        tmp_path / f"a{ending}", size=(160, 120), frame_times=times, sound=click, sound_starts=1.0, fps=10
    )
    file = made(path)
    (samples, rate, starts), (first, _) = sound(file), pictures(file)[0]
    assert starts + np.abs(samples).argmax() / rate - first == pytest.approx(0.25, abs=0.02)
    with av.open(str(file)) as container:
        assert next(container.decode(video=0)).time < 0.1  # AAC's own beginning may come before


def test_a_gap_in_the_sound_stays_a_gap(tmp_path):
    """Where the sound is not copied, what the recording's clock skips becomes silence."""
    path = tmp_path / "a.mkv"
    with av.open(str(path), "w") as container:
        picture, heard = container.add_stream("libx264", rate=10), container.add_stream("pcm_s16le", rate=RATE_HZ)
        picture.width, picture.height = 160, 120
        for at in (0, 1, 2, 7, 8, 9):  # tenths of a second; the click is in the last but one
            container.mux(picture.encode(av.VideoFrame.from_ndarray(np.zeros((120, 160, 3), np.uint8))))
            block = np.zeros((1, RATE_HZ // 10), np.int16)
            block[0, :50] = 25_000 * (at == 8)
            frame = av.AudioFrame.from_ndarray(block, format="s16", layout="mono")
            frame.sample_rate, frame.pts = RATE_HZ, at * RATE_HZ // 10
            container.mux(heard.encode(frame))
        container.mux(picture.encode(None))
    samples, rate, starts = sound(made(path))
    assert starts + np.abs(samples).argmax() / rate == pytest.approx(0.8, abs=0.03)


def test_a_silent_video_stays_silent(tmp_path):
    with av.open(str(made(write_video(tmp_path / "a.mp4", seconds=0.5, size=(160, 120))))) as container:
        assert not container.streams.audio and len(container.streams.video) == 1


def test_sound_longer_than_the_picture_is_kept_whole(tmp_path):
    path = write_video(tmp_path / "a.mp4", seconds=0.4, size=(160, 120), sound=tone(1.5))
    assert np.array_equal(sound(path)[0], sound(made(path))[0])


def test_variable_frame_rate(tmp_path):
    times = [0, 0.04, 0.08, 0.3, 0.34, 0.9, 1.7]
    path = write_video(tmp_path / "a.mkv", size=(160, 120), frame_times=times)
    file = made(path)
    assert np.allclose([time for time, _ in pictures(file)], times, atol=0.002)
    with av.open(str(file)) as container:
        picture = container.streams.video[0]
        assert float(picture.duration * picture.time_base) == pytest.approx(1.74, abs=0.05)


@pytest.mark.slow
@pytest.mark.parametrize("rotation", [0, 90])
def test_upright_and_of_any_size(tmp_path, rotation):
    """The test card's red corner is at the top left of the picture, its yellow one at the bottom right."""
    size = (90, 160) if rotation else (161, 119)
    shape = {"pixel_format": "yuv420p" if rotation else "yuv444p"}  # 4:2:0 has no odd sizes
    path = write_video(tmp_path / "a.mp4", seconds=0.2, size=size, rotation=rotation, **shape)
    _, picture = pictures(made(path, seen([]), size=size))[0]
    layout = Layout.of(size, len(LABELS), words=False)
    (left, top), (width, height) = layout.corner, layout.picture
    assert picture.shape == (layout.size[1], layout.size[0], 3)
    assert not any(length % 2 for length in (*layout.size, *layout.picture, *layout.corner))
    assert width / height == pytest.approx(size[0] / size[1], rel=0.02)
    red, yellow = picture[top + 8, left + 8].astype(int), picture[top + height - 9, left + width - 9].astype(int)
    assert red[0] > 180 and red[1] < 90 and yellow[0] > 180 and yellow[1] > 170 and yellow[2] < 110


PATCHES = np.array([[(200, 30, 30), (30, 200, 30)], [(30, 30, 200), (200, 150, 120)]], np.uint8)  # skin, too


@pytest.mark.parametrize("pixel_format", ["yuv420p", "yuvj420p", "yuv422p10le"])
@pytest.mark.parametrize("matrix", [1, 2, 5, 9])  # BT.709, not said, BT.601, BT.2020; as ITU-T H.273 numbers them
def test_colours_are_the_videos_own(tmp_path, pixel_format, matrix):
    path, shown = tmp_path / "a.mp4", 5 if matrix == 2 else matrix
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=10, options={"crf": "1"})
        stream.width, stream.height, stream.pix_fmt = 160, 120, pixel_format
        context = stream.codec_context
        context.colorspace, context.color_range = matrix, 2 if pixel_format == "yuvj420p" else 1
        frame = av.VideoFrame.from_ndarray(PATCHES.repeat(60, 0).repeat(80, 1), format="rgb24")
        container.mux(stream.encode(frame.reformat(format=pixel_format, dst_colorspace=shown)))
        container.mux(stream.encode(None))
    with av.open(str(made(path, seen([])))) as container:
        picture = next(container.decode(video=0)).to_ndarray(format="rgb24")
    layout = Layout.of((160, 120), len(LABELS), words=False)
    (left, top), (width, height) = layout.corner, layout.picture
    inner = picture[top + height // 4 : top + height : height // 2, left + width // 4 : left + width : width // 2]
    assert np.abs(inner.astype(int) - PATCHES).max() <= 8


@pytest.mark.parametrize("size", [(7680, 4320), (1280, 720), (360, 270), (720, 1280), (16, 16), (2000, 20)])
def test_the_frame_is_of_a_sensible_size(size):
    layout = Layout.of(size, 7, words=True)
    assert layout.size[0] <= 1280 and layout.size[1] <= 820
    assert all(length <= room for length, room in zip(layout.picture, layout.cell, strict=True))
    assert not any(length % 2 for length in (*layout.size, *layout.picture, *layout.corner, *layout.cell))


@pytest.mark.slow
def test_boxes_are_where_the_face_is_and_only_while_it_is_there(tmp_path):
    path = write_video(tmp_path / "a.mp4", seconds=1.6, size=(160, 120), fps=10)
    bare, boxed = pictures(made(path, seen([]))), pictures(made(path, seen([0, 0.2, 0.4])))
    layout = Layout.of((160, 120), len(LABELS), words=False)
    (x, y), scale = layout.corner, layout.picture[0] / 160
    changed = [np.abs(a.astype(int) - b).max(2) > 60 for (_, a), (_, b) in zip(bare, boxed, strict=True)]
    left, top, right, bottom = (round(edge * scale) + corner for edge, corner in zip(BOX, (x, y) * 2, strict=True))
    for edge in (changed[2][top : top + 6, left:right], changed[2][bottom - 6 : bottom, left:right]):
        assert edge.mean() > 0.5
    assert changed[2][top + 10 : bottom - 10, left + 10 : right - 10].mean() < 0.02  # within it nothing is hidden
    changed[2][top - 24 : bottom + 2, left - 2 : right + 40] = False  # the box and its number above
    assert changed[2].mean() < 0.001
    assert not any(there.any() for there in changed[11:])  # last seen at 0.4 s


def test_boxes_move_evenly_and_bridge_a_short_loss():
    places = FaceBoxes(seen([0, 0.2, 0.6, 2.0], [BOX, (60, 30, 110, 80), (60, 30, 110, 80), BOX]))
    assert places.at(0.1)[0] == pytest.approx((50, 30, 100, 80))
    assert places.at(0.4)[0] == pytest.approx((60, 30, 110, 80))
    assert 0 in places.at(0.7) and not places.at(1.2) and 0 in places.at(2.0) and not places.at(9.0)
    assert FaceBoxes(seen([])).at(0.0) == {}


def test_two_people_each_have_their_box():
    both = tracked([0.0, 0.0, 0.2, 0.2], [0, 7, 0, 7], [BOX, (5, 5, 20, 20)] * 2, np.full((4, 3), 1 / 3))
    assert FaceBoxes(both).at(0.1) == {0: BOX, 7: (5, 5, 20, 20)}


@pytest.mark.slow
def test_a_video_that_breaks_off_is_written_as_far_as_it_goes(tmp_path):
    whole = write_video(tmp_path / "whole.mkv", seconds=2, size=(160, 120), sound=tone(2))
    part = tmp_path / "part.mkv"
    part.write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])
    new = pictures(made(part, seconds=2.0))
    assert 5 < len(new) < 48
    assert len(sound(made(part, seconds=2.0))[0]) / RATE_HZ == pytest.approx(new[-1][0], abs=0.5)


@pytest.mark.parametrize("stop", [KeyboardInterrupt, OSError])
def test_stopped_it_leaves_no_file_and_no_thread(tmp_path, stop):
    path, file = write_video(tmp_path / "a.mp4", seconds=1, size=(160, 120), sound=tone(1)), tmp_path / "b.mp4"

    def interrupt(done, total):
        raise stop

    before = threading.active_count()
    with pytest.raises(stop):
        annotated_video(path, predicted(path), seen([0.0]), file, interrupt)
    assert not file.exists() and threading.active_count() == before


def test_a_disk_that_is_full_is_an_error_that_says_so_and_leaves_no_file(tmp_path):
    resource = pytest.importorskip("resource")
    path, file = write_video(tmp_path / "a.mp4", seconds=1, size=(160, 120), sound=tone(1)), tmp_path / "b.mp4"
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(
        resource.RLIMIT_FSIZE, (8000, limits[1])
    )  # bytes of a file: one past them fails as on a full disk
    try:
        with pytest.raises(OSError) as failed:
            annotated_video(path, predicted(path), seen([0.0]), file)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert failed.value.errno == errno.EFBIG and not file.exists()


def test_of_a_part_the_clock_shows_the_recordings_time(tmp_path):
    path = write_video(tmp_path / "a.mp4", seconds=0.2, size=(160, 120))
    later, file = predicted(path).shifted(80.0), tmp_path / "b.mp4"
    annotated_video(path, later, seen([0.0]), file)
    first, (_, then) = pictures(made(path, seen([0.0])))[0][1], pictures(file)[0]
    changed = np.abs(first.astype(int) - then).max(2) > 60
    across, down = Layout.of((160, 120), len(LABELS), words=False).cell
    assert changed[down:, across:].any()
    changed[down:, across:] = False
    assert not changed.any()


def test_progress_rises_to_the_end(tmp_path):
    path, said = write_video(tmp_path / "a.mp4", seconds=2, size=(160, 120), fps=5), []
    annotated_video(path, predicted(path, 2.0), seen([]), tmp_path / "b.mp4", lambda *step: said.append(step))
    assert said == [(0, 2), (1, 2), (2, 2)]


def test_sound_alone_is_refused(tmp_path):
    path = write_video(tmp_path / "a.mkv", size=None, sound=tone(0.5))
    for size in (None, (160, 120)):
        with pytest.raises(ValueError):
            annotated_video(path, replace(predicted(path), size=size), seen([]), tmp_path / "b.mp4")
    assert not (tmp_path / "b.mp4").exists()


def test_without_x264_another_encoder_is_taken(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "ENCODERS", {"not there": {}, "mpeg4": module.ENCODERS["mpeg4"]})
    assert len(pictures(made(write_video(tmp_path / "a.mp4", seconds=0.4, size=(160, 120))))) == 10


def test_bars_are_as_long_as_the_probabilities():
    reading = predicted("a").readings[0]
    picture = overlay.panel(reading, LABELS, 400).astype(int)
    below = picture[100:]  # the head has the answer's colour too
    colours = {"angry": (213, 94, 0), "happy": (0, 158, 115), "neutral": (204, 121, 167)}
    lengths = {label: (below == colour).all(2).sum(1).max() for label, colour in colours.items()}
    track = lengths["happy"] / 0.7
    assert track > 60
    for label, share in reading.probabilities.items():
        assert lengths[label] == pytest.approx(share * track, abs=2)


UNSURE = Reading(dict.fromkeys(LABELS, 1 / 3), 12)


@pytest.mark.parametrize("reading", [Reading({}), Reading({}, speech_seconds=0.0), UNSURE])
def test_a_panel_without_an_answer(reading):
    assert overlay.panel(reading, LABELS, overlay.panel_height(3)).shape == (overlay.panel_height(3), 320, 3)


def test_the_panel_tells_no_sound_from_no_speech_and_too_little_of_it():
    panels = [overlay.panel(Reading({}, speech_seconds=seconds), LABELS, 400) for seconds in (None, 0.0, 1.0)]
    assert not any(np.array_equal(first, second) for first, second in combinations(panels, 2))


def test_words_are_all_shown_in_their_time_and_fit():
    text = "Well, " + "so many words are said here " * 12 + "incomprehensibilities" * 5
    pages = overlay.words_pages([Reading({}, start_seconds=1.0, end_seconds=9.0, text=text)], 640)
    assert "".join(part for _, _, part in pages).replace("\n", "").replace(" ", "") == text.replace(" ", "")
    assert pages[0][0] == 1.0 and pages[-1][1] == pytest.approx(9.0) and len(pages) > 2
    assert all(first[1] == second[0] for first, second in pairwise(pages))
    for line in (line for _, _, part in pages for line in part.split("\n")):
        assert overlay.font(overlay.WORDS_TEXT).getlength(line) <= 600


def test_words_appear_while_they_are_said(tmp_path):
    said = (Reading({}, start_seconds=0.3, end_seconds=0.6, text="look at me"),)
    path = write_video(tmp_path / "a.mp4", seconds=1, size=(160, 120), fps=10)
    top = Layout.of((160, 120), len(LABELS), words=True).cell[1]
    strips = [picture[top : top + overlay.WORDS_HEIGHT] for _, picture in pictures(made(path, sentences=said))]
    assert [bool((strip > 180).any()) for strip in strips] == [False] * 3 + [True] * 3 + [False] * 4
