"""Long recordings in chunks: to the frame and to the sample, in pauses, numbered after their take, each made once."""

import errno
import shutil
from fractions import Fraction
from itertools import combinations, pairwise

import numpy as np
import pytest

from source.core import config
from source.core.errors import DemeanorError
from source.core.spec import spec_of
from source.data import ingest as module
from source.data import segmentation
from source.data.clips import clip_from_name
from source.data.ingest import get_data
from source.data.segmentation import writer
from source.data.segmentation.cut_points import IN_SPEECH, MARGIN_SECONDS, candidates, cut_points
from source.data.segmentation.probe import header_of, pauses_of
from source.data.segmentation.segment import Segment, segment_of
from source.data.segmentation.writer import write_segments
from source.data.splits import with_splits
from source.data.training_folder import training_files
from tests.support import corpora, voice

WINDOW = 2.0  # seconds; in these tests a recording over 3 s is cut
RATE_HZ, FRAMES = 16_000, 10  # of the films: samples, and pictures, a second
QUICK = {"libx264": {"preset": "ultrafast", "g": "7", "bf": "2"}, "libvpx": {"deadline": "realtime"}}
MODELS = ("audio", "combined")
slow = pytest.mark.slow


@pytest.fixture(autouse=True)
def models(monkeypatch):
    """A short window, a model of sounds and one of videos."""
    monkeypatch.setattr(config, "WINDOW_SECONDS", WINDOW)
    monkeypatch.setattr(module, "MODELS", MODELS)


def clicks(seconds):
    """A click at each half second: (samples,) float32."""
    wave = np.zeros(round(seconds * RATE_HZ), np.float32)
    for start in range(0, len(wave), RATE_HZ // 2):
        wave[start : start + 80] = 0.5
    return wave


def film(file, seconds, sound=True, wave=None, size=(64, 48), codec="libx264", rotation=0, late=0.0, tint=(1, 1, 1)):
    """Picture n is of grey 10 * (n % 24); clicks to be heard, or `wave`, from `late` on. Returns the file."""
    import av

    file.parent.mkdir(parents=True, exist_ok=True)
    with av.open(str(file), "w") as container:
        picture = container.add_stream(codec, rate=FRAMES, options=QUICK.get(codec, {}))
        picture.width, picture.height, picture.pix_fmt = *size, "yuv420p" if codec != "ffv1" else "bgr0"
        picture.codec_context.colorspace = 1  # BT.709, as large videos are
        if rotation:
            picture.set_display_rotation(rotation)
        heard = container.add_stream("libopus" if file.suffix == ".webm" else "aac", rate=48_000) if sound else None
        for number in range(round(seconds * FRAMES)):
            colour = np.multiply(10 * (number % 24), tint).astype(np.uint8)
            container.mux(picture.encode(av.VideoFrame.from_ndarray(np.tile(colour, (size[1], size[0], 1)))))
        container.mux(picture.encode(None))
        if heard:
            encode(container, heard, clicks(seconds) if wave is None else wave, late)
    return file


def encode(container, stream, wave, late=0.0):
    import av

    resampler = av.AudioResampler(stream.format.name, "mono", stream.rate, 960)
    frame = av.AudioFrame.from_ndarray(wave[None], "fltp", "mono")
    frame.sample_rate, frame.pts, frame.time_base = RATE_HZ, round(late * RATE_HZ), Fraction(1, RATE_HZ)
    for part in (*resampler.resample(frame), *resampler.resample(None)):
        container.mux(stream.encode(part))
    container.mux(stream.encode(None))


def numbers_of(file):
    """Which pictures of a film are in the file, and when."""
    import av

    with av.open(str(file)) as container:
        frames = [(round(f.to_ndarray(format="gray").mean() / 10), f.time) for f in container.decode(video=0)]
    return [number for number, _ in frames], [seconds for _, seconds in frames]


def clicks_of(file):
    """When the clicks are heard, in seconds."""
    import av

    with av.open(str(file)) as container:
        resampler, start, parts = av.AudioResampler("fltp", "mono", RATE_HZ), None, []
        for frame in container.decode(audio=0):
            start = frame.time if start is None else start
            parts += [part.to_ndarray()[0] for part in resampler.resample(frame)]
    loud = np.flatnonzero(np.abs(np.concatenate(parts)) > 0.2)
    return loud[np.diff(loud, prepend=-RATE_HZ) > RATE_HZ // 4] / RATE_HZ + start


def laid_out(name, folder, **hooks):
    return {
        made.model: training_files(made.folder, spec_of(made.model).suffixes)
        for made in get_data(name, folder, **hooks)
    }


# --- where to cut ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seconds", [6.01, 7.3, 61.7, 600.5])
def test_without_pauses_the_chunks_are_even(seconds):
    points = cut_points(seconds, [], 4.0)
    lengths = np.diff(points)
    assert points[0] == 0 and points[-1] == seconds and np.ptp(lengths) <= 0.25 + 1e-9
    assert lengths.min() >= 0.75 * 4 - 1e-9 and lengths.max() <= 1.25 * 4 + 1e-9


@pytest.mark.parametrize("seed", range(3))
def test_cuts_are_in_pauses_where_one_is_within_reach(seed):
    draw = np.random.default_rng(seed)
    starts = np.cumsum(draw.uniform(0.8, 2.0, 40))
    pauses = [(start, start + 0.4) for start in starts]
    points = cut_points(float(starts[-1]) + 1, pauses, 4.0)
    assert all(any(start + 0.1 <= cut <= start + 0.3 for start, _ in pauses) for cut in points[1:-1])
    assert all(2 <= length <= 6 for length in np.diff(points))


@pytest.mark.parametrize("pauses", [[], [(2.0, 2.3), (4.0, 4.1), (4.6, 5.3)]])
def test_there_is_no_better_way_to_cut(pauses):
    seconds, window = 6.3, 4.0
    quiet = [(start + MARGIN_SECONDS, end - MARGIN_SECONDS) for start, end in pauses if end - start > 0.2]

    def cost(points):
        windows = np.diff(points) / window
        if windows.min() < 0.5 or windows.max() > 1.5:
            return np.inf
        in_speech = sum(not any(start <= cut <= end for start, end in quiet) for cut in points[1:-1])
        return ((windows - 1) ** 2).sum() + IN_SPEECH * in_speech

    inner = [place for place in candidates(seconds, quiet, window) if 0 < place < seconds]
    ways = [(0.0, *cuts, seconds) for count in (1, 2) for cuts in combinations(inner, count)]
    assert cost(cut_points(seconds, pauses, window)) == pytest.approx(min(map(cost, ways)))


@slow
def test_pauses_are_found_where_nobody_speaks(original):
    spoken = voice.spoken(5.0)
    wave = np.concatenate([spoken[: 2 * RATE_HZ], np.zeros(RATE_HZ, np.float32), spoken[2 * RATE_HZ :]])
    file = film(original / "talk.mp4", 6, wave=wave)
    assert any(start < 2.3 and end > 2.7 for start, end in pauses_of(file))
    assert pauses_of(film(original / "silent.mp4", 4, sound=False)) == []


# --- what a path stands for --------------------------------------------------------------------------------------


def test_a_segment_of_a_file_is_read_back_from_its_path(tmp_path):
    file = tmp_path / "a b.mp4"
    path = file / Segment(file, 15.4126, 19.6828).name(".mp4")
    assert segment_of(path) == Segment(file, 15.413, 19.683)
    for whole in (tmp_path / "talk.mp4", tmp_path / "folder" / "from_1_to_2_ms.mp4"):
        assert segment_of(whole) == Segment(whole)


# --- chunks as files ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("a.mp4", {}),
        pytest.param("b.avi", {"codec": "mpeg4"}, marks=slow),
        pytest.param("c.webm", {"codec": "libvpx"}, marks=slow),
        pytest.param("d.mkv", {"codec": "ffv1", "size": (63, 47)}, marks=slow),  # H.264 takes even sides only
        pytest.param("e.flv", {"codec": "flv"}, marks=slow),
        pytest.param("f.mp4", {"sound": False}, marks=slow),
    ],
)
def test_no_frame_is_lost_or_doubled_and_sound_and_picture_stay_together(original, name, options):
    file, cuts = film(original / name, 4, **options), (0.0, 1.52, 2.9, 4.5)
    spans = {original / f"{number}.mp4": span for number, span in enumerate(pairwise(cuts))}
    assert write_segments(file, spans) == []
    whole, when = numbers_of(file)
    assert len(whole) == 40
    together, times, heard = [], [], []
    for chunk, (start, _) in spans.items():
        shown, at = numbers_of(chunk)
        first = 1 if start and at[1] < 0.095 else 0  # the picture that was to be seen when the chunk begins, once more
        together, times = together + shown[first:], times + [start + seconds for seconds in at[first:]]
        if options.get("sound", True):
            heard += [start + seconds for seconds in clicks_of(chunk)]
    assert together == whole and np.abs(np.subtract(times, when)).max() < 0.002
    if options.get("sound", True):
        assert np.abs(np.subtract(heard, clicks_of(file))).max() < 0.002


def test_a_chunk_begins_with_the_picture_shown_then(original):
    write_segments(film(original / "a.mp4", 2), {original / "1.mp4": (0.55, 1.0)})
    assert numbers_of(original / "1.mp4") == ([5, 6, 7, 8, 9], pytest.approx([0, 0.05, 0.15, 0.25, 0.35], abs=1e-4))


def test_sound_that_begins_later_stays_where_it_is(original):
    file = film(original / "a.mp4", 3, wave=clicks(2), late=0.7)
    write_segments(file, {original / "1.mp4": (0.5, 2.0)})
    assert clicks_of(original / "1.mp4") == pytest.approx([0.2, 0.7, 1.2], abs=0.03)


def test_where_the_sound_has_ended_there_is_silence(original):
    write_segments(film(original / "a.mp4", 4, wave=clicks(1)), {original / "1.mp4": (2.5, 3.5)})
    assert len(clicks_of(original / "1.mp4")) == 0 and len(numbers_of(original / "1.mp4")[0]) == 10


def test_a_phone_s_upright_video_stays_upright(original):
    import av

    write_segments(film(original / "a.mov", 2, rotation=90), {original / "1.mp4": (0, 1)})
    rotations = []
    for file in (original / "a.mov", original / "1.mp4"):
        with av.open(str(file)) as container:
            rotations.append(next(container.decode(video=0)).rotation)
    assert rotations == [90, 90]


def test_a_chunk_looks_like_its_recording(original):
    import av

    def shown(file):
        with av.open(str(file)) as container:
            return np.array([frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)], np.float32)

    video = film(original / "a.mp4", 2.4, tint=(1, 0.5, 0.1))
    write_segments(video, {original / "1.mp4": (0, 2.2)})
    chunk = shown(original / "1.mp4")
    assert np.abs(chunk - shown(video)[:22]).max() < 6  # of 255


@pytest.mark.parametrize("name", [pytest.param("a.wav", marks=slow), pytest.param("a.mp3", marks=slow), "a.opus"])
def test_a_sound_becomes_flac_to_the_sample(original, name):
    import av

    with av.open(str(original / name), "w") as container:
        codec = {".wav": "pcm_s16le", ".mp3": "libmp3lame", ".opus": "libopus"}[(original / name).suffix]
        encode(container, container.add_stream(codec, rate=48_000, layout="mono"), clicks(4))
    assert header_of(original / name).suffix == ".flac"
    write_segments(original / name, {original / "1.flac": (0.75, 2.0), original / "2.flac": (2.0, 4.0)})
    heard = clicks_of(original / name)
    heard -= heard[0]  # the first sample is time 0, whatever an MP3 says of its start
    assert clicks_of(original / "1.flac") + 0.75 == pytest.approx(heard[2:4], abs=1e-3)
    assert clicks_of(original / "2.flac")[-3:] + 2 == pytest.approx(heard[5:8], abs=1e-3)


def test_of_a_file_that_breaks_off_what_is_there_is_written(original):
    file = film(original / "a.mkv", 4)
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 3])
    spans = {original / "1.mp4": (0.0, 0.5), original / "2.mp4": (3.5, 4.0)}
    assert write_segments(file, spans) == [original / "2.mp4"] and len(numbers_of(original / "1.mp4")[0]) == 5
    assert not list(original.glob("*.part")) and not (original / "2.mp4").exists()


def test_what_cannot_be_read_gives_no_chunk(original):
    (original / "a.mp4").write_bytes(b"no video")
    assert write_segments(original / "a.mp4", {original / "1.mp4": (0, 1)}) == [original / "1.mp4"]
    assert header_of(original / "a.mp4") == header_of(original / "gone.mp4")


# --- lengths -----------------------------------------------------------------------------------------------------


def test_lengths_are_read_from_the_header_without_decoding(original, monkeypatch):
    files = {film(original / name, 2): True for name in ("a.mp4", "b.mkv", "c.mov")}
    files[film(original / "d.mp4", 2, sound=False)] = True
    for file in files:
        header = header_of(file)
        assert header.seconds == pytest.approx(2, abs=0.05) and (header.has_picture, header.suffix) == (True, ".mp4")


@slow
def test_a_browser_s_recording_does_not_say_its_length(original):
    import av

    film(original / "a.webm", 3, codec="libvpx")
    with (
        av.open(str(original / "a.webm")) as whole,
        av.open(str(original / "b.webm"), "w", format="webm", options={"live": "1"}) as live,
    ):
        streams = {stream.index: live.add_stream_from_template(stream) for stream in whole.streams}
        for packet in whole.demux():
            if packet.dts is not None:
                packet.stream = streams[packet.stream.index]
                live.mux(packet)
    with av.open(str(original / "b.webm")) as container:
        assert container.duration is None
    assert header_of(original / "b.webm").seconds == pytest.approx(3, abs=0.15)


# --- data get ----------------------------------------------------------------------------------------------------


@pytest.fixture
def unheard(monkeypatch):
    """Cut without listening for pauses, which takes a network."""
    monkeypatch.setattr("source.data.segmentation.pauses_of", lambda file: ())


@slow
@pytest.mark.usefixtures("unheard")
def test_a_long_take_is_chunks_for_one_model_and_whole_for_the_other(original, data):
    film(original / "long.mp4", 7.0)
    film(original / "short.mp4", 2.9)
    (original / "clips.csv").write_text(
        "path,number,emotion,speaker,sentence,split,source\nlong.mp4,37,happy,ada,hello,train,talk\n"
        "short.mp4,38,sad,ada,bye,train,\n"
    )
    laid = laid_out("mine", original)
    assert [clip.path.name for clip in laid["audio"]] == ["mine_37_happy.mp4", "mine_38_sad.mp4"]
    *parts, short = laid["combined"]
    assert [clip.path.name for clip in parts] == [f"mine_{number}000037_happy.mp4" for number in (1, 2, 3)]
    assert all(clip_from_name(clip.path).number == clip.number for clip in parts)
    assert {(c.speaker, c.sentence, c.split, c.source, c.emotion) for c in parts} == {
        ("ada", "hello", "train", "talk", "happy")
    }
    assert short.number == 38 and short.path.samefile(original / "short.mp4")
    assert sum(len(numbers_of(clip.path)[0]) for clip in parts) - 2 <= 70  # 2: what is shown when a chunk begins
    assert all(clip.path.is_relative_to(data / "training_AV" / "mine" / "train") for clip in parts)


@slow
@pytest.mark.usefixtures("unheard")
def test_a_number_of_many_digits_stays_legible_in_its_chunks(original):
    film(original / "mine_20240131_happy.mp4", 4)
    film(original / "mine_7_sad.mp4", 1)
    numbers = sorted(clip.number for clip in laid_out("mine", original)["combined"])
    assert numbers == [7, 120240131, 220240131]


@slow
@pytest.mark.usefixtures("unheard")
def test_chunks_of_one_recording_are_on_one_side(original):
    for number in range(9):
        film(original / f"mine_{number}_{corpora.EMOTIONS[number % 2]}.mp4", 3.2, sound=False, size=(32, 32))
    clips = with_splits(laid_out("mine", original)["combined"])
    assert len(clips) == 18 and {clip.split for clip in clips} == {"train", "val", "test"}
    assert len({(clip.source, clip.split) for clip in clips}) == len({clip.source for clip in clips}) == 9


@pytest.mark.usefixtures("unheard")
@pytest.mark.parametrize("linking", [True, pytest.param(False, marks=slow)])
def test_a_second_run_cuts_nothing(original, data, monkeypatch, linking):
    if not linking:
        monkeypatch.setattr("os.link", lambda *_: (_ for _ in ()).throw(OSError(errno.EXDEV, "no")))
    film(original / "mine_1_happy.mp4", 4)
    first = laid_out("mine", original)
    files = {file: file.stat().st_mtime_ns for file in data.rglob("*") if file.suffix in (".mp4", ".json")}
    monkeypatch.setattr(segmentation, "write_segments", None)
    monkeypatch.setattr(segmentation, "cut_points", None)
    assert laid_out("mine", original) == first
    assert {file: file.stat().st_mtime_ns for file in files} == files


@slow
@pytest.mark.usefixtures("unheard")
def test_a_killed_run_goes_on_with_the_chunks_that_are_missing(original, data, monkeypatch):
    film(original / "mine_1_happy.mp4", 6.5)
    finish, written = writer.SegmentWriter.finish, []

    def killed(chunk):
        if written:
            raise KeyboardInterrupt
        written.append(chunk.path)
        return finish(chunk)

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(writer.SegmentWriter, "finish", killed)
        laid_out("mine", original)
    state = written[0].stat().st_mtime_ns
    clips = laid_out("mine", original)["combined"]
    assert [clip.number for clip in clips] == [1_000_001, 2_000_001, 3_000_001]
    assert written[0].stat().st_mtime_ns == state and not list(data.rglob("*.part"))


@slow
@pytest.mark.usefixtures("unheard")
@pytest.mark.parametrize("change", ["recording", "window"])
def test_what_changed_is_cut_again_and_old_chunks_go(original, data, monkeypatch, change):
    film(original / "mine_1_happy.mp4", 6.5)
    laid_out("mine", original)
    if change == "recording":
        film(original / "mine_1_happy.mp4", 4.1)
    else:
        monkeypatch.setattr(config, "WINDOW_SECONDS", 3.2)
    clips = laid_out("mine", original)["combined"]
    assert [clip.number for clip in clips] == [1_000_001, 2_000_001]
    assert len(list((data / "training_AV").rglob("*.mp4"))) == 2
    assert len(list((data / "cut_mine_data").rglob("from_*.mp4"))) == 2


@pytest.mark.usefixtures("unheard")
def test_a_sound_without_a_picture_is_cut_likewise(original):
    wave = voice.spoken(4.0)
    import soundfile

    soundfile.write(original / "mine_3_sad.wav", wave, RATE_HZ)
    laid = laid_out("mine", original)
    assert [clip.path.name for clip in laid["combined"]] == ["mine_1000003_sad.flac", "mine_2000003_sad.flac"]
    parts = [soundfile.read(clip.path)[0] for clip in laid["combined"]]
    assert np.abs(np.concatenate(parts) - wave).max() < 1e-4


@pytest.mark.usefixtures("unheard")
def test_ordinary_speech_is_cut_for_a_model_of_sounds_too_and_said_once(original):
    import soundfile

    soundfile.write(original / "talk.wav", voice.spoken(4.0), RATE_HZ)
    said = []
    laid = laid_out("ordinary", original, notify=said.append)
    assert (
        [clip.number for clip in laid["audio"]] == [clip.number for clip in laid["combined"]] == [1_000_000, 2_000_000]
    )
    assert {clip.source for clip in laid["audio"]} == {"talk.wav"}
    assert sum("are cut" in sentence for sentence in said) == 1


def test_what_nobody_can_play_stays_whole(original):
    corpora.sounds(original, ["mine_1_happy.mp4", "mine_2_sad.opus"])
    names = {clip.path.name for clip in laid_out("mine", original)["combined"]}
    assert names == {"mine_1_happy.mp4", "mine_2_sad.opus"}


@slow
@pytest.mark.usefixtures("unheard")
def test_segments_of_whole_videos_are_cut_out_and_long_ones_in_chunks(original):
    corpora.omg(original, cut=False)
    for file in original.rglob("*.mp4"):
        file.unlink()
    film(original / "youtube_videos_temp" / "76e_1.mp4", 12.5)
    film(original / "youtube_videos_temp" / "5b44393ed.mp4", 3)  # ends before the utterance begins
    said = []
    clips = laid_out("OMG", original, notify=said.append)["combined"]
    lengths = [len(numbers_of(clip.path)[0]) for clip in clips]
    assert [clip.number for clip in clips] == [1_000_001, 2_000_001, *[n * 1_000_000 + 2 for n in (1, 2, 3, 4)]]
    assert sum(lengths[:2]) in (31, 32) and sum(lengths[2:]) in range(85, 90)
    assert numbers_of(clips[2].path)[0][0] == 38 % 24
    assert any("1 clips left out, for their times are not in the recordings" in line for line in said)


@slow
@pytest.mark.usefixtures("unheard")
def test_progress_and_sentences_say_what_is_cut(original):
    film(original / "mine_1_happy.mp4", 4)
    film(original / "mine_2_happy.mp4", 1)
    said, seen = [], []
    laid_out("mine", original, notify=said.append, on_progress=lambda *pair: seen.append(pair))
    assert seen == [(1, 2), (2, 2), (1, 1), *[(done, 5) for done in range(1, 6)]]
    assert any("mine: 1 recordings are longer than 3 s and are cut" in line and "2000037" in line for line in said)


@slow
@pytest.mark.usefixtures("unheard")
def test_a_full_disk_is_one_sentence_and_the_next_run_goes_on(original, monkeypatch):
    film(original / "mine_1_happy.mp4", 4)

    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    with (
        monkeypatch.context() as patch,
        pytest.raises(DemeanorError, match="No space left on device; run it again to go on"),
    ):
        patch.setattr(writer.SegmentWriter, "finish", full)
        laid_out("mine", original)
    assert len(laid_out("mine", original)["combined"]) == 2


@slow
@pytest.mark.usefixtures("unheard")
def test_chunks_do_not_become_part_of_the_corpus(data):
    film(data / "original_mine_data" / "mine_1_happy.mp4", 4)
    first = laid_out("mine", None)
    assert laid_out("mine", None) == first
    shutil.rmtree(data / "cut_mine_data")
    assert [clip.number for clip in laid_out("mine", None)["combined"]] == [1_000_001, 2_000_001]
