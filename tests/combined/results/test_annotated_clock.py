"""The annotated video has the clock of the analysis: each flash and each beep of a film is where Decoder reads it."""

import numpy as np
import pytest

from source.combined.results.annotated import annotated_video
from source.media.decoder import Decoder
from source.media.selection import WHOLE, Selection
from source.results.prediction import Prediction, Reading
from tests.support.films import X264, by_decoder, film
from tests.support.tracks import tracked

LABELS = ("happy", "sad")
LOST = ("-af", "aselect='not(between(t,1.5,2.5))'")
LATE = {"before_sound": ("-itsoffset", "0.8")}
AAC = (*X264, "-c:a", "aac")
FILMS = {  # name -> ending, options of ffmpeg, inputs, selection
    "gap": (".mkv", (*X264, "-c:a", "libopus", *LOST), {}, WHOLE),
    "gap that could be copied": (".mp4", (*AAC, *LOST), {}, WHOLE),
    "late": (".mp4", AAC, LATE, WHOLE),
    "wma": (".wmv", ("-c:v", "wmv2", "-c:a", "wmav2"), {}, WHOLE),
    "part": (".mp4", AAC, {}, Selection(0.5, 3.5)),
    "ts": (".ts", AAC, {}, WHOLE),
}


def annotated(path, selection):
    with Decoder(path, selection) as decoder:
        seconds = [list(decoder), decoder.seconds_read][1]
    reading = Reading(dict.fromkeys(LABELS, 0.5), 0, None, 0.0, seconds, speech_seconds=0.0, valence=0.0, arousal=0.0)
    prediction = Prediction(str(path), "combined", LABELS, (reading,), decoder.size, seconds=seconds)
    nobody = tracked([], [], np.zeros((0, 4), np.float32), np.zeros((0, 2)))
    annotated_video(path, prediction, nobody, path.with_name("annotated.mp4"), selection=selection)
    return path.with_name("annotated.mp4")


@pytest.mark.parametrize(
    "name", ["gap", *(pytest.param(name, marks=pytest.mark.slow) for name in FILMS if name != "gap")]
)
def test_flash_and_beep_are_where_the_analysis_reads_them(tmp_path, name):
    ending, options, inputs, selection = FILMS[name]
    path = film(tmp_path / f"a{ending}", *options, **inputs)
    read, again = by_decoder(path, selection), by_decoder(annotated(path, selection))
    assert again.flashes == pytest.approx(read.flashes, abs=0.04)
    assert again.beeps == pytest.approx(read.beeps, abs=0.04)
    assert again.seconds == pytest.approx(read.seconds, abs=0.1)
