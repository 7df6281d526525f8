"""Every kind of video a person may hand in: each picture that is due, at its time, and the sound as it is without."""

import subprocess
from fractions import Fraction
from functools import partial
from itertools import product
from types import SimpleNamespace

import av
import imageio_ffmpeg
import numpy as np
import pytest
from PIL import Image

from source.core.errors import DemeanorError
from source.media.clock import StreamClock
from source.media.decoder import Decoder, Frame
from source.media.sound import read_sound
from source.media.sound.timeline import SoundTimeline
from source.media.video import Replay
from source.media.video.frame import Upright, turned
from source.media.video.timestamps import DueTimes, FrameTimes
from tests.support.video import CORNERS, ENCODERS, RATE_HZ, moving_face, test_card, write_video

SIZE = (96, 64)
slow = pytest.mark.slow
# .m4v and .mov are .mp4 by other names.
OTHERS = (".mkv", ".webm", ".flv", ".mpg")
CONTAINERS = [".avi", *(pytest.param(ending, marks=slow) for ending in OTHERS)]
FFMPEG = (imageio_ffmpeg.get_ffmpeg_exe(), "-y", "-v", "error")


def hum(seconds):
    """(samples,) float32: 200 Hz that comes and goes."""
    t = np.arange(round(seconds * RATE_HZ)) / RATE_HZ
    return (0.3 * np.sin(2 * np.pi * 200 * t) * np.sin(np.pi * t) ** 2).astype(np.float32)


def video(file, seconds=2.0, sound_seconds=None, **options):
    sound = hum(sound_seconds) if sound_seconds else None
    return write_video(file, **{"size": SIZE, "seconds": seconds, "sound": sound} | options)


def seen(file, frames_per_second=5.0, **options):
    """The frames, the whole sound and the decoder after its end."""
    frames, timeline = [], SoundTimeline(RATE_HZ)
    pieces = [np.empty(0, np.float32)]
    with Decoder(file, frames_per_second=frames_per_second, **options) as decoder:
        for event in decoder:
            if isinstance(event, Frame):
                frames.append(event)
            else:
                pieces.append(timeline.add(event.samples, event.seconds))
    return frames, np.concatenate(pieces), decoder


def times(frames):
    return [frame.seconds for frame in frames]


def shown(file):
    """When PyAV says that each of its frames is shown, from the recording's start on."""
    with av.open(str(file)) as container:
        start = container.start_time / 1e6
        return [float(frame.pts * frame.time_base) - start for frame in container.decode(video=0)]


def first_after(all_times, frames_per_second):
    """Slow and plain: for each due time the first frame at or after it, none twice."""
    dues = np.arange(0, all_times[-1] + 0.001, 1 / frames_per_second)
    found = [next((time for time in all_times if time > due - 0.0015), None) for due in dues]
    return sorted({time for time in found if time is not None})


def grey_time(frame):
    """The time that the test card's middle shows."""
    height, width, _ = frame.pixels.shape
    middle = frame.pixels[height // 2 - 4 : height // 2 + 4, width // 2 - 4 : width // 2 + 4]
    return (middle.mean() - 16) / 24


def corners(frame):
    pixels = frame.pixels.astype(int)
    return [pixels[row, column] for row, column in product((6, -7), (6, -7))]


# --- Containers ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "ending, frames_per_second",
    [(".mp4", 5), (".avi", 7.3), *(pytest.param(ending, 5, marks=slow) for ending in ENCODERS if ending != ".mp4")],
)
def test_every_container_gives_the_frames_that_are_due_and_the_sound_as_it_is(tmp_path, ending, frames_per_second):
    file = video(tmp_path / f"a{ending}", 2, sound_seconds=2.3)
    frames, sound, stream = seen(file, frames_per_second)
    np.testing.assert_allclose(times(frames), first_after(shown(file), frames_per_second), atol=1e-6)
    for frame in frames:
        assert frame.pixels.shape == (64, 96, 3) and frame.pixels.dtype == np.uint8 and frame.scale == 1
        assert frame.pixels.flags.c_contiguous
        drawn = frame.seconds - shown(file)[0]
        assert grey_time(frame) == pytest.approx(drawn, abs=0.09), "the picture of another moment"
        np.testing.assert_allclose(corners(frame), CORNERS, atol=25)
    np.testing.assert_array_equal(sound, read_sound(file).waveform)
    assert stream.has_sound and stream.has_picture and stream.size == SIZE and stream.notes == ()
    assert stream.seconds_read == pytest.approx(2.3, abs=0.1)
    assert stream.seconds == pytest.approx(2.3, abs=0.1) or ending == ".avi"  # its header knows the picture alone


@pytest.mark.parametrize("ending", CONTAINERS)
def test_a_silent_video_gives_its_pictures(tmp_path, ending):
    frames, sound, stream = seen(video(tmp_path / f"a{ending}", 1.24))
    np.testing.assert_allclose(times(frames), np.arange(7) / 5, atol=0.002)
    assert not len(sound) and not stream.has_sound and stream.notes == ("no sound",)
    assert stream.seconds_read == pytest.approx(1.24, abs=0.002)


@slow
def test_events_come_in_the_order_of_time_before_the_end_is_read(tmp_path):
    with Decoder(video(tmp_path / "a.mp4", 12, 12, fps=5)) as decoder:
        events = [(event.seconds, decoder.seconds_read) for event in decoder]
    assert events == sorted(events) and all(read - seconds < 2 for seconds, read in events)


@slow
@pytest.mark.parametrize("name", ["a.mp4", "a.wav", "cover.mp3"])
def test_sound_alone_has_no_frames(tmp_path, name):
    file = video(tmp_path / "a.mp4", size=None, sound_seconds=1)
    if name == "a.wav":
        subprocess.run([*FFMPEG, "-i", file, tmp_path / name], check=True)
    if name == "cover.mp3":
        Image.fromarray(test_card(0)).save(tmp_path / "cover.jpg")
        cover = ("-i", tmp_path / "cover.jpg", "-map", "0", "-map", "1", "-disposition:v", "attached_pic")
        subprocess.run([*FFMPEG, "-i", file, *cover, tmp_path / name], check=True)
    frames, sound, stream = seen(tmp_path / name)
    assert frames == [] and stream.size is None and not stream.has_picture and stream.notes == ("no picture",)
    np.testing.assert_array_equal(sound, read_sound(tmp_path / name).waveform)
    with pytest.raises(DemeanorError, match="has no picture"):
        Replay(tmp_path / name)


@slow
def test_a_cover_is_not_taken_for_the_picture(tmp_path):
    file = video(tmp_path / "a.mp4", 0.4, sound_seconds=0.4)
    Image.new("RGB", (640, 480), "white").save(tmp_path / "cover.jpg")
    both = ("-i", tmp_path / "cover.jpg", "-map", "1", "-map", "0", "-c", "copy", "-disposition:v:0", "attached_pic")
    subprocess.run([*FFMPEG, "-i", file, *both, tmp_path / "b.mp4"], check=True)
    frames, _, stream = seen(tmp_path / "b.mp4")
    assert len(frames) == 2 and stream.size == SIZE


# --- Times -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("ending", [".mp4", ".mkv"])
def test_a_slow_video_gives_each_of_its_frames_once(tmp_path, ending):
    frames, _, _ = seen(video(tmp_path / f"a{ending}", 3, fps=3), 5)
    np.testing.assert_allclose(times(frames), np.arange(9) / 3, atol=0.001)
    frames, _, _ = seen(tmp_path / f"a{ending}", 3)
    assert len(frames) == 9, "due at 1/3 s, written as 0.333 s"


@pytest.mark.parametrize("rate", [Fraction(30_000, 1001), 60])
def test_at_any_rate_each_second_has_as_many_frames(tmp_path, rate):
    frames, _, _ = seen(video(tmp_path / "a.mp4", 3, fps=rate))
    np.testing.assert_allclose(times(frames), np.arange(15) / 5, atol=float(1 / rate))


@pytest.mark.parametrize("ending", [".mp4", ".mkv"])
def test_a_variable_rate_goes_by_the_times_of_the_frames(tmp_path, ending):
    moments = [0, 0.05, 0.1, 0.31, 0.35, 1.3, 1.31, 1.62, 2.2]
    file = video(tmp_path / f"a{ending}", frame_times=moments)
    frames, _, _ = seen(file)
    np.testing.assert_allclose(times(frames), [0, 0.31, 1.3, 1.62, 2.2], atol=0.001)
    assert [grey_time(frame) for frame in frames] == pytest.approx(times(frames), abs=0.09)
    with Replay(file) as everything:
        np.testing.assert_allclose(times(everything), moments, atol=0.001)


def test_the_shortest(tmp_path):
    assert times(seen(video(tmp_path / "a.mp4", 0.04))[0]) == [0]
    frames, _, stream = seen(video(tmp_path / "b.mp4", 0.3, sound_seconds=0.3))
    assert times(frames) == pytest.approx([0, 0.2]) and stream.notes == ()


@slow
def test_the_last_segment_is_seen(tmp_path):
    """Shown at 0.5 s, before 0.6 s is due, and still there then; in 5.9 s nothing is dropped at either end."""
    assert times(seen(video(tmp_path / "a.mp4", 1, fps=2), 1.6)[0]) == pytest.approx([0, 0.5])
    frames, sound, _ = seen(video(tmp_path / "b.mkv", 5.9, fps=10, sound_seconds=5.9))
    np.testing.assert_allclose(times(frames), np.arange(30) / 5, atol=0.001)
    assert len(sound) == round(5.9 * RATE_HZ)


def flash_at(moment, seconds):
    return np.full((64, 96, 3), 255 if seconds >= moment - 1e-6 else 0, np.uint8)


CLOCKS = [(ending, 0, late) for ending in (".mp4", ".webm", ".flv") for late in (0, 0.6)] + [(".mpg", 0.6, 0)]


@pytest.mark.parametrize(
    "ending, sound_starts, picture_starts",
    [(".mp4", 0.6, 0), (".mkv", 0, 0.6), *(pytest.param(*case, marks=slow) for case in CLOCKS)],
)
def test_picture_and_sound_have_one_clock(tmp_path, ending, sound_starts, picture_starts):
    click = np.zeros(round((1.6 - sound_starts) * RATE_HZ), np.float32)
    click[round((1 - sound_starts) * RATE_HZ) :] = hum(2)[4000:][: round(0.6 * RATE_HZ)]
    when = {"frame_times": list(np.arange(picture_starts, 1.6, 0.04))} if picture_starts else {"seconds": 1.6}
    file = video(tmp_path / f"a{ending}", picture=partial(flash_at, 1), sound=click, sound_starts=sound_starts, **when)
    frames, sound, _ = seen(file, 25)
    flash = next(frame.seconds for frame in frames if frame.pixels.mean() > 128)
    heard = np.argmax(np.abs(sound) > 0.05) / RATE_HZ
    assert flash == pytest.approx(heard, abs=0.045)
    if ending in (".mp4", ".mkv"):
        assert flash == pytest.approx(1, abs=0.002)


def frame_at(pts, duration=0, base=Fraction(1, 100), dts=None):
    return SimpleNamespace(pts=pts, dts=dts, duration=duration, time_base=base)


def clocked(frames, start_time=0, rate=Fraction(10), duration=None):
    container = SimpleNamespace(
        start_time=start_time, duration=duration, size=0, format=SimpleNamespace(name="mov", flags=0)
    )
    clock = FrameTimes(StreamClock(container, []), rate)
    return [round(clock(frame), 6) for frame in frames], clock.end


def test_times_that_are_missing_negative_or_repeated():
    assert clocked([frame_at(0), frame_at(None), frame_at(None), frame_at(50, 20)]) == ([0, 0.1, 0.2, 0.5], 0.7)
    assert clocked([frame_at(-50), frame_at(-30)], -500_000)[0] == [0, 0.2]
    assert clocked([frame_at(140), frame_at(160)], 1_400_000)[0] == [0, 0.2]
    assert clocked([frame_at(30), frame_at(30), frame_at(20)])[0] == [0.3, 0.4, 0.5]
    assert clocked([frame_at(None, dts=0), frame_at(None, dts=15)])[0] == [0, 0.15]


@pytest.mark.parametrize("first", [0, 10**9])
def test_times_far_behind_the_end_are_nonsense(first):
    times, _ = clocked([frame_at(first), frame_at(10), frame_at(10**9), frame_at(30)], duration=2_000_000)
    assert times == [0, 0.1, 0.2, 0.3]


def test_due_times_do_not_drift_in_hours():
    due = DueTimes(5)
    assert sum(due(round(at / 30, 3)) for at in range(30 * 3600)) == 5 * 3600


# --- Upright, square, of every kind of pixel -------------------------------------------------------------------------


@pytest.mark.parametrize("ending, rotation", [(".mp4", 90), (".mov", 180), (".mkv", 270), (".mp4", 0)])
def test_a_turned_video_is_upright(tmp_path, ending, rotation):
    file = video(tmp_path / f"a{ending}", 0.2, rotation=rotation)
    (frame,), _, stream = seen(file)
    with av.open(str(file)) as container:
        assert next(container.decode(video=0)).width == (96 if rotation % 180 == 0 else 64), "stored as it is not"
    assert frame.pixels.shape == (64, 96, 3) and stream.size == SIZE and frame.pixels.flags.c_contiguous
    np.testing.assert_allclose(corners(frame), CORNERS, atol=25)
    with Replay(file) as frames:
        np.testing.assert_array_equal(next(iter(frames)).pixels, frame.pixels)


STRAIGHT = [(a, 0, 0, d) for a, d in product((1, -1), repeat=2)]
TURNED = [(0, b, c, 0) for b, c in product((1, -1), repeat=2)]


@pytest.mark.parametrize("turn", STRAIGHT + TURNED)
def test_turning_and_mirroring_goes_by_the_matrix(turn):
    stored, (a, b, c, d) = np.arange(6 * 3, dtype=np.uint8).reshape(2, 3, 3), turn
    upright = turned(stored, turn)
    places = {(a * x + c * y, b * x + d * y): stored[y, x] for y, x in product(range(2), range(3))}
    left, top = (min(place[axis] for place in places) for axis in (0, 1))
    for (x, y), pixel in places.items():
        np.testing.assert_array_equal(upright[y - top, x - left], pixel)


def test_pixels_that_are_not_square_are_made_so(tmp_path):
    options = {"pixel_aspect": Fraction(4, 3), "picture": lambda _: np.zeros((64, 96, 3), np.uint8)}
    (frame,), _, stream = seen(video(tmp_path / "a.mp4", 0.2, **options))
    assert stream.size == (128, 64) and frame.pixels.shape == (64, 128, 3)
    (frame,), _, stream = seen(video(tmp_path / "b.mp4", 0.2, rotation=90, **options))
    assert stream.size == (96, 85) and frame.pixels.shape == (85, 96, 3)


KINDS = [("mp4", "libx264", "yuvj420p", SIZE), ("mkv", "libx264", "yuv420p10le", SIZE), ("mov", "qtrle", "argb", SIZE),
         ("mkv", "ffv1", "yuv420p", (97, 63)), ("mkv", "ffv1", "yuv444p16le", (97, 63)),
         ("mov", "png", "rgba", (97, 63)), ("avi", "mjpeg", "yuvj420p", SIZE)]  # fmt: skip


@pytest.mark.parametrize("ending, encoder, pixel_format, size", KINDS)
def test_every_kind_of_pixel_has_its_colours(tmp_path, ending, encoder, pixel_format, size):
    options = {"encoder": encoder, "pixel_format": pixel_format, "size": size}
    frames, _, stream = seen(video(tmp_path / f"a.{ending}", 0.3, **options))
    assert stream.size == size and len(frames) == 2
    for frame in frames:
        assert frame.pixels.shape == (size[1], size[0], 3) and frame.pixels.flags.c_contiguous
        np.testing.assert_allclose(corners(frame), CORNERS, atol=12)


def test_white_is_white_and_grey_grey(tmp_path):
    for value, encoder in product((0, 128, 255), ("libx264", "ffv1")):
        picture = partial(np.full, (64, 96, 3), value, np.uint8)
        options = {"picture": lambda _, picture=picture: picture(), "encoder": encoder}
        (frame,), _, _ = seen(video(tmp_path / "a.mkv", 0.2, **options))
        np.testing.assert_allclose(frame.pixels, value, atol=2)


@pytest.mark.parametrize("rotation", [0, 90])
def test_a_large_picture_is_made_smaller_by_averaging(tmp_path, rotation):
    chequered = np.repeat(np.indices((120, 300)).sum(0)[..., None] % 2 * 255, 3, 2).astype(np.uint8)
    options = {"size": (300, 120), "encoder": "ffv1", "pixel_format": "bgr0", "picture": lambda _: chequered}
    (frame,), _, stream = seen(video(tmp_path / "a.mkv", 0.2, rotation=rotation, **options), most_side=100)
    assert stream.size == (300, 120) and frame.pixels.shape == (40, 100, 3) and frame.scale == 3
    np.testing.assert_allclose(frame.pixels, 127.5, atol=4)


def test_a_place_in_the_smaller_picture_is_found_in_the_original(tmp_path):
    frames, _, _ = seen(video(tmp_path / "a.mp4", 0.2, size=(320, 240)), most_side=99)
    border = np.argmax(frames[0].pixels[5, :, 1] > 120)  # from red to green, at 160
    assert border * frames[0].scale == pytest.approx(160, abs=4)


def test_frames_that_are_not_due_are_not_converted(tmp_path, monkeypatch):
    converted, convert = [], Upright.__call__
    monkeypatch.setattr(Upright, "__call__", lambda *given: converted.append(1) or convert(*given))
    file = video(tmp_path / "a.mp4", 2)
    seen(file)
    assert len(converted) == 10


def disc(size):
    """A white disc in the middle of black; its radius is a quarter of the longer side."""
    across, down = (np.arange(side) - side / 2 + 0.5 for side in size)
    inside = np.hypot(across, down[:, None]) < max(size) / 4
    return np.repeat(inside[..., None] * np.uint8(255), 3, 2)


def extent(frame):
    """Height and width of the disc."""
    return np.ptp(np.argwhere(frame.pixels[..., 0] > 128), axis=0)


def joined(file, parts):
    file.write_bytes(b"".join(part.read_bytes() for part in parts))
    return file


def test_a_picture_that_changes_its_size_keeps_its_shape_in_the_first(tmp_path):
    """As a call whose camera adapts to the line, or is turned."""
    sizes = (SIZE, (64, 96), (192, 128), (128, 128))
    parts = [
        video(tmp_path / f"{at}.mpg", 0.4, size=size, picture=lambda _, size=size: disc(size))
        for at, size in enumerate(sizes)
    ]
    frames, _, stream = seen(joined(tmp_path / "a.mpg", parts), 25)
    assert stream.size == SIZE and {frame.pixels.shape for frame in frames} == {(64, 96, 3)} and len(frames) > 30
    heights, widths = np.array([extent(frame) for frame in frames]).T
    np.testing.assert_allclose(heights, widths, atol=3)
    assert all(min(abs(height - 47), abs(height - 31)) <= 3 for height in heights), "as large as fits"
    assert abs(heights[2] - 47) <= 3 and abs(heights[-1] - 31) <= 3


def test_a_phone_that_is_turned_while_it_records(tmp_path):
    """The video itself says from one key frame on how it is to be turned, and from another that it is not."""
    upright, turned_file = video(tmp_path / "a.mp4", 0.4), tmp_path / "turned.ts"
    orient = "h264_metadata=display_orientation=insert:rotate="
    for name, bitstream in (("plain", "h264_mp4toannexb"), ("turned", f"h264_mp4toannexb,{orient}90")):
        subprocess.run([*FFMPEG, "-i", upright, "-c", "copy", "-bsf:v", bitstream, tmp_path / f"{name}.ts"], check=True)
    frames, _, _ = seen(joined(tmp_path / "b.ts", [tmp_path / "plain.ts", turned_file, tmp_path / "plain.ts"]), 25)
    first, second, third = (frame.pixels for frame in (frames[2], frames[14], frames[-3]))
    assert first.shape == second.shape == third.shape == (64, 96, 3)
    np.testing.assert_allclose(corners(frames[2]), CORNERS, atol=25)
    np.testing.assert_allclose(corners(frames[-3]), CORNERS, atol=25)
    assert not second[:, :20].any() and not second[:, -20:].any(), "bars on both sides"


@slow
def test_interlacing_is_told(tmp_path):
    source = ("-f", "lavfi", "-i", "testsrc=size=96x64:rate=50:duration=0.4", "-vf", "interlace", "-c:v", "mpeg2video")
    subprocess.run([*FFMPEG, *source, "-flags", "+ilme+ildct", tmp_path / "a.mpg"], check=True)
    assert "interlaced" in seen(tmp_path / "a.mpg")[2].notes[1]


# --- All frames once more --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("ending", CONTAINERS)
def test_the_replay_gives_every_frame_at_its_time(tmp_path, ending):
    file = video(tmp_path / f"a{ending}", 1, sound_seconds=1)
    with Replay(file) as frames:
        assert frames.size == SIZE and frames.average_rate == pytest.approx(25, abs=0.1)
        every = list(frames)
        np.testing.assert_allclose(times(every), shown(file), atol=1e-6)
        assert frames.seconds_read == pytest.approx(shown(file)[-1] + 0.04, abs=0.002)
    due = seen(file)[0]
    assert len(every) == 25 and set(times(due)) <= set(times(every)), "the same clock"


# --- Damage, and what is no video ------------------------------------------------------------------------------------


def face(seconds):
    return moving_face(seconds, SIZE)


def cut(file, share=0.6):
    content = file.read_bytes()
    file.write_bytes(content[: int(len(content) * share)])
    return file


@pytest.mark.parametrize(
    "ending, sound_seconds",
    [(".mkv", 4), *(pytest.param(ending, 4, marks=slow) for ending in (".webm", ".avi", ".mp4")),
     pytest.param(".mkv", None, marks=slow)],
)  # fmt: skip
def test_where_a_file_breaks_off_is_told(tmp_path, ending, sound_seconds):
    file = video(tmp_path / f"a{ending}", 4, sound_seconds, picture=face)
    if ending == ".mp4":
        front = ("-c", "copy", "-movflags", "faststart", tmp_path / "b.mp4")
        subprocess.run([*FFMPEG, "-i", file, *front], check=True)
        file = tmp_path / "b.mp4"
    frames, sound, stream = seen(cut(file))
    assert 1.4 < stream.seconds_read < 3.2 and frames[-1].seconds == pytest.approx(stream.seconds_read, abs=0.3)
    assert len(sound) / RATE_HZ == pytest.approx(stream.seconds_read if sound_seconds else 0, abs=0.5)
    ending_note = f"breaks off at 0:0{stream.seconds_read:.1f}, though it says that it lasts 0:04."
    notes = [note for note in stream.notes if note != "no sound"]
    assert len(notes) == 1 and notes[0].startswith(ending_note)


@pytest.mark.parametrize("ending", CONTAINERS)
def test_damage_in_the_middle_stops_nothing(tmp_path, ending):
    file = video(tmp_path / f"a{ending}", 3, 3, picture=face)
    content = bytearray(file.read_bytes())
    middle = len(content) // 2
    content[middle : middle + 3000] = np.random.default_rng(0).bytes(3000)
    file.write_bytes(content)
    frames, sound, stream = seen(file)
    np.testing.assert_array_equal(sound, read_sound(file).waveform)
    assert len(frames) >= 6 and np.all(np.diff(times(frames)) > 0)
    assert stream.seconds_read > 2.9 or any(note.startswith("breaks off") for note in stream.notes)


BROKEN = ("breaks off at 0:01.0, though it says that it lasts 0:02.0",)


@pytest.mark.parametrize(
    "error, until, notes",
    [
        (av.error.InvalidDataError(1, ""), 2, ()),
        (av.error.InvalidDataError(1, ""), 1, BROKEN),
        (IndexError(), 2, ()),
    ],
)
def test_what_the_decoder_still_holds_is_not_lost(tmp_path, monkeypatch, error, until, notes):
    """Where a file breaks off, and where PyAV stumbles at its end over a stream that turned up on the way."""
    from source.media import container as sound_file

    def broken(container, streams):
        for packet in container.demux(streams):
            if packet.size and packet.pts * packet.time_base < until:  # none that empties the decoder
                yield packet
        raise error

    def decoded(container, streams, whole=sound_file.decoded):
        return whole(SimpleNamespace(demux=partial(broken, container)), streams)

    monkeypatch.setattr(sound_file, "decoded", decoded)
    frames, sound, stream = seen(video(tmp_path / "a.mkv", 2, sound_seconds=2, fps=5))
    assert len(frames) == 5 * until and len(sound) == pytest.approx(until * RATE_HZ, abs=1024)
    assert stream.notes == notes


def test_a_video_without_its_index(tmp_path):
    with pytest.raises(DemeanorError, match="a.mp4 is of an unknown format or damaged"):
        Decoder(cut(video(tmp_path / "a.mp4", sound_seconds=2)))


def test_sound_that_cannot_be_decoded_leaves_the_picture(tmp_path, monkeypatch):
    from source.media import container as sound_file

    whole = sound_file._frames_in

    def damaged(packet, stream):
        return iter([(stream, None)]) if stream.type == "audio" else whole(packet, stream)

    monkeypatch.setattr(sound_file, "_frames_in", damaged)
    frames, sound, stream = seen(video(tmp_path / "a.mkv", 1, sound_seconds=1))
    assert len(frames) == 5 and not stream.has_sound and stream.notes == ("no sound",)
    assert not len(sound)


@pytest.mark.parametrize("content, words", [(b"", "is empty"), (b"hello, I am a text\n" * 9, "a text file"),
                                            (b"\x8f\0\1" * 500, "unknown format or damaged")])  # fmt: skip
def test_what_is_no_video_is_named(tmp_path, content, words):
    (tmp_path / "a.mp4").write_bytes(content)
    for read in (Decoder, Replay):
        with pytest.raises(DemeanorError, match=words):
            read(tmp_path / "a.mp4")


@slow
def test_what_has_neither_picture_nor_sound_says_so(tmp_path):
    (tmp_path / "a.srt").write_text("1\n00:00:00,000 --> 00:00:01,000\nhello\n")
    subprocess.run([*FFMPEG, "-i", tmp_path / "a.srt", tmp_path / "a.mkv"], check=True)
    with pytest.raises(DemeanorError, match="a.mkv has neither a picture nor a sound"):
        Decoder(tmp_path / "a.mkv")


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "AVIF"])
def test_a_picture_by_another_name_is_none(tmp_path, kind):
    Image.fromarray(test_card(0)).save(tmp_path / "a.mp4", kind)
    with pytest.raises(DemeanorError, match="is a picture, not a recording"):
        Decoder(tmp_path / "a.mp4")


def test_missing_folder_and_no_rate(tmp_path):
    with pytest.raises(DemeanorError, match="There is no file"):
        Decoder(tmp_path / "none.mp4")
    with pytest.raises(DemeanorError, match="is a folder"):
        Decoder(tmp_path)
    for rate in (0, -1, float("nan")):
        with pytest.raises(DemeanorError, match="frames per second"):
            Decoder(video(tmp_path / "a.mp4", 0.2), frames_per_second=rate)


def test_any_name_will_do(tmp_path):
    folder = tmp_path / "größe 日本"
    folder.mkdir()
    frames, _, stream = seen(video(folder / "ä b%d:c.mp4", 0.4, sound_seconds=0.4))
    assert len(frames) == 2 and stream.has_sound


def test_a_decoder_left_early_lets_go_of_its_file(tmp_path):
    file = video(tmp_path / "a.mp4", 1, sound_seconds=1)
    with pytest.raises(ValueError, match="mine"), Decoder(file) as decoder:
        for _ in decoder:
            raise ValueError("mine")
    file.unlink()
    decoder.close()
