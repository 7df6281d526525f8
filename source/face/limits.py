"""What the face model cannot do, or was not measured on: sentences of its model card."""

LIMITS = (
    "The pictures are posed, or were collected from the web, where strong expressions are over-represented; faces "
    "in daily life are weaker and more mixed.",
    "Faces that are turned far aside, small (under 40 pixels), dark, blurred or covered are read worse. A reading "
    "carries a note where the turn, the size or a cut edge shows it; darkness, blur and covering go unnoticed.",
    "Its confidence is meant for pictures of other collections than FER2013, by a factor that is judged rather than "
    "measured: on pictures like FER2013's it is right more often than it says. Rare labels, above all disgust, are "
    "answered more often than FER2013's frequencies would have it.",
    "One picture is one moment: the face of somebody who speaks, chews or blinks is easily misread.",
)
