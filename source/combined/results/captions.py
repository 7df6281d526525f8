"""The sentences of a video as SubRip captions, each behind the answer from all modalities meanwhile."""

from ...results.prediction import Prediction
from ...text.results.transcript import srt_text
from ...text.utterances import Document, Utterance


def srt(prediction: Prediction) -> str:
    """Return transcript.srt, with captions such as "[happy 71 %] I can't believe it!"; empty without sentences."""
    sentences = [sentence for sentence in prediction.sentences if sentence.text.strip()]
    labels = [sentence.summary if sentence.probabilities else "" for sentence in sentences]
    utterances = tuple(Utterance(sentence.text, sentence.start_seconds, sentence.end_seconds) for sentence in sentences)
    return srt_text(Document(utterances, prediction.language, prediction.seconds), labels)
