"""Every corpus of texts in every form people have it in: labels, what was said before, and the files it becomes."""

import csv
from collections import Counter
from itertools import pairwise

import pytest

from source.cli.render import laid_out_text
from source.core import config
from source.core.errors import DemeanorError
from source.data.corpora import corpus_named, emobank, emorynlp, goemotions, isear, meld, named_files, semeval2018, xed
from source.data.corpora.tables import cleaned
from source.data.ingest import get_data
from source.data.splits import assert_disjoint, with_splits
from source.data.training_folder import training_files
from source.media.types import PICTURES, TEXTS
from source.text.utterances import split_context
from tests.support import corpora

# The authors' ekman_mapping.json, sentiment_mapping.json and emotions.txt.
EKMAN = {
    "angry": "anger annoyance disapproval", "disgust": "disgust", "fear": "fear nervousness", "neutral": "neutral",
    "happy": "joy amusement approval excitement gratitude love optimism relief pride admiration desire caring",
    "sad": "sadness disappointment embarrassment grief remorse", "surprise": "surprise realization confusion curiosity",
}  # fmt: skip
SENTIMENTS = {
    1: "amusement excitement joy love desire optimism caring pride admiration gratitude relief approval",
    -1: "fear nervousness remorse embarrassment disappointment sadness grief disgust anger annoyance disapproval",
    0: "realization surprise curiosity confusion neutral",
}
ORDER = (
    "admiration amusement anger annoyance approval caring confusion curiosity desire disappointment disapproval "
    "disgust embarrassment excitement fear gratitude grief joy love nervousness optimism pride realization relief "
    "remorse sadness surprise neutral"
)


def loaded(corpus, folder, said):
    return corpus.load(folder, said.append)


def laid_out(name, folder):
    [summary] = get_data(name, folder)
    return summary, training_files(summary.folder, TEXTS)


def rows_of(file):
    with file.open(newline="", encoding="utf-8") as stream:
        return list(csv.reader(stream))


def affect(clip):
    return clip.sentiment, clip.valence, clip.arousal


# --- all of them -------------------------------------------------------------------------------------------------


def test_a_changed_table_changes_the_training_files(original):
    laid_out("ISEAR", corpora.isear(original))
    table = original / "isear.csv"
    table.write_text(table.read_text(encoding="utf-8").replace("my dog died", "my cat died"), encoding="utf-8")
    _, clips = laid_out("ISEAR", original)
    [changed] = [clip for clip in clips if clip.emotion == "sad"]
    assert changed.path.read_text(encoding="utf-8") == "When my cat died.\n"


@pytest.mark.parametrize("name", corpora.TEXTS)
def test_an_empty_table_is_no_corpus(name, original, said):
    for file in corpora.TEXTS[name](original).iterdir():
        file.write_text("", encoding="utf-8")
    with pytest.raises(DemeanorError, match=f"holds no {name}: looked for"):
        loaded(corpus_named(name), original, said)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("Don\x92t \x93go\x94\x85", "Don’t “go”…"),
        ("two\nlines,\r\n\tand\u00a0a tab ", "two lines, and a tab"),
        ("> > quoted", "quoted"),
        (">:( no", ":( no"),
        ("a > b", "a > b"),
        ("soft\u00adhyphen\ufeff", "softhyphen"),
        ("größer 😂", "größer 😂"),
        (" > ", ""),
    ],
)
def test_texts_are_mended_to_one_line_that_is_no_quotation(text, line):
    assert cleaned(text) == line


@pytest.mark.parametrize("encoding", ["utf-8-sig", "cp1252"])
def test_tables_in_the_encodings_of_excel(original, said, encoding):
    file = corpora.meld(original, ("train",)) / "train_sent_emo.csv"
    file.write_text(file.read_text(encoding="utf-8").replace("\x92", "’"), encoding=encoding)
    clips = loaded(meld, original, said)
    assert [clip.sentence for clip in clips[:2]] == [
        "also I was the point person on my company’s transition", "You must’ve had your hands full."
    ]  # fmt: skip


# --- GoEmotions --------------------------------------------------------------------------------------------------


def test_goemotions_maps_its_28_as_its_authors_do():
    assert list(goemotions.FINE) == ORDER.split()
    assert {fine: emotion for emotion, names in EKMAN.items() for fine in names.split()} == goemotions.FINE
    assert {fine: goemotions.SENTIMENT[emotion] for fine, emotion in goemotions.FINE.items()} == {
        fine: value for value, names in SENTIMENTS.items() for fine in names.split()
    }


@pytest.mark.parametrize("make", [corpora.goemotions, corpora.goemotions_csv])
def test_goemotions_of_several_emotions_has_votes_in_train_and_is_left_out_elsewhere(original, said, make):
    clips = loaded(goemotions, make(original), said)
    assert [(clip.split, clip.emotion, clip.sentiment, clip.sentence) for clip in clips] == [
        ("train", "neutral", 0, "My favourite food is anything"),
        ("train", "angry", -1, "Dirty Southern Wankers"),
        ("train", "happy", 1, 'I said "no" and meant it'),
        ("train", "angry", -1, "Shit, I paid for that"),
        ("train", "surprise", 0, "lack of diversity now that's new lmao"),
        ("val", "fear", -1, "You must be new around here"),
        ("test", "happy", 1, "Yes, my dude 😎"),
    ]
    votes = {clip.emotion: dict(zip(config.EMOTIONS, clip.votes, strict=True)) for clip in clips if clip.votes}
    assert {emotion: {name for name, vote in row.items() if vote} for emotion, row in votes.items()} == {
        "angry": {"angry", "sad"}, "surprise": {"surprise", "happy", "sad"}
    }  # fmt: skip
    assert {vote for row in votes.values() for vote in row.values()} == {0, 1}
    assert [sentence for sentence in said if "2 texts left out: they have several emotions" in sentence]
    assert {clip.source.partition(":")[2] for clip in clips} == {f"id{number}" for number in (0, 1, 2, 3, 4, 5, 7)}


def test_goemotions_sentiment_is_the_mean_over_the_fine_labels(original, said):
    rows = [("text", "labels_fine", "split"), ("Hm", "joy|love|anger", "train"), ("Oh", "joy|curiosity", "train")]
    clips = loaded(goemotions, corpora.table(original / "goemotions.csv", rows), said)
    assert [clip.sentiment for clip in clips] == [pytest.approx(1 / 3, abs=1e-4), 0.5]


def test_goemotions_quotation_marks_do_not_swallow_the_lines_after(original, said):
    (corpora.goemotions(original) / "train.tsv").write_text('"Never\t27\ta\nsaid" he\t17\tb\n', encoding="utf-8")
    texts = [clip.sentence for clip in loaded(goemotions, original, said) if clip.split == "train"]
    assert texts == ['"Never', 'said" he']


@pytest.mark.parametrize("labels", ["28", "-1", "joy", "", "1,"])
def test_goemotions_with_another_label_is_one_sentence(original, said, labels):
    (corpora.goemotions(original) / "dev.tsv").write_text(f"Hello\t{labels}\tid\n", encoding="utf-8")
    with pytest.raises(DemeanorError, match=rf"dev\.tsv, row 1: '{labels}' are not indices"):
        loaded(goemotions, original, said)


def test_goemotions_with_other_columns_is_one_sentence(original, said):
    corpora.table(original / "goemotions.csv", [("text", "labels"), ("Hello", "27")])
    with pytest.raises(DemeanorError, match="needs the columns text, labels_fine and split; it has text, labels"):
        loaded(goemotions, original, said)


def test_goemotions_says_that_its_authors_are_unknown(original):
    summary, clips = laid_out("GoEmotions", corpora.goemotions(original))
    assert not any(clip.speaker for clip in clips)
    assert any("one person may be in train and in test" in note for note in summary.notes)


# --- MELD --------------------------------------------------------------------------------------------------------


def test_meld_reads_its_labels_and_keeps_the_dialogue_as_source(original, said):
    clips = loaded(meld, corpora.meld(original, ("train",)), said)
    assert [(clip.emotion, clip.sentiment, clip.about, clip.source, clip.speaker) for clip in clips[3:7]] == [
        ("neutral", 0, "speaker The Interviewer", "train dialogue 0", ""),
        ("surprise", 1, "speaker Chandler", "train dialogue 0", ""),
        ("angry", -1, "speaker Ross", "train dialogue 3", ""),
        ("fear", -1, "speaker All", "train dialogue 3", ""),
    ]
    assert [clip.path.stem for clip in clips[3:7]] == ["dia0_utt3", "dia0_utt4", "dia3_utt0", "dia3_utt1"]


@pytest.mark.parametrize("shuffled", [False, True])
def test_meld_gives_the_last_three_utterances_of_the_dialogue_before_each(original, tmp_path, said, shuffled):
    table = corpora.meld(original) / "train_sent_emo.csv"
    if shuffled:
        header, *rows = rows_of(table)
        corpora.table(table, [header, *rows[::-1]])
    files = meld.unpack(loaded(meld, original, said), tmp_path / "own")
    texts = {(clip.source, clip.path.stem): split_context(clip.path.read_text(encoding="utf-8")) for clip in files}
    assert texts["train dialogue 0", "dia0_utt0"][0] == ""
    assert texts["train dialogue 0", "dia0_utt1"][0] == "also I was the point person on my company’s transition"
    assert texts["train dialogue 0", "dia0_utt4"] == (
        "You must’ve had your hands full.\nThat I did. That I did.\nSo let's talk", "My duties? All right."
    )  # fmt: skip
    assert texts["train dialogue 3", "dia3_utt0"] == ("", "No, I know!")
    assert texts["test dialogue 7", "dia7_utt1"] == ("It is over.", "Ew!")


@pytest.mark.parametrize(
    ("parts", "splits"),
    [
        (("train", "dev", "test"), {"train": "train", "dev": "val", "test": "test"}),
        (("train", "dev"), {"train": "train", "dev": "test"}),
        (("train", "test"), {"train": "train", "test": "test"}),
        (("dev",), {"dev": "test"}),
        (("train",), {"train": "train"}),
    ],
)
def test_meld_is_tested_on_dev_only_where_its_test_file_is_missing(original, said, parts, splits):
    clips = loaded(meld, corpora.meld(original, parts), said)
    assert {clip.source.split()[0]: clip.split for clip in clips} == splits
    assert any("so dev is the test set" in sentence for sentence in said) == (splits.get("dev") == "test")


def test_no_dialogue_of_meld_is_on_two_sides(original):
    header, *rows = rows_of(corpora.meld(original, ("train", "dev")) / "train_sent_emo.csv")
    many = [(*row[:5], f"{int(row[5]) + 10 * copy}", *row[6:]) for copy in range(3) for row in rows]
    corpora.table(original / "train_sent_emo.csv", [header, *many])
    summary, clips = laid_out("MELD", original)
    split = with_splits(clips)
    sides = {name: [clip for clip in split if clip.split == name] for name in ("train", "val", "test")}
    assert {clip.source.split()[0] for clip in sides["val"]} == {"train"} and len(sides["test"]) == len(rows)
    for one, other in pairwise(("train", "val", "test", "train")):
        assert_disjoint(sides[one], sides[other])
        assert not {clip.source for clip in sides[one]} & {clip.source for clip in sides[other]}
    assert any("the same characters speak in train and in test" in note for note in summary.notes)
    assert not any("is not known" in note for note in summary.notes)


def test_meld_unpacked_as_its_archive_is(original, said):
    corpora.meld(original, ("train",), place="{part}")
    corpora.meld(original, ("dev", "test"))
    assert Counter(clip.split for clip in loaded(meld, original, said)) == {"train": 9, "val": 9, "test": 9}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (("Emotion", "Feeling"), "needs the columns utterance, speaker"),
        ((",joy,", ",contempt,"), r"train_sent_emo\.csv, line 4: 'contempt', 'positive' are none of MELD's"),
        ((",positive,", ",mixed,"), "line 4: 'joy', 'mixed' are none"),
        ((",0,4,", ",x,4,"), "line 6: dialogue 'x', utterance '4' are not numbers"),
    ],
)
def test_meld_with_another_table_is_one_sentence(original, said, change, words):
    table = corpora.meld(original) / "train_sent_emo.csv"
    table.write_text(table.read_text(encoding="utf-8").replace(*change), encoding="utf-8")
    with pytest.raises(DemeanorError, match=words):
        loaded(meld, original, said)


# --- ISEAR -------------------------------------------------------------------------------------------------------

REPORTS = [
    ("happy", "Each time that we met and especially when we had not met."),
    ("fear", "When I was involved in a traffic accident."),
    ("angry", "When I spoke to Jan-Erik Wikström on the telephone."),
    ("sad", "When my dog died."),
    ("disgust", "When I saw that the toilet was unclean."),
]
FORMS = {
    "columns": corpora.isear,
    "databank": corpora.isear_databank,
    "codes": lambda folder: corpora.isear_databank(folder, words=False),
    "codes from 0": lambda folder: corpora.isear_databank(folder, words=False, first=0),
    "words beside codes from 0": lambda folder: corpora.isear_databank(folder, first=0),
    "no header": corpora.isear_two_columns,
}


@pytest.mark.parametrize("form", FORMS)
def test_isear_in_every_form(original, said, form):
    clips = loaded(isear, FORMS[form](original), said)
    assert [(clip.emotion, clip.sentence) for clip in clips] == REPORTS
    people = [""] * 5 if form == "no header" else ["11001"] * 3 + ["11002"] * 2
    assert [clip.speaker for clip in clips] == people
    assert [clip.split for clip in clips] == (["train"] * 3 + ["val"] * 2 if form == "columns" else [""] * 5)
    assert said == [
        "ISEAR: 1 texts left out: guilt is none of the emotions.",
        "ISEAR: 1 texts left out: shame is none of the emotions.",
        "ISEAR: 1 texts left out: they report nothing.",
    ]


def test_no_respondent_of_isear_is_on_two_sides(original):
    summary, clips = laid_out("ISEAR", corpora.isear_databank(original))
    sides = {(clip.speaker, clip.split) for clip in with_splits(clips)}
    assert len(sides) == 2 and not any("one person may be in train" in note for note in summary.notes)


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("NO RESPONSE.", False),
        ("[ Never experienced.]", False),
        ("Doesn't apply.", False),
        ("I have never felt this emotion.", False),
        ("[ The same as in anger.]", False),
        ("Can not think of anything.", False),
        ("DO NOT REMEMBER.", False),
        ("", False),
        ("[ ]", False),
        ("[ A successful lesson.]", True),
        ("A murder.", True),
        ("Nothing worked and I failed.", True),
        ("I don't remember it well. Maybe it was when I saw a drunkard in the street.", True),
        ("I never expected to pass.", True),
    ],
)
def test_isear_leaves_out_only_what_reports_nothing(original, said, text, kept):
    table = corpora.table(original / "isear.csv", [("label", "text"), ("joy", text), ("fear", "A storm at sea.")])
    assert len(loaded(isear, table, said)) == 1 + kept


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([("text", "label"), ("Hello", "boredom")], r"isear\.csv: 'boredom' is none of ISEAR's labels: joy, fear"),
        ([("text", "label"), ("Hello", "8")], "'8' is none of ISEAR's labels"),
        ([("a", "b"), ("Hello", "you")], "it needs the columns ID, EMOT and SIT, or label and text"),
    ],
)
def test_isear_with_another_table_is_one_sentence(original, said, rows, words):
    with pytest.raises(DemeanorError, match=words):
        loaded(isear, corpora.table(original / "isear.csv", rows), said)


# --- EmoBank -----------------------------------------------------------------------------------------------------


def test_emobank_has_affect_dimensions_and_no_emotion(original, said):
    clips = loaded(emobank, corpora.emobank(original), said)
    assert [(clip.emotion, clip.split, *affect(clip), clip.sentence) for clip in clips] == [
        ("", "train", None, 0, 0, 'Remember what she said in my last letter? "'),
        ("", "test", None, pytest.approx(-0.1), pytest.approx(0.05), "If I wasn't working here."),
        ("", "val", None, 1, -1, "Easy money, easy life"),
    ]
    assert said == ["EmoBank: 1 texts left out: they hold no words."]


def test_what_data_get_shows_of_emobank(original):
    [summary] = get_data("EmoBank", corpora.emobank(original))
    shown = laid_out_text(summary).splitlines()
    assert shown[1].split() == ["no", "emotion", "all"] and shown[2].split() == ["train", "1", "1"]


@pytest.mark.parametrize("rating", ["0.9", "5.1", "nan", "", "high"])
def test_emobank_with_another_rating_is_one_sentence(original, said, rating):
    rows = [("id", "split", "V", "A", "D", "text"), ("a", "train", "3", rating, "3", "Hello")]
    with pytest.raises(DemeanorError, match=rf"emobank\.csv, row 1: A is '{rating}', no rating from 1 to 5"):
        loaded(emobank, corpora.table(original / "emobank.csv", rows), said)


def test_emobank_with_other_columns_is_one_sentence(original, said):
    with pytest.raises(DemeanorError, match="needs the columns id, split, V, A, text"):
        loaded(emobank, corpora.table(original / "emobank.csv", [("id", "text"), ("a", "Hello")]), said)


# --- XED, SemEval-2018, EmoryNLP ----------------------------------------------------------------------------------


def test_xed_is_written_as_its_neutral_lines_are(original, said):
    clips = loaded(xed, corpora.xed(original), said)
    assert [(clip.sentence, clip.emotion, clip.split) for clip in clips] == [
        ("You're breaking my arm Tom!", "angry", "train"),
        ("Don't shoot!", "fear", ""),
        ("Okay sweetie.", "happy", ""),
        ("One moment please.", "neutral", ""),
    ]
    assert dict(zip(config.EMOTIONS, clips[0].votes, strict=True)) == votes("angry", "fear")
    assert not any(clip.votes for clip in clips[1:])
    assert sum("1 texts left out" in sentence for sentence in said) == 3


@pytest.mark.parametrize("line", ["Hello .\t0", "Hello .\tjoy", "Hello ."])
def test_xed_with_another_number_is_one_sentence(original, said, line):
    (corpora.xed(original) / "en-annotated.tsv").write_text(f"{line}\n", encoding="utf-8")
    with pytest.raises(DemeanorError, match="no numbers from 1 to 9"):
        loaded(xed, original, said)


def test_semeval_of_several_emotions_has_votes_in_train_and_is_left_out_elsewhere(original, said):
    clips = {clip.sentence: clip for clip in loaded(semeval2018, corpora.semeval2018(original), said)}
    assert {text: (clip.emotion, clip.split) for text, clip in clips.items()} == {
        'He said "no" & left #angry': ("angry", "train"),
        "Off to bed. Good night": ("neutral", "train"),
        "Smiling down on me bro": ("happy", "train"),
        "I'm so scared": ("fear", "val"),
        "I miss her": ("sad", "test"),
    }
    several = clips['He said "no" & left #angry'].votes
    assert dict(zip(config.EMOTIONS, several, strict=True)) == votes("angry", "disgust")
    assert not clips["Smiling down on me bro"].votes, "three of its labels are one of ours"
    assert any("pessimism or trust" in sentence for sentence in said)


def test_semeval_with_other_columns_is_one_sentence(original, said):
    file = corpora.semeval2018(original) / "E-c-En-train.txt"
    file.write_text(file.read_text(encoding="utf-8").replace("\t1", "\tNONE"), encoding="utf-8")
    with pytest.raises(DemeanorError, match="0 or 1 for each emotion"):
        loaded(semeval2018, original, said)


def test_emorynlp_leaves_out_what_is_no_emotion_of_ours_and_keeps_scenes_together(original, said):
    clips = loaded(emorynlp, corpora.emorynlp(original), said)
    train = [clip for clip in clips if clip.split == "train"]
    assert [clip.emotion for clip in train] == ["neutral", "happy", "angry", "fear", "sad"]
    assert [clip.about for clip in train[:2]] == ["speaker Monica Geller", "speaker Joey Tribbiani, Ross Geller"]
    assert [clip.source for clip in train] == [f"train, season 1, episode 2, scene {n}" for n in (1, 1, 2, 2, 3)]
    assert any("powerful" in sentence for sentence in said) and any("peaceful" in sentence for sentence in said)


def test_emorynlp_with_another_label_is_one_sentence(original, said):
    file = corpora.emorynlp(original) / "emorynlp_dev_final.csv"
    file.write_text(file.read_text(encoding="utf-8").replace("Scared", "Bored"), encoding="utf-8")
    with pytest.raises(DemeanorError, match="'Bored' is none of EmoryNLP's labels"):
        loaded(emorynlp, original, said)


def votes(*emotions):
    return {emotion: float(emotion in emotions) for emotion in config.EMOTIONS}


# --- one's own ---------------------------------------------------------------------------------------------------


def test_a_folder_of_one_s_own_texts(original, data):
    summary, clips = laid_out("mine", corpora.named_texts(original))
    assert summary.folder == data / "training_text" / "mine"
    assert summary.counts == {"unsplit": dict.fromkeys(corpora.EMOTIONS, 1)}
    assert {clip.path.read_text(encoding="utf-8") for clip in clips} == {
        f"> And you?\nI am {emotion}.\n" for emotion in corpora.EMOTIONS
    }


@pytest.mark.parametrize(("name", "between"), [("lines.csv", ","), ("lines.tsv", "\t"), ("lines.csv", ";")])
def test_a_table_of_one_s_own_texts(original, name, between):
    rows = [
        ("Author", "Text", "Label", "split"), ("ann", "I'm so glad", "joy", "dev"), ("bob", "Hm", "boredom", "train"),
        ("bob", "Leave me", "Wut", "train"), ("bob", "", "joy", "train"),
    ]  # fmt: skip
    original.mkdir(parents=True, exist_ok=True)
    (original / name).write_text("".join(between.join(row) + "\n" for row in rows), encoding="utf-8")
    (original / "labels.csv").write_text("label,emotion\nwut,angry\nboredom,\n", encoding="utf-8")
    (original / "other.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    summary, clips = laid_out("mine", original)
    found = {(clip.sentence, clip.emotion, clip.split, clip.speaker) for clip in clips}
    assert found == {("I'm so glad", "happy", "val", "ann"), ("Leave me", "angry", "train", "bob")}
    assert any("boredom" in note for note in summary.notes) and any("no words" in note for note in summary.notes)
    assert {clip.path.read_text(encoding="utf-8") for clip in clips} == {"I'm so glad\n", "Leave me\n"}


def test_texts_and_pictures_of_one_s_own_each_go_to_their_model(original):
    corpora.named(corpora.named_texts(original))
    made = {summary.model: summary for summary in get_data("mine", original)}
    assert {name: sum(summary.counts["unsplit"].values()) for name, summary in made.items()} == {"face": 7, "text": 7}
    assert {clip.path.suffix for clip in training_files(made["face"].folder, PICTURES)} == {".png"}


def test_a_readme_is_missed_only_among_texts(original, said):
    corpora.named(original)
    (original / "README.md").write_text("mine", encoding="utf-8")
    assert len(loaded(named_files, original, said)) == 7 and said == []
    corpora.named_texts(original)
    loaded(named_files, original, said)
    assert any("1 files left out, for nothing says their emotion" in sentence for sentence in said)
