"""What people hand in as text: encodings, web pages, PDF documents, Markdown, and what is no text at all."""

import io
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from source.core.errors import DemeanorError
from source.text import documents
from source.text.documents import document_from_text, read_document, read_text
from source.text.documents.encoding import decode
from source.text.documents.html import is_markup, visible_text
from source.text.documents.markdown import markdown_text
from tests.support.pdf import locked, pdf

FIRST, SECOND = "I was happy yesterday.", "Today I am not so sure."
BOTH = f"{FIRST} {SECOND}"


@pytest.fixture
def file(tmp_path):
    def write(name, content):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write


def texts(document):
    return [utterance.text for utterance in document.utterances]


# --- Plain text --------------------------------------------------------------------------------------------------


@given(st.text(st.characters(categories=["L", "N", "P", "Zs"])), st.sampled_from(["-8", "-8-sig", "-16", "-32"]))
@settings(max_examples=50, deadline=None)
def test_unicode_is_read_however_it_is_encoded(text, encoding):
    text = f"Żółć {text}"
    assert decode(text.encode(f"utf{encoding}"), Path("a.txt")) == (text, ())


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf16_is_recognised_without_a_mark(file, encoding):
    assert read_text(file("a b.TXT", BOTH.encode(encoding))) == BOTH


def test_western_european_text_is_read_with_a_note(file):
    document = read_document(file("a.txt", "Thé café “here” is good – the naïve façade.".encode("cp1252")))
    assert texts(document) == ["Thé café “here” is good – the naïve façade."]
    assert "Windows-1252" in document.notes[0]


def test_a_file_cut_within_a_character_is_still_utf8(file):
    document = read_document(file("a.txt", "The café was good. The naïve façade too é".encode()[:-1]))
    assert texts(document)[0] == "The café was good." and "1 characters" in document.notes[0]


@pytest.mark.parametrize("content, reason", [
    (bytes(range(256)) * 40, "not a text"), (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(range(200)), "not a text"),
    (b"\x7fELF\x02\x01\x01" + b"\0" * 50 + bytes(range(1, 200)) * 5, "not a text"),
    (b"%PDF-1.7 ...", "a PDF document"), (b"PK\x03\x04\x14\0\x06\0", "a Word document"),
    (b"{\\rtf1 hello}", "an RTF document"),
])  # fmt: skip
def test_what_is_no_text_is_refused(file, content, reason):
    for ending in ("txt", "md", "html"):
        with pytest.raises(DemeanorError, match=reason):
            read_document(file(f"a.{ending}", content))


def test_an_empty_file_has_no_utterances_and_a_note(file):
    for name in ("a.txt", "a.md", "a.html", "a.htm"):
        for content in ("", " \n\t\n", "\ufeff", "\r\n"):
            document = read_document(file(name, content))
            assert (document.utterances, document.language) == ((), "") and "nothing to read" in document.notes[-1]


def test_quoted_lines_at_the_beginning_are_context_and_not_read(file):
    path = file("a.txt", f"> How was it?\n> Tell me.\n{BOTH}\n> not at the beginning")
    document = read_document(path)
    assert texts(document) == [FIRST, SECOND, "> not at the beginning"]
    assert "said before" in document.notes[0] and read_text(path).startswith("> How was it?")
    assert texts(read_document(file("b.txt", "> only this"))) == []


def test_a_document_has_its_sentences_in_order(file):
    document = read_document(file("a.txt", BOTH))
    assert texts(document) == [FIRST, SECOND] == texts(document_from_text(BOTH))
    assert (document.language, document.seconds, document.notes) == ("en", None, ())
    assert all(utterance.start_seconds is None for utterance in document.utterances)


def test_each_sentence_and_each_cue_knows_the_language(file):
    document = read_document(file("a.txt", "Ich weiß nicht, was ich machen soll. Gestern war alles noch gut."))
    assert [document.language, *(one.language for one in document.utterances)] == ["de"] * 3
    cues = "1\n00:00:01,000 --> 00:00:02,000\nIch weiß nicht,\n\n2\n00:00:03,000 --> 00:00:04,000\nwas ich will.\n"
    document = read_document(file("a.srt", cues))
    assert [document.language, *(one.language for one in document.utterances)] == ["de"] * 3


# --- What cannot be read -----------------------------------------------------------------------------------------


def test_what_is_not_there_or_of_another_kind_is_refused(file, tmp_path):
    for path, reason in ((tmp_path, "a folder"), (tmp_path / "no.txt", "no file"), (file("a.docx", b"PK"), r"\.txt")):
        for read in (read_document, read_text):
            with pytest.raises(DemeanorError, match=reason):
                read(path)


@pytest.mark.parametrize("ending", ["txt", "html", "pdf"])
def test_what_is_too_long_is_refused(file, ending, monkeypatch):
    content = pdf([FIRST, SECOND]) if ending == "pdf" else BOTH.encode()
    monkeypatch.setattr(documents, "MOST_CHARACTERS", 20)
    with pytest.raises(DemeanorError, match="split it"):
        read_document(file(f"a.{ending}", content))
    with pytest.raises(DemeanorError, match="split it"):
        document_from_text(BOTH)


def test_a_file_of_200_megabytes_is_refused_unread(tmp_path, monkeypatch):
    path = tmp_path / "a.txt"
    with path.open("wb") as stream:
        stream.truncate(200_000_000)  # sparse: takes no room
    monkeypatch.setattr(type(path), "read_bytes", None)
    with pytest.raises(DemeanorError, match="200 MB"):
        read_document(path)


# --- Typed text --------------------------------------------------------------------------------------------------


def test_typed_text_keeps_its_emoji_and_signs():
    assert texts(document_from_text("I <3 you 😀 and 1 < 2 > 0")) == ["I <3 you 😀 and 1 < 2 > 0"]
    assert texts(document_from_text("> so it goes")) == ["> so it goes"]
    for text in ("", "  ", "\n"):
        assert document_from_text(text).utterances == () and document_from_text(text).notes


def test_pasted_html_is_stripped():
    document = document_from_text(f"<p>{FIRST}</p><p>{SECOND}</p>")
    assert texts(document) == [FIRST, SECOND] and "HTML" in document.notes[0]


def test_tags_are_told_from_words_with_angles():
    for words in ("a <b and c> d", "use the <p> tag", "<3 <3", "x<y>z", "<user> hello", "<html", "<i>"):
        assert not is_markup(words), words
    for html in ("<b>hi</b>", "one<br>two", "<!DOCTYPE html><p>x", "<P CLASS='a'>\nx</P >", "<br />"):
        assert is_markup(html), html


# --- Web pages ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("page, blocks", [
    ("<p>one <b>and</b> two</p>", ["one and two"]),
    ("<p>one<p>two<div>three</div>four", ["one", "two", "three", "four"]),
    ("one<br>two<br/>three", ["one", "two", "three"]),
    ("<ul><li>one<li>two</ul><table><tr><td>three<td>four</table>", ["one", "two", "three", "four"]),
    ("so<i>me</i>thing &amp; &#8220;more&#x201D; &hellip; &lt;3", ["something & “more” … <3"]),
    ("<script>var a = '<p>no</p>';</script>yes<style>p {}</style>", ["yes"]),
    ("<head><title>no</title><meta charset=x></head><body>yes", ["yes"]),
    ("<head><title>no</title><body>yes", ["yes"]),
    ("<!-- no <p>no</p> -->yes<noscript>no</noscript>", ["yes"]),
    ("<p hidden>no<p>yes", ["yes"]),
    ("<div hidden>no<div>no</div>no</div>yes", ["yes"]),
    ("<span style='color: red; display:none'>no</span>yes", ["yes"]),
    ("<img hidden>yes<br hidden>yes", ["yes", "yes"]),
    ("<svg/>yes<svg><text>no</text></svg>", ["yes"]),
    ("<h1>one</h1>\n\n  two\n three &nbsp; four", ["one", "two three four"]),
    ("", []),
])  # fmt: skip
def test_what_a_browser_shows_is_read(page, blocks):
    assert [block for block in visible_text(page).split("\n\n") if block] == blocks


@pytest.mark.parametrize("endless", ["<a ", "<!--", "<"])
def test_tags_that_never_end_take_no_longer_than_others(endless):
    began = time.process_time()
    assert visible_text("<p>I am happy</p>" + endless * 100_000).startswith("I am happy")
    assert time.process_time() - began < 5, "minutes, if the time grows with the square of the length"


def test_blocks_of_a_page_end_a_sentence(file):
    lines = "<p>She walked along the road that led to the village and she did</p><p>not look back</p>"
    assert len(texts(read_document(file("a.html", lines)))) == 2


def test_a_page_is_read_in_the_encoding_it_names(file):
    for encoding in ("utf-8", "windows-1251", "koi8-r"):
        page = f'<html><head><meta http-equiv="x" content="text/html; charset={encoding}"></head><p>Привет, мой друг!'
        document = read_document(file("a.htm", page.encode(encoding)))
        assert texts(document) == ["Привет, мой друг!"] and document.language == "ru"
    for wrong in ("utf-9", "rot13", "base64", "windows-1251", "utf-16", "utf-7"):
        assert texts(read_document(file("b.html", f'<meta charset="{wrong}"><p>A good café.'))) == ["A good café."]


# --- Markdown ----------------------------------------------------------------------------------------------------


def test_the_words_of_markdown_are_read(file):
    page = f"""\
# My day #

**I was** _happy_ [yesterday](https://a.bc).
![a picture](b.png)

```python
print("no")
```
---
* `item` one
* snake_case * 2 * 3

{SECOND}
"""
    expected = ["My day", FIRST, "item one", "snake_case * 2 * 3", SECOND]
    assert texts(read_document(file("a.md", page))) == expected


@pytest.mark.parametrize("page, words", [
    ("---\ntitle: no\ntags:\n  - no\n---\nyes", "yes"), ("---\nNo key here.\n\n---\n", "No key here."),
    ("one\ntwo  \nthree<br>four", "one\ntwo\n\nthree\n\nfour"), ("1. one\n2. two", "one\n\ntwo"),
    ("> Why?\n> *Tell* me.\nBecause.", "> Why?\n> Tell me.\nBecause."), ("So.\n\n> quoted", "So.\n\nquoted"),
    ("Title\n=====\n\n    indented", "Title\n\nindented"), ("a | b\n--|--\nc | d", "a\n\nb\n\nc\n\nd"),
    ("[one][x] <b>two</b> ~~three~~\n\n[x]: http://no", "one two three"),
    ("2 \\* 3 &amp; I <3 you", "2 * 3 & I <3 you"),
    ("<div>\nyes<script>no</script>\n</div>\n<!-- no -->", "yes"), ("* " * 30 + "deep", "deep"), ("", ""),
])  # fmt: skip
def test_markup_is_told_from_words(page, words):
    assert markdown_text(page) == words


# --- PDF documents -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("packed", [False, True])
def test_pages_are_read_one_after_the_other(file, packed):
    document = read_document(file("a.pdf", pdf([FIRST], [SECOND], packed=packed)))
    assert texts(document) == [FIRST, SECOND] and document.notes == ()


def test_words_and_sentences_split_by_lines_and_pages_are_joined(file):
    pages = (
        ["She walked along the road that led to the vil-", "lage, and she did not look back, though the Anglo-"],
        ["American people called her name again and again", "until the evening came."],
    )
    (only,) = texts(read_document(file("a.pdf", pdf(*pages))))
    assert "the village, and" in only and "the Anglo-American people" in only and only.endswith("evening came.")


def test_page_numbers_are_left_out(file):
    pages = [["1", "The road was long and"], ["the rain fell on it.", "- 2 -"], ["Page 3 of 3", SECOND]]
    assert texts(read_document(file("a.pdf", pdf(*pages)))) == ["The road was long and the rain fell on it.", SECOND]


def test_pages_without_text_are_named_and_do_not_stop_the_others(file):
    document = read_document(file("a.pdf", pdf([FIRST], [], None, [SECOND], [])))
    assert texts(document) == [FIRST, SECOND]
    assert document.notes == ("pages 2, 3, 5: without text, perhaps scanned",)


@pytest.mark.slow
def test_a_pdf_of_another_program_is_read(file):
    """Another writer than that of the tests: matplotlib's."""
    from matplotlib.backends.backend_pdf import FigureCanvasPdf
    from matplotlib.figure import Figure

    figure, data = Figure(), io.BytesIO()
    figure.text(0.1, 0.5, FIRST)
    FigureCanvasPdf(figure).print_pdf(data)
    assert texts(read_document(file("a.pdf", data.getvalue()))) == [FIRST]


@pytest.mark.parametrize("content, reason", [
    (pdf([], []), "OCR"), (b"", "damaged"), (b"no PDF", "damaged"),
    (pdf([FIRST])[:200], "damaged"), (locked(pdf([FIRST]), "secret"), "password"),
])  # fmt: skip
def test_what_is_wrong_with_a_pdf_is_said_in_a_sentence(file, content, reason):
    with pytest.raises(DemeanorError, match=reason) as error:
        read_document(file("my file.pdf", content))
    assert "my file.pdf" in str(error.value) and "\n" not in str(error.value)


def test_a_pdf_locked_only_against_changes_is_read(file):
    assert texts(read_document(file("a.pdf", locked(pdf([FIRST]), "")))) == [FIRST]


def test_every_kind_of_text_is_read(file):
    subtitles = f"WEBVTT\n\n1\n00:00:01.000 --> 00:00:02.000\n{FIRST}\n"
    for ending in documents.TEXTS:
        content = {".pdf": pdf([FIRST]), ".srt": subtitles, ".vtt": subtitles}.get(ending, FIRST)
        assert texts(read_document(file(f"a{ending}", content))) == [FIRST]
        assert read_text(file(f"a{ending}", content)) == FIRST
