"""The figure of a recording: waveform, spectrogram, answers and probabilities over time, one below the other."""

from typing import Any

import numpy as np

from ...core.figure import label_colours, new_figure
from ...results.prediction import Prediction
from ...results.timeline import at_most, merge_runs, non_overlapping, without_pauses
from ...results.timeline_figure import MOST_SEGMENTS, SILENCE, draw_answers, draw_shares, legend, mark_time, titled_png
from ..mfcc import band_centres_hz
from .overview import PARTS, Overview

MOST_POINTS = 3000  # of the waveform: two a pixel
FREQUENCIES_HZ = (250, 500, 1000, 2000, 4000, 8000, 16000)  # labelled
RANGE_DB = 70  # from bright to black, at most
FAINT_DB = -40  # the least level that is drawn bright
DRAWN_SHARE = 0.001  # of the axis's width: a shorter pause is hardly a pixel wide
WAVE = "#34495e"
VEIL: Any = {"color": "#c4c4c4", "alpha": 0.75, "linewidth": 0}  # over sound without speech
COVER: Any = {"color": SILENCE, "linewidth": 0}  # over the probabilities of windows that reach into a pause


def timeline(prediction: Prediction, overview: Overview) -> bytes:
    """Draw the figure of a recording of any length; return a PNG."""
    figure = new_figure(13, 7.6)
    wave, spectrogram, answers, shares = figure.subplots(4, 1, sharex=True, height_ratios=(1.5, 2, 0.32, 2))
    seconds, colours = prediction.seconds or 0.0, label_colours(prediction.labels)
    edges = prediction.start_seconds + overview.edges_seconds
    _draw_wave(wave, overview, edges)
    _draw_spectrogram(spectrogram, overview, edges)
    drawn = at_most(non_overlapping(prediction.readings), MOST_SEGMENTS)
    pauses = [(start, end) for start, end in prediction.pauses if end - start > DRAWN_SHARE * seconds]
    draw_answers(answers, merge_runs(without_pauses(drawn, pauses)), colours, seconds)
    draw_shares(shares, drawn, colours)
    for axes, style in ((wave, VEIL), (spectrogram, VEIL), (shares, COVER)):
        low, high = axes.get_ylim()
        axes.broken_barh([(start, end - start) for start, end in pauses], (low, high - low), **style, zorder=3)
        axes.set_ylim(low, high)
    mark_time(shares, prediction)
    legend(figure, colours, "no speech")
    return titled_png(figure, prediction)


def _draw_wave(axes: Any, overview: Overview, edges: np.ndarray) -> None:
    low, high = overview.lowest, overview.highest
    peak = max(-low.min(), high.max(), 0.01)
    points = np.linspace(0, len(low), min(len(low), MOST_POINTS), endpoint=False).astype(int)
    times = np.interp(points, np.arange(len(edges)) * PARTS, edges)
    lowest, highest = np.minimum.reduceat(low, points), np.maximum.reduceat(high, points)
    axes.fill_between(times, lowest, highest, color=WAVE, linewidth=0.5)
    axes.set(ylabel="waveform", ylim=(-1.05 * peak, 1.05 * peak))


def _draw_spectrogram(axes: Any, overview: Overview, edges: np.ndarray) -> None:
    spectrum, bands_hz = overview.spectrum.T, band_centres_hz(overview.settings)
    loudest = max(spectrum.max(), FAINT_DB)
    faintest = min(max(loudest - RANGE_DB, np.quantile(spectrum, 0.02)), loudest - 1)
    bands = np.arange(len(bands_hz) + 1) - 0.5
    axes.pcolormesh(edges, bands, spectrum, cmap="magma", vmin=faintest, vmax=loudest, rasterized=True)
    shown = [hertz for hertz in FREQUENCIES_HZ if bands_hz[0] <= hertz <= bands_hz[-1]]
    names = [f"{hertz // 1000} kHz" if hertz >= 1000 else f"{hertz} Hz" for hertz in shown]
    axes.set_yticks(np.interp(shown, bands_hz, np.arange(len(bands_hz))), names)
    axes.set(ylabel="spectrogram")
