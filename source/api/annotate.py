"""What people add to a result that is kept in a folder."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ..results.annotations import Annotations
    from ..results.prediction import Reading


def annotate(
    result: Path | str, changes: Mapping[str, Any], *, read_words: Callable[[str], Reading | None] | None = None
) -> Annotations:
    """Change what is kept in annotations.json beside a result, and return all of it.

    result: its folder or its result.json, looked up in output_files/ first, then as a path.
    changes: any of participant, group, note, names ({"0": "Ann"}), marks ([{"begin_seconds", "end_seconds", "label",
        "excluded"}], all of them) and sentences ({"3": "the words as corrected"}, which are read anew).
    read_words: what reads corrected words (default: the text model, loaded for it).

    Raises DemeanorError where there is no such result or where changes are wrong; nothing is then changed.

    >>> from source import api
    >>> api.annotate("demo_clip", {"participant": "P07", "group": "B"}).group  # needs a result  # doctest: +SKIP
    'B'
    """
    from ..results.annotations import changes_of, corrected, update_annotations
    from ..results.kept import result_named

    checked, kept = changes_of(changes), result_named(result)
    corrections = {
        index: corrected(kept.prediction, int(index), words, read_words or _read_words)
        for index, words in (checked.sentences or {}).items()
    }
    return update_annotations(kept.folder, lambda before: checked.to(before, corrections))


def _read_words(words: str) -> Reading | None:
    from .inputs import Words
    from .predict import predict

    return predict("text", Words(words), write=False)[0].overall
