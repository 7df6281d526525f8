"""How fast Demeanor is and how much memory it takes, against named alternatives measured in the same run.

    python -m benchmarks                 all of them, into benchmarks/results.md and results.json
    python -m benchmarks face_training   one of them; the others' results stay
    python -m benchmarks --quick         only a check that they run: nothing is written

All of them take about fifty minutes. The figures mean something only on an otherwise idle machine.
"""

from collections.abc import Callable

from benchmarks import (
    cold_video,
    face_memory,
    face_mesh,
    face_prediction,
    face_preprocessing,
    face_tracking,
    face_training,
    live,
    live_hour,
    start_up,
    text_memory,
    text_transcript,
    text_utterance,
    video_decoding,
    video_memory,
    video_prediction,
    voice_activity,
    voice_memory,
    voice_mfcc,
    voice_prediction,
    voice_preprocessing,
)
from benchmarks.measuring import Effort, Row

# A benchmark is the function `measure` of a file of this folder; the file's docstring says what it measures.
BENCHMARKS: dict[str, Callable[[Effort], list[Row]]] = {
    "face_preprocessing": face_preprocessing.measure,
    "face_mesh": face_mesh.measure,
    "face_tracking": face_tracking.measure,
    "face_training": face_training.measure,
    "face_prediction": face_prediction.measure,
    "face_memory": face_memory.measure,
    "voice_preprocessing": voice_preprocessing.measure,
    "voice_mfcc": voice_mfcc.measure,
    "voice_activity": voice_activity.measure,
    "voice_prediction": voice_prediction.measure,
    "voice_memory": voice_memory.measure,
    "text_utterance": text_utterance.measure,
    "text_transcript": text_transcript.measure,
    "text_memory": text_memory.measure,
    "video_decoding": video_decoding.measure,
    "video_prediction": video_prediction.measure,
    "video_memory": video_memory.measure,
    "cold_video": cold_video.measure,
    "live": live.measure,
    "live_hour": live_hour.measure,
    "start_up": start_up.measure,
}
