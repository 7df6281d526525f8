"""What a report says of the confirmation of a tuning: is its best better than the default, or lucky?"""

from collections.abc import Iterator, Mapping
from typing import Any

from ...core.markdown import table
from ...core.units import percent
from .tables import Document

UNCONFIRMED = (
    "**Not confirmed.** The val UAR of the best trial is that of the best of {trials} trials, by one seed: it was "
    "chosen for being high, and is therefore too good. Expect less of it; it may be no better than the default."
)
FOLDS = {
    True: (
        "**UAR of the folds**: each corpus's speakers of the train split are cut into {folds} blocks; for each block a "
        "model is trained on the others, to the end of its schedule, and answers this block's clips ({clips:,} in "
        "all). Nobody in it was in training, and nothing was chosen by these answers before."
    ),
    False: (
        "**UAR of the folds**: the clips of the train split ({clips:,}) are cut into {folds} blocks at random; for "
        "each block a model is trained on the others, to the end of its schedule, and answers this one. **Speakers are "
        "not known, so that the same person may be in training and in the block: the level is too good for new "
        "people.** The comparison is fair, for all candidates have the same blocks."
    ),
}
SEEDS = (
    "**Val UAR**: trained as `train` does with seeds {seeds}, mean ± standard deviation: what `train` gives "
    "afterwards, within about that deviation. The best was sought on these very val clips{first}, so that this is "
    "still somewhat optimistic: the best of {trials} trials is in part the luckiest."
)
ONE_SEED = (
    "**Val UAR**: trained as `train` does with seed {seeds}; how far it varies with the seed is not known. The best "
    "was sought on these very val clips{first}, so that this is somewhat optimistic: the best of {trials} trials is in "
    "part the luckiest."
)
SOME_CLIPS = (
    " All this is with {clips:,} clips at most to train on; `train` uses all of them, and therefore gives other "
    "figures: what is compared here are the settings."
)
TEST = (
    "**Difference**: to the default on the same folds, in points of UAR. As the folds' trainings share most clips, the "
    "usual paired t-test would find too much; this is the corrected resampled t-test (Nadeau & Bengio 2003, Machine "
    "Learning 52, 239–281).{several} Where p is 0.05 or more, the difference may be chance. The folds are few: "
    "a small true difference can go unseen."
)
SEVERAL = (
    " As {others} trials are held against the default, p is multiplied by {others}, and the 95 % interval is as much "
    "wider (Bonferroni)."
)


def confirmation_parts(document: Document) -> Iterator[str]:
    """The section on the confirmation, or the plain warning that there was none."""
    found = document["confirmation"]
    if found:
        yield "## Better, or lucky?"
        yield table([candidate_row(row) for row in found["candidates"]])
        yield FOLDS[found["speakers"]].format(**found)
        yield _about_seeds(document, found)
        yield _about_test(found)
    elif document["best"]:
        yield "## Better, or lucky?"
        yield UNCONFIRMED.format(trials=len(document["trials"]))


def candidate_row(row: Mapping[str, Any]) -> dict[str, str]:
    """One candidate, in words."""
    held = row["against_default"]
    return {
        "candidate": candidate_name(row),
        "UAR of the folds": spread(row["fold_mean"], row["fold_sd"]),
        "val UAR": spread(row["val_mean"], row["val_sd"]) if len(row["val_uar"]) > 1 else percent(row["val_mean"]),
        "difference": f"{points(held['difference'])} ({' to '.join(map(points, held['ci95']))})" if held else "",
        "p": p_value(held["p"]) if held else "",
    }


def candidate_name(row: Mapping[str, Any]) -> str:
    return "default" if row["default"] else f"trial {row['trial']}"


def spread(mean: float, deviation: float) -> str:
    """
    >>> spread(0.631, 0.0123)
    '63.1 ± 1.2 %'
    """
    return f"{100 * mean:.1f} ± {percent(deviation)}"


def points(share: float) -> str:
    """A difference of shares.

    >>> points(0.0123)
    '+1.2'
    """
    return f"{100 * share:+.1f}"


def p_value(p: float) -> str:
    return "< 0.001" if p < 0.001 else f"{p:.3f}"


def _about_seeds(document, found):
    seeds = found["seeds"]
    first = ", and with the first of these seeds" if document["seed"] in seeds else ""
    said = SEEDS if len(seeds) > 1 else ONE_SEED
    said = said.format(seeds=", ".join(map(str, seeds)), first=first, trials=len(document["trials"]))
    return said + (SOME_CLIPS.format(clips=document["clips"]) if document["clips"] else "")


def _about_test(found):
    others = sum(row["against_default"] is not None for row in found["candidates"])
    if not others:
        return "The default is not among the candidates, or is alone there: there is no difference to test."
    return TEST.format(several=SEVERAL.format(others=others) if others > 1 else "")
