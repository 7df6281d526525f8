"""A minute of 1280x720, 30 pictures a second, from the command line to its results, each time in a process of its own.

One face that moves and the demo clip's words again and again, read by the trained models: what a person waits for and
what the processors do meanwhile. Cold is the process; the disk's cache is warm, as the first round does not count.
"""

import os
import subprocess
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from benchmarks.measuring import Effort, Row, in_fresh_process, interleaved, seconds
from benchmarks.video_decoding import FRAME_RATE, HEIGHT, RATE_HZ, WIDTH, write_video
from benchmarks.video_prediction import missing_assets
from source.core import config

LENGTH_SECONDS, SHORTEST_SECONDS = 60, 3
ROUNDS = 3  # at most: each takes long
WHAT = f"{WIDTH}x{HEIGHT}, {FRAME_RATE} pictures a second"
DEMO_CLIP = config.INPUT_FOLDER / "demo_clip.mp4"
PICTURES = "timeline.png,circumplex.png,key_frames.png,report.html"
WAYS = {  # what is asked for: the options, and the aims for the seconds waited and for those of all processors together
    "told as JSON": (["--json"], "median <= 12", ""),
    "all files": ([], "median <= 20", "median <= 35"),
    "all files but the annotated video": (["--without", "annotated.mp4"], "", ""),
    "all files but the pictures and the page": (["--without", PICTURES], "", ""),
}


def measure(effort: Effort) -> list[Row]:
    weights = config.MODELS_FOLDER / "combined" / "combined_model.safetensors"
    missing = [*missing_assets(), *(file.name for file in (DEMO_CLIP, weights) if not file.is_file())]
    if missing:
        return [Row(f"{WHAT} (for want of {', '.join(missing)})", "s", ())]
    with TemporaryDirectory() as name:
        file = Path(name) / "video.mp4"
        in_fresh_process(write_talking_video, file, effort.of(LENGTH_SECONDS, least=SHORTEST_SECONDS))
        jobs = {way: partial(spent, file, Path(name), options) for way, (options, _, _) in WAYS.items()}
        took = interleaved(jobs, min(effort.repetitions, ROUNDS))
    rows = []
    for way, (_, wall_aim, processors_aim) in WAYS.items():
        walls, processors = zip(*took[way], strict=True)
        rows.append(Row(f"{WHAT}: {way}", "s", walls, target=wall_aim))
        rows.append(Row("of all processors together", "s", processors, target=processors_aim))
    return rows


def spent(file: Path, folder: Path, options: Sequence[str]) -> tuple[float, float]:
    """Return the seconds that a process takes to read the file, and those of all processors together."""
    words = [sys.executable, "run.py", "combined", "predict", str(file), *options, "--output", str(folder)]
    before = os.times()
    wall = seconds(lambda: subprocess.run(words, cwd=config.ROOT, capture_output=True, check=True))
    after = os.times()
    user, system = after.children_user - before.children_user, after.children_system - before.children_system
    return wall, user + system


def write_talking_video(file: Path, length: int) -> None:
    """`length` seconds of the moving demo picture and the demo clip's sound."""
    from source.media.sound import read_sound

    said = read_sound(DEMO_CLIP, RATE_HZ).waveform
    write_video(file, length, np.resize(said, length * RATE_HZ))
