"""Predictions of videos as the combined model makes them, made up: two people who talk, and change what they show."""

from collections.abc import Sequence
from math import exp
from pathlib import Path

from source.core import config
from source.results.circumplex import valence_arousal
from source.results.prediction import Prediction, Reading

MOODS = ("happy", "surprise", "neutral", "angry", "sad", "fear")  # shown one after the other, MOOD_SECONDS each
MOOD_SECONDS, SENTENCE_SECONDS, PAUSE_SECONDS = 7.0, 3.2, 1.5
LINES = (
    "I can't believe it!", "You came all this way for me?", "Well, let us sit down.", "It is about the money again.",
    "You promised, and then you did nothing.", "I am so tired of this.", "Nobody even called.", "Don't go out there.",
)  # fmt: skip


def toy_prediction(
    seconds: float = 30.0,
    people: int = 2,
    modalities: Sequence[str] = ("face", "audio", "text"),
    labels: Sequence[str] = config.EMOTIONS,
    source: Path | str = "clip.mp4",
) -> Prediction:
    """A video of so many seconds with so many people, one speaking at a time; modalities: those that there are."""
    return Prediction(
        str(source), "combined", tuple(labels),
        tuple(_window(start, seconds, people, modalities, labels) for start in _starts(seconds)),
        size=(320, 240), seconds=seconds, overall=_overall(seconds, modalities, labels), language="en",
        pauses=tuple((end, end + PAUSE_SECONDS) for _, end in _spoken(seconds)) if "audio" in modalities else (),
        people=tuple(_person(person, seconds, people, labels) for person in range(people)),
        faces=tuple(_faces(seconds, people, labels)) if "face" in modalities else (),
        sentences=tuple(_sentences(seconds, people, modalities, labels)) if "text" in modalities else (),
    )  # fmt: skip


def shares(mood: str, sureness: float, labels: Sequence[str]) -> dict[str, float]:
    """Probabilities with `mood` the likeliest of `labels`; the larger `sureness`, the more so."""
    likely = next((label for label in labels if mood in label.split("/")), labels[0])
    rest = [0.1 * ((7 * index + len(mood)) % 5) for index in range(len(labels))]
    weights = [exp(sureness if label == likely else less) for label, less in zip(labels, rest, strict=True)]
    return {label: weight / sum(weights) for label, weight in zip(labels, weights, strict=True)}


def mood_at(seconds: float) -> str:
    return MOODS[int(seconds // MOOD_SECONDS) % len(MOODS)]


def _starts(seconds):
    last = max(seconds - config.WINDOW_SECONDS, 0.0)
    whole = [start * config.HOP_SECONDS for start in range(int(last / config.HOP_SECONDS) + 1)]
    return whole if last - whole[-1] < 0.01 else [*whole, last]


def _window(start, seconds, people, modalities, labels):
    end = min(start + config.WINDOW_SECONDS, seconds)
    middle, unimodal = (start + end) / 2, _unimodal(start, end, modalities, labels)
    number = int(middle // MOOD_SECONDS)
    probabilities = shares(mood_at(middle), 1.3 + 1.2 * (number % 3), labels) if unimodal else {}
    attribution = dict(
        zip(unimodal, ((0.3, 0.1, -0.12), (0.04, 0.25, 0.2), (0.01, 0.02, 0.0))[number % 3], strict=False)
    )
    notes = ("the face is turned aside",) if number % 4 == 2 else ()
    speech = _speech(start, end) if "audio" in modalities else 0.0
    person = int(middle // (2 * MOOD_SECONDS)) % people if people else 0
    return Reading(
        probabilities,
        person,
        None,
        start,
        end,
        unimodal,
        attribution if unimodal else None,
        notes,
        speech_seconds=speech,
        **_affect(probabilities),
    )


def _unimodal(start, end, modalities, labels):
    """The words contradict the rest at times; there is no voice and no word in a pause."""
    middle = (start + end) / 2
    mood, spoken = mood_at(middle), _speech(start, end) > 1
    other = MOODS[(MOODS.index(mood) + 2) % len(MOODS)]
    unimodal = {"face": shares(mood, 2.2, labels)}
    if spoken:
        unimodal |= {"audio": shares(mood, 1.5, labels), "text": shares(other, 1.8, labels)}
    return {name: answer for name, answer in unimodal.items() if name in modalities}


def _overall(seconds, modalities, labels):
    unimodal = {name: shares("happy", 1.6, labels) for name in modalities}
    if not unimodal:
        return Reading({}, start_seconds=0.0, end_seconds=seconds, modalities={}, speech_seconds=0.0)
    answer, speech = shares("happy", 2.6, labels), _speech(0, seconds) if "audio" in modalities else 0.0
    attribution = {name: 0.2 - 0.1 * index for index, name in enumerate(unimodal)}
    return Reading(
        answer,
        0,
        None,
        0.0,
        seconds,
        unimodal,
        attribution if unimodal else None,
        speech_seconds=speech,
        **_affect(answer),
    )


def _person(person, seconds, people, labels):
    answer = shares(MOODS[person % len(MOODS)], 2.0, labels)
    return Reading(answer, person, None, 0.0, seconds, {"face": answer}, notes=("small face",) if person else ())


def _faces(seconds, people, labels):
    """Each person is off screen for a while."""
    for second in range(int(seconds)):
        for person in range(people):
            if (second + 5 * person) % 17 < 13:
                left = 20.0 + 90 * person
                box = (left, 40.0, left + 70, 120.0)
                answer = shares(mood_at(second + 4 * person), 1.8, labels)
                yield Reading(answer, person, box, float(second), min(second + 1.0, seconds))


def _spoken(seconds):
    each = SENTENCE_SECONDS + PAUSE_SECONDS
    return [(each * n, each * n + SENTENCE_SECONDS) for n in range(int(seconds / each))]


def _speech(start, end):
    """Seconds of speech from start to end."""
    each = SENTENCE_SECONDS + PAUSE_SECONDS
    firsts = (each * n for n in range(int(start / each), int(end / each) + 1))
    return sum(max(0.0, min(end, first + SENTENCE_SECONDS) - max(start, first)) for first in firsts)


def _sentences(seconds, people, modalities, labels):
    for number, (start, end) in enumerate(_spoken(seconds)):
        unimodal = _unimodal(start, end, modalities, labels)
        answer = shares(mood_at((start + end) / 2), 2.0, labels)
        text, sentiment = LINES[number % len(LINES)], (-1) ** number * 0.6
        person = int(start // (2 * MOOD_SECONDS)) % max(people, 1)
        yield Reading(
            answer, person, None, start, end, unimodal, text=text, speech_seconds=end - start, sentiment=sentiment,
            **_affect(answer),
        )  # fmt: skip


def _affect(probabilities):
    place = valence_arousal(probabilities)
    return {"valence": place[0], "arousal": place[1]} if place else {}
