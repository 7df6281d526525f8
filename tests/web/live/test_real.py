"""The networks themselves: a clip that is watched live is read as it is from its file."""

import io
from dataclasses import replace

import pytest
from PIL import Image

from source import api
from source.combined.stream import CombinedStream
from source.core import config
from source.media.decoder import Decoder
from source.media.video.frame import Frame
from source.results.live import as_they_happen
from source.web.live.protocol import JPEG, PCM, Hello, Piece
from source.web.live.session import LiveSession

RATE_HZ = 16_000
CLOSE = 0.02


@pytest.mark.slow
def test_a_clip_is_read_live_as_from_its_file():
    trained = api.load("combined")
    trained = replace(trained, settings=replace(trained.settings, modalities=("face", "audio")))  # equal words: none
    clip = config.INPUT_FOLDER / "demo_clip.mp4"
    with (
        Decoder(clip, sample_rate_hz=RATE_HZ, frames_per_second=5, most_side=640) as decoder,
        CombinedStream(trained) as file,
        CombinedStream(trained, live=True) as stream,
    ):
        session, number, told = LiveSession(stream, Hello(audio_rate_hz=RATE_HZ)), 0, []
        file.has_sound = True
        for _, event in as_they_happen(decoder, RATE_HZ):
            if isinstance(event, Frame):
                file.frame(event.pixels, event.seconds)
                content, number = io.BytesIO(), number + 1
                Image.fromarray(event.pixels).save(content, "JPEG", quality=95)
                told += session.see(Piece(JPEG, number, event.seconds, content.getvalue()))
                told += session.poll()
            else:
                file.samples(event.samples, event.seconds)
                told += session.hear(Piece(PCM, 0, event.seconds, (event.samples * 32767).astype("<i2").tobytes()))
        expected, (made, rest) = file.finish(), session.finish()
    differences = [
        abs(one.probabilities[label] - other.probabilities[label])
        for one, other in zip(made.readings, expected.readings, strict=True)
        for label in one.probabilities
    ]
    assert max(differences) < CLOSE
    windows = {event["window"][0]: event["reading"] for event in (*told, *rest) if event["type"] == "reading"}
    same = [windows[one.start_seconds]["likeliest"] == one.likeliest for one in expected.readings]
    assert sum(same) >= 0.7 * len(same), "live, a window is not read beside what comes later"
