"""The picture of a recording: its waveform, its spectrogram and what it displays, one below the other over time."""

import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from source.audio.overview import PARTS, Overview
from source.shared.pictures import ink_on, label_colours, new_figure, png_of
from source.shared.prediction import Prediction, Reading, clock
from source.shared.stretches import joined, moments, stretches, without_pauses

STEPS = (0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 21600, 86400)  # seconds
MOST_TICKS = 13
MOST_MOMENTS = 500  # drawn apart; in a longer recording neighbours are averaged, lest the eye sees stripes
MOST_POINTS = 3000  # of the waveform: two a pixel
FREQUENCIES_HZ = (250, 500, 1000, 2000, 4000, 8000, 16000)
RANGE_DB = 70  # from the loudest to what is drawn black, at most
FAINT_DB = -40  # where nothing is louder than this, nothing is drawn bright
LONGEST_NAME = 60  # characters of a file's name in the title
DRAWN_SHARE = 0.001  # of the axis's width: what is shorter is less than a pixel or two
WRITTEN_SHARE = 0.008  # of the axis's width that a character of an answer needs
WAVE, NOT_SURE, SILENCE = "#34495e", "#666666", "#d2d2d2"
VEIL: Any = {"color": "#c4c4c4", "alpha": 0.75, "linewidth": 0}  # over the sound that is no speech; on white: SILENCE
NOTHING: Any = {"color": SILENCE, "linewidth": 0}  # over what the windows around a silence say


def timeline(prediction: Prediction, overview: Overview) -> bytes:
    """A PNG of a recording, of half a second or of hours."""
    figure = new_figure(13, 7.6)
    wave, spectrogram, answers, shares = figure.subplots(4, 1, sharex=True, height_ratios=(1.5, 2, 0.32, 2))
    seconds, colours = prediction.seconds or 0.0, label_colours(prediction.labels)
    _draw_wave(wave, overview, seconds)
    _draw_spectrogram(spectrogram, overview)
    drawn = _drawn(prediction.readings)
    pauses = [(start, end) for start, end in prediction.pauses if end - start > DRAWN_SHARE * seconds]
    _draw_answers(answers, stretches(without_pauses(drawn, pauses)), colours, seconds)
    _draw_shares(shares, drawn, colours)
    for axes, veil in ((wave, VEIL), (spectrogram, VEIL), (shares, NOTHING)):
        _grey(axes, pauses, veil)
    _mark_time(shares, seconds)
    _legend(figure, colours)
    figure.suptitle(_title(prediction), parse_math=False, fontsize=13)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Glyph")  # letters of a file's name that the font lacks are drawn as boxes
        return png_of(figure)


def _draw_wave(axes, overview, seconds):
    low, high = overview.lowest, overview.highest
    peak = max(-low.min(), high.max(), 0.01)
    columns = overview.edges_seconds
    shown = np.linspace(0, len(low), min(len(low), MOST_POINTS), endpoint=False).astype(int)
    times = np.interp(shown, np.arange(len(columns)) * PARTS, columns)
    axes.fill_between(
        times, np.minimum.reduceat(low, shown), np.maximum.reduceat(high, shown), color=WAVE, linewidth=0.5
    )
    axes.set(ylabel="waveform", xlim=(0, seconds), ylim=(-1.05 * peak, 1.05 * peak))


def _draw_spectrogram(axes, overview):
    spectrum, bands_hz = overview.spectrum.T, overview.bands_hz
    loudest = max(spectrum.max(), FAINT_DB)
    faintest = max(loudest - RANGE_DB, np.quantile(spectrum, 0.02))
    bands = np.arange(len(bands_hz) + 1) - 0.5
    mesh = {"cmap": "magma", "vmin": min(faintest, loudest - 1), "vmax": loudest, "rasterized": True}
    axes.pcolormesh(overview.edges_seconds, bands, spectrum, **mesh)
    shown = [hertz for hertz in FREQUENCIES_HZ if bands_hz[0] <= hertz <= bands_hz[-1]]
    names = [f"{hertz // 1000} kHz" if hertz >= 1000 else f"{hertz} Hz" for hertz in shown]
    axes.set_yticks(np.interp(shown, bands_hz, np.arange(len(bands_hz))), names)
    axes.set(ylabel="spectrogram")


def _draw_answers(axes, answers, colours, seconds):
    for part in answers:
        start, end = part.start_seconds, part.end_seconds
        colour = colours.get(part.emotion, NOT_SURE) if part.probabilities else SILENCE
        axes.axvspan(start, end, color=colour, linewidth=0)
        text = (part.emotion or "not sure") if part.probabilities else "no speech"
        if end - start > WRITTEN_SHARE * seconds * (len(text) + 1):
            style: Any = {"ha": "center", "va": "center", "fontsize": 9, "parse_math": False}
            axes.text((start + end) / 2, 0.47, text, color=ink_on(colour), **style)
    axes.set(ylabel="answer", yticks=(), ylim=(0, 1))
    axes.yaxis.label.set(rotation=0, ha="right", va="center")


def _draw_shares(axes, drawn, colours):
    times = np.repeat([drawn[0].start_seconds, *(part.end_seconds for part in drawn)], 2)[1:-1]
    below = np.zeros(len(times))
    for label, colour in colours.items():
        above = below + np.repeat([part.probabilities.get(label, 0.0) for part in drawn], 2)
        axes.fill_between(times, below, above, color=colour, linewidth=0)
        below = above
    axes.set(ylabel="probability", ylim=(0, 1))
    axes.set_yticks((0, 0.25, 0.5, 0.75, 1), ("0", "25 %", "50 %", "75 %", "100 %"))


def _drawn(readings: Sequence[Reading]) -> list[Reading]:
    """The readings as at most MOST_MOMENTS moments."""
    parts, many = moments(readings), -(-len(readings) // MOST_MOMENTS)
    return [joined(parts[start : start + many]) for start in range(0, len(parts), many)]


def _grey(axes, pauses, veil):
    bars = [(start, end - start) for start, end in pauses]
    low, high = axes.get_ylim()
    axes.broken_barh(bars, (low, high - low), **veil, zorder=3)
    axes.set_ylim(low, high)


def _mark_time(axes, seconds):
    step = next((step for step in STEPS if seconds / step < MOST_TICKS), STEPS[-1])
    ticks = np.arange(0, seconds + step / 1000, step)
    units = "seconds" if seconds < 60 else "minutes:seconds" if seconds < 3600 else "hours:minutes"
    if seconds < 60:
        names = [f"{tick:g}" for tick in ticks.round(2)]
    else:
        names = [clock(tick) if seconds < 3600 else clock(tick, hours=True).rpartition(":")[0] for tick in ticks]
    axes.set_xticks(ticks, names)
    axes.set_xlabel(f"time ({units})")


def _legend(figure, colours):
    from matplotlib.patches import Patch

    patches = [Patch(color=colour, label=label) for label, colour in reversed(colours.items())]
    patches += [Patch(color=NOT_SURE, label="not sure"), Patch(color=SILENCE, label="no speech")]
    figure.legend(handles=patches, loc="outside right lower", frameon=False)


def _title(prediction):
    name = Path(prediction.source).name.encode(errors="replace").decode()
    short = name if len(name) <= LONGEST_NAME else f"{name[: LONGEST_NAME // 2]}...{name[-LONGEST_NAME // 2 :]}"
    return f"{short}: {prediction.said}"
