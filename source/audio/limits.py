"""What the audio model cannot do, or was not measured on: sentences of its model card."""

LIMITS = (
    "The corpora of voices known by name are acted: few people say the same few sentences in a quiet room, one "
    "emotion to a sentence. In daily life emotions are weaker, more mixed and change within a sentence; expect "
    "worse there.",
    "Each of them is of one language and of few speakers: a test part has one or a few of a corpus, so a table of "
    "each corpus or sex is one of single speakers too. What was learnt in one language carries badly to another; "
    "other languages than those of the corpora above, and the voices of children, were not measured.",
    "It is not told what the words mean: irony, or a calm voice that tells of something sad, is easily misread.",
    "All that sounds in a window is read as one voice: people who speak at once are not separated, nor is a voice "
    "from music or noise behind it (a note says so where it is noticed), and who speaks is not told apart.",
    "The baseline is other, unlabelled speech of the same person. It was measured with clips of all emotions in equal "
    "parts; a recording in one mood throughout is its own baseline, which hides that mood, so a recording's own speech "
    "counts for no more than half a baseline. Where several people speak, the baseline is a mixture of them.",
    "Rooms, telephones and codecs were measured as they were generated, not on recordings made through them.",
    "Ordinary speech is taken for neutral, which is an assumption: nobody labelled it.",
    "Less than a second of speech says little: such a reading carries a note, and its probabilities are drawn "
    "towards even, so that it mostly abstains. Of a training clip longer than "
    "the window only the loudest part was heard.",
)
