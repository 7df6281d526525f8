"""Live: frames and sound in, answers out; in a process of its own, so that the server always answers.

session.py   what somebody shows and says -> events; knows neither of the web nor of the time of day
clock.py     the page's seconds -> the recording's, without pauses and leaps
sound.py     the microphone's samples -> the model's rate; how loud it is
protocol.py  demeanor.live/1: the messages, and what is refused
mailbox.py   one waiting frame, the newest; all else in its order
process.py   the process in which a session runs, as the server sees it
inside.py    the same from within
engine.py    the networks, loaded once and warm
keep.py      a session that is to be kept -> a folder of results
"""
