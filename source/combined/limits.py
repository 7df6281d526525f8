"""What the combined model cannot do, or was not measured on: sentences of its model card."""

LIMITS = (
    "What the other models' cards say of faces, voices and words holds here too.",
    "The faces in motion that it learnt from are those of about seven actors of two corpora, in studios, looking "
    "into the camera. Of other people, light, angles and cultures it knows only what the face model learnt from still "
    "pictures. Expect its reading of faces to be much worse on anybody else's.",
    "A person's face and voice are read against the rest of the recording. In one mood throughout it hides that mood "
    "in part; a clip of a few seconds has no rest, and is read worse.",
    "It contains the weights of the face, the audio and the text model, and so what these learned from, and its terms.",
    "No corpus here has faces, voices and free speech together. Where a table says what words add, clips were lent "
    "utterances of the same emotion; how the three go together in daily life was **not measured**.",
    "Who speaks is guessed from the mouth's movement and the size of the face; off-screen voices are taken for the "
    "voice of whoever is seen. Persons are told apart by look and place, not recognised.",
    "Valence and arousal of a video follow from the probabilities of the emotions; they are not measured by "
    "themselves. Of a sentence, sentiment is read from its words.",
)
