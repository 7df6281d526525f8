"""The timeline of a video as a picture: the answer, each modality's own, valence and arousal, people and sentences."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from math import nan
from typing import Any

from ...core.figure import label_colours, new_figure
from ...results.attribution import modality_name
from ...results.prediction import Prediction, Reading
from ...results.timeline_figure import MOST_SEGMENTS, draw_answers, draw_shares, legend, mark_time, titled_png
from ...results.video_timeline import (
    face_segments,
    merged_segments_of,
    modalities_in,
    most_seen,
    segments_of,
    timed,
    unimodal_segments,
)

Draw = Callable[[Any], None]  # takes a matplotlib Axes

WIDTH_INCHES = 13
ANSWER, SHARES, STRIP, SCALE, PERSON, TICKS = 0.42, 1.9, 0.28, 1.3, 0.2, 0.24  # inches that each row is high
BETWEEN_INCHES = 0.12  # two rows
AROUND_INCHES = 1.1  # the title above, the time below
MOST_ANSWERS, MOST_UNIMODAL, MOST_SEEN, MOST_PEOPLE = 300, 150, 100, 8  # segments of each strip, at most
SHORTEST_SHARE = 0.002  # of the axis's width that a sentence is drawn with, at least
LINES: Mapping[str, Any] = {  # no label's colours, and told apart without them too
    "valence": {"color": "#8a3ffc", "linewidth": 2.0},
    "arousal": {"color": "#222222", "linewidth": 1.3, "linestyle": (0, (4, 1.5))},
}


def timeline(prediction: Prediction) -> bytes:
    """Draw the timeline of a video of any length, as a PNG."""
    colours, lines = label_colours(prediction.labels), []
    heights, draws = zip(*_rows(prediction, colours, lines), strict=True)
    figure = new_figure(WIDTH_INCHES, sum(heights) + BETWEEN_INCHES * len(heights) + AROUND_INCHES)
    rows = figure.subplots(len(heights), 1, sharex=True, squeeze=False, height_ratios=heights)[:, 0]
    for axes, draw in zip(rows, draws, strict=True):
        draw(axes)
        axes.tick_params(axis="x", length=0)
    rows[-1].tick_params(axis="x", length=4)
    mark_time(rows[-1], prediction)
    legend(figure, colours, "nothing to read", lines)
    return titled_png(figure, prediction)


def _rows(prediction: Prediction, colours: Mapping[str, str], lines: list[Any]) -> Iterator[tuple[float, Draw]]:
    """Yield each row's height and what draws it; drawing adds to `lines` those that the legend explains."""
    seconds, parts = prediction.seconds or 0.0, segments_of(prediction, MOST_SEGMENTS)
    strip = partial(_draw_strip, colours=colours, seconds=seconds)
    yield ANSWER, partial(strip, merged_segments_of(prediction, MOST_ANSWERS), name="answer")
    yield SHARES, lambda axes: draw_shares(axes, parts, colours)
    for modality in modalities_in(prediction):
        answers, least = unimodal_segments(prediction, modality, MOST_UNIMODAL), SHORTEST_SHARE * seconds
        ends = [max(part.end_seconds or 0.0, (part.start_seconds or 0.0) + least) for part in answers]
        answers = [replace(part, end_seconds=end) for part, end in zip(answers, ends, strict=True)]  # to be visible
        yield STRIP, partial(strip, answers, name=modality_name(modality))
    if any(part.valence is not None for part in parts):
        yield SCALE, lambda axes: lines.extend(_draw_affect(axes, parts))
    for person in most_seen(prediction, MOST_PEOPLE):
        yield PERSON, partial(strip, face_segments(prediction, person, MOST_SEEN), name=f"#{person}")
    sentences = timed(prediction.sentences)
    if sentences and "text" not in modalities_in(prediction):  # else the words' answers show when they are said
        yield TICKS, partial(_draw_sentences, sentences, seconds=seconds)


def _draw_strip(parts: Sequence[Reading], axes: Any, *, colours: Mapping[str, str], seconds: float, name: str) -> None:
    draw_answers(axes, parts, colours, seconds)
    axes.set_ylabel(name, rotation=0, ha="right", va="center")


def _draw_affect(axes: Any, parts: Sequence[Reading]) -> list[Any]:
    """Draw valence and arousal at the middle of every segment, level to the outer edges; return the lines."""
    middles = [((part.start_seconds or 0.0) + (part.end_seconds or 0.0)) / 2 for part in parts]
    times, drawn = [parts[0].start_seconds, *middles, parts[-1].end_seconds], []
    for name, style in LINES.items():
        values = [nan if (value := getattr(part, name)) is None else value for part in parts]
        drawn += axes.plot(times, [values[0], *values, values[-1]], label=name, **style)
    axes.axhline(0, color="#b0b0b0", linewidth=0.8)
    axes.set(ylim=(-1.05, 1.05), ylabel="mood")
    axes.set_yticks((-1, 0, 1), ("-1", "0", "+1"))
    axes.grid(axis="y", alpha=0.25)
    return drawn


def _draw_sentences(sentences: Sequence[Reading], axes: Any, *, seconds: float) -> None:
    """Draw a bar for every sentence at its time."""
    least = SHORTEST_SHARE * seconds
    spans = [(sentence.start_seconds or 0.0, sentence.end_seconds or 0.0) for sentence in sentences]
    axes.broken_barh(
        [(start, max(end - start - least / 2, least)) for start, end in spans], (0.25, 0.5), color="#34495e"
    )
    axes.set(yticks=(), ylim=(0, 1))
    axes.set_ylabel("sentences", rotation=0, ha="right", va="center")
    axes.set_frame_on(False)
