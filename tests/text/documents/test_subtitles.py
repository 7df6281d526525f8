"""Subtitles: read however broken, and what is written is read back."""

import json

import pytest

from source.core.errors import DemeanorError
from source.text.documents import read_document
from source.text.documents.subtitles import parse_subtitles
from source.text.results.transcript import clock, json_text, srt_text, txt_text, vtt_text
from source.text.utterances import Document, Utterance, Word

SRT = "1\n00:00:01,500 --> 00:00:03,000\nNobody\ncame.\n\n2\n00:00:04,000 --> 01:00:05,250\nI waited.\n"
DOCUMENT = Document(
    (
        Utterance("I can't believe it!", 0.0, 1.25, (Word("I", 0.0, 0.2, 0.9), Word("can't", 0.2, 0.5, 0.7))),
        Utterance("R&D <i>is</i> 1 < 2 {\\an8} --> so?", 59.9996, 3599.9996),
        Utterance("42", 3600.0, 3601.0),
        Utterance("¿Qué? 你好 🙂", 36000.5, 36001.5),
    ),
    language="en",
    seconds=36002.0,
)


def texts(document):
    return [one.text for one in document.utterances]


def times(document):
    return [(one.start_seconds, one.end_seconds) for one in document.utterances]


@pytest.mark.parametrize("text", [SRT, SRT.replace("\n", "\r\n"), "\ufeff" + SRT, SRT.replace("\n", "\r"), SRT + "\n\n",
                                  SRT.replace(",", "."), SRT.replace("\n1\n", "\n").replace("\n2\n", "\n"),
                                  SRT.replace("\n\n", "\n"), SRT.replace(" --> ", "-->"),
                                  SRT.replace("250\n", "250  X1:10 Y1:20\n"),
                                  SRT.replace("000\nN", "000\n\nN")])  # fmt: skip
def test_the_same_cues_whatever_the_program_that_wrote_them(text):
    document = parse_subtitles(text)
    assert texts(document) == ["Nobody came.", "I waited."] and document.notes == ()
    assert times(document) == [(1.5, 3.0), (4.0, 3605.25)] and document.seconds == 3605.25


def test_webvtt_with_all_that_it_may_have():
    document = parse_subtitles(
        "WEBVTT - a title\nKind: captions\n\nSTYLE\n::cue { color: red }\n\nNOTE two\nlines\n\nintro\n"
        "00:01.500 --> 00:03.000 align:start position:10%\n<v Ann Lee>Hello <c.loud>you</c> <00:02.000>there</v>\n\n"
        "NOTE 00:05.000 is the end\n\n01:02:03.004 --> 01:02:04.000\n&lt;b&gt; &amp; <i>R&nbsp;B</i> &#9834;\n"
    )
    assert texts(document) == ["Hello you there", "<b> & R B"] and document.notes == ()
    assert times(document) == [(1.5, 3.0), (3723.004, 3724.0)]


@pytest.mark.parametrize("line, text", [
    ("{\\an8}Up here", "Up here"), ("<font color='#fff'>Red</font>", "Red"), ("♪ la la ♫", "la la"),
    ("I <3 you", "I <3 you"), ("- Yes.\n- No.", "- Yes. - No."),
    ("a<br>b\\Nc", "a b c"), ("1 < 2 and 3 > 2", "1 < 2 and 3 > 2"), ("<br/>{y:i}x", "x"),
    ("\u200eLeft\u00a0right", "Left right"), ("3\nlives", "3 lives"),
])  # fmt: skip
def test_what_a_cue_says(line, text):
    assert texts(parse_subtitles(f"1\n00:00:01,000 --> 00:00:02,000\n{line}\n")) == [text]


@pytest.mark.parametrize("line, expected", [
    ("00:00:01 --> 00:00:02", (1.0, 2.0)), ("0:1,5 -> 0:2.25", (1.5, 2.25)),
    ("00:00:01:500 --> 00:00:02:500", (1.5, 2.5)),
    ("00:00:05,000 --> 00:00:04,000", (5.0, 5.0)), ("00:00:xx --> 00:00:04,000", None), ("1.5 --> 2.5", (None, None)),
])  # fmt: skip
def test_broken_times(line, expected):
    document = parse_subtitles(f"1\n{line}\nHm.\n\n2\n00:00:06,000 --> 00:00:07,000\nYes.\n")
    if expected is None:  # letters: no line of times at all, so that it may be text
        assert times(document)[0] == (None, None) and texts(document)[0].endswith("Hm.")
        return
    assert times(document) == [expected, (6.0, 7.0)] and texts(document) == ["Hm.", "Yes."]
    assert bool(document.notes) == (expected[0] in (None, 5.0))


def test_odd_times_are_counted_in_one_note_and_cues_put_in_order():
    block = "{}\n00:00:{} --> 00:00:{}\n{}\n"
    spans = [("05", "07", "c"), ("06", "09", "d"), ("01", "02", "a"), ("04", "03", "b"), ("20", "30", "e")]
    text = "\n".join(block.format(at, *span) for at, span in enumerate(spans))
    document = parse_subtitles(text + "\n9\nNo times here.\n")
    assert texts(document) == ["a", "b", "c", "d", "e", "No times here."] and times(document)[-1] == (None, None)
    assert times(document)[1] == (4.0, 4.0)
    (note,) = document.notes
    assert note.startswith("the times of 4 of 6 subtitles are odd: ")
    for part in ("1 are missing", "1 are out of order", "1 overlap the one before", "1 end before they begin"):
        assert part in note


def test_cues_that_follow_each_other_at_once_do_not_overlap():
    text = "00:00:01,100 --> 00:00:02,300\na\n\n00:00:02,300 --> 00:00:03,000\nb\n"
    assert parse_subtitles(text).notes == ()


def test_a_text_with_a_wrong_ending_is_read_as_it_stands(tmp_path):
    file = tmp_path / "my text.srt"
    file.write_text("It was a dark night.\nNobody came.\n\nIn 1984 we left.\n", encoding="utf-8")
    document = read_document(file)
    assert texts(document) == ["It was a dark night. Nobody came.", "In 1984 we left."]
    assert times(document) == [(None, None)] * 2 and document.seconds is None and len(document.notes) == 1


def test_without_words_there_are_no_utterances_and_a_note(tmp_path):
    file = tmp_path / "a.srt"
    for data in (b"", b"\xef\xbb\xbf", b"\n\n", b"WEBVTT\n", b"1\n00:00:01,000 --> 00:00:02,000\n\n"):
        file.write_bytes(data)
        document = read_document(file)
        assert document.utterances == () and document.notes and document.seconds is None


def test_a_file_is_read_in_its_encoding(tmp_path):
    file = tmp_path / "a.srt"
    for encoding in ("utf-16", "latin-1"):
        file.write_bytes(SRT.replace("came", "kam für Öl").encode(encoding))
        assert texts(read_document(file))[0] == "Nobody kam für Öl."


def test_what_cannot_be_read_is_said_in_one_sentence(tmp_path):
    (tmp_path / "b.srt").write_bytes(bytes(range(256)) * 40)
    for path in (tmp_path, tmp_path / "none.srt", tmp_path / "b.srt"):
        with pytest.raises(DemeanorError):
            read_document(path)


@pytest.mark.parametrize("written", [srt_text, vtt_text])
def test_what_is_written_is_read_back(written):
    document = parse_subtitles(written(DOCUMENT))
    assert texts(document) == texts(DOCUMENT)
    for found, expected in zip(times(document), times(DOCUMENT), strict=True):
        assert found == pytest.approx(expected, abs=0.0005)
    assert document.notes == ()


def test_utterances_without_times_are_written():
    document = Document((Utterance("Before."), Utterance("After.", 1.0, 2.0)))
    assert texts(parse_subtitles(srt_text(document))) == ["Before.", "After."]
    assert times(parse_subtitles(srt_text(document))) == [(None, None), (1.0, 2.0)]
    assert texts(parse_subtitles(vtt_text(document))) == ["After."] and "NOTE\nBefore." in vtt_text(document)


def test_labels_stand_in_brackets_before_the_text():
    labels = ["happy 71 %", "", "sad 50 %", ""]
    assert srt_text(DOCUMENT, labels).startswith("1\n00:00:00,000 --> 00:00:01,250\n[happy 71 %] I can't believe it!\n")
    assert txt_text(DOCUMENT, labels).splitlines()[::2] == ["[happy 71 %] I can't believe it!", "[sad 50 %] 42"]
    assert vtt_text(DOCUMENT, labels).startswith("WEBVTT\n\n00:00:00.000 --> 00:00:01.250\n[happy 71 %] I can")
    for written in (srt_text, vtt_text, txt_text, json_text):
        with pytest.raises(ValueError):
            written(DOCUMENT, ["too", "few"])


def test_json_has_everything():
    row = json.loads(json_text(DOCUMENT))["utterances"][0]
    assert row["words"][1] == {"text": "can't", "start_seconds": 0.2, "end_seconds": 0.5, "probability": 0.7}
    assert row["confidence"] == pytest.approx(0.8) and row["end_seconds"] == 1.25
    assert "你好" in json_text(DOCUMENT)


@pytest.mark.parametrize("written, text", [(srt_text, ""), (vtt_text, "WEBVTT\n"), (txt_text, "")])
def test_nothing_is_written_of_nothing(written, text):
    assert written(Document(())) == text


def test_a_clock_carries():
    assert clock(59.9996) == "00:01:00,000" and clock(360000.0) == "100:00:00,000"


def test_a_line_that_wants_to_be_times_is_nothing_that_is_said():
    document = parse_subtitles("1\n99:99:99,999 --> banana\nHello.\n\n2\n00:00:01,000 --> 00:00:02,000\nBye.\n")
    assert {one.text for one in document.utterances} == {"Hello.", "Bye."} and document.notes


@pytest.mark.parametrize("answer", ["[happy 71 %]", "[not sure (sad 31 %)]", "[sad/fear 90 %]"])
def test_our_own_answers_are_not_read_as_words(answer):
    text = f"1\n00:00:01,000 --> 00:00:02,000\n{answer} [door slams] No!\n"
    assert parse_subtitles(text).utterances[0].text == "[door slams] No!"
