"""The picture of a recording: its waveform, its spectrogram and what it displays, one below the other over time."""

from typing import Any

import numpy as np

from ...core.figure import label_colours, new_figure
from ...results.prediction import Prediction
from ...results.timeline import at_most, merge_runs, non_overlapping, without_pauses
from ...results.timeline_figure import MOST_SEGMENTS, SILENCE, draw_answers, draw_shares, legend, mark_time, titled_png
from ..mfcc import band_centres_hz
from .overview import PARTS, Overview

MOST_POINTS = 3000  # of the waveform: two a pixel
FREQUENCIES_HZ = (250, 500, 1000, 2000, 4000, 8000, 16000)
RANGE_DB = 70  # from the loudest to what is drawn black, at most
FAINT_DB = -40  # where nothing is louder than this, nothing is drawn bright
DRAWN_SHARE = 0.001  # of the axis's width: what is shorter is less than a pixel or two
WAVE = "#34495e"
VEIL: Any = {"color": "#c4c4c4", "alpha": 0.75, "linewidth": 0}  # over the sound that is no speech; on white: SILENCE
NOTHING: Any = {"color": SILENCE, "linewidth": 0}  # over what the windows around a silence say


def timeline(prediction: Prediction, overview: Overview) -> bytes:
    """A PNG of a recording, of half a second or of hours."""
    figure = new_figure(13, 7.6)
    wave, spectrogram, answers, shares = figure.subplots(4, 1, sharex=True, height_ratios=(1.5, 2, 0.32, 2))
    seconds, colours = prediction.seconds or 0.0, label_colours(prediction.labels)
    _draw_wave(wave, overview, seconds)
    _draw_spectrogram(spectrogram, overview)
    drawn = at_most(non_overlapping(prediction.readings), MOST_SEGMENTS)
    pauses = [(start, end) for start, end in prediction.pauses if end - start > DRAWN_SHARE * seconds]
    draw_answers(answers, merge_runs(without_pauses(drawn, pauses)), colours, seconds)
    draw_shares(shares, drawn, colours)
    for axes, veil in ((wave, VEIL), (spectrogram, VEIL), (shares, NOTHING)):
        _grey(axes, pauses, veil)
    mark_time(shares, seconds)
    legend(figure, colours, "no speech")
    return titled_png(figure, prediction)


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
    spectrum, bands_hz = overview.spectrum.T, band_centres_hz(overview.settings)
    loudest = max(spectrum.max(), FAINT_DB)
    faintest = max(loudest - RANGE_DB, np.quantile(spectrum, 0.02))
    bands = np.arange(len(bands_hz) + 1) - 0.5
    mesh = {"cmap": "magma", "vmin": min(faintest, loudest - 1), "vmax": loudest, "rasterized": True}
    axes.pcolormesh(overview.edges_seconds, bands, spectrum, **mesh)
    shown = [hertz for hertz in FREQUENCIES_HZ if bands_hz[0] <= hertz <= bands_hz[-1]]
    names = [f"{hertz // 1000} kHz" if hertz >= 1000 else f"{hertz} Hz" for hertz in shown]
    axes.set_yticks(np.interp(shown, bands_hz, np.arange(len(bands_hz))), names)
    axes.set(ylabel="spectrogram")


def _grey(axes, pauses, veil):
    bars = [(start, end - start) for start, end in pauses]
    low, high = axes.get_ylim()
    axes.broken_barh(bars, (low, high - low), **veil, zorder=3)
    axes.set_ylim(low, high)
