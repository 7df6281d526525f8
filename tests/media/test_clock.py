"""Sound and picture by the container's clock: films in which a flash and a beep fall together, of every kind."""

import subprocess
from pathlib import Path

import av
import numpy as np
import pytest

from source.core.errors import DemeanorError
from source.media.decoder import Decoder, Frame
from source.media.selection import Selection
from source.media.sound import read_sound
from tests.support.films import (
    FFMPEG,
    MOMENTS,
    SECONDS,
    X264,
    by_decoder,
    by_ffmpeg,
    film,
)

slow = pytest.mark.slow
SYNC_SECONDS = 0.04
AAC, OPUS, PCM = ("-c:a", "aac"), ("-c:a", "libopus"), ("-c:a", "pcm_s16le")
FRAGMENTS = ("-movflags", "frag_keyframe+empty_moov+default_base_moof")
MPEG2 = ("-c:v", "mpeg2video")
REALTIME = ("-deadline", "realtime", "-cpu-used", "8")

CONTAINERS = {  # name -> ending, options of ffmpeg
    "mp4": (".mp4", (*X264, *AAC)),
    "mp4 with B-frames": (".mp4", ("-c:v", "libx264", "-bf", "3", *AAC)),
    "mp4 in fragments": (".mp4", (*X264, *AAC, *FRAGMENTS)),
    "hevc": (".mp4", ("-c:v", "libx265", "-preset", "ultrafast", "-x265-params", "log-level=none", *AAC)),
    "mpeg4": (".m4v", ("-c:v", "mpeg4", *AAC)),
    "mov with alac": (".mov", ("-c:v", "mjpeg", "-c:a", "alac")),
    "mkv with vp9": (".mkv", ("-c:v", "libvpx-vp9", *REALTIME, *OPUS)),
    "mkv with av1": (".mkv", ("-c:v", "libsvtav1", "-preset", "13", *OPUS)),
    "mkv with ffv1": (".mkv", ("-c:v", "ffv1", "-c:a", "flac")),
    "mkv with mp3": (".mkv", (*X264, "-c:a", "libmp3lame")),
    "mkv from one hour on": (".mkv", (*X264, *AAC, "-output_ts_offset", "3600")),
    "webm": (".webm", ("-c:v", "libvpx", *REALTIME, "-c:a", "libvorbis")),
    "webm without length": (".webm", ("-c:v", "libvpx-vp9", *REALTIME, *OPUS, "-live", "1")),
    "avi": (".avi", ("-c:v", "mjpeg", *PCM)),
    "avi with variable mp3": (".avi", ("-c:v", "mpeg4", "-c:a", "libmp3lame", "-q:a", "4")),
    "ts": (".ts", (*X264, *AAC)),
    "ts whose clock wraps": (".ts", (*X264, *AAC, "-output_ts_offset", "95441.7")),
    "ts that begins late": (".ts", (*MPEG2, "-c:a", "mp2", "-output_ts_offset", "5000")),
    "mts": (".mts", (*X264, "-c:a", "ac3")),
    "m2ts": (".m2ts", (*X264, "-c:a", "ac3", "-mpegts_m2ts_mode", "1")),
    "flv": (".flv", ("-c:v", "flv1", "-c:a", "libmp3lame", "-ar", "44100")),
    "flv with h264": (".flv", (*X264, *AAC)),
    "3gp": (".3gp", ("-c:v", "h263", "-s", "176x144", *AAC)),
    "mxf": (".mxf", (*MPEG2, *PCM)),
    "mpg": (".mpg", (*MPEG2, "-c:a", "mp2")),
    "vob": (".vob", (*MPEG2, "-c:a", "ac3")),
    "wmv": (".wmv", ("-c:v", "wmv2", "-c:a", "wmav2")),
    "asf": (".asf", ("-c:v", "msmpeg4", "-c:a", "wmav1")),
    "ogv": (".ogv", ("-c:v", "libtheora", "-c:a", "libvorbis")),
    "nut": (".nut", ("-c:v", "mpeg4", "-c:a", "libmp3lame")),
    "gxf": (".gxf", (*MPEG2, "-s", "720x576", *PCM)),
    "real media": (".rm", ("-c:v", "rv10", "-s", "176x144", "-c:a", "ac3")),
}
SOUNDS = ("caf", "wav", "flac", "ogg", "opus", "mp3", "ac3", "aac", "m4a", "wma", "aiff", "mka")


def near(found, expected):
    return found == pytest.approx(expected, abs=SYNC_SECONDS)


@pytest.mark.parametrize("name", ["mp4", *(pytest.param(name, marks=slow) for name in CONTAINERS if name != "mp4")])
def test_flash_and_beep_are_where_ffmpeg_reads_them(tmp_path, name):
    ending, options = CONTAINERS[name]
    file = film(tmp_path / f"a{ending}", *options)
    read, reference = by_decoder(file), by_ffmpeg(file)
    assert near(read.flashes, reference.flashes) and near(read.beeps, reference.beeps)
    if name != "gxf":  # whose picture begins a frame late, for ffmpeg as well
        assert near(read.flashes, read.beeps)
    assert read.notes == () and read.seconds == pytest.approx(SECONDS, abs=0.11)


@pytest.mark.parametrize("ending", ["wav", *(pytest.param(ending, marks=slow) for ending in SOUNDS if ending != "wav")])
def test_sound_alone_is_where_ffmpeg_reads_it(tmp_path, ending):
    file = film(tmp_path / f"a.{ending}", "-vn")
    read, reference = by_decoder(file), by_ffmpeg(file)
    assert near(read.beeps, reference.beeps) and read.beeps == pytest.approx(MOMENTS, abs=0.05)
    assert read.notes == ("no picture",)


# --- What lies apart -------------------------------------------------------------------------------------------------

LOST = ("-af", "aselect='not(between(t,1.5,2.5))'")  # no other packets in its place
WITH_CLOCK = {  # containers that hold the time of each packet
    ".mkv": (*X264, *OPUS), ".mp4": (*X264, *AAC), ".webm": ("-c:v", "libvpx-vp9", *REALTIME, *OPUS),
    ".ts": (*X264, *AAC), ".flv": (*X264, *AAC), ".mpg": (*MPEG2, "-c:a", "mp2"),
    ".wmv": ("-c:v", "wmv2", "-c:a", "wmav2"), ".nut": (*X264, *AAC),
}  # fmt: skip
AFTER_MKV = [".mkv", *(pytest.param(ending, marks=slow) for ending in WITH_CLOCK if ending != ".mkv")]


@pytest.mark.parametrize("ending", AFTER_MKV)
def test_a_gap_in_the_sound_is_silence_and_told(tmp_path, ending):
    file = film(tmp_path / f"a{ending}", *WITH_CLOCK[ending], *LOST)
    read, reference = by_decoder(file), by_ffmpeg(file)
    assert near(read.flashes, read.beeps) and near(read.beeps, reference.beeps)
    assert read.notes == ("no sound from 0:01.5 to 0:02.5",)


@slow
@pytest.mark.parametrize("ending", [*WITH_CLOCK, "fragments"])
def test_sound_that_begins_late_is_late(tmp_path, ending):
    options = (*X264, *AAC, *FRAGMENTS) if ending == "fragments" else WITH_CLOCK[ending]
    file = tmp_path / ("a.mp4" if ending == "fragments" else f"a{ending}")
    read = by_decoder(film(file, *options, before_sound=("-itsoffset", "0.8")))
    reference = by_ffmpeg(file)
    assert near(read.flashes, reference.flashes) and near(read.beeps, reference.beeps)
    assert near(read.beeps, [flash + 0.8 for flash in read.flashes])
    assert read.notes == ("no sound from 0:00.0 to 0:00.8",)


@slow
@pytest.mark.parametrize("ending", [".mkv", ".mp4", ".ts", ".avi"])
def test_a_picture_that_begins_late_is_late(tmp_path, ending):
    options = WITH_CLOCK.get(ending, ("-c:v", "mjpeg", *PCM))
    read = by_decoder(film(tmp_path / f"a{ending}", *options, before_picture=("-itsoffset", "0.8")))
    assert near(read.flashes, [beep + 0.8 for beep in read.beeps]) and read.notes == ()


@slow
@pytest.mark.parametrize("ending", [".mkv", ".mp4", ".flv"])
def test_a_variable_frame_rate(tmp_path, ending):
    some = ",select='not(between(n,30,60)*mod(n,7))'"
    file = film(tmp_path / f"a{ending}", *WITH_CLOCK[ending], "-fps_mode", "vfr", picture=some)
    assert near(by_decoder(file).flashes, by_ffmpeg(file).flashes)


@slow
@pytest.mark.parametrize("start", ["0.37", "0.9"])
def test_an_edit_list(tmp_path, start):
    whole = film(tmp_path / "whole.mp4", "-c:v", "libx264", "-g", "25", "-bf", "2", *AAC)
    file = tmp_path / "a.mp4"
    subprocess.run([*FFMPEG, "-ss", start, "-i", whole, "-c", "copy", file], check=True)
    read, reference = by_decoder(file), by_ffmpeg(file)
    assert (
        near(read.flashes, reference.flashes) and near(read.beeps, reference.beeps) and near(read.flashes, read.beeps)
    )


# --- Clocks that go wrong --------------------------------------------------------------------------------------------


def rewritten(source: Path, file: Path, change) -> Path:
    """Copy the packets of one film to another; `change` takes each, its stream's kind and its seconds."""
    with av.open(str(source)) as container, av.open(str(file), "w") as goal:
        streams = {stream.index: goal.add_stream_from_template(stream) for stream in container.streams}
        for packet in container.demux():
            if packet.dts is not None:
                change(packet, packet.stream.type, float(packet.dts * packet.time_base))
                packet.stream = streams[packet.stream.index]
                goal.mux(packet)
    return file


def later(packet, seconds):
    ticks = round(seconds / packet.time_base)
    packet.pts, packet.dts = packet.pts + ticks, packet.dts + ticks


@pytest.mark.parametrize(
    "ending, drift", [(".mkv", 1.005), *(pytest.param(*case, marks=slow) for case in ((".mp4", 0.995), (".ts", 1.005)))]
)
def test_the_drift_of_a_sound_card_is_followed(tmp_path, ending, drift):
    """The container knows when each packet was heard, though it holds more samples, or fewer, than fit in that time."""
    moments = tuple(range(1, 12, 2))
    source = film(tmp_path / f"source{ending}", *WITH_CLOCK[ending], moments=moments, seconds=12)

    def drifts(packet, kind, seconds):
        if kind == "audio":
            later(packet, seconds * (drift - 1))

    file = rewritten(source, tmp_path / f"a{ending}", drifts)
    expected = [moment * drift for moment in by_decoder(source).beeps]
    read = by_decoder(file)
    assert read.beeps == pytest.approx(expected, abs=0.03) and read.notes == ()


def test_one_packet_whose_time_is_nonsense_changes_nothing(tmp_path):
    source = film(tmp_path / "source.mkv", *WITH_CLOCK[".mkv"])

    def nonsense(packet, kind, seconds):
        if kind == "audio" and 2 <= seconds < 2.02:
            packet.pts += round(0.9 / packet.time_base)

    read = by_decoder(rewritten(source, tmp_path / "a.mkv", nonsense))
    assert near(read.beeps, list(MOMENTS)) and near(read.flashes, read.beeps) and read.notes == ()


@slow
def test_a_clock_that_is_set_forward_in_a_broadcast_is_no_gap(tmp_path):
    source = film(tmp_path / "source.ts", *WITH_CLOCK[".ts"])
    file = rewritten(source, tmp_path / "a.ts", lambda packet, _, seconds: later(packet, 20) if seconds > 3 else None)
    read, reference = by_decoder(file), by_ffmpeg(file)
    assert near(read.flashes, reference.flashes) and near(read.beeps, reference.beeps) and read.notes == ()


@slow
@pytest.mark.parametrize("ending", [".ts", ".mpg"])
def test_parts_put_together_go_on_in_step(tmp_path, ending):
    part = film(tmp_path / f"part{ending}", *WITH_CLOCK[ending]).read_bytes()
    (tmp_path / f"a{ending}").write_bytes(part + part)
    read, reference = by_decoder(tmp_path / f"a{ending}"), by_ffmpeg(tmp_path / f"a{ending}")
    assert len(read.flashes) == 2 * len(MOMENTS) and near(read.flashes, read.beeps)
    assert near(read.flashes, reference.flashes)


@pytest.mark.parametrize("rate", ["48000", "44100"])
def test_all_links_of_a_chained_ogg_are_read(tmp_path, rate):
    """Such as of a web radio. FFmpeg reads those of one kind only, and at each the time starts anew."""
    links = [film(tmp_path / f"{hz}.ogg", "-vn", "-ar", hz).read_bytes() for hz in ("48000", rate)]
    (tmp_path / "a.ogg").write_bytes(b"".join(links))
    read = by_decoder(tmp_path / "a.ogg")
    assert near(read.beeps, [*MOMENTS, *(SECONDS + moment for moment in MOMENTS)]) and read.notes == ("no picture",)


# --- Pictures that stand still ---------------------------------------------------------------------------------------


def frames_of(file, frames_per_second=5.0):
    with Decoder(file, frames_per_second=frames_per_second) as decoder:
        frames = [event for event in decoder if isinstance(event, Frame)]
    return [round(frame.seconds, 3) for frame in frames], decoder.notes


def test_a_still_picture_in_theora_is_seen_all_the_time(tmp_path):
    """Its encoder writes an empty packet where nothing changes."""
    file = film(tmp_path / "a.ogv", "-c:v", "libtheora", "-c:a", "libvorbis", moments=(9,))
    assert frames_of(file) == ([round(at / 5, 3) for at in range(5 * SECONDS)], ())


@pytest.mark.parametrize("ending", [".mkv", pytest.param(".mp4", marks=slow)])
def test_a_slide_show_is_seen_all_the_time(tmp_path, ending):
    slides = ",select='eq(n,0)+eq(n,40)'"  # at 0 and 1.6 seconds
    file = film(tmp_path / f"a{ending}", *WITH_CLOCK[ending], "-fps_mode", "vfr", picture=slides)
    times, notes = frames_of(file)
    assert times[: 5 * SECONDS] == pytest.approx([at / 5 for at in range(5 * SECONDS)], abs=0.041)
    assert len(times) <= 5 * SECONDS + 1 and notes == ()


@pytest.mark.parametrize("name, note", [("a.h264", False), pytest.param("a.obu", True, marks=slow)])
def test_a_bare_stream_has_the_rate_that_its_encoder_wrote_or_a_note(tmp_path, name, note):
    codec = ("libsvtav1", "-preset", "13") if name == "a.obu" else ("libx264", "-preset", "ultrafast")
    file = film(tmp_path / name, "-c:v", *codec, "-an", "-r", "30")
    with Decoder(file) as decoder:
        assert list(decoder) and decoder.notes[1:] == ("the file has no times: 25 frames a second are assumed",) * note
    assert decoder.seconds_read == pytest.approx(SECONDS * (30 / 25 if note else 1), abs=0.05)


# --- A part, and one of several tracks -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name", ["mp4 with B-frames", *(pytest.param(name, marks=slow) for name in ("ts whose clock wraps", "mpg", "webm",
             "mkv from one hour on", "wmv", "flv with h264", "avi with variable mp3", "ogv"))],
)  # fmt: skip
def test_a_part_is_that_of_the_whole(tmp_path, name):
    ending, options = CONTAINERS[name]
    file = film(tmp_path / f"a{ending}", *options, moments=(1, 3, 5, 7), seconds=8)
    whole, part = by_decoder(file), by_decoder(file, Selection(4.1, 6.3))
    expected = [at - 4.1 for at in whole.flashes if 4.1 <= at < 6.3], [at - 4.1 for at in whole.beeps if 4 <= at < 6.3]
    assert part.flashes == pytest.approx(expected[0], abs=0.002) and part.beeps == pytest.approx(expected[1], abs=0.01)
    assert part.seconds == pytest.approx(2.2) and part.notes == ()


def test_a_part_that_is_not_there(tmp_path):
    file = film(tmp_path / "a.mkv", *WITH_CLOCK[".mkv"])
    with Decoder(file, Selection(3, 60)) as decoder:
        assert decoder.seconds == pytest.approx(1, abs=0.05) and list(decoder) and decoder.notes == ()
    with pytest.raises(DemeanorError, match=r"a.mkv ends at 0:04, before 1:00"):
        Decoder(file, Selection(60))


def test_a_part_that_is_not_there_though_nobody_says_how_long_it_is(tmp_path):
    file = film(tmp_path / "a.ts", *WITH_CLOCK[".ts"])
    with pytest.raises(DemeanorError, match=r"Nothing can be read of .*a.ts from 1:00"):
        by_decoder(file, Selection(60))


@pytest.fixture(scope="module")
def tracks(tmp_path_factory):
    """A beep of 400 Hz at 1 s in the first sound track, of 2000 Hz at 3 s in the second, which is in English."""
    file, inputs = tmp_path_factory.mktemp("tracks") / "a.mkv", []
    for hertz, moment in ((400, 1), (2000, 3)):
        heard = f"aevalsrc='0.5*sin(2*PI*{hertz}*t)*between(t,{moment},{moment}.2)':sample_rate=16000:duration=4"
        inputs += ["-f", "lavfi", "-i", heard]
    maps = ("-map", "0", "-map", "1", "-metadata:s:a:1", "language=eng")
    subprocess.run([*FFMPEG, *inputs, *maps, "-c:a", "pcm_s16le", file], check=True)
    return file


def test_the_sound_track_that_is_asked_for(tracks):
    for number, moment in ((1, 1), (2, 3)):
        sound = read_sound(tracks, selection=Selection(audio_track=number))
        assert near(np.argmax(np.abs(sound.waveform) > 0.1) / 16_000, moment)
        assert len(sound.notes) == 1 and f"track {number} is read" in sound.notes[0] and "eng" in sound.notes[0]
    with pytest.raises(DemeanorError, match="has no sound track 3"):
        read_sound(tracks, selection=Selection(audio_track=3))


class Above:
    """Says that what has its pitch above `hertz` is speech."""

    hertz = 0.0

    def __init__(self, rate_hz):
        self.rate_hz = rate_hz

    def __call__(self, block):
        crossings = np.count_nonzero(np.diff(np.signbit(block)))
        loud = np.flatnonzero(np.abs(block) > 0.1)
        seconds = np.ptp(loud) / self.rate_hz if len(loud) else np.inf
        return np.full(len(block) // 512, float(crossings / seconds / 2 > self.hertz))

    def finish(self):
        return np.zeros(0)


@pytest.mark.parametrize("hertz, number, why", [(1000, 2, "it has the speech"), (9000, 1, "it is the main one")])
def test_else_the_one_with_speech_is_read(tracks, monkeypatch, hertz, number, why):
    monkeypatch.setattr(Above, "hertz", hertz)
    monkeypatch.setattr("source.media.sound.tracks.SpeechDetector", Above)
    (note,) = read_sound(tracks).notes
    assert f"track {number} is read: {why}" in note


def test_the_order_of_time_in_a_bad_interleaving(tmp_path):
    """All of the sound behind all of the picture: still in the order of time."""
    source = film(tmp_path / "source.mp4", *X264, *AAC, seconds=8)
    with av.open(str(source)) as container, av.open(str(tmp_path / "a.mov"), "w") as goal:
        streams = {stream.index: goal.add_stream_from_template(stream) for stream in container.streams}
        packets = [packet for packet in container.demux() if packet.dts is not None]
        for packet in sorted(packets, key=lambda packet: packet.stream.type == "audio"):
            packet.stream = streams[packet.stream.index]
            goal.mux_one(packet)
    with Decoder(tmp_path / "a.mov") as decoder:
        times = [event.seconds for event in decoder]
    assert times == sorted(times) and len(times) > 8 * 5
    assert near(by_decoder(tmp_path / "a.mov").beeps, list(MOMENTS))
