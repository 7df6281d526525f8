"""nEMO (Christop 2024, LREC-COLING, arXiv:2404.06292): nine Polish speakers, ninety sentences, six emotions.

data.tsv names every file in samples/ and describes it. It names .wav files; they may be there in another format.
"""

from pathlib import Path

from ...core.errors import DemeanorError
from ...core.hooks import Notify
from ...media.types import RECORDINGS
from ..clips import Clip, numbered
from ..labels import emotion_named
from .folders import corpus_folder, files_below, not_found
from .tables import corpus_table

NAME = "nEMO"
LICENCE = "CC BY-NC-SA 4.0: not for commercial use"
TABLE, SAMPLES = "data.tsv", "samples"
COLUMNS = ("file_id", "emotion", "normalized_text", "speaker_id", "gender", "age")
LOOKED_FOR = "data.tsv and files such as samples/SK0_anger_1.wav"


def load(folder: Path, notify: Notify) -> list[Clip]:
    """Return the recordings that data.tsv names; one that is missing keeps its path."""
    root = corpus_folder(folder, lambda place: (place / TABLE).is_file(), (SAMPLES,))
    rows = corpus_table(NAME, root / TABLE, COLUMNS, "\t") if root else []
    if not root or not rows:
        raise not_found(NAME, folder, LOOKED_FOR)
    by_preference = sorted(files_below(root, RECORDINGS), key=lambda file: -RECORDINGS.index(file.suffix.lower()))
    files = {file.stem: file for file in by_preference}  # of several by one name the last, which is preferred
    clips = [_clip(row, line, files, root) for line, row in enumerate(rows, start=2)]
    people = len({clip.speaker for clip in clips})
    notify(f"{NAME}: {len(clips):,} recordings of {people:,} people are named in {TABLE}.")
    foreign = sorted(set(files.values()) - {clip.path for clip in clips})
    if foreign:
        notify(f"{NAME}: {len(foreign):,} files left out: not in {TABLE}, such as {foreign[0].name}.")
    return numbered(clips)


def _clip(row: dict[str, str], line: int, files: dict[str, Path], root: Path) -> Clip:
    emotion, name = emotion_named(row["emotion"]), row["file_id"]
    if not emotion or not name:
        raise DemeanorError(f"{root / TABLE}, line {line}: '{row['emotion']}' of '{name}' is none of nEMO's.")
    path = files.get(Path(name).stem, root / SAMPLES / name)
    about = f"age {row['age']}" if row["age"] else ""
    speaker, sex, sentence = row["speaker_id"], row["gender"], row["normalized_text"]
    return Clip(path, NAME, 0, emotion, speaker=speaker, sex=sex, sentence=sentence, source=name, about=about)
