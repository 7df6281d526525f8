"""The section of the report on the confirmation: whether the best beats the default by more than chance."""

from collections.abc import Iterator, Mapping
from typing import Any

from ...core.markdown import table
from ...core.units import percent
from .tables import Document

UNCONFIRMED = (
    "**Not confirmed.** The best of {trials} trials, each with one seed, was chosen for its high UAR, which is "
    "therefore too good. Expect less of it; it may be no better than the default."
)
CORPORA = (
    "**UAR of the corpora**: each corpus is left out in turn and answered by a model that was trained on all others, "
    "to the end of its schedule; the mean over the seeds {seeds}, which the search did not use. **UAR of the seeds**: "
    "the mean over the corpora with each of these. The best was chosen on these very corpora, so that this is somewhat "
    "optimistic: the best of {trials} trials is in part the one that suits these corpora."
)
FOLDS = {
    True: (
        "**UAR of the folds**: each corpus's speakers of the train split are cut into {folds} folds; for each a model "
        "is trained on the other folds, to the end of its schedule, and tested on this one ({clips:,} clips in all). "
        "Nobody in it was in training, and nothing was chosen by these answers before."
    ),
    False: (
        "**UAR of the folds**: the clips of the train split ({clips:,}) are cut into {folds} folds at random; for each "
        "a model is trained on the other folds, to the end of its schedule, and tested on this one. **Speakers are "
        "unknown, so that the same person may be in training and in the fold: the level is too good for new people.** "
        "The comparison is fair, as all candidates have the same folds."
    ),
}
SEEDS = (
    "**Val UAR**: trained as `train` does with seeds {seeds}, mean ± standard deviation: what `train` reaches, within "
    "about that deviation. The best was chosen on these very val clips{first}, so that this is still somewhat "
    "optimistic: the best of {trials} trials is in part the luckiest."
)
ONE_SEED = (
    "**Val UAR**: trained as `train` does with seed {seeds}; how far it varies with the seed is unknown. The best was "
    "chosen on these very val clips{first}, so that this is somewhat optimistic: the best of {trials} trials is in "
    "part the luckiest."
)
SOME_CLIPS = (
    " Trials were trained on at most {clips:,} clips; `train` uses all of them, and therefore gives other figures: "
    "only the settings are compared here."
)
TEST = (
    "**Difference**: from the default on the same folds or corpora, in points of UAR. As their trainings share most "
    "clips, the usual paired t-test would be too optimistic; this is the corrected resampled t-test (Nadeau & Bengio "
    "2003, Machine Learning 52, 239–281).{several} Where p is 0.05 or more, the difference may be chance. They are "
    "few: a small true difference can go unseen."
)
SEVERAL = (
    " As {others} trials are compared with the default, p is multiplied by {others}, and the 95 % interval is widened "
    "to match (Bonferroni)."
)


def confirmation_parts(document: Document) -> Iterator[str]:
    """Yield the section on the confirmation, or a warning that there was none."""
    confirmation = document["confirmation"]
    if confirmation:
        yield "## Better, or lucky?"
        yield table([candidate_row(row, document["objective"]) for row in confirmation["candidates"]])
        if document["objective"] == "strangers":
            yield CORPORA.format(seeds=", ".join(map(str, confirmation["seeds"])), trials=len(document["trials"]))
        else:
            yield FOLDS[confirmation["speakers"]].format(**confirmation)
            yield _about_seeds(document)
        yield _about_test(confirmation)
    elif document["best"]:
        yield "## Better, or lucky?"
        yield UNCONFIRMED.format(trials=len(document["trials"]))


def candidate_row(row: Mapping[str, Any], objective: str) -> dict[str, str]:
    """Return the scores of one candidate, formatted; objective: what the study was scored by."""
    test, seeds = row["against_default"], row["seed_uar"]
    parts, again = ("corpora", "UAR of the seeds") if objective == "strangers" else ("folds", "val UAR")
    return {
        "candidate": "default" if row["default"] else f"trial {row['trial']}",
        f"UAR of the {parts}": spread(row["fold_mean"], row["fold_sd"]),
        again: spread(row["seed_mean"], row["seed_sd"]) if len(seeds) > 1 else percent(row["seed_mean"]),
        "difference": f"{points(test['difference'])} ({' to '.join(map(points, test['ci95']))})" if test else "",
        "p": ("< 0.001" if test["p"] < 0.001 else f"{test['p']:.3f}") if test else "",
    }


def spread(mean: float, deviation: float) -> str:
    """Format mean and standard deviation of a share.

    >>> spread(0.631, 0.0123)
    '63.1 ± 1.2 %'
    """
    return f"{100 * mean:.1f} ± {percent(deviation)}"


def points(share: float) -> str:
    """Format a difference of shares in percentage points.

    >>> points(0.0123)
    '+1.2'
    """
    return f"{100 * share:+.1f}"


def _about_seeds(document: Document) -> str:
    seeds = document["confirmation"]["seeds"]
    first = ", and with the first of these seeds" if document["seed"] in seeds else ""
    template = SEEDS if len(seeds) > 1 else ONE_SEED
    text = template.format(seeds=", ".join(map(str, seeds)), first=first, trials=len(document["trials"]))
    return text + (SOME_CLIPS.format(clips=document["clips"]) if document["clips"] else "")


def _about_test(confirmation: Mapping[str, Any]) -> str:
    others = sum(row["against_default"] is not None for row in confirmation["candidates"])
    if not others:
        return "The default is not among the candidates, or the only one: there is no difference to test."
    return TEST.format(several=SEVERAL.format(others=others) if others > 1 else "")
