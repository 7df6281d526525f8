"""The model card, as Markdown: purpose, training data, results and limits of a trained model."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ...core import config
from ...core.markdown import bullet_list, command_block, format_value, join_paragraphs, table
from ...core.units import percent
from ...data.corpora import corpus_named
from ...training.checkpoint import Header, Trained
from ..ordinary import ORDINARY
from . import testing
from .strangers import strangers

INTENDED = (
    "It predicts which emotion a face, a voice or words *display*, as people who see or hear them would name it. It is "
    "meant for research and teaching, for sorting one's own recordings, and for art and games whose participants "
    "know of it."
)
NOT_FOR = (
    "Finding out what a person *feels*: display and feeling often differ, and so do people and cultures.",
    "Inferring emotions of people at work or in education: Regulation (EU) 2024/1689, Article 5(1)(f), prohibits it, "
    "except for medical or safety reasons.",
    "Any decision about a person, such as hiring, grading, credit, insurance, policing, border control, diagnosis or "
    "detecting lies.",
    "Observing people who do not know of it or have not agreed to it.",
)
LIMITS = (  # of every model; each SPEC has its own beside these
    "A label is a few people's judgement of what is displayed. Such judgements often disagree, and no model can be "
    "more right than its labels are consistent.",
    "Few corpora state people's age or skin tone, and not all their sex. Except for what a table of each sex above may "
    "show, whether the model is equally good for all groups was **not measured**; do not assume it.",
    "The emotions are a short fixed list. Anything else that is displayed is forced into it, or read as “not sure”.",
)
PROTOCOL = (
    "The model was trained on the train split. {epoch}, and {calibrated}. The test split, where it is shown here, was "
    "used for nothing but its result."
)
EPOCH = {
    "best": "The epoch whose weights are kept was chosen on val",
    "last": "Training went to the end of its schedule, and the last averaged weights are kept",
}
CALIBRATED = {
    False: "the temperature was fitted on val",
    True: "the temperature was fitted on corpora left out in turn, so that confidence means the same on strangers",
}
BOTH = (
    "**Strangers**: corpora that it did not learn from, each left out in turn, by the clips of train and val alone; "
    "expect this on your own files. **At home**: other people of the corpora that it learned from."
)
UNMEASURED = "**On strangers, corpora that it did not learn from, it was not measured**: expect less than here."
ASSUMED = "speech in which nobody acts, taken for neutral by assumption"
STRANGERS_DRAWING = "reliability_strangers.png"


def model_card(
    trained: Trained, tests: Sequence[Mapping[str, Any]] = (), comparison: str = "", drawings: Sequence[str] = ()
) -> str:
    """Return model_card.md, from the trained model's own header.

    tests: documents of this model's tests (see `.testing`); comparison: Markdown on the alternatives that were tried;
    drawings: paths of pictures to show, relative to the card.
    """
    header, training = trained.header, dict(trained.header.training)
    command = str(training.pop("command", ""))
    facts = {"parameters": f"{trained.parameters:,}", "temperature": header.temperature} | training
    val = [header.metrics["val"] | {"split": "val"}] if "val" in header.metrics else []
    parts = [
        f"# Model card: {header.model}",
        f"Version {header.version}. Labels: {', '.join(header.labels)} (grouping “{header.grouping}”).",
        "## What it is for",
        INTENDED,
        "## What it is not for",
        bullet_list(NOT_FOR),
        "## What it learned from",
        *_data(header),
        "## How it was trained",
        table([{"what": name.replace("_", " "), "value": format_value(value)} for name, value in facts.items()]),
        PROTOCOL.format(
            epoch=EPOCH[header.settings.get("keep", "best")],
            calibrated=trained.spec.calibrated or CALIBRATED["strangers" in header.metrics],
        ),
        "## How good it is",
        *_both(header.metrics.get("strangers"), [*tests, *val]),
        testing.INTERVALS,
        *_strangers(header.metrics.get("strangers")),
        *[text for document in (*tests, *val) for text in _result(document)],
        *(("## What was compared", comparison.strip()) if comparison else ()),
        *[f"![{name.rpartition('.')[0].replace('/', ': ').replace('_', ' ')}]({name})" for name in drawings],
        "## Limits",
        bullet_list((*LIMITS, *trained.spec.limits, *_thin_labels(header))),
        "## Settings",
        table([{"setting": name, "value": f"`{format_value(value)}`"} for name, value in header.settings.items()]),
        *command_block("To train it again", command),
    ]
    return join_paragraphs(parts)


def _both(measured: Mapping[str, Any] | None, at_home: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Yield the figures on strangers beside those at home, on the first of these splits, under each condition."""
    places = {"strangers": measured["conditions"]} if measured else {}
    places |= {f"at home, {split['split']}": split.get("conditions") or {"": split} for split in at_home[:1]}
    names = dict.fromkeys(name for conditions in places.values() for name in conditions)
    rows = [
        ({"condition": name} if name else {})
        | {"measured": place}
        | testing.scores_row(conditions[name])
        | testing.false_share(conditions[name])
        for name in names
        for place, conditions in places.items()
        if name in conditions
    ]
    yield BOTH if measured else UNMEASURED
    yield table(rows)


def _strangers(measured: Mapping[str, Any] | None) -> Iterator[str]:
    if measured:
        yield from strangers(measured, "###")
        yield f"![Accuracy against confidence]({STRANGERS_DRAWING})"


def _data(header: Header) -> tuple[str, str]:
    """Count the clips by split and corpus (rows) and emotion (columns); then give the terms of each corpus."""
    shown = {emotion for part in header.data.values() for counts in part.values() for emotion in counts}
    emotions = [emotion for emotion in config.EMOTIONS if emotion in shown]
    rows = [
        {"split": split, "corpus": corpus, **{e: counts.get(e, 0) for e in emotions}, "all": sum(counts.values())}
        for split, corpora in header.data.items()
        for corpus, counts in corpora.items()
    ]
    affect = (header.metrics.get("val") or {}).get("affect") or {}  # some of its corpora have no labels
    corpora = dict.fromkeys([*(row["corpus"] for row in rows), *(name.partition(", ")[2] for name in affect)])
    return table(rows), bullet_list(_about_corpus(corpus, header.settings) for corpus in corpora)


def _about_corpus(corpus: str, settings: Mapping[str, Any]) -> str:
    """Give the terms of a corpus, and say of ordinary speech what is assumed and how much it weighs."""
    terms, weight = f"{corpus}: {corpus_named(corpus).LICENCE}", settings.get("ordinary_weight")
    if corpus_named(corpus).NAME != ORDINARY:
        return terms
    return f"{terms}; {ASSUMED}" + (f", at {percent(weight)} of an average corpus's weight" if weight else "")


def _thin_labels(header: Header) -> Iterator[str]:
    """Warn of labels that training hardly met."""
    grouping, corpora = dict(config.GROUPINGS.get(header.grouping, {})), header.data.get("train", {})
    for label in header.labels:
        shown = [name for name, counts in corpora.items() if any(counts.get(e) for e in grouping.get(label, (label,)))]
        if not shown and corpora:
            yield f"No training clip shows {label}: do not trust the model where it answers that."
        elif len(shown) == 1 < len(corpora):
            yield f"Only {shown[0]} has clips of {label}: the label may have been learned from how that corpus sounds."


def _result(document: Mapping[str, Any]) -> Iterator[str]:
    yield f"### {document['split']}"
    yield testing.protocol(document)
    yield testing.scores(document)
    yield testing.each_label(document)
    yield from testing.conditions(document, "####")
    yield from testing.false_emotions(document, "####")
    yield from testing.breakdown(document, ("corpus", "sex"), "####")
    yield testing.spread(document)
    yield from testing.ablation(document, "####")
    yield from testing.affect_and_simple_methods(document, "####")
    yield testing.calibration(document)
