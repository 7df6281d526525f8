"""Every kind of recording a person may hand in, against ffmpeg; and everything that is none."""

import os
import subprocess
from itertools import product
from pathlib import Path

import imageio_ffmpeg
import numpy as np
import pytest
import soundfile

from source.core.errors import DemeanorError
from source.media import container as sound_file
from source.media.sound import read_sound, stream_sound

RATE_HZ = 16_000
FFMPEG = (imageio_ffmpeg.get_ffmpeg_exe(), "-y", "-v", "error")
IN_TIME = "aresample=async=1:first_pts=0"  # silence where the recording's clock says that sound is missing
PICTURE = ("-f", "lavfi", "-i", "testsrc=size=64x64:rate=25:duration=2")


def sweep(seconds=2.0, rate_hz=44_100):
    """200 Hz to 2 kHz with the rhythm of syllables: (samples,) float32, peak 0.4."""
    t = np.arange(round(seconds * rate_hz)) / rate_hz
    rising = np.sin(2 * np.pi * (200 * t + 900 / seconds * t**2))
    return (0.2 * rising * (1 + np.sin(2 * np.pi * 3 * t))).astype(np.float32)


def saved(folder, *channels, rate_hz=44_100, name="a.wav", **options):
    soundfile.write(folder / name, np.stack(channels, axis=1), rate_hz, **options)
    return folder / name


def encoded(folder, name, *options, source=None):
    source = source or saved(folder, sweep())
    subprocess.run([*FFMPEG, "-i", source, *options, folder / name], check=True)
    return folder / name


def video(folder, name, *before_sound, sound=True):
    inputs = (*before_sound, "-i", saved(folder, sweep())) if sound else ()
    subprocess.run([*FFMPEG, *PICTURE, *inputs, "-pix_fmt", "yuv420p", folder / name], check=True)
    return folder / name


def by_ffmpeg(path):
    """Decoded, mixed and resampled by ffmpeg, by the recording's clock: (samples,) float32."""
    done = subprocess.run(
        [*FFMPEG, "-i", path, "-vn", "-af", IN_TIME, "-f", "f32le", "-ac", "1", "-ar", str(RATE_HZ), "-"],
        capture_output=True,
        check=True,
    )
    return np.frombuffer(done.stdout, np.float32)


def alike(a, b):
    """Correlation of two waveforms from their first samples on: a shift of one millisecond would break it."""
    length = min(len(a), len(b))
    return np.corrcoef(a[:length], b[:length])[0, 1]


def rms(waveform):
    return float(np.sqrt(np.mean(np.square(waveform, dtype=np.float64))))


# --- Formats -----------------------------------------------------------------------------------------------------

slow = pytest.mark.slow
NAMES = ("a.flac", "a.ogg", "a.mp3", "a.m4a", "a.aac", "a.wma", "a.aiff", "a.mka", "ä b:c.webm")


@pytest.mark.parametrize("name", ["a.opus", *(pytest.param(name, marks=slow) for name in NAMES)])
def test_every_format_is_what_ffmpeg_makes_of_it(tmp_path, name):
    file = encoded(tmp_path, name)
    sound, reference = read_sound(file), by_ffmpeg(file)
    assert sound.waveform.dtype == np.float32 and sound.sample_rate_hz == RATE_HZ and sound.notes == ()
    assert abs(len(sound.waveform) - len(reference)) <= 0.025 * RATE_HZ  # m4a: its last frame is kept whole
    assert alike(sound.waveform, reference) > 0.999
    assert rms(sound.waveform) == pytest.approx(rms(reference), rel=0.02)


@pytest.mark.parametrize("subtype", ["PCM_U8", "PCM_16", "PCM_24", "PCM_32", "FLOAT", "DOUBLE", "ULAW"])
def test_every_sample_format_has_the_same_level(tmp_path, subtype):
    file = saved(tmp_path, sweep(rate_hz=RATE_HZ), rate_hz=RATE_HZ, subtype=subtype)
    expected, _ = soundfile.read(file, dtype="float32")
    waveform = read_sound(file).waveform
    np.testing.assert_allclose(waveform, expected, atol=2e-4 if subtype == "ULAW" else 1e-6)
    assert abs(waveform.mean()) < 0.005


@pytest.mark.parametrize("name", ["a.mp4", *(pytest.param(name, marks=slow) for name in ("a.mkv", "a.avi", "a.webm"))])
def test_the_sound_of_a_video(tmp_path, name):
    sound = read_sound(video(tmp_path, name))
    assert sound.seconds == pytest.approx(2, abs=0.05)
    assert alike(sound.waveform, by_ffmpeg(tmp_path / name)) > 0.99


@slow
@pytest.mark.parametrize("name", ["a.mp4", "a.mkv"])
def test_sound_that_starts_after_the_picture_stays_in_time(tmp_path, name):
    sound = read_sound(video(tmp_path, name, "-itsoffset", "1.5"))
    assert sound.seconds == pytest.approx(3.5, abs=0.05)
    assert not sound.waveform[: int(1.45 * RATE_HZ)].any()
    late, original = sound.waveform[int(1.5 * RATE_HZ) :], read_sound(tmp_path / "a.wav").waveform
    assert max(alike(late[lag:], original) for lag in range(16)) > 0.95  # half a sample apart: 0.976


@slow
def test_a_cover_is_no_video_that_the_sound_is_late_for(tmp_path):
    subprocess.run([*FFMPEG, *PICTURE, "-frames:v", "1", tmp_path / "cover.jpg"], check=True)
    cover = ("-i", tmp_path / "cover.jpg", "-map", "0", "-map", "1", "-disposition:v", "attached_pic")
    file = encoded(tmp_path, "a.mp3", *cover)
    assert alike(read_sound(file).waveform, by_ffmpeg(file)) > 0.999


# --- Rate: a sine stays the sine it was --------------------------------------------------------------------------


@pytest.mark.parametrize(
    "rate_hz, wanted_hz", [(8_000, 16_000), (11_025, 22_050), (16_000, 16_000), (44_100, 16_000), (96_000, 22_050)]
)
def test_frequency_and_length_survive_resampling(tmp_path, rate_hz, wanted_hz):
    tone = 0.5 * np.sin(2 * np.pi * 1000 * np.arange(rate_hz) / rate_hz)
    sound = read_sound(saved(tmp_path, tone, rate_hz=rate_hz), wanted_hz)
    assert sound.sample_rate_hz == wanted_hz and len(sound.waveform) == pytest.approx(wanted_hz, abs=2)
    spectrum = np.abs(np.fft.rfft(sound.waveform[:wanted_hz] * np.hanning(len(sound.waveform[:wanted_hz]))))
    assert np.argmax(spectrum) * wanted_hz / len(sound.waveform) == pytest.approx(1000, abs=1.5)
    assert rms(sound.waveform) == pytest.approx(0.5 / 2**0.5, rel=0.01)


def test_nothing_folds_back_from_above_the_new_band(tmp_path):
    tone = 0.5 * np.sin(2 * np.pi * 12_000 * np.arange(48_000) / 48_000)
    assert rms(read_sound(saved(tmp_path, tone, rate_hz=48_000)).waveform[800:-800]) < 1e-4


def test_a_narrow_band_is_told(tmp_path):
    telephone = saved(tmp_path, sweep(rate_hz=8_000), rate_hz=8_000)
    assert read_sound(telephone).notes == ("recorded at 8000 Hz: what lies above 4 kHz is missing",)
    assert read_sound(telephone, 8_000).notes == ()


# --- Channels ----------------------------------------------------------------------------------------------------


def left_and_right(tmp_path, left, right):
    sound = read_sound(saved(tmp_path, left, right, rate_hz=RATE_HZ))
    return sound.waveform, sound.notes


def test_stereo_is_averaged(tmp_path):
    a, b = sweep(rate_hz=RATE_HZ), sweep(rate_hz=RATE_HZ)[::-1]
    waveform, notes = left_and_right(tmp_path, a, b)
    np.testing.assert_allclose(waveform, (a + b) / 2, atol=1e-4)
    assert notes == ()


@pytest.mark.parametrize("noise", [0, 1e-5])
def test_a_dead_channel_does_not_halve_the_level(tmp_path, noise):
    voice = sweep(rate_hz=RATE_HZ)
    dead = noise * np.random.default_rng(0).normal(size=len(voice))
    waveform, notes = left_and_right(tmp_path, dead, voice)
    np.testing.assert_allclose(waveform, voice, atol=2e-4)
    assert notes == ("channel 1 of 2 is silent",)


def test_a_channel_that_comes_to_life_later_is_heard_and_no_level_jumps(tmp_path):
    voice, silence = sweep(6, RATE_HZ), np.zeros(6 * RATE_HZ, np.float32)
    waveform, notes = left_and_right(tmp_path, np.r_[silence, voice, silence], np.r_[silence, silence, voice])
    np.testing.assert_allclose(waveform, np.r_[silence, voice, voice], atol=1e-4)
    assert notes == ()


def test_opposite_phase_does_not_cancel(tmp_path):
    voice = sweep(rate_hz=RATE_HZ)
    waveform, notes = left_and_right(tmp_path, 0.5 * voice, -voice)
    np.testing.assert_allclose(waveform, -voice, atol=1e-4)
    assert notes == ("channels in opposite phase: only channel 2, the louder one, is used",)


def test_two_channels_of_silence_are_silence(tmp_path):
    waveform, notes = left_and_right(tmp_path, np.zeros(8000), np.zeros(8000))
    assert len(waveform) == 8000 and not waveform.any() and notes == ()


@pytest.mark.parametrize("centre_only", [True, False])
def test_surround(tmp_path, centre_only):
    voice, quiet = sweep(rate_hz=RATE_HZ), np.zeros(2 * RATE_HZ, np.float32)
    bass = 0.4 * np.sin(2 * np.pi * 40 * np.arange(2 * RATE_HZ) / RATE_HZ)
    around = quiet if centre_only else 0.3 * voice
    wav = saved(tmp_path, around, around, voice, bass, around, around, rate_hz=RATE_HZ)
    file = encoded(tmp_path, "a.flac", "-channel_layout", "5.1", source=wav)
    waveform = read_sound(file).waveform
    assert alike(waveform, voice) > 0.999, "the bass speaker has no part in it"
    assert rms(waveform) == pytest.approx(rms(voice), rel=0.01) if centre_only else rms(waveform) > 0.4 * rms(voice)


def test_a_file_of_many_channels(tmp_path):
    voice = sweep(rate_hz=RATE_HZ)
    assert alike(read_sound(saved(tmp_path, *[voice] * 12, rate_hz=RATE_HZ)).waveform, voice) > 0.999


# --- Samples -----------------------------------------------------------------------------------------------------


def test_clipping_is_told(tmp_path):
    loud = np.clip(4 * sweep(rate_hz=RATE_HZ), -1, 1)
    (note,) = read_sound(saved(tmp_path, loud, rate_hz=RATE_HZ)).notes
    share = (np.abs(loud) >= 0.9999).mean()
    assert note == f"clipped: {share:.1%} of the samples are at full scale" and share > 0.1


def test_one_sample_at_full_scale_is_not_clipped(tmp_path):
    loud = sweep(rate_hz=RATE_HZ)
    loud[100] = 1
    assert read_sound(saved(tmp_path, loud, rate_hz=RATE_HZ)).notes == ()


def test_floats_beyond_full_scale_keep_their_shape(tmp_path):
    voice = 10 * sweep(rate_hz=RATE_HZ)
    sound = read_sound(saved(tmp_path, voice, rate_hz=RATE_HZ, subtype="FLOAT"))
    np.testing.assert_allclose(sound.waveform, voice)
    assert sound.notes == (f"beyond full scale: reaches {np.abs(voice).max():.3g} times of it",)


def test_what_is_no_number_is_silence(tmp_path):
    voice = sweep(rate_hz=RATE_HZ)
    odd = voice.copy()
    odd[[10, 20, 30]] = np.nan, np.inf, -np.inf
    sound = read_sound(saved(tmp_path, odd, rate_hz=RATE_HZ, subtype="FLOAT"))
    assert not sound.waveform[[10, 20, 30]].any() and np.isfinite(sound.waveform).all()
    np.testing.assert_array_equal(np.delete(sound.waveform, [10, 20, 30]), np.delete(voice, [10, 20, 30]))
    assert sound.notes == ("samples that are no numbers, and count as silence: 3",)


# --- Stream ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("block_seconds, rate_hz", [(0.3, 44_100), (7.0, RATE_HZ), (60.0, 44_100)])
def test_blocks_are_the_whole_whatever_their_length(tmp_path, block_seconds, rate_hz):
    file = saved(tmp_path, sweep(12.4, rate_hz), rate_hz=rate_hz)
    with stream_sound(file, RATE_HZ, block_seconds) as stream:
        assert stream.seconds == pytest.approx(12.4, abs=1e-3)
        blocks = list(stream)
    assert {len(block) for block in blocks[:-1]} <= {round(block_seconds * RATE_HZ)}
    assert 0 < len(blocks[-1]) <= round(block_seconds * RATE_HZ)
    np.testing.assert_array_equal(np.concatenate(blocks), read_sound(file).waveform)


def test_a_stream_left_early_lets_go_of_its_file(tmp_path):
    with stream_sound(saved(tmp_path, sweep(20)), RATE_HZ, 1.0) as stream:
        next(iter(stream))
    (tmp_path / "a.wav").unlink()
    stream.close()


@slow
def test_a_long_one_needs_no_more_memory_than_a_short_one(tmp_path):
    import tracemalloc

    minutes = np.zeros(120 * RATE_HZ, np.int16)
    minutes[::1000] = 9000
    file = saved(tmp_path, minutes, rate_hz=RATE_HZ)
    tracemalloc.start()
    with stream_sound(file, RATE_HZ, 10.0) as stream:
        samples = sum(len(block) for block in stream)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert samples == len(minutes) and most < 6e6, "the whole takes 8 MB"


@pytest.mark.parametrize("samples, rate_hz", [(3, 8000), (3, 48_000), (100, RATE_HZ), (8000, 48_000)])
def test_the_shortest(tmp_path, samples, rate_hz):
    sound = read_sound(saved(tmp_path, np.full(samples, 0.1), rate_hz=rate_hz))
    assert len(sound.waveform) == pytest.approx(samples * RATE_HZ / rate_hz, abs=1)


# --- Damage, and what is no recording ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name, share",
    [("a.wav", 0.5), *(pytest.param(*case, marks=slow) for case in product(
        ("a.flac", "a.mp3", "a.ogg", "a.opus", "a.mkv"), (0.5, 0.9)))],
)  # fmt: skip
def test_of_a_truncated_file_what_is_there_is_read(tmp_path, name, share):
    file = encoded(tmp_path, name, source=saved(tmp_path, sweep(8), name="whole.wav"))
    content = file.read_bytes()
    file.write_bytes(content[: int(len(content) * share)])
    sound = read_sound(file)
    assert sound.seconds == pytest.approx(8 * share, abs=1.5)
    if name in ("a.wav", "a.flac"):  # the others do not say how long they are, or end between two packets
        assert (
            len(sound.notes) == 1 and sound.notes[0].startswith("damaged") and f"{sound.seconds:.1f}" in sound.notes[0]
        )


def test_damage_in_the_middle_is_passed_over_and_told(tmp_path):
    file = encoded(tmp_path, "a.flac", source=saved(tmp_path, sweep(8), name="whole.wav"))
    content = bytearray(file.read_bytes())
    content[len(content) // 2 : len(content) // 2 + 3000] = bytes(3000)
    file.write_bytes(content)
    sound = read_sound(file)
    assert sound.seconds > 6 and len(sound.notes) == 1 and sound.notes[0].startswith("damaged after")


@pytest.mark.parametrize("content, words", [
    (b"", "empty (0 bytes)"), (b"hello, I am a text\n" * 9, "a text file"), ("größe".encode(), "a text file"),
    (b"\x89PNG\r\n\x1a\n" + bytes(99), "a picture"), (b"%PDF-1.7\n", "a PDF document"),
    (b"PK\x03\x04" + bytes(9), "a zip archive"),
    (b"\x8f\0\1" * 500, "unknown format or damaged"), (b"#EXTM3U\n/etc/hostname\n", "a text file"),
    (b"RIFF\x24\0\0\0WAVE", "a.wav"), (b"fLaC" + bytes(400), "a.wav"),
])  # fmt: skip
def test_what_is_no_recording_is_named(tmp_path, content, words, capfd):
    file = tmp_path / "odd name a.wav"
    file.write_bytes(content)
    with pytest.raises(DemeanorError) as trouble:
        read_sound(file)
    assert words in str(trouble.value) and "odd name a.wav" in str(trouble.value) and "\n" not in str(trouble.value)
    assert capfd.readouterr() == ("", ""), "FFmpeg's own words are for nobody"


def test_a_recording_without_samples_and_a_video_cut_off(tmp_path):
    with pytest.raises(DemeanorError, match="nothing in it can be read"):
        read_sound(saved(tmp_path, np.zeros(0)))
    file = video(tmp_path, "a.mp4")
    file.write_bytes(file.read_bytes()[:-9000])  # the index is at its end
    with pytest.raises(DemeanorError, match="damaged"):
        read_sound(file)


def test_a_video_without_sound_says_so(tmp_path):
    with pytest.raises(DemeanorError, match="a.mp4 has no sound"):
        read_sound(video(tmp_path, "a.mp4", sound=False))


@pytest.mark.parametrize("name", ["a.png", "a.bmp", "a.webp"])
def test_a_picture_is_none(tmp_path, name):
    from PIL import Image

    Image.new("RGB", (8, 8)).save(tmp_path / name)
    with pytest.raises(DemeanorError, match="is a picture, not a recording"):
        read_sound(tmp_path / name)


def test_missing_folder_and_forbidden(tmp_path, monkeypatch):
    with pytest.raises(DemeanorError, match="There is no file"):
        read_sound(tmp_path / "none.wav")
    with pytest.raises(DemeanorError, match="is a folder"):
        read_sound(tmp_path)
    file = saved(tmp_path, sweep())
    if os.name == "posix" and os.geteuid() == 0:  # root may read everything

        def refuse(*_, **__):
            raise PermissionError

        monkeypatch.setattr(Path, "open", refuse)
    file.chmod(0)
    with pytest.raises(DemeanorError, match="may not be read"):
        read_sound(file)


def test_every_ending_that_is_promised_is_named_in_the_trouble():
    assert all(ending in sound_file.ACCEPTED for ending in (".wav", ".opus", ".m4a", ".mp4"))
