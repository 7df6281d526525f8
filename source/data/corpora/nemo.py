"""nEMO (Christop 2024, LREC-COLING, arXiv:2404.06292): nine Polish speakers, ninety sentences, six emotions.

data.tsv names every file in samples/ and says all about it. It names .wav files; they may be there in another format.
"""

from pathlib import Path

from ...core.errors import DemeanorError
from ..clips import Clip, numbered
from ..labels import emotion_named
from . import Notify
from .folders import corpus_folder, csv_rows, files_below, not_found
from .recordings import RECORDINGS

NAME = "nEMO"
LICENCE = "CC BY-NC-SA 4.0: not for commercial use"
SPEAKERS_KNOWN = True
TABLE, SAMPLES = "data.tsv", "samples"
COLUMNS = ("file_id", "emotion", "normalized_text", "speaker_id", "gender", "age")
LOOKED_FOR = "data.tsv and files such as samples/SK0_anger_1.wav"


def load(folder: Path, notify: Notify) -> list[Clip]:
    """The recordings that data.tsv names; one that is missing keeps its path."""
    root = corpus_folder(folder, lambda place: (place / TABLE).is_file(), (SAMPLES,))
    rows = list(csv_rows(root / TABLE, "\t")) if root else []
    if not root or not rows:
        raise not_found(NAME, folder, LOOKED_FOR)
    if not set(COLUMNS) <= set(rows[0]):
        raise DemeanorError(f"{root / TABLE} is not nEMO's table: it needs the columns {', '.join(COLUMNS)}.")
    files = _by_stem(root)
    clips = [_clip(row, number, files, root) for number, row in enumerate(rows, start=2)]
    _say_of_files(clips, files, notify)
    return numbered(clips)


def _by_stem(root):
    files = sorted(files_below(root, RECORDINGS), key=lambda file: RECORDINGS.index(file.suffix.lower()), reverse=True)
    return {file.stem: file for file in files}  # of several by one name, the last: the one preferred


def _clip(row, line, files, root):
    values = {name: row.get(name, "").strip() for name in COLUMNS}  # the speakers have stray blanks
    emotion = emotion_named(values["emotion"])
    if not emotion or not values["file_id"]:
        raise DemeanorError(
            f"{root / TABLE}, line {line}: '{values['emotion']}' of '{values['file_id']}' is none of nEMO's."
        )
    path = files.get(Path(values["file_id"]).stem, root / SAMPLES / values["file_id"])
    about = f"age {values['age']}" if values["age"] else ""
    who = {"speaker": values["speaker_id"], "sex": values["gender"], "about": about}
    return Clip(path, NAME, 0, emotion, sentence=values["normalized_text"], source=values["file_id"], **who)


def _say_of_files(clips, files, notify):
    notify(
        f"{NAME}: {len(clips):,} recordings of {len({clip.speaker for clip in clips}):,} people are named in {TABLE}."
    )
    strangers = sorted(set(files.values()) - {clip.path for clip in clips})
    if strangers:
        notify(f"{NAME}: {len(strangers):,} files left out: not in {TABLE}, such as {strangers[0].name}.")
