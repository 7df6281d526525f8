"""The model card, as Markdown: what a trained model is for, what it learned from, how good it is, where it fails."""

from collections.abc import Mapping, Sequence
from typing import Any

from source.datasets import corpus_named
from source.shared.checkpoint import Trained
from source.shared.documents import (
    INTERVALS,
    bullets,
    calibration,
    command_block,
    each_label,
    joined,
    plain,
    protocol,
    scores,
    table,
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
        "The corpora do not say how old the people are, nor their skin tone, and seldom their gender. Whether the "
        "model is as good for one group as for another was **not measured**; do not assume it.",
        "The emotions are a short fixed list. Whatever else is displayed is forced into it, or comes out as not sure.",
    ),
    "face": (
        "The pictures are posed, or were collected from the web, where strong expressions are over-represented; faces "
        "in daily life are weaker and more mixed.",
        "Faces that are turned far aside, small (under 40 pixels), dark, blurred or covered are read worse. A reading "
        "carries a note where the turn, the size or a cut edge shows it; darkness, blur and covering go unnoticed.",
        "One picture is one moment: the face of somebody who speaks, chews or blinks is easily misread.",
    ),
}
PROTOCOL = (
    "Training saw the train split. Weights and the moment to stop were chosen on val, the temperature was fitted on "
    "val, and test was read for its result alone."
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
        *_data(header.data),
        "## How it was trained",
        table(_facts({"parameters": f"{trained.parameters:,}", "temperature": header.temperature} | training)),
        PROTOCOL,
        "## How good it is",
        INTERVALS,
        *[text for document in (*tests, *val) for text in _measured(document)],
        *(("## What was compared", comparison.strip()) if comparison else ()),
        *[f"![{_caption(drawing)}]({drawing})" for drawing in drawings],
        "## Limits",
        bullets((*LIMITS["all"], *LIMITS.get(header.model, ()))),
        "## Settings",
        table([{"setting": name, "value": f"`{plain(value)}`"} for name, value in header.config.items()]),
        *command_block("To train it again", command),
    ]
    return joined(parts)


def _data(data):
    """Numbers of clips, a row for each split and corpus and a column for each emotion; then each corpus's terms."""
    rows = [
        {"split": split, "corpus": corpus, **counts, "all": sum(counts.values())}
        for split, corpora in data.items()
        for corpus, counts in corpora.items()
    ]
    corpora = dict.fromkeys(row["corpus"] for row in rows)
    return table(rows), bullets(f"{corpus}: {corpus_named(corpus).LICENCE}" for corpus in corpora)


def _facts(values):
    return [{"what": name.replace("_", " "), "value": plain(value)} for name, value in values.items()]


def _measured(document):
    yield f"### {document['split']}"
    yield protocol(document)
    yield scores(document)
    yield each_label(document)
    yield calibration(document)


def _caption(drawing):
    return drawing.rpartition(".")[0].replace("/", ": ").replace("_", " ")
