"""Agreement of people with the answer about a recording, and with each other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from ..core.errors import DemeanorError

SLASHES = str.maketrans("/\\", "--")  # a rater's name is part of an address

if TYPE_CHECKING:
    from ..evaluation.agreement import Agreement
    from ..results.annotations import Annotations, Mark


def agree(
    result: Path | str,
    marks: Path | str | Sequence[Path | str] = (),
    *,
    tier: str | None = None,
    mapping: Mapping[str, str] | None = None,
) -> Agreement:
    """Compare what people marked in a recording with the answer, and with each other.

    result: its folder or its result.json, looked up in output_files/ first, then as a path.
    marks: files, each of a rater whose name is the file's: CSV with begin, end and label in any dialect, ELAN (tab text
        or .eaf), BORIS, Praat's TextGrid or Label Studio's JSON. A file may hold several raters, by a column "rater",
        as tiers, or as a column for each. Beside them are those that were kept with the result.
    tier: the one to take of files that have several.
    mapping: what raters write -> label of the model; spellings such as "joy" and slips are known without.

    Excluded stretches are left out. Raises DemeanorError where there is no such result, it has no times, or a file
    holds no marks.

    >>> from source import api
    >>> api.agree("demo_clip", ["ann.csv", "bo.txt"]).kappa  # needs a result and marks  # doctest: +SKIP
    {'ann': 0.61, 'bo': 0.48}
    """
    from ..evaluation.raters import agreement_about, raters_in
    from ..results.kept import result_named

    kept = result_named(result)
    raters: dict[str, Sequence[Mark]] = {}
    for file in [marks] if isinstance(marks, str | Path) else marks:
        path = Path(file).expanduser()
        try:
            content = path.read_bytes()
        except OSError as error:
            raise DemeanorError(f"{path} cannot be read: {error.strerror or error}.") from None
        try:
            found = raters_in(content, path.stem, kept, tier, mapping)
        except DemeanorError as error:
            raise DemeanorError(f"{path}: {error}") from None
        for name, own in found.items():
            again = sum(other.partition(" #")[0] == name for other in raters)
            raters[f"{name} #{again + 1}" if again else name] = own
    return agreement_about(kept, raters, mapping)


def rate(
    result: Path | str,
    name: str,
    content: bytes,
    *,
    tier: str | None = None,
    mapping: Mapping[str, str] | None = None,
) -> Annotations:
    r"""Keep what a rater marked with the result, in place of what they marked before, and return all annotations.

    name: of the rater; several in one content are kept as "name: tier". content: of a file as `agree` reads. Raises
    DemeanorError as that does.

    >>> from source import api
    >>> content = b"begin,end,label\n0,2.5,joy\n"
    >>> list(api.rate("demo_clip", "Ann", content).raters)  # needs a result  # doctest: +SKIP
    ['Ann']
    """
    from ..evaluation.raters import raters_in
    from ..results.annotations import update_annotations
    from ..results.kept import result_named

    kept = result_named(result)
    if not name.strip():
        raise DemeanorError("Name the rater.")
    name, given = " ".join(name.split()), {written.casefold(): label for written, label in (mapping or {}).items()}
    raters = raters_in(content, name, kept, tier, mapping)
    found = {
        (rater if len(raters) == 1 else f"{name}: {rater}").translate(SLASHES): tuple(
            replace(mark, label=given.get(mark.label.casefold(), mark.label)) for mark in marks
        )
        for rater, marks in raters.items()
    }
    return update_annotations(kept.folder, lambda before: replace(before, raters={**before.raters, **found}))


def forget_rater(result: Path | str, name: str) -> Annotations:
    """Forget what a rater marked in the result and return all annotations; raises DemeanorError where there is none.

    >>> from source import api
    >>> api.forget_rater("demo_clip", "Ann").raters  # needs a result with marks  # doctest: +SKIP
    {}
    """
    from ..results.annotations import update_annotations
    from ..results.kept import result_named

    def without(before: Annotations) -> Annotations:
        if name not in before.raters:
            raise DemeanorError(f"There is no rater '{name[:120]}'; there are: {', '.join(before.raters) or 'none'}.")
        return replace(before, raters={one: marks for one, marks in before.raters.items() if one != name})

    return update_annotations(result_named(result).folder, without)
