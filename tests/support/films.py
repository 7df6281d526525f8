"""Films in which a flash and a beep fall together, made and read by ffmpeg; and what Decoder makes of them."""

import subprocess
from dataclasses import dataclass
from pathlib import Path

import imageio_ffmpeg
import numpy as np

from source.media.decoder import Decoder, Frame
from source.media.selection import WHOLE, Selection
from source.media.sound.timeline import SoundTimeline

FFMPEG = (imageio_ffmpeg.get_ffmpeg_exe(), "-y", "-v", "error")
RATE_HZ = 16_000
FRAMES_PER_SECOND = 100
MOMENTS = (1.0, 3.0)
SECONDS = 4
LOUD = 0.1
APART_SECONDS = 0.5  # a flash or a beep is shorter, and darkness and silence are longer
X264 = ("-c:v", "libx264", "-preset", "ultrafast", "-g", "10")


def film(
    file: Path, *options: str, moments: tuple[float, ...] = MOMENTS, seconds: int = SECONDS,
    before_picture: tuple[str, ...] = (), before_sound: tuple[str, ...] = (), picture: str = "", sound: str = "",
) -> Path:  # fmt: skip
    """Write `seconds` of 64x48 black and silence, with a flash and a beep of 0.2 s at each of `moments`.

    options: of ffmpeg, before the file's name; before_picture, before_sound: before these inputs; picture, sound:
    filters that follow.
    """
    on = "+".join(f"between(t,{moment - 0.001},{moment + 0.2})" for moment in moments)
    black = f"color=black:size=64x48:rate=25:duration={seconds}"
    shown = f"{black},drawbox=color=white:thickness=fill:enable='{on}'{picture}"
    heard = f"aevalsrc='0.5*sin(2*PI*1000*t)*({on})':sample_rate=48000:duration={seconds}{sound}"
    inputs = (*before_picture, "-f", "lavfi", "-i", shown, *before_sound, "-f", "lavfi", "-i", heard)
    subprocess.run([*FFMPEG, *inputs, *options, file], check=True)
    return file


@dataclass(frozen=True)
class Onsets:
    """When flashes and beeps begin, in seconds."""

    flashes: list[float]
    beeps: list[float]
    notes: tuple[str, ...] = ()
    seconds: float | None = None


def onsets(levels: np.ndarray, threshold: float, times: np.ndarray) -> list[float]:
    """Return the times at which `levels` rise above the threshold after they were below it for long."""
    above = times[levels > threshold]
    return [float(at) for before, at in zip([-np.inf, *above], above, strict=False) if at - before > APART_SECONDS]


def half(levels) -> float:
    """Return the brightness between that of dark and of bright frames."""
    return (float(min(levels)) + float(max(levels))) / 2 if len(levels) else 0.0


def by_ffmpeg(file: Path) -> Onsets:
    """Read it by ffmpeg's own clock."""
    grey, samples = file.with_suffix(".grey"), file.with_suffix(".f32")
    shown = ("-map", "0:v:0?", "-vf", f"fps={FRAMES_PER_SECOND}:start_time=0,scale=1:1", "-pix_fmt", "gray")
    heard = ("-map", "0:a:0?", "-af", "aresample=async=1:first_pts=0", "-ac", "1", "-ar", str(RATE_HZ))
    streams = subprocess.run([FFMPEG[0], "-i", file], capture_output=True, text=True).stderr
    outputs = ((*shown, "-f", "rawvideo", grey) if "Video:" in streams else ()) + (
        (*heard, "-f", "f32le", samples) if "Audio:" in streams else ()
    )
    subprocess.run([*FFMPEG, "-i", file, *outputs], check=True)
    levels = np.fromfile(grey, np.uint8) if grey.exists() else np.zeros(0)
    waveform = np.fromfile(samples, np.float32) if samples.exists() else np.zeros(0)
    return Onsets(
        onsets(levels, half(levels), np.arange(len(levels)) / FRAMES_PER_SECOND),
        onsets(np.abs(waveform), LOUD, np.arange(len(waveform)) / RATE_HZ),
    )


def by_decoder(file: Path, selection: Selection = WHOLE) -> Onsets:
    """Read it as every model does."""
    levels, times, pieces, timeline = [], [], [np.zeros(0, np.float32)], SoundTimeline(RATE_HZ)
    with Decoder(file, selection, sample_rate_hz=RATE_HZ, frames_per_second=FRAMES_PER_SECOND) as decoder:
        for event in decoder:
            if isinstance(event, Frame):
                levels.append(event.pixels.mean())
                times.append(event.seconds)
            else:
                pieces.append(timeline.add(event.samples, event.seconds))
    waveform = np.concatenate(pieces)
    return Onsets(
        onsets(np.array(levels), half(levels), np.array(times)),
        onsets(np.abs(waveform), LOUD, np.arange(len(waveform)) / RATE_HZ),
        decoder.notes,
        decoder.seconds_read,
    )
