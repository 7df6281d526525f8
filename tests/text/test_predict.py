"""Words in, predictions out: typed, in texts, in subtitles, in recordings and in folders of these.

Most tests stand in a toy for the network and the transcriber; the last ones use MiniLM where its files are there.
"""

import csv
import json
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import pytest
import torch

from source import api
from source.cli import render
from source.core import config, pretrained
from source.core.errors import DemeanorError
from source.core.spec import spec_of
from source.media.types import RECORDINGS
from source.results import predicting
from source.results.prediction import SCHEMA, Prediction, Reading
from source.text import SPEC, chunking, explain, inference, predict
from source.text.features import featurize
from source.text.inference import TextQuery
from source.text.results.highlights import highlights
from source.text.settings import TextSettings
from source.text.utterances import Document, Utterance, Word
from source.training import checkpoint
from source.training.checkpoint import Header, Trained
from tests.support.pdf import pdf

LABELS = config.EMOTIONS
WORDS = ("happy", "sad", "neutral")  # that the toy knows
TEXT_FILES = {"result.json", "sentences.csv", "word_counts.csv", "highlights.html"}
TIMED_FILES = TEXT_FILES | {"timeline.png", *(f"transcript.{kind}" for kind in ("txt", "srt", "vtt", "json"))}
SUBTITLES = "1\n00:00:01,000 --> 00:00:03,500\nI am happy.\n\n2\n00:01:00,000 --> 00:01:02,000\nso sad, so sad\n"
needs_minilm = pytest.mark.skipif(
    any(pretrained.problem_with(pretrained.ASSETS[name]) for name in ("minilm", "minilm_tokenizer")),
    reason="MiniLM's files are not there: python setup.py",
)


class Toy(torch.nn.Module):
    """Stands for the network: counts the words of an emotion; the affect dimensions follow from them."""

    def __init__(self, fitted=True):
        super().__init__()
        self.fitted = fitted

    def forward_features(self, counts):
        return counts

    def head(self, counts):
        logits = torch.zeros(len(counts), len(LABELS))
        logits[:, [LABELS.index(word) for word in WORDS]] = 3 * counts
        return logits

    def affect(self, counts):
        happy, sad, _ = counts.T
        values = torch.stack([happy - sad, happy, sad], 1).clamp(-1, 1)
        return values if self.fitted else torch.full_like(values, torch.nan)


def counts_of(text, context, settings):
    """Stands for `featurize`."""
    words = [word.strip(".,!?") for word in text.lower().split()]
    return {"counts": np.array([words.count(word) for word in WORDS], np.float32)}


def toy_trained(settings=None, temperature=1.0, fitted=True):
    settings = settings or TextSettings()
    return Trained(SPEC, settings, Toy(fitted), Header("text", asdict(settings), LABELS, "seven", temperature, {}))


@pytest.fixture
def toys(monkeypatch):
    """The toys in place of what needs MiniLM's files; a token is a word, and two frame them."""
    monkeypatch.setattr(inference, "featurize", counts_of)
    for module in (predict, chunking):
        monkeypatch.setattr(module, "is_longer", lambda text, settings: len(text.split()) > settings.tokens - 2)


@pytest.fixture
def no_figure(monkeypatch):
    """No timeline is drawn, which takes half a second."""
    monkeypatch.setattr("source.text.results.figures.timeline", lambda prediction: b"")


def read(source, folder_out=None, trained=None, on_progress=None):
    write = folder_out is not None
    (result,) = predicting.predict(source, trained or toy_trained(), folder_out, write=write, on_progress=on_progress)
    return result


def written(folder, text, name="note.txt"):
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(text, encoding="utf-8")
    return folder / name


def files_of(result):
    return {child.name for child in Path(result.folder).iterdir()}


def rows_of(file):
    with file.open(newline="", encoding="utf-8") as stream:
        return list(csv.DictReader(stream))


# --- What people hand in -----------------------------------------------------------------------------------------


def test_a_sentence_that_is_typed(toys, tmp_path):
    result = read("I'm so happy that you came!", tmp_path)
    assert result.source == "typed words" and [reading.emotion for reading in result.readings] == ["happy"]
    assert result.readings[0].text == "I'm so happy that you came!" and result.seconds is None
    assert result.overall.probabilities == pytest.approx(result.readings[0].probabilities)
    assert Path(result.folder).name == "I_m_so_happy_that_you_came" and files_of(result) == TEXT_FILES
    assert list(render.prediction_lines(result)) == [
        "typed words: happy 77 %; sentiment +1.0; valence +1.0; arousal 0.0"
    ]


def test_bytes_from_a_terminal_that_are_no_letter(toys, tmp_path):
    result = read("caf\udce9 so happy", tmp_path)
    assert result.readings[0].text == "caf\ufffd so happy" and result.overall.emotion == "happy"
    assert files_of(result) == TEXT_FILES


def test_a_folder_for_typed_words_has_a_safe_name():
    names = {"../../etc/passwd": "etc_passwd", "...?!": "typed_words", "a" * 300: "a" * 40, "你好，世界": "你好_世界"}
    assert {words: predict.folder_name(words) for words in names} == names


@pytest.mark.parametrize("name, content", [
    ("a.md", b"# I am happy.\n\nHe was **sad**."), ("letter.pdf", pdf(["I am happy. He was sad."])),
    ("A.HTML", b"<html><style>p {}</style><p>I am happy.</p><p>He was sad.</p></html>"),
    ("mit Leerzeichen und ü 你.txt", b"I am happy.\r\n\r\nHe was sad."),
])  # fmt: skip
def test_a_text_is_read_by_its_sentences(toys, tmp_path, name, content):
    (tmp_path / name).write_bytes(content)
    result = read(tmp_path / name, tmp_path / "out")
    assert [reading.emotion for reading in result.readings] == ["happy", "sad"]
    assert all(reading.start_seconds is None for reading in result.readings)
    assert files_of(result) == TEXT_FILES and Path(result.folder).name == Path(name).stem


def test_subtitles_keep_their_times(toys, tmp_path):
    result = read(written(tmp_path, SUBTITLES, "film.srt"), tmp_path / "out")
    assert [(reading.start_seconds, reading.end_seconds, reading.emotion) for reading in result.readings] == [
        (1, 3.5, "happy"), (60, 62, "sad")
    ]  # fmt: skip
    assert result.seconds == 62 and files_of(result) == TIMED_FILES
    assert (result.overall.start_seconds, result.overall.end_seconds) == (0, 62)
    folder = Path(result.folder)
    assert "00:00:01,000 --> 00:00:03,500\n[happy 77 %] I am happy." in (folder / "transcript.srt").read_text()
    assert "00:01:00.000 --> 00:01:02.000\n[sad 99 %] so sad, so sad" in (folder / "transcript.vtt").read_text()
    assert (folder / "transcript.txt").read_text() == "I am happy.\nso sad, so sad\n"
    labels = [row["label"] for row in json.loads((folder / "transcript.json").read_text())["utterances"]]
    assert labels == ["happy 77 %", "sad 99 %"]
    assert list(render.prediction_lines(result))[1:] == [
        "     0:01  happy 77 %  +1.0  I am happy.", "     1:00  sad 99 %    -1.0  so sad, so sad"
    ]  # fmt: skip


def test_broken_subtitles_are_read_as_far_as_they_go(toys, tmp_path):
    text = (
        "1\n00:00:99 -->\nI am happy\n\nso sad\n\n3\n00:00:07,0 --> 00:00:02,0\n\n4\n00:00:03,000 --> 00:00:04,000\nhm"
    )
    result = read(written(tmp_path, text, "bad.srt"))
    assert [reading.text for reading in result.readings] == ["I am happy", "so sad", "hm"]
    assert [reading.emotion for reading in result.readings][:2] == ["happy", "sad"] and result.notes


@pytest.mark.parametrize("ending", [".wav", ".mp4"])
def test_a_recording_is_transcribed_once_and_read_by_sentences(toys, no_figure, tmp_path, monkeypatch, ending):
    times = {"We": (0.5, 0.7), "are": (0.7, 1.0), "happy.": (1.0, 1.5), "I": (1.6, 1.7), "was": (1.7, 1.9),
             "sad.": (2, 2.4)}  # fmt: skip
    words = tuple(Word(text, start, end, 0.9 if start < 1.6 else 0.3) for text, (start, end) in times.items())
    heard = Document((Utterance("We are happy. I was sad.", 0.5, 2.4, words),), "en", 5.0, ("clipped",))
    calls = []
    monkeypatch.setattr("source.text.transcript.transcribe", lambda *arguments: calls.append(arguments) or heard)
    file = tmp_path / f"clip{ending}"
    result = read(file, tmp_path / "out")
    ((path, model, *_),) = calls
    assert (path, model) == (file, config.WHISPER_MODEL)
    readings = [(r.text, r.start_seconds, r.end_seconds, r.emotion, r.notes) for r in result.readings]
    assert readings == [
        ("We are happy.", 0.5, 1.5, "happy", ()),
        ("I was sad.", 1.6, 2.4, "sad", ("the transcriber is unsure of the words: 30 %",)),
    ]
    assert result.notes == ("clipped",) and result.seconds == 5 and result.language == "en"
    assert files_of(result) == TIMED_FILES
    document = json.loads((Path(result.folder) / "transcript.json").read_text())
    assert [word["text"] for word in document["utterances"][1]["words"]] == ["I", "was", "sad."]


def test_without_the_transcribers_weights_other_files_go_on(toys, tmp_path, monkeypatch):
    def missing(name):
        raise DemeanorError("models/pretrained/tiny.en.pt is missing.")

    monkeypatch.setattr("source.text.transcript.speech_model", missing)
    for name in ("a.wav", "b.mp4"):
        written(tmp_path / "in", "", name)
    written(tmp_path / "in", "I am happy.")
    messages = []
    results = predicting.predict(tmp_path / "in", toy_trained(), tmp_path / "out", notify=messages.append)
    assert [result.overall.emotion for result in results] == [None, None, "happy"]
    assert messages == ["Nothing is transcribed: models/pretrained/tiny.en.pt is missing."]
    assert all("not transcribed" in result.notes[0] for result in results[:2])
    assert list(render.prediction_lines(results[0])) == [f"a.wav: {results[0].notes[0]}"]
    assert files_of(results[0]) == {"result.json", "sentences.csv", "highlights.html"}


@pytest.mark.parametrize("words", ["...", "?!", "– \u200b –"])
def test_what_has_no_words_is_no_emotion(toys, tmp_path, words):
    result = read(words, tmp_path)
    assert result.overall.probabilities == {} and result.overall.emotion is None and result.overall.affect == {}
    assert result.summary == "nothing to read" and result.notes[-1] == "there is nothing to read in it"
    assert list(render.prediction_lines(result)) == ["typed words: there is nothing to read in it"]
    assert {row["emotion"] for row in rows_of(Path(result.folder) / "sentences.csv")} <= {"nothing to read"}


def test_an_empty_file_is_no_emotion(toys, tmp_path):
    for name, text in (("a.txt", ""), ("b.txt", " \n\n"), ("c.srt", ""), ("d.html", "<p></p>")):
        result = read(written(tmp_path, text, name), tmp_path / "out")
        assert result.readings == () and result.overall.emotion is None and len(result.notes) == 1
        assert files_of(result) == {"result.json", "sentences.csv", "highlights.html"}


def test_one_word_says_little_and_an_emoji_says_something(toys):
    assert read("Happy!").readings[0].notes == ("one word says little",)
    assert read("Happy days!").readings[0].notes == ()
    assert read("😂").readings[0].probabilities and read(":(").readings[0].probabilities


@pytest.mark.parametrize("text, language", [
    ("Я тебя очень люблю и никогда не забуду, happy!", "ru"), ("Ich bin so happy, dass du da bist!", "de"),
])  # fmt: skip
def test_what_is_in_a_language_that_the_model_does_not_know_is_withheld(toys, monkeypatch, text, language):
    result = read(text)
    assert result.language == language and {reading.emotion for reading in [result.overall, *result.readings]} == {None}
    assert len(result.notes) == 1 and f"'{language}'" in result.notes[0] and result.readings[0].text in text
    monkeypatch.setattr(TextSettings, "knows", lambda settings, language: True)
    assert read(text).overall.emotion == "happy" and read(text).notes == ()


def test_nothing_is_cut(toys):
    text = " ".join(f"word{number}," for number in range(60)) + " happy."
    result = read(text, trained=toy_trained(TextSettings(tokens=20)))
    assert " ".join(reading.text for reading in result.readings) == text
    assert all(len(reading.text.split()) <= 18 and not reading.notes for reading in result.readings)
    assert result.readings[-1].emotion == "happy"


def test_parts_of_a_long_utterance_share_its_time_and_words(toys):
    words = tuple(Word(f"w{number}", number / 10, number / 10 + 0.1, 1.0) for number in range(16))
    long = Utterance(" ".join(word.text for word in words), 0.0, 1.6, words)
    first, second = chunking.split_long_utterances(Document((long,)), TextSettings(tokens=10)).utterances
    assert [*first.words, *second.words] == list(words)
    assert first.start_seconds == 0 and first.end_seconds == second.start_seconds and second.end_seconds == 1.6


# --- The whole ---------------------------------------------------------------------------------------------------


def test_the_whole_weighs_sentences_by_their_words(toys):
    result = read("I am happy. This whole long day was nothing but sad.")
    short, long = result.readings
    for label in LABELS:
        mean = (3 * short.probabilities[label] + 8 * long.probabilities[label]) / 11
        assert result.overall.probabilities[label] == pytest.approx(mean)
    assert result.overall.sentiment == pytest.approx((3 - 8) / 11)
    assert result.summary.startswith("sad ") and " over 2 sentences; sentiment -0.5; " in result.summary


def test_affect_dimensions_that_were_not_fitted_are_left_out(toys, no_figure, tmp_path):
    result = read(written(tmp_path, SUBTITLES, "a.srt"), tmp_path / "out", toy_trained(fitted=False))
    assert result.overall.sentiment is None and "sentiment" not in result.summary
    assert rows_of(Path(result.folder) / "sentences.csv")[0]["valence"] == ""


def test_probabilities_are_calibrated(toys):
    confident, calibrated = (read("happy", trained=toy_trained(temperature=value)).readings[0] for value in (1.0, 3.0))
    assert calibrated.confidence == pytest.approx(np.e / (np.e + 6)) and confident.confidence > 0.7


# --- Why ---------------------------------------------------------------------------------------------------------


def test_a_words_attribution_is_what_the_label_loses_without_it(toys):
    result = read("It is neutral, but happy happy me.").readings[0]
    trained, words = toy_trained(), ["It", "is", "neutral,", "but", "happy", "happy", "me."]
    for index, (word, value) in enumerate(result.word_attribution):
        without = " ".join(words[:index] + words[index + 1 :])
        (output,) = inference.infer([TextQuery(without)], trained)
        assert word == words[index]
        assert value == pytest.approx(result.probabilities["happy"] - output.probabilities["happy"])
    values = [value for _, value in result.word_attribution]
    assert values[2] < 0 < values[4] and values[0] == pytest.approx(0)


def test_neighbours_in_a_long_sentence_are_left_out_together(toys, monkeypatch):
    monkeypatch.setattr(explain, "MOST_GROUPS", 2)
    reading = Reading({label: 0.1 for label in LABELS} | {"happy": 0.9}, text="so happy we are")
    values = [value for _, value in explain.word_attribution(reading, "", toy_trained())]
    assert values[0] == values[1] > values[2] == values[3]


@pytest.mark.slow
def test_a_large_text_takes_bounded_memory_and_explains_the_most_informative(toys, monkeypatch):
    lines = [*["It is one of so many days and all of them pass by slowly neutral"] * 28, "I am happy here", "so sad"]
    monkeypatch.setattr(predict, "document_from_text", lambda text: Document(tuple(map(Utterance, text.splitlines()))))
    sizes, forward, steps = [], inference.forward, []
    monkeypatch.setattr(
        inference, "forward", lambda arrays, trained: sizes.append(len(arrays["counts"])) or forward(arrays, trained)
    )
    result = read("\n".join(lines * 100), on_progress=lambda *step: steps.append(step))
    assert len(result.readings) == 3000 and max(sizes) <= inference.BATCH
    explained = [reading for reading in result.readings if reading.word_attribution]
    assert len(explained) == explain.MOST_SENTENCES and {reading.emotion for reading in explained} == {"happy", "sad"}
    assert sum(sizes) <= 3 + 2 * 14, "identical sentences were read more than once"
    assert "200 most informative of 3,000 sentences" in result.notes[-1]
    assert (3000, 3000) in steps and steps[-1] == (200, 200)
    page = highlights(result)
    assert len(page) < 500_000 and page.count('<div class="sentence">') == 200 and "28 more sentences" in page
    shown = list(render.prediction_lines(result))
    assert len(shown) == 23 and shown[-1] == "  ... 2,980 more; sentences.csv lists all"


# --- What comes out ----------------------------------------------------------------------------------------------


def test_the_documents(toys, tmp_path):
    result = read(written(tmp_path, "I am happy. He was sad."), tmp_path / "out")
    folder = Path(result.folder)
    document = json.loads((folder / "result.json").read_text(encoding="utf-8"))
    assert document == json.loads(result.to_json()) and document["schema"] == SCHEMA and document["model"] == "text"
    first = document["readings"][0]
    assert first["text"] == "I am happy." and first["emotion"] == "happy" and first["sentiment"] == 1
    assert [word for word, _ in first["word_attribution"]] == ["I", "am", "happy."]
    rows = rows_of(folder / "sentences.csv")
    assert list(rows[0]) == [
        "start_seconds", "end_seconds", "text", "emotion", "likeliest", "confidence", *LABELS,
        "sentiment", "valence", "arousal", "notes",
    ]  # fmt: skip
    assert [(row["text"], row["emotion"], row["start_seconds"]) for row in rows] == [
        ("I am happy.", "happy", ""), ("He was sad.", "sad", "")
    ]  # fmt: skip
    assert float(rows[0]["happy"]) == pytest.approx(result.readings[0].probabilities["happy"], abs=1e-4)
    counts = rows_of(folder / "word_counts.csv")
    assert {(row["word"], row["count"]) for row in counts} == {("happy", "1"), ("sad", "1")}


def test_a_second_text_of_the_same_name_gets_its_own_folder(toys, tmp_path):
    files = [written(tmp_path / name, f"I am {text}.") for name, text in (("a", "happy"), ("b", "sad"))]
    results = [read(file, tmp_path / "out") for file in files]
    assert [Path(result.folder).name for result in results] == ["note", "note_2"]
    assert [result.overall.emotion for result in results] == ["happy", "sad"]


def test_stopped_while_reading_or_writing_leaves_no_folder(toys, tmp_path, monkeypatch):
    file = written(tmp_path, "I am happy.")

    def stop(*_):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        read(file, tmp_path / "out", on_progress=stop)
    monkeypatch.setattr("source.results.writing.csv_text", stop)  # result.json is written by then
    with pytest.raises(KeyboardInterrupt):
        read(file, tmp_path / "out")
    assert not list((tmp_path / "out").glob("*"))


def test_a_folder_goes_on_after_a_bad_file(toys, no_figure, tmp_path):
    folder = tmp_path / "my texts"
    (folder / "sub").mkdir(parents=True)
    (folder / "bad.txt").write_bytes(bytes(range(256)) * 20)
    written(folder, "I am happy. So happy."), written(folder, SUBTITLES, "film.srt"), written(folder, "", "photo.png")
    messages, steps = [], []
    results = predicting.predict(
        folder, toy_trained(), tmp_path / "out", notify=messages.append, on_progress=lambda *step: steps.append(step)
    )
    assert [Path(result.source).name for result in results] == ["bad.txt", "film.srt", "note.txt"]
    assert steps == [(number, 3) for number in range(4)] and "1 of the 3 texts" in messages[-1]
    results_folder = tmp_path / "out" / "my texts"
    assert {child.name for child in results_folder.iterdir()} == {"film", "note", "summary.csv", "result.json"}
    rows = rows_of(results_folder / "summary.csv")
    assert [row["emotion"] for row in rows] == ["", "sad", "happy"] and "could not be read" in rows[0]["notes"]
    assert [row["sentences"] for row in rows] == ["", "2", "2"]
    assert [row["seconds"] for row in rows] == ["", "62.00", ""] and float(rows[2]["sentiment"]) == 1
    assert len(json.loads((results_folder / "result.json").read_text())) == 3
    assert len([line for result in results for line in render.prediction_lines(result, brief=True)]) == 3


def test_without_writing_nothing_is_written(toys, tmp_path, monkeypatch):
    monkeypatch.setattr(config, "OUTPUT_FOLDER", tmp_path / "out")
    assert read("I am happy").folder == "" and not list(tmp_path.iterdir())


# --- At the command line and the API -----------------------------------------------------------------------------


def test_a_line_fits_the_terminal_and_moves_no_cursor(monkeypatch):
    monkeypatch.setenv("COLUMNS", "40")
    texts = ("x" * 200, "你好" * 50, "\x1b[2Jboo\nhoo", "short")
    readings = tuple(Reading({"happy": 0.9, "sad": 0.1}, text=text, sentiment=0.5) for text in texts)
    result = Prediction("a.txt", "text", ("happy", "sad"), readings, overall=Reading({"happy": 1.0}))
    lines = list(render.prediction_lines(result))[1:]
    widths = [sum(2 if char > "\u2fff" else 1 for char in line) for line in lines]
    assert max(widths) <= 40 and widths[1] >= 38 and all(line.isprintable() for line in lines)
    assert lines[0].endswith("x...") and lines[3] == "  happy 90 %  +0.5  short"


def test_a_unit_of_progress_for_each_kind(tmp_path):
    sources = ("I am happy", tmp_path / "a.txt", tmp_path / "a.wav", tmp_path / "a.MP4", tmp_path)
    units = [render.unit_of_progress("text", [source]) for source in sources]
    assert units == ["sentence", "sentence", "second", "second", "text"]


def test_words_are_told_from_the_names_of_files(tmp_path, monkeypatch):
    monkeypatch.setattr(config, "INPUT_FOLDER", tmp_path)
    monkeypatch.chdir(tmp_path)
    file = written(tmp_path, "I am sad.", "happy")
    assert api.asked_for("text", "happy") == file and api.asked_for("text", str(file)) == file
    words = (
        "I can't believe you did this!", "so sad", "him/her or not", "?", "~ me too", "e.g. this", "x" * 5000, "a\nb",
        "\N{FACE WITH TEARS OF JOY}", "-- no", "1.5", "https://a.bc/d", "Why...?",
    )  # fmt: skip
    assert [api.asked_for("text", text) for text in words] == list(words)
    missing = ("note.txt", "my note.TXT", "clip.wav", "photo.png", "/tmp/nothing here", "./x", "a/b", "~nobody/x",
               "report.docx")  # fmt: skip
    for name in missing:
        with pytest.raises(DemeanorError, match="There is no .* nor at that path"):
            api.asked_for("text", name)
    for empty in ("", "  "):
        with pytest.raises(DemeanorError, match="Nothing was named"):
            api.asked_for("text", empty)
    with pytest.raises(DemeanorError, match="There is no so sad"):
        api.asked_for("face", "so sad")


def test_recordings_are_offered_for_prediction_but_are_no_corpus(tmp_path, monkeypatch):
    monkeypatch.setattr(config, "INPUT_FOLDER", tmp_path)
    for name in ("a.txt", "b.wav", "c.mp4", "d.png"):
        (tmp_path / name).touch()
    assert api.inputs("text") == ["a.txt", "b.wav", "c.mp4"] and api.inputs("audio") != api.inputs("text")
    assert not set(RECORDINGS) & set(SPEC.suffixes) and set(RECORDINGS) < set(SPEC.readable)
    assert spec_of("face").readable == spec_of("face").suffixes


# --- With the real network ---------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def real():
    """MiniLM with an untrained head and an arbitrary affect head."""
    torch.manual_seed(0)
    settings = TextSettings(weights_dtype="float32")
    network = SPEC.build(settings, len(LABELS)).eval()
    network.affect.weight.normal_(0, 0.02), network.affect.fitted.fill_(True)
    return Trained(
        SPEC, settings, network, Header("text", asdict(settings), LABELS, "seven", 1.7, settings.extract_settings())
    )


@needs_minilm
@pytest.mark.slow
@pytest.mark.parametrize("bfloat16, near", [(False, 1e-6), (True, 0.02)])
def test_one_pass_gives_what_the_model_and_its_affect_head_give(real, monkeypatch, bfloat16, near):
    monkeypatch.setattr("source.core.precision.has_bfloat16", lambda: bfloat16)
    rows = [featurize(text, "", real.settings) for text in ("I am happy!", "no", "He left us in the dark, alone.")]
    arrays = {name: np.stack([row[name] for row in rows]) for name in rows[0]}
    probabilities, affect = inference.forward(arrays, real)
    np.testing.assert_allclose(probabilities, real.probabilities(arrays), atol=near)
    features = real.network.forward_features(**{name: torch.from_numpy(array) for name, array in arrays.items()})
    np.testing.assert_allclose(affect, real.network.affect(features).detach().numpy(), atol=near)


@needs_minilm
@pytest.mark.slow
def test_prediction_gives_the_network_what_preprocessing_does(real, tmp_path, monkeypatch):
    given, forward = [], inference.forward
    monkeypatch.setattr(inference, "forward", lambda arrays, trained: given.append(arrays) or forward(arrays, trained))
    texts = ("What a wonderful day “this” is 😂!", "He died, and nobody came to bury him.")
    readings = [read(written(tmp_path, text), trained=real).readings[0] for text in texts]
    for text, arrays in zip(texts, (given[0], given[2]), strict=True):
        extracted = SPEC.extract(written(tmp_path, text), real.settings)
        assert given[0].keys() == extracted.keys()
        for name, array in extracted.items():
            np.testing.assert_array_equal(arrays[name][0], array)
        assert arrays["token_ids"].any() and arrays["lexicon"].any()
    assert abs(readings[0].probabilities["happy"] - readings[1].probabilities["happy"]) > 1e-3
    assert readings[0].sentiment != readings[1].sentiment


def test_the_context_is_given_if_the_settings_ask_for_it(toys, monkeypatch):
    queries = []
    monkeypatch.setattr(inference, "featurize", lambda *query: queries.append(query[:2]) or counts_of(*query))
    text = "One came. Two came. Three came. Four came. Five came."
    read(text)
    assert {context for _, context in queries} == {""}
    queries.clear()
    read(text, trained=toy_trained(replace(TextSettings(), use_context=True)))
    assert queries[:2] == [("One came.", ""), ("Two came.", "One came.")]
    assert queries[4] == ("Five came.", "Two came.\nThree came.\nFour came.")
    assert queries[-1] == ("Five", "Two came.\nThree came.\nFour came.")  # a word is left out, the context stays


@needs_minilm
@pytest.mark.slow
def test_the_command_itself(real, project):
    checkpoint.save(project.folder / "models" / "text", real)
    done = project.run("text", "predict", "I can't believe you did this!")
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert lines[0].startswith("typed words: ") and "; sentiment " in lines[0]
    assert lines[-1] == "Results: output_files/I_can_t_believe_you_did_this"
    folder = project.folder / "output_files" / "I_can_t_believe_you_did_this"
    assert {child.name for child in folder.iterdir()} == TEXT_FILES
