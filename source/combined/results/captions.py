"""The sentences of a video as SubRip captions, each behind the answer from all modalities meanwhile."""

from ...results.prediction import Prediction
from ...text.results.transcript import srt_text
from ...text.utterances import Document, Utterance


def srt(prediction: Prediction) -> str:
    """Return transcript.srt, with captions such as "[happy 71 %] I can't believe it!"; empty without sentences."""
    spoken = [one for one in prediction.sentences if one.text.strip()]
    labels = [one.summary if one.probabilities else "" for one in spoken]
    utterances = tuple(Utterance(one.text, one.start_seconds, one.end_seconds) for one in spoken)
    return srt_text(Document(utterances, prediction.language, prediction.seconds), labels)
