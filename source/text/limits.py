"""What the text model cannot do, or was not measured on: sentences of its model card."""

LIMITS = (
    "It reads what the words say, one sentence at a time. Irony and sarcasm are taken at their word (“Great, another "
    "Monday.”: happy; of 50 ironic sentences written to test it, 2 were read as they are meant), and so is what "
    "somebody only quotes or tells of others. Negation is not always understood (32 of 50): “I am not happy about it.” "
    "comes out as sad, but “I'm not angry at all.” as angry.",
    "It learnt from English: comments of a web forum, tweets, film subtitles, a comedy series, and what students wrote "
    "of their own past. Other genres, dialects, children's language and old texts were not measured.",
    "Some corpora's emotions are wider than their names: in GoEmotions, happy takes in love, gratitude, "
    "admiration, amusement and relief, and surprise takes in curiosity and confusion (its authors' own grouping).",
    "Names of groups of people may sway the answer, as they do in most models that learnt from the web; by how "
    "much was not measured.",
    "Sentiment is learnt from a comedy series and a web forum; valence and arousal from ratings of single "
    "sentences by readers. Arousal shows little in written words.",
    "A transcript's mistakes are read as if they had been said.",
    "Its figures on strangers are of short trainings, of 1,500 clips of each other corpus from the encoder on: a model "
    "that learnt from more reads them better, and is surer. Corpora differ in what they call an emotion, too: on "
    "EmoryNLP, which it never learnt from, the shipped model has an accuracy of 43.5 % and is 22 points too sure.",
)
