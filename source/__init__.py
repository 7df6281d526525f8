"""Demeanor: expressed emotion from the face, the voice and the words. `source.api` is the door."""

MODELS = {  # name of the folder -> what it reads, in the menu's words
    "face": "one face",
    "audio": "a voice",
    "text": "words",
    "combined": "a video",
}
__version__ = "0.2.0"
