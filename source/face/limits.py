"""What the face model cannot do, or was not measured on: sentences of its model card."""

LIMITS = (
    "The pictures are posed, or were collected from the web, where strong expressions are over-represented; faces "
    "in daily life are weaker and more mixed.",
    "Faces that are turned far aside, small (under 40 pixels), dark, blurred or covered are read worse. A reading "
    "carries a note where the turn, the size or a cut edge shows it; darkness, blur and covering go unnoticed.",
    "One picture is one moment: the face of somebody who speaks, chews or blinks is easily misread.",
)
