"""The model card, as Markdown: what a trained model is for, what it learned from, how good it is, where it fails."""

from collections.abc import Mapping, Sequence
from typing import Any

from ...core import config
from ...core.markdown import bullets, command_block, joined, plain, table
from ...data.corpora import corpus_named
from ...training.checkpoint import Trained
from .testing import (
    INTERVALS,
    ablation,
    affect_and_simple_methods,
    breakdown,
    calibration,
    each_label,
    protocol,
    scores,
    spread,
)

INTENDED = (
    "It says which emotion a face, a voice or words *display*, as people who see or hear them would name it. It is "
    "made for research and teaching, for sorting one's own recordings, and for art and games in which everybody takes "
    "part knowingly."
)
NOT_FOR = (
    "Finding out what a person *feels*: display and feeling often differ, and so do people and cultures.",
    "Inferring emotions of people at work or in education: Regulation (EU) 2024/1689, Article 5(1)(f), prohibits it, "
    "save for medical or safety reasons.",
    "Any decision about a person, such as hiring, grading, credit, insurance, policing, border control, diagnosis or "
    "detecting lies.",
    "Watching people who do not know of it or did not agree to it.",
)
LIMITS = {
    "all": (
        "A label is a few people's judgement of what is displayed. Such judgements often disagree, and no model can be "
        "more right than its labels are consistent.",
        "Few corpora say how old the people are or what their skin tone is, and not all say their sex. But for what "
        "a table of each sex above shows, if there is one, whether the model is as good for one group as for another "
        "was **not measured**; do not assume it.",
        "The emotions are a short fixed list. Whatever else is displayed is forced into it, or comes out as not sure.",
    ),
    "face": (
        "The pictures are posed, or were collected from the web, where strong expressions are over-represented; faces "
        "in daily life are weaker and more mixed.",
        "Faces that are turned far aside, small (under 40 pixels), dark, blurred or covered are read worse. A reading "
        "carries a note where the turn, the size or a cut edge shows it; darkness, blur and covering go unnoticed.",
        "One picture is one moment: the face of somebody who speaks, chews or blinks is easily misread.",
    ),
    "audio": (
        "The corpora of voices known by name are acted: few people say the same few sentences in a quiet room, one "
        "emotion to a sentence. In daily life emotions are weaker, more mixed and change within a sentence; expect "
        "worse there.",
        "Each of them is of one language and of few speakers: a test part has one or a few of a corpus, so a table of "
        "each corpus or sex is one of single speakers too. What was learnt in one language carries badly to another; "
        "other languages than those of the corpora above, and the voices of children, were not measured.",
        "It is not told what the words mean: irony, or a calm voice that tells of something sad, is easily misread.",
        "All that sounds in a window is read as one voice: people who speak at once are not separated, nor is a voice "
        "from music or noise behind it, and who speaks is not told apart.",
        "A telephone's narrow band, a distant microphone, echo and strong compression were not measured; expect worse. "
        "A result carries a note where the sampling rate or clipping shows it; echo and distance go unnoticed.",
        "Less than a second of speech says little: such a reading carries a note, and its probabilities are drawn "
        "towards even, so that it mostly abstains. Of a training clip longer than "
        "the window only the loudest part was heard.",
    ),
    "text": (
        "It reads what the words say, one sentence at a time. Irony and sarcasm are mostly taken at their word "
        "(“Great, another Monday.”: happy), and so is what somebody only quotes or tells of others. Negation is not "
        "always understood: “I am not happy about it.” comes out as sad, but “I'm not angry at all.” as angry.",
        "It learnt from English: comments of a web forum, a comedy series, and what students wrote of their own past. "
        "Words in other languages are read wrongly; a note says so where it shows. Other genres, dialects, children's "
        "language and old texts were not measured.",
        "Some corpora's emotions are wider than their names: in GoEmotions, happy takes in love, gratitude, "
        "admiration, amusement and relief, and surprise takes in curiosity and confusion (its authors' own grouping).",
        "Names of groups of people may sway the answer, as they do in most models that learnt from the web; by how "
        "much was not measured.",
        "Sentiment is learnt from a comedy series and a web forum; valence and arousal from ratings of single "
        "sentences by readers. Arousal shows little in written words.",
        "A transcript's mistakes are read as if they had been said.",
    ),
    "combined": (
        "What the other models' cards say of faces, voices and words holds here too.",
        "The faces in motion that it learnt from are those of a few actors of one corpus, in one studio, looking into "
        "the camera. Of other people, light, angles and cultures it knows only what the face model learnt from still "
        "pictures. Expect its reading of faces to be much worse on anybody else's.",
        "No corpus here has faces, voices and free speech together. Words were learnt by lending clips utterances of "
        "the same emotion from a text corpus, so how the three go together in daily life was **not measured**.",
        "Who speaks is guessed from the mouth's movement and the size of the face; off-screen voices are taken for the "
        "voice of whoever is seen. Persons are told apart by look and place, not recognised.",
        "Valence and arousal of a video follow from the probabilities of the emotions; they are not measured by "
        "themselves. Of a sentence, sentiment is read from its words.",
    ),
}
PROTOCOL = (
    "Training saw the train split. Weights and the moment to stop were chosen on val, the temperature was fitted on "
    "val. Where test is shown here, it was read for its result alone."
)


def model_card(
    trained: Trained, tests: Sequence[Mapping[str, Any]] = (), comparison: str = "", drawings: Sequence[str] = ()
) -> str:
    """model_card.md, from the trained model's own header.

    tests: documents (see `source.shared.documents`) of tests of this model. comparison: Markdown on the choices that
    were tried. drawings: paths, relative to the card, of pictures to show.
    """
    header, training = trained.header, dict(trained.header.training)
    command = str(training.pop("command", ""))
    val = [header.metrics["val"] | {"split": "val"}] if "val" in header.metrics else []
    parts = [
        f"# Model card: {header.model}",
        f"Version {header.version}. It tells apart: {', '.join(header.labels)} (grouping “{header.grouping}”).",
        "## What it is for",
        INTENDED,
        "## What it is not for",
        bullets(NOT_FOR),
        "## What it learned from",
        *_data(header),
        "## How it was trained",
        table(_facts({"parameters": f"{trained.parameters:,}", "temperature": header.temperature} | training)),
        PROTOCOL,
        "## How good it is",
        INTERVALS,
        *[text for document in (*tests, *val) for text in _measured(document)],
        *(("## What was compared", comparison.strip()) if comparison else ()),
        *[f"![{_caption(drawing)}]({drawing})" for drawing in drawings],
        "## Limits",
        bullets((*LIMITS["all"], *LIMITS.get(header.model, ()), *_thin_labels(header))),
        "## Settings",
        table([{"setting": name, "value": f"`{plain(value)}`"} for name, value in header.settings.items()]),
        *command_block("To train it again", command),
    ]
    return joined(parts)


def _data(header):
    """Numbers of clips, a row for each split and corpus and a column for each emotion; then each corpus's terms."""
    data = header.data
    emotions = [e for e in config.EMOTIONS if any(e in counts for part in data.values() for counts in part.values())]
    rows = [
        {"split": split, "corpus": corpus, **{e: counts.get(e, 0) for e in emotions}, "all": sum(counts.values())}
        for split, corpora in data.items()
        for corpus, counts in corpora.items()
    ]
    corpora = dict.fromkeys([*(row["corpus"] for row in rows), *_of_affect(header)])
    return table(rows), bullets(f"{corpus}: {corpus_named(corpus).LICENCE}" for corpus in corpora)


def _of_affect(header):
    """The corpora that the affect head was fitted on, some of which have no labels."""
    measured = (header.metrics.get("val") or {}).get("affect") or {}
    return [name.partition(", ")[2] for name in measured]


def _thin_labels(header):
    """What to know of labels that training hardly met."""
    grouping, corpora = dict(config.GROUPINGS.get(header.grouping, {})), header.data.get("train", {})
    for label in header.labels:
        shown = [name for name, counts in corpora.items() if any(counts.get(e) for e in grouping.get(label, (label,)))]
        if not shown and corpora:
            yield f"No training clip shows {label}: do not trust the model where it says so."
        elif len(shown) == 1 < len(corpora):
            yield f"Of {label} only {shown[0]} has clips: the label may have been learnt with that corpus's sound."


def _facts(values):
    return [{"what": name.replace("_", " "), "value": plain(value)} for name, value in values.items()]


def _measured(document):
    yield f"### {document['split']}"
    yield protocol(document)
    yield scores(document)
    yield each_label(document)
    yield from breakdown(document, ("corpus", "sex"), "####")
    yield spread(document)
    yield from ablation(document, "####")
    yield from affect_and_simple_methods(document, "####")
    yield calibration(document)


def _caption(drawing):
    return drawing.rpartition(".")[0].replace("/", ": ").replace("_", " ")
