"""Choose where to cut a recording: chunks of about a window's length, in pauses where one is within reach."""

from bisect import bisect_right
from collections.abc import Iterable, Sequence

LEAST_WINDOWS, MOST_WINDOWS = 0.5, 1.5  # length of a chunk
STEPS = 16  # cuts tried in a window, beside the middles of pauses
MARGIN_SECONDS = 0.1  # around speech, whose onset and end are too faint to be detected
# Cost of a cut in speech; that of a chunk is its squared deviation from the window, in windows. So a cut is moved by up
# to about a third of a window to fall in a pause.
IN_SPEECH = 0.25


def cut_points(seconds: float, pauses: Iterable[tuple[float, float]], window_seconds: float) -> list[float]:
    """Return the cheapest ends of the chunks of a recording this long, from 0 to its own end, in seconds.

    pauses: (start, end) of each, in seconds. Dynamic programming over all ways to cut.

    >>> cut_points(10.0, [(3.0, 4.0)], 4.0)
    [0.0, 3.5, 6.75, 10.0]
    """
    margin = MARGIN_SECONDS
    quiet = [(start + margin, end - margin) for start, end in pauses if end - start > 2 * margin]
    points = candidates(seconds, quiet, window_seconds)
    starts = [start for start, _ in quiet]
    in_pause = [bool(place := bisect_right(starts, point)) and point <= quiet[place - 1][1] for point in points]
    costs = [0.0 if free else IN_SPEECH for free in [*in_pause[:-1], True]]  # the end is no cut
    best: list[tuple[float, int]] = [(0.0, 0)]  # for each point the cost of the best way there, and the point before
    first = 0
    for at in range(1, len(points)):
        while points[at] - points[first] > MOST_WINDOWS * window_seconds + 1e-9:
            first += 1
        ways = [(float("inf"), at)]
        for before in range(first, at):
            windows = (points[at] - points[before]) / window_seconds
            if windows < LEAST_WINDOWS - 1e-9:
                break
            ways.append((best[before][0] + (windows - 1) ** 2 + costs[at], before))
        best.append(min(ways))
    way = [len(points) - 1]
    while way[-1]:
        way.append(best[way[-1]][1])
    return [points[at] for at in reversed(way)]


def candidates(seconds: float, quiet: Sequence[tuple[float, float]], window_seconds: float) -> list[float]:
    """Return the points where a cut is tried, in order, among them 0 and `seconds`."""
    count, step = max(round(seconds / window_seconds), 1), window_seconds / STEPS
    even = [seconds * number / count for number in range(count + 1)]
    steps = [number * step for number in range(int(seconds / step) + 1)]
    middles = [(start + end) / 2 for start, end in quiet if 0 < (start + end) / 2 < seconds]
    return sorted({*even, *steps, *middles, 0.0, seconds})
