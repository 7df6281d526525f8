"""How to read the page: what its numbers mean, and what it must not be used for."""

from ....core import config

TERMS = {
    "Displayed, not felt": """This is how a face, a voice and words come across to most observers. It is not what
somebody feels: people smile out of politeness, hide anger, act, and differ by culture, age and illness.""",
    "Confidence": """A calibrated probability. Of the answers given with 70 %, about 70 in 100 are right on recordings
like those that the model was tested on; on other faces, voices, languages and cameras it may be fewer. The model card
says how it was tested.""",
    "Not sure": """No emotion reaches {threshold}. The likeliest is then named in brackets; it is often
wrong.""",
    "Read from": """How much less probable the answer would be without the face, the voice or the words. Where one
&ldquo;spoke against&rdquo; it, the answer would be surer without it: irony, for example, or a smile over sad words.""",
    "Mood": """Valence, from unpleasant (&minus;1) to pleasant (+1), and arousal, from calm (&minus;1) to excited (+1):
where the emotions lie in Russell's circumplex (people's ratings of their names, Russell and Mehrabian 1977), each
weighted by its probability. Read their direction; small differences mean nothing.""",
    "Limits": """Small, turned or covered faces, several voices at once, music, languages other than English, and short
clips make answers worse; notes say so where it is noticed. The words are a speech recogniser's and may be misheard.""",
    "What not to use it for": """Never decide about a person by it: not on hiring, grades, credit, insurance, health,
guilt or truthfulness. In the European Union it is prohibited to infer people's emotions from face or voice at work and
in education, except for medical or safety reasons, and elsewhere those concerned must be told (Regulation (EU)
2024/1689, Articles 5(1)(f) and 50(3)). Ask the people in a video before you read them.""",
}


def guide() -> str:
    """A list of terms, as HTML."""
    rows = (f"<dt>{name}</dt><dd>{text}</dd>" for name, text in TERMS.items())
    return f"<dl>{''.join(rows)}</dl>".replace("{threshold}", f"{config.NOT_SURE_BELOW:.0%}".replace("%", " %"))
