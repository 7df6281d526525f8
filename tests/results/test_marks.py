"""A human's marks, in what spreadsheets and annotation programs write."""

import csv
import doctest
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from source.core.errors import DemeanorError
from source.results.annotations import Mark
from source.results.marks import columns, read_marks, times

TWO = (Mark(0.0, 2.5, "happy"), Mark(2.5, 70.0, "not sure"))
ELAN_HEADER = "\t".join(
    ["Tier", "Participant", "Begin Time - hh:mm:ss.ms", "Begin Time - ss.msec", "Begin Time - msec",
     "End Time - hh:mm:ss.ms", "End Time - ss.msec", "End Time - msec", "Duration - hh:mm:ss.ms", "Annotation"]
)  # fmt: skip
ELAN = """emotion\t\t00:00:00.000\t0.000\t0\t00:00:02.500\t2.500\t2500\t00:00:02.500\thappy
emotion\t\t00:00:02.500\t2.500\t2500\t00:01:10.000\t70.000\t70000\t00:01:07.500\tnot sure
"""
ONE_TIER = {
    "csv": "begin,end,label\n0,2.5,happy\n2.5,70,not sure\n",
    "no header": "0.0,2.5,happy\n2.5,70.0,not sure\n",
    "mixed numbers": "0,2.5,happy\n2.5,70,not sure\n",
    "semicolons and decimal commas": "Begin;End;Label\n0,0;2,5;happy\n2,5;70,0;not sure\n",
    "quoted": '"begin","end","label"\r\n"0","2.5","happy"\r\n"2.5","70","not sure"\r\n',
    "clock": "start\tstop\temotion\n0:00\t0:02.5\thappy\n0:02.5\t1:10\tnot sure\n",
    "milliseconds by header": "start_ms,end_ms,label\n0,2500,happy\n2500,70000,not sure\n",
    "milliseconds by length": "0,2500,happy\n2500,70000,not sure\n",
    "units": "onset (s);offset (s);label\n0 s;2.5 s;happy\n2.5 s;70 s;not sure\n",
    "length": "onset,duration,label\n0,2.5,happy\n2.5,67.5,not sure\n",
    "label first": "label,begin_seconds,end_seconds\nhappy,0,2.5\nnot sure,2.5,70\n",
    "in another order": "2.5|70|not sure\n0|2.5|happy\n",
    "audacity": "0.000000\t2.500000\thappy\n2.500000\t70.000000\tnot sure\n",
    "elan": ELAN,
    "elan with a header": f"{ELAN_HEADER}\n{ELAN}",
    "elan in frames too": "0:00:00.0\t00:00:00:00\t0:00:02.5\t00:00:02:13\thappy\n"
    "0:00:02.5\t00:00:02:13\t0:01:10.0\t00:01:10:00\tnot sure\n",
    "elan with the media": f'"#file:///C:/films/clip.mp4 -- offset: 0"\n{ELAN}',
    "elan, begin and end": "emotion\t\t0.000\t2.500\thappy\nemotion\t\t2.500\t70.000\tnot sure\n",
    "boris, pasted": "0.0\t\thappy\n2.5\t\thappy\n2.5\t\tnot sure\n70\t\tnot sure\n",
    "boris, subject": "0.0\tAnn\thappy\t\t\tNA\n2.5\tAnn\thappy\t\t\tNA\n2.5\tAnn\tnot sure\t\t\tNA\n"
    "70\tAnn\tnot sure\t\t\tNA",
    "boris, tabular": "Observation id,clip\nMedia file,clip.mp4\n\nTime,Media file path,Subject,Behavior,"
    "Behavioral category,Comment,Status\n0.0,clip.mp4,No focal subject,happy,,,START\n"
    "2.5,clip.mp4,No focal subject,happy,,,STOP\n"
    "2.5,clip.mp4,No focal subject,not sure,,,START\n70,clip.mp4,No focal subject,not sure,,,STOP\n",
    "boris, aggregated": "Observation id\tSubject\tBehavior\tBehavioral category\tBehavior type\tStart (s)\tStop (s)\t"
    "Duration (s)\nclip\tAnn\thappy\t\tSTATE\t0.0\t2.5\t2.5\nclip\tAnn\tnot sure\t\tSTATE\t2.5\t70\t67.5\n",
    "boris, tabular of today": "Observation id,Observation date,Observation type,Time offset (s),FPS (frame/s),Subject,"
    "Behavior,Behavioral category,Behavior type,Time,Media file name,Image index,Comment\n"
    + "".join(f"clip,2026-01-01,Media file,0,25.0,Ann,{label},,{status},{at},clip.mp4,{at},\n"
              for label, status, at in (("happy", "START", 0.0), ("happy", "STOP", 2.5), ("not sure", "START", 2.5),
                                        ("not sure", "STOP", 70.0))),
    "boris, aggregated of old": "Observation id,Media file,Start time,Stop time,Subject,Behavior,Behavior type,"
    "Start (s),Stop (s),Duration (s),Comment start\n"
    + "".join(f"clip,clip.mp4,2000-01-01T00:00:00,2000-01-01T00:00:00,No focal subject,{mark.label},STATE,"
              f"{mark.begin_seconds},{mark.end_seconds},1,\n" for mark in TWO),
    "until the next": "time,label\n0,happy\n2.5,not sure\n70,\n",
    "extra columns": "file,begin,end,label,confidence,comment\na.mp4,0,2.5,happy,3,so loud\na.mp4,2.5,70,not sure,1,\n",
    "praat, short": 'File type = "ooTextFile"\nObject class = "TextGrid"\n\n0\n70\n<exists>\n1\n"IntervalTier"\n"x"\n'
    '0\n70\n2\n0\n2.5\n"happy"\n2.5\n70\n"not sure"\n',
    "label studio": '[{"annotations": [{"completed_by": 3, "result": [{"type": "labels", "value": {"start": 0, "end": '
    '2.5, "labels": ["happy"]}}, {"value": {"start": 2.5, "end": 70, "labels": ["not sure"]}}, {"value": {}}]}]}]',
}  # fmt: skip


@pytest.mark.parametrize("text", ONE_TIER.values(), ids=ONE_TIER)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_the_same_marks_in_many_forms(text, encoding):
    [track] = [track for track in read_marks(text.encode(encoding), seconds=70.0) if track.marks[0].label]
    assert tuple(mark for mark in track.marks if mark.label) == TWO


def test_a_column_for_each_rater_and_tiers_of_elan_side_by_side():
    tracks = read_marks(b"begin,end,Ann,Bo\n0,2.5,happy,sad\n2.5,5,,happy\n")
    assert {track.name: track.marks for track in tracks} == {
        "Ann": (Mark(0.0, 2.5, "happy"),), "Bo": (Mark(0.0, 2.5, "sad"), Mark(2.5, 5.0, "happy")),
    }  # fmt: skip


def test_elans_table_with_a_column_for_each_tier():
    table = """"#file:///D:/x/clip.mp4 -- offset: 0, duration: 00:05:00.000 / 300.000 / 300000",,,,,,
"Begin Time - hh:mm:ss.ms","Begin Time - PAL","End Time - hh:mm:ss.ms","End Time - PAL","Duration - PAL","Ann","Bo"
00:00:00.000,00:00:00:00,00:00:02.500,00:00:02:13,00:00:02:13,happy,
00:00:02.500,00:00:02:13,00:01:10.000,00:01:10:00,00:01:07:13,not sure,sad
"""
    tracks = {track.name: track.marks for track in read_marks(table.encode())}
    assert tracks == {"Ann": TWO, "Bo": (Mark(2.5, 70.0, "sad"),)}


def test_a_column_that_says_who():
    tracks = read_marks(b"rater,begin,end,label\nAnn,0,2.5,happy\nBo,1,2,sad\n")
    assert {track.name for track in tracks} == {"Ann", "Bo"}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "no table"), ("hello world", "no table"), ("begin,end,label\n", "not known"),
        ("a,b,c\nd,e,f\n", "not known"),
        ("begin,end,label\n0,x,happy\n1,2,sad\n0,1,happy\n", "line 2"),
        ("begin,end,label\n0,1,a\n5,2,happy\n", "line 3"), ("begin,end,label\n0,1,a\n-1,2,happy\n", "line 3"),
        ("begin,end,label\n0,1,a\nnan,2,happy\n", "line 3"), ("begin,end,label\n0,1,a\n0,inf,happy\n", "line 3"),
        ("begin,end,label\n0,99999999,happy\n", "line 2"), ("0\tx\thappy\n2\tx\tsad\n3\tx\thappy\n", "sad starts"),
        ("<html>", "ELAN"), ('<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', "ELAN"), ("{}", "no marks"),
        ("[3]", "Label Studio"),
        ("[" * 100_000, "Label Studio"),
        ('File type = "ooTextFile"\n"TextGrid" 0 1 <exists> 3 "IntervalTier"', "TextGrid"),
        ('File type = "ooTextFile"\n"TextGrid" 0 1 <exists> 1 "IntervalTier" "x" 0 1 1 5 2 "a"', "x, 1"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named(text, said):
    with pytest.raises(DemeanorError, match=said):
        read_marks(text.encode())


def test_the_examples_in_the_docstrings():
    assert all(doctest.testmod(module).failed == 0 for module in (columns, times))


def test_too_much_is_refused():
    with pytest.raises(DemeanorError, match="most"):
        read_marks(b"begin,end,label\n" + b"0,1,happy\n" * 20_001)
    with pytest.raises(DemeanorError, match="MB"):
        read_marks(b" " * 20_000_001)


@settings(max_examples=80, deadline=None)
@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_any_bytes_are_marks_or_a_sentence(content):
    try:
        assert all(0 <= mark.begin_seconds <= mark.end_seconds for track in read_marks(content) for mark in track.marks)
    except DemeanorError as error:
        assert str(error)


labels = st.text(st.characters(exclude_categories=("Cc", "Cs", "Zs", "Zl", "Zp")), min_size=1, max_size=12).filter(
    lambda text: not text.lstrip('"').startswith("#")
)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 10**5), labels), min_size=1, max_size=8),
    st.sampled_from([",", ";", "\t", "|"]), st.sampled_from(["excel", "unix"]), st.booleans(),
)  # fmt: skip
def test_any_csv_gives_back_its_marks(rows, delimiter, dialect, commas):
    stream = io.StringIO()
    writer = csv.writer(stream, dialect, delimiter=delimiter)
    writer.writerow(["begin", "end", "label"])
    for begin, length, label in rows:
        times = (f"{begin / 1000:.3f}", f"{(begin + length) / 1000:.3f}")
        writer.writerow([*(time.replace(".", ",") if commas else time for time in times), label])
    [track] = read_marks(stream.getvalue().encode())
    wanted = [Mark(begin / 1000, (begin + length) / 1000, label) for begin, length, label in rows]
    assert list(track.marks) == sorted(wanted, key=lambda mark: mark.begin_seconds)
