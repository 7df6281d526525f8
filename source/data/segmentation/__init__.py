"""Cut recordings much longer than a window into chunks of about a window's length, where nobody speaks.

A chunk is a file below `folder`, named after its time in the recording. Beside the chunks of a recording, `cuts.json`
records what they were made of: a killed run goes on, and a second run finds everything done.
"""

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Any

from ...core.errors import DemeanorError
from ...core.files import write_whole
from ...core.hooks import Notify, OnProgress
from ..clips import Clip
from .cut_points import cut_points
from .probe import Header, header_of, pauses_of
from .segment import Segment, segment_of
from .writer import write_segments

MOST_WINDOWS = 1.5  # a recording up to so many windows long stays whole
CUTS = "cuts.json"
NUMBER_DIGITS = 6  # of a chunk's number, at least, that are its recording's

Plan = dict[str, dict[str, list[float]]]  # segment -> its chunks -> start and end in seconds, by file names


@dataclass(frozen=True)
class Job:
    """The segments to be cut out of one file."""

    file: Path
    folder: Path  # where its chunks lie
    suffix: str
    segments: tuple[Segment, ...]  # with their ends
    window_seconds: float

    @property
    def made_of(self) -> dict[str, Any]:
        """What the chunks depend on; as in `cuts.json`, whose keys stay so that chunks cut before are not cut again."""
        state = self.file.stat()
        names = [segment.name(self.suffix) for segment in self.segments]
        file = {"file": str(self.file), "bytes": state.st_size, "changed_ns": state.st_mtime_ns}
        return file | {"window_seconds": self.window_seconds, "stretches": names}

    def run(self) -> dict[Segment, list[Path]]:
        """Write the chunks that are missing; return the chunks of each segment."""
        try:
            plan = self._plan()
            spans = {
                self.folder / name: (start, end) for chunks in plan.values() for name, (start, end) in chunks.items()
            }
            missing = {path: span for path, span in spans.items() if not path.is_file()}
            if missing:
                empty = {path.name for path in write_segments(self.file, missing)}
                plan = {
                    segment: {name: span for name, span in chunks.items() if name not in empty}
                    for segment, chunks in plan.items()
                }
                self._save(plan)
        except OSError as error:
            raise DemeanorError(
                f"{self.file} could not be cut to {self.folder}: {error}; run it again to go on."
            ) from None
        return {segment: [self.folder / name for name in plan[segment.name(self.suffix)]] for segment in self.segments}

    def _plan(self) -> Plan:
        """Return an earlier run's plan if it still holds, else a new one."""
        try:
            earlier = json.loads((self.folder / CUTS).read_text(encoding="utf-8"))
        except (FileNotFoundError, ValueError):
            earlier = {}
        if earlier.get("made_of") == self.made_of:
            return earlier["pieces"]
        for stale in [*self.folder.glob("from_*_ms.*")]:
            stale.unlink()
        long = any(segment.seconds > MOST_WINDOWS * self.window_seconds for segment in self.segments)
        pauses = pauses_of(self.file) if long else []
        plan = {segment.name(self.suffix): self._chunks(segment, pauses) for segment in self.segments}
        self.folder.mkdir(parents=True, exist_ok=True)
        self._save(plan)
        return plan

    def _chunks(self, segment: Segment, pauses: Sequence[tuple[float, float]]) -> dict[str, list[float]]:
        first, points = segment.start_seconds, [0.0, segment.seconds]
        if segment.seconds > MOST_WINDOWS * self.window_seconds:
            quiet = [(start - first, end - first) for start, end in pauses]
            points = cut_points(segment.seconds, quiet, self.window_seconds)
        ends = [round(first + point, 3) for point in points]
        pairs = [pair for pair in pairwise(ends) if pair[0] < pair[1]]
        return {Segment(self.file, *pair).name(self.suffix): [*pair] for pair in pairs}

    def _save(self, plan: Plan) -> None:
        write_whole(self.folder / CUTS, json.dumps({"made_of": self.made_of, "pieces": plan}, indent=2))


def cut(
    clips: Sequence[Clip], original: Path, folder: Path, window_seconds: float, notify: Notify, on_progress: OnProgress
) -> list[Clip]:
    """Return the clips with those over MOST_WINDOWS windows as chunks below `folder`, and segments of files as files.

    clips: one or more. original: the corpus's folder. Chunks keep all that is known of their recording, its `source`
    too; chunk 2 of recording 37 has the number 2000037. A file of unknown length stays whole; what cannot be read at
    all is left out and reported. on_progress: files probed, then files cut. Raises DemeanorError where a chunk cannot
    be written.
    """
    headers: dict[Path, Header] = {}
    files = list(dict.fromkeys(segment_of(clip.path).file for clip in clips))
    for number, file in enumerate(files, start=1):
        headers[file] = header_of(file)
        on_progress(number, len(files))
    segments = _segments(clips, headers, window_seconds)
    unit = 10 ** max(NUMBER_DIGITS, *(len(str(clip.number)) for clip in clips))
    long = sum(segment.seconds > MOST_WINDOWS * window_seconds for segment in segments.values())
    if long:
        notify(
            f"{clips[0].corpus}: {long:,} recordings are longer than {MOST_WINDOWS * window_seconds:g} s and are cut, "
            f"in pauses where there are any, into chunks of about {window_seconds:g} s; of recording 37 the second "
            f"chunk is {2 * unit + 37}."
        )
    wanted: dict[Path, dict[Segment, None]] = defaultdict(dict)  # by file, without doubles, in order
    for segment in segments.values():
        wanted[segment.file][segment] = None
    chunks: dict[Segment | None, list[Path]] = {}
    for number, (file, parts) in enumerate(wanted.items(), start=1):
        place = folder / file.relative_to(original if file.is_relative_to(original) else file.anchor)
        chunks |= Job(file, place, headers[file].suffix, (*parts,), window_seconds).run()
        on_progress(number, len(wanted))
    kept = [chunk for clip in clips for chunk in _chunks_of(clip, chunks.get(segments.get(clip.path)), unit)]
    lost = len(clips) - len({clip.number % unit for clip in kept})
    if lost:
        notify(f"{clips[0].corpus}: {lost:,} clips left out, for their times are not in the recordings that are here.")
    return kept


def _segments(clips: Sequence[Clip], headers: Mapping[Path, Header], window_seconds: float) -> dict[Path, Segment]:
    """Return the segment, with its end, that each path to be cut stands for."""
    segments = {}
    for clip in clips:
        segment = segment_of(clip.path)
        seconds = headers[segment.file].seconds
        if segment.end_seconds or (seconds and seconds > MOST_WINDOWS * window_seconds):
            segments[clip.path] = segment.within(seconds)
    return segments


def _chunks_of(clip: Clip, paths: Sequence[Path] | None, unit: int) -> list[Clip]:
    if not paths:
        return [] if segment_of(clip.path).end_seconds else [clip]
    if len(paths) == 1:
        return [replace(clip, path=paths[0])]
    return [replace(clip, path=path, number=at * unit + clip.number) for at, path in enumerate(paths, start=1)]
