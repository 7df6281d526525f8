"""The commands that are stopped, each with a home of its own that holds what it needs, and what it leaves there."""

import csv
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any

from source.core import config

PASSING = {"seconds", "date", "command", "folder", "source", "version"}  # what differs from one run to the next
FACE = ["--set", "widths=4,8", "depths=1,1", "shape_width=8", "batch_size=16", "image_side=16", "patience=99"]
VOICE = [
    "--set", "window_seconds=1", "coefficients=8", "mel_bands=20", "augmented_copies=0", "widths=4,8", "depths=1,1",
    "encoder_width=4", "use_mfcc=true", "epochs=2", "batch_size=16",
]  # fmt: skip
TEXT = "I am so happy that you came. This is a terrible day.\nNobody was at home, and the door stood open.\n"


@dataclass(frozen=True)
class Scenario:
    """One command."""

    name: str
    words: tuple[str, ...]
    prepare: Callable[[Path], object]  # fills the home
    resume: tuple[str, ...] = ()  # what is added to go on after kill -9
    same: bool = True  # whether what it leaves can be compared


def video(file: Path, seconds: float) -> Path:
    """Write a talking face."""
    from tests.support.video import moving_face, write_video
    from tests.support.voice import spoken

    file.parent.mkdir(parents=True, exist_ok=True)
    return write_video(file, seconds=seconds, fps=10, picture=moving_face, sound=spoken(seconds))


def texts(home: Path) -> None:
    for number in range(8):
        (home / "input_files" / "texts" / f"{number}.txt").parent.mkdir(exist_ok=True)
        (home / "input_files" / "texts" / f"{number}.txt").write_text(TEXT * (number + 1))


def voices(home: Path, count: int = 24, seconds: float = 1.0) -> None:
    import soundfile

    from tests.support.voice import RATE_HZ, spoken

    folder = home / "data" / "extracted_audio" / "toy"
    folder.mkdir(parents=True)
    for number in range(count):
        emotion = config.EMOTIONS[number % 7]
        soundfile.write(folder / f"toy_{number}_{emotion}.wav", spoken(seconds, seed=number), RATE_HZ)


def original(home: Path) -> None:
    """A corpus as its authors might give it away."""
    voices(home, 120, 0.3)
    (home / "data" / "extracted_audio" / "toy").rename(home / "original")


def faces(home: Path) -> None:
    from tests.support.toy import face_store

    face_store(home / "data" / "preprocessed_face_data" / "toy", train=560, val=28)


def preprocessed_voices(home: Path) -> None:
    from tests.support.toy import audio_store

    audio_store(home / "data" / "preprocessed_audio_data" / "toy")


def tested(home: Path) -> None:
    """Pictures of nobody, to test the shipped model on."""
    from PIL import Image

    for number in range(60):
        file = home / "pictures" / f"toy_{number}_{config.EMOTIONS[number % 7]}.png"
        file.parent.mkdir(exist_ok=True)
        Image.new("L", (48, 48), 4 * number).save(file)


TRAIN = ("face", "train", *FACE, "epochs=6")
SCENARIOS = {
    scenario.name: scenario
    for scenario in (
        Scenario("predict picture", ("face", "predict", "demo_astronaut.png"), lambda home: None),
        Scenario("predict words", ("text", "predict", "texts/7.txt"), texts),
        Scenario("predict folder", ("text", "predict", "texts"), texts, ("--resume",)),
        Scenario("predict by two", ("text", "predict", "texts", "--workers", "2"), texts, ("--resume",)),
        Scenario(
            "predict video", ("combined", "predict", "clip.mp4"), lambda home: video(home / "input_files/clip.mp4", 6)
        ),
        Scenario(
            "preprocess",
            ("audio", "preprocess", "--set", "augmented_copies=3", "encoder=none", "use_mfcc=true"),
            voices,
        ),
        Scenario(
            "preprocess alone",
            ("audio", "preprocess", "--workers", "1", "--set", "augmented_copies=3", "encoder=none", "use_mfcc=true"),
            voices,
        ),
        Scenario("train", TRAIN, faces, ("--resume",)),
        Scenario("data get", ("data", "get", "toy", "--from", "original"), original),
        Scenario("tune", ("face", "tune", "--trials", "3", "--finalists", "0", *FACE, "epochs=2"), faces, same=False),
        Scenario(
            "tune together",
            ("face", "tune", "--workers", "2", "--trials", "4", "--finalists", "0", *FACE, "epochs=2"),
            faces,
            same=False,
        ),
        Scenario("validate", ("audio", "validate", "--folds", "2", *VOICE), preprocessed_voices, ("--resume",)),
        Scenario("test", ("face", "test", "--folder", "pictures"), tested),
        Scenario("doctor", ("doctor",), lambda home: None, same=False),
    )
}


def left_by(home: Path) -> dict[str, Any]:
    """Return what the files say that a finished run left, by path: its results of the last run, weights, stores.

    Drafts, which begin with a dot, and what may differ from one run to the next are left out.
    """
    found = {}
    for file in files_in(home):
        folder, *inner = file.relative_to(home).parts
        if folder == "output_files":  # a second run writes beside what the first has begun
            inner[0] = inner[0].removesuffix("_2")
        found["/".join((folder, *inner))] = content(file)
    return found


def files_in(home: Path) -> Iterable[Path]:
    """Yield the files that somebody would take for whole, those of a later run last."""
    for folder in ("output_files", "data", "models"):
        for file in sorted((home / folder).rglob("*")):
            parts = file.relative_to(home).parts
            hidden = any(part.startswith(".") for part in parts) or "pretrained" in parts or "checkpoints" in parts
            if file.is_file() and not hidden and ".previous" not in file.name and file.suffix != ".db":
                yield file


def content(file: Path) -> Any:
    """Return what the file says; raises an error where it is not whole."""
    if file.suffix == ".safetensors":
        from safetensors.numpy import load_file

        return {name: array.tobytes() for name, array in load_file(file).items()}
    if file.suffix == ".json":
        return without_passing(json.loads(file.read_text(encoding="utf-8")))
    if file.suffix == ".csv":
        rows = csv.DictReader(StringIO(file.read_text(encoding="utf-8")))
        return [without_passing(row) for row in rows]
    if file.suffix in (".md", ".html"):  # which name dates and commands
        return file.stat().st_size > 0
    return file.read_bytes()


def without_passing(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: without_passing(inner) for key, inner in value.items() if key not in PASSING}
    return [without_passing(inner) for inner in value] if isinstance(value, list) else value
