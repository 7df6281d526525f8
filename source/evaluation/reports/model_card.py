"""The model card, as Markdown: what a trained model is for, what it learned from, how good it is, where it fails."""

from collections.abc import Mapping, Sequence
from typing import Any

from ...core import config
from ...core.markdown import bullet_list, command_block, format_value, join_paragraphs, table
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
LIMITS = (  # of every model; each has more of its own
    "A label is a few people's judgement of what is displayed. Such judgements often disagree, and no model can be "
    "more right than its labels are consistent.",
    "Few corpora say how old the people are or what their skin tone is, and not all say their sex. But for what "
    "a table of each sex above shows, if there is one, whether the model is as good for one group as for another "
    "was **not measured**; do not assume it.",
    "The emotions are a short fixed list. Whatever else is displayed is forced into it, or comes out as not sure.",
)
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
        bullet_list(NOT_FOR),
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
        bullet_list((*LIMITS, *trained.spec.limits, *_thin_labels(header))),
        "## Settings",
        table([{"setting": name, "value": f"`{format_value(value)}`"} for name, value in header.settings.items()]),
        *command_block("To train it again", command),
    ]
    return join_paragraphs(parts)


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
    return table(rows), bullet_list(f"{corpus}: {corpus_named(corpus).LICENCE}" for corpus in corpora)


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
    return [{"what": name.replace("_", " "), "value": format_value(value)} for name, value in values.items()]


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
