"""Made-up results, as the commands show them."""

from source.evaluation.agreement import Agreement, Rated
from source.evaluation.metrics import Metrics
from source.evaluation.recordings import Case, Comparison, Estimate
from source.results.prediction import Reading

METRICS = Metrics(
    n=1200, labels=("happy", "sad"), accuracy=0.683, uar=0.651, macro_f1=0.652, weighted_f1=0.66,
    per_class={label: {"precision": 0.7, "recall": 0.6, "f1": 0.65, "support": 600} for label in ("happy", "sad")},
    confusion=[[360, 240], [240, 360]], ci95={name: [0.61, 0.69] for name in ("accuracy", "uar", "macro_f1")},
    ece=0.02, split="test",
)  # fmt: skip
HAPPY = Reading({"happy": 0.93, "sad": 0.07}, 0, (10.2, 20.0, 110.7, 140.0), notes=("small face: 31 pixels",))
SPEAKERS = {"method": "face", "condition": "", "speakers_apart": True}
ROW = METRICS.to_dict() | SPEAKERS | {"fold_scores": [{"uar": 0.5}, {"uar": 0.75}]}
VALIDATED = {"model": "face", "seeds": [0, 1], "over_seeds": {"uar": [0.65, 0.67], "mean": 0.66, "sd": 0.014},
             "strangers": None,
             "rows": [ROW, ROW | {"method": "SVM", "speakers_apart": False, "uar": 0.9}]}  # fmt: skip
SCORES = {"coverage": 0.9, "wrong": 0.25, "sure_share": 0.5, "sure_accuracy": None, "uar": 0.6, "ece": 0.1}
SCORED = METRICS.to_dict() | {
    "moments": 100, "unread": 2, "unclear": {"moments": 5, "answered": 3}, "sure_from": 0.7, "resampled": "people",
    "rows": [{"given": "all", "answer": name, "n": 100, "false_calm": 0.05} | SCORES for name in ("fused", "face")]
    + [{"given": "face + audio", "answer": "fused", "n": 9, "false_calm": None} | SCORES],
}  # fmt: skip
RATED = Rated(kappa=0.5, agreed=0.75, both_seconds=8.0, not_sure_seconds=1.0, unlabelled_seconds=1.0,
              answer_not_sure_seconds=2.0, answer_nothing_seconds=0.0, outside_seconds=0.0,
              confusion=[[3.0, 1.0, 2.0, 0.0], [1.0, 3.0, 0.0, 0.0]], read_as={}, unknown_seconds={})  # fmt: skip
AGREED = Agreement(
    labels=("happy", "sad"), answers=("happy", "sad", "not sure", "nothing"), seconds=10.0, excluded_seconds=2.0,
    step_seconds=0.1, raters=("Ann", "Bo"), kappa={"Ann": 0.5, "Bo": None},
    confusion={"Ann": RATED.confusion, "Bo": [[0.0] * 4] * 2},
    rated={"Ann": RATED, "Bo": RATED}, alpha=0.4, alpha_seconds=8.0, kappa_between=[("Ann", "Bo", 0.4, 8.0)],
    notes=("Bo: a note",),
)  # fmt: skip
SHARES = {
    "happy": Estimate(0.7, 0.6, 0.8, 4),
    "sad": Estimate(0.3, None, None, 1),
    "valence": Estimate(0.1, -0.1, 0.3, 4),
}
COMPARED = Comparison(
    "group", "0-10 s", ("happy", "sad"), (), (Case("A", ("a", "b"), 2, 2, SHARES, SHARES, SHARES),), ("a note",)
)
