"""Recordings much longer than a window -> pieces of about a window's length, cut where nobody speaks.

A piece is a file of its own below `folder`, named after the time it is from. Beside the pieces of a recording,
`cuts.json` says what they were made of: a run that is killed goes on, and a second run finds everything done.
"""

import json
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

from ...core.errors import DemeanorError
from ...core.files import write_whole
from ..clips import Clip
from .cut_points import cut_points
from .segment import Stretch, stretch_of

MOST_WINDOWS = 1.5  # a recording up to so many windows long stays whole
CUTS = "cuts.json"
NUMBER_DIGITS = 6  # of a piece's number, at least, that are its recording's
Notify = Callable[[str], None]
OnProgress = Callable[[int, int], None]  # recordings done, recordings to be cut


@dataclass(frozen=True)
class Job:
    """The stretches of one file that are to be cut."""

    file: Path
    folder: Path
    """Where its pieces lie."""
    suffix: str
    stretches: tuple[Stretch, ...]
    """With their ends."""
    window_seconds: float

    @property
    def made_of(self) -> dict:
        """What the pieces depend on; `cuts.json` begins with it."""
        state = self.file.stat()
        names = [stretch.name(self.suffix) for stretch in self.stretches]
        file = {"file": str(self.file), "bytes": state.st_size, "changed_ns": state.st_mtime_ns}
        return file | {"window_seconds": self.window_seconds, "stretches": names}


def cut(
    clips: Sequence[Clip], original: Path, folder: Path, window_seconds: float, notify: Notify, on_progress: OnProgress
) -> list[Clip]:
    """The clips (not none), those over MOST_WINDOWS windows as pieces below `folder`, and stretches of a file as files.

    original: the corpus's folder. Pieces keep all that is known of their recording, its `source` too; piece 2 of
    recording 37 has the number 2000037. A file whose length nothing tells stays whole; what cannot be read at all is
    left out, and said. on_progress: of the files looked at, then of those cut. Raises DemeanorError where a piece
    cannot be written.
    """
    jobs, stretches = _jobs(clips, original, folder, window_seconds, on_progress)
    unit = 10 ** max(NUMBER_DIGITS, *(len(str(clip.number)) for clip in clips))
    _say_of_length(clips, stretches, window_seconds, unit, notify)
    made: dict[Stretch, list[Path]] = {}
    for number, job in enumerate(jobs):
        made |= _cut_file(job)
        on_progress(number + 1, len(jobs))
    kept = [piece for clip in clips for piece in _pieces(clip, stretches.get(clip.path), made, unit)]
    lost = len(clips) - len({clip.number % unit for clip in kept})
    if lost:
        notify(f"{clips[0].corpus}: {lost:,} clips left out, for their times are not in the recordings that are here.")
    return kept


def _jobs(clips, original, folder, window_seconds, on_progress) -> tuple[list[Job], dict[Path, Stretch]]:
    """A job for each file that is to be cut, and the stretch that each path to be cut stands for."""
    headers = _headers(list(dict.fromkeys(stretch_of(clip.path).file for clip in clips)), on_progress)
    wanted, by_path = defaultdict(list), {}
    for clip in clips:
        stretch = stretch_of(clip.path)
        seconds = headers[stretch.file].seconds
        if stretch.end_seconds or (seconds and seconds > MOST_WINDOWS * window_seconds):
            by_path[clip.path] = stretch.within(seconds)
            wanted[stretch.file].append(by_path[clip.path])
    place = {file: folder / _below(file, original) for file in wanted}
    return [
        Job(file, place[file], headers[file].suffix, tuple(dict.fromkeys(found)), window_seconds)
        for file, found in wanted.items()
    ], by_path


def _headers(files, on_progress):
    from .probe import header_of

    headers = {}
    for number, file in enumerate(files):
        headers[file] = header_of(file)
        on_progress(number + 1, len(files))
    return headers


def _below(file, original):
    return file.relative_to(original if file.is_relative_to(original) else file.anchor)


def _say_of_length(clips, stretches, window_seconds, unit, notify):
    most = MOST_WINDOWS * window_seconds
    count = sum(stretch.seconds > most for stretch in stretches.values())
    if count:
        notify(
            f"{clips[0].corpus}: {count:,} recordings are longer than {most:g} s and are cut, in pauses where there are"
            f" any, into pieces of about {window_seconds:g} s; of recording 37 the second piece is {2 * unit + 37}."
        )


def _cut_file(job: Job) -> dict[Stretch, list[Path]]:
    """The pieces of each stretch of the job's file; those that are not there yet are made."""
    try:
        plan = _plan(job)
        spans = {job.folder / name: tuple(span) for pieces in plan.values() for name, span in pieces.items()}
        missing = {path: span for path, span in spans.items() if not path.is_file()}
        if missing:
            plan = _without(plan, _write(job, missing))
            _keep(job, plan)
    except OSError as error:
        raise DemeanorError(f"{job.file} could not be cut to {job.folder}: {error}; run it again to go on.") from None
    pieces = [[job.folder / name for name in plan[stretch.name(job.suffix)]] for stretch in job.stretches]
    return dict(zip(job.stretches, pieces, strict=True))


def _write(job, spans):
    from .writer import write_pieces

    return write_pieces(job.file, spans)


def _plan(job: Job) -> dict[str, dict[str, list[float]]]:
    """The stretches by name, each with its pieces: name -> start and end in seconds; an earlier run's if it holds."""
    try:
        earlier = json.loads((job.folder / CUTS).read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        earlier = {}
    if earlier.get("made_of") == job.made_of:
        return earlier["pieces"]
    for stale in [*job.folder.glob("from_*_ms.*")]:
        stale.unlink()
    plan = {stretch.name(job.suffix): _spans(stretch, job) for stretch in job.stretches}
    job.folder.mkdir(parents=True, exist_ok=True)
    _keep(job, plan)
    return plan


def _spans(stretch: Stretch, job: Job) -> dict[str, list[float]]:
    points = [0.0, stretch.seconds]
    if stretch.seconds > MOST_WINDOWS * job.window_seconds:
        from .pauses import pauses_of

        pauses = [(start - stretch.start_seconds, end - stretch.start_seconds) for start, end in pauses_of(job.file)]
        points = cut_points(stretch.seconds, pauses, job.window_seconds)
    ends = [round(stretch.start_seconds + point, 3) for point in points]
    pairs = [pair for pair in pairwise(ends) if pair[0] < pair[1]]
    return {Stretch(job.file, *pair).name(job.suffix): [*pair] for pair in pairs}


def _without(plan, empty):
    names = {path.name for path in empty}
    return {key: {name: span for name, span in pieces.items() if name not in names} for key, pieces in plan.items()}


def _keep(job, plan):
    write_whole(job.folder / CUTS, json.dumps({"made_of": job.made_of, "pieces": plan}, indent=2))


def _pieces(clip: Clip, stretch: Stretch | None, made, unit: int) -> list[Clip]:
    paths = made.get(stretch)
    if not paths:
        return [] if stretch_of(clip.path).end_seconds else [clip]
    if len(paths) == 1:
        return [replace(clip, path=paths[0])]
    return [replace(clip, path=path, number=at * unit + clip.number) for at, path in enumerate(paths, start=1)]
