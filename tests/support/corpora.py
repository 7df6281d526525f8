"""Toy corpora in exactly the layouts in which people have the real ones. Each maker returns the folder it filled."""

import csv
import itertools
import wave
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
from PIL import Image

EMOTIONS = ("angry", "disgust", "fear", "happy", "sad", "surprise", "neutral")
USAGES = ("Training", "PublicTest", "PrivateTest")
FERPLUS_HEADER = "Usage,Image name,neutral,happiness,surprise,sadness,anger,disgust,fear,contempt,unknown,NF"


def pixels(seed: int, side: int = 48) -> np.ndarray:
    """A grey picture of noise: (side, side) uint8."""
    return np.random.default_rng(seed).integers(0, 256, (side, side), dtype=np.uint8)


def picture(file: Path, seed: int = 0, side: int = 48) -> Path:
    """Write such a picture, in the format that the file's name says."""
    file.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(pixels(seed, side)).save(file)
    return file


def fer_csv(folder: Path, usages: Sequence[str] = USAGES, per_emotion: int = 1) -> Path:
    """fer2013.csv: emotion,pixels,Usage; the rows of one Usage after the other, as in the real one."""
    folder.mkdir(parents=True, exist_ok=True)
    labels = [(usage, code) for usage in usages for _ in range(per_emotion) for code in range(7)]
    rows = [
        f"{code},{' '.join(map(str, pixels(number).ravel()))},{usage}" for number, (usage, code) in enumerate(labels)
    ]
    (folder / "fer2013.csv").write_text("\n".join(["emotion,pixels,Usage", *rows]) + "\n", encoding="utf-8")
    return folder


def fer_folders(folder: Path, usages: Sequence[str] = USAGES, per_emotion: int = 1) -> Path:
    """Training|PublicTest|PrivateTest/<emotion>/fer0000000.png, named as FER+ names them."""
    places = [(usage, emotion) for usage in usages for _ in range(per_emotion) for emotion in EMOTIONS]
    for number, (usage, emotion) in enumerate(places):
        picture(folder / usage / emotion / f"fer{number:07d}.png", number)
    return folder


def fer_kaggle(folder: Path) -> Path:
    """train|test/<emotion>/, where test merges PublicTest and PrivateTest and the names still tell them apart."""
    for number, emotion in enumerate(EMOTIONS):
        picture(folder / "train" / emotion / f"Training_{number}.jpg", number)
        picture(folder / "test" / emotion / f"PublicTest_{number}.jpg", 10 + number)
        picture(folder / "test" / emotion / f"PrivateTest_{number}.jpg", 20 + number)
    return folder


def ferplus(folder: Path, rows: Iterable[tuple[str, str, Sequence[int]]]) -> Path:
    """fer2013new.csv of (Usage, image name, ten votes in the order of FERPLUS_HEADER)."""
    lines = [",".join([usage, name, *map(str, votes)]) for usage, name, votes in rows]
    (folder / "fer2013new.csv").write_text("\r\n".join([FERPLUS_HEADER, *lines]) + "\r\n", encoding="utf-8")
    return folder


def ckplus(folder: Path, images: str = "cohn-kanade-images", labels: str = "Emotion") -> Path:
    """Sequences of 5 frames of 3 people: S005 disgust (3) and contempt (2), S010 happy (5), S011 without a label."""
    for speaker, sequence, code in (("S005", "001", 3), ("S005", "002", 2), ("S010", "006", 5), ("S011", "001", None)):
        stems = [f"{speaker}_{sequence}_{frame:08d}" for frame in range(1, 6)]
        for frame, stem in enumerate(stems):
            picture(folder / images / speaker / sequence / f"{stem}.png", frame)
        place = folder / labels / speaker / sequence
        place.mkdir(parents=True)
        if code is not None:
            (place / f"{stems[-1]}_emotion.txt").write_text(f"   {code:.7e}\n", encoding="ascii")
    return folder


def ck48(folder: Path) -> Path:
    """CK+48/<emotion>/S010_004_00000017.png: two people, three frames of each, contempt among the emotions."""
    for number, emotion in enumerate(("anger", "contempt", "disgust", "fear", "happy", "sadness", "surprise")):
        for speaker in ("S010", "S011"):
            for frame in (17, 18, 19):
                picture(folder / "CK+48" / emotion / f"{speaker}_{number:03d}_{frame:08d}.png", frame, side=24)
    return folder


def rafdb(folder: Path, list_name: str = "list_patition_label.txt", suffix: str = "_aligned") -> Path:
    """EmoLabel/<list> and Image/aligned/train_00001_aligned.jpg: label 1 to 7 for train, then for test."""
    lines = [f"{split}_{code:05d}.jpg {code}" for split in ("train", "test") for code in range(1, 8)]
    (folder / "EmoLabel").mkdir(parents=True)
    (folder / "EmoLabel" / list_name).write_text("\n".join(lines) + "\n", encoding="ascii")
    for number, line in enumerate(lines):
        picture(folder / "Image" / "aligned" / f"{line.split('.')[0]}{suffix}.jpg", number)
    return folder


def rafdb_kaggle(folder: Path) -> Path:
    """DATASET/train|test/1..7/train_00001_aligned.jpg."""
    for split in ("train", "test"):
        for code in range(1, 8):
            picture(folder / "DATASET" / split / str(code) / f"{split}_{code:05d}_aligned.jpg", code)
    return folder


def named(folder: Path, name: str = "mine") -> Path:
    """<name>_<number>_<emotion>.png, one for each emotion, every second one by its index."""
    for number, emotion in enumerate(EMOTIONS):
        picture(folder / f"{name}_{number}_{number if number % 2 else emotion}.png", number)
    return folder


# --- Voices ------------------------------------------------------------------------------------------------------


def sound(file: Path) -> Path:
    """Write 10 ms of noise that is this name's own: real where it is called .wav, else bytes that nobody can play."""
    file.parent.mkdir(parents=True, exist_ok=True)
    samples = pixels(sum(file.name.encode()), 16).tobytes()
    if file.suffix != ".wav":
        file.write_bytes(file.name.encode() + samples)
        return file
    with wave.open(str(file), "wb") as stream:
        stream.setnchannels(1)
        stream.setsampwidth(2)
        stream.setframerate(16_000)
        stream.writeframes(file.name.encode().ljust(64) + samples)
    return file


def sounds(folder: Path, names: Iterable[str]) -> Path:
    """Such a file for each of the names, which may lie in sub-folders."""
    for name in names:
        sound(folder / name)
    return folder


def ravdess(folder: Path, place: str = "Audio_Speech_Actors_01-24/Actor_{actor}/", ending: str = ".wav") -> Path:
    """Actors 01, 02 and 12, each emotion once, in sentence 02; `place` is the folder, as the archives unpack."""
    names = itertools.product(("01", "02", "12"), range(1, 9))
    return sounds(folder, (f"{place.format(actor=a)}03-01-{e:02d}-01-02-01-{a}{ending}" for a, e in names))


def cremad(folder: Path, demographics: bool = True) -> Path:
    """AudioWAV/1001_DFA_ANG_XX.wav: three actors, six emotions; VideoDemographics.csv says who two of them are."""
    names = itertools.product((1001, 1002, 1003), ("ANG", "DIS", "FEA", "HAP", "NEU", "SAD"))
    sounds(folder, (f"AudioWAV/{actor}_DFA_{emotion}_XX.wav" for actor, emotion in names))
    rows = ["ActorID,Age,Sex,Race,Ethnicity", "1001,51,Male,Caucasian,Not Hispanic", "1002,21,Female,Asian,"]
    if demographics:
        (folder / "VideoDemographics.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    return folder


def savee(folder: Path, form: str = "ALL/{speaker}_{stem}.wav") -> Path:
    """DC_a01.wav or DC/a01.wav: all four speakers, each emotion once, in sentence 4."""
    names = itertools.product(("DC", "JE", "JK", "KL"), ("a", "d", "f", "h", "n", "sa", "su"))
    return sounds(folder, (form.format(speaker=speaker, stem=f"{code}04") for speaker, code in names))


def tess(folder: Path, place: str = "TESS Toronto emotional speech set data/") -> Path:
    """OAF_Pleasant_surprise/OAF_back_ps.wav: both speakers, the folders spelt in all the ways of the real ones."""
    for folder_name, code in (("angry", "angry"), ("disgust", "disgust"), ("Fear", "fear"), ("happy", "happy"),
                              ("neutral", "neutral"), ("Pleasant_surprise", "ps"), ("Sad", "sad")):  # fmt: skip
        sound(folder / f"{place}OAF_{folder_name}" / f"OAF_back_{code}.wav")
        younger = {"Pleasant_surprise": "pleasant_surprised"}.get(folder_name, folder_name.lower())
        sound(folder / f"{place}YAF_{younger}" / f"YAF_back_{code}.wav")
    sound(folder / f"{place}OAF_neutral" / "OA_bite_neutral.wav")
    return folder


def emodb(folder: Path) -> Path:
    """wav/03a01Fa.wav: a man and two women, the letters of all seven emotions, boredom (L) among them."""
    names = itertools.product(("03", "08", "16"), "WLEAFTN")
    return sounds(folder, (f"wav/{speaker}a01{letter}{'ab'[letter in 'WN']}.wav" for speaker, letter in names))


def nemo(folder: Path, ending: str = ".opus", pad: str = "        ") -> Path:
    """data.tsv, which names .wav files and pads the speakers with blanks, and samples/SK0_anger_1.opus."""
    rows = ["file_id\temotion\traw_text\tnormalized_text\tspeaker_id\tgender\tage"]
    speakers = (("WR0", "male", 23), ("EB0", "female", 27), ("SM0", "male", 24))
    emotions = ("anger", "fear", "happiness", "neutral", "sadness", "surprised")
    for (speaker, gender, age), emotion in itertools.product(speakers, emotions):
        stem = f"{speaker}_{emotion}_1"
        rows.append(f"{stem}.wav\t{emotion}\tDzień dobry.\tdzień dobry\t{pad}{speaker}\t{gender}\t{age}")
        sound(folder / "samples" / f"{stem}{ending}")
    (folder / "data.tsv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    return folder


def javed(folder: Path) -> Path:
    """audio/01-02-03_01.opus, twice, and video/01-02-03_01.mp4: a woman and two men."""
    takes = [f"{actor}-01-{code:02d}" for actor in ("01", "06", "10") for code in range(1, 7)]
    sounds(folder / "audio", (f"{take}_{repetition}.opus" for take in takes for repetition in ("01", "02")))
    sounds(folder / "video", (f"{take}_01.mp4" for take in takes))
    return folder


def enterface(folder: Path, root: str = "enterface database") -> Path:
    """subject 1/anger/sentence 1/s1_an_1.avi; subject 3 named s_3_..., subject 6 without folders of sentences."""
    emotions = {"anger": "an", "disgust": "di", "fear": "fe", "happiness": "ha", "sadness": "sa", "surprise": "su"}
    for emotion, code in emotions.items():
        for sentence in (1, 2):
            sound(folder / root / "subject 1" / emotion / f"sentence {sentence}" / f"s1_{code}_{sentence}.avi")
            sound(folder / root / "subject 3" / emotion / f"sentence {sentence}" / f"s_3_{code}_{sentence}.avi")
            sound(folder / root / "subject 6" / emotion / f"s6_{code}_{sentence}.avi")
        (folder / root / "subject 1" / emotion / "Thumbs.db").write_bytes(b"thumbs")
    return folder


def ased(folder: Path) -> Path:
    """03Happy/h3-01-01-02-20.wav: a woman, 25, once named a man's, and a man, 20; one letter in upper case."""
    for place, code in (
        ("01Neutral", "n1"),
        ("02Fearful", "f2"),
        ("03Happy", "h3"),
        ("04Sad", "S4"),
        ("05Angry", "a5"),
    ):
        sounds(folder / place, (f"{code}-01-01-01-25.wav", f"{code}-01-01-02-20.wav"))
    return sounds(folder, ["05Angry/a5-06-02-02-25.wav"])


def emovo(folder: Path) -> Path:
    """f1/gio-f1-b2.wav: a woman and two men, each emotion once, in sentence b2."""
    names = itertools.product(("f1", "m1", "m3"), ("dis", "gio", "neu", "pau", "rab", "sor", "tri"))
    return sounds(folder, (f"EMOVO/{actor}/{code}-{actor}-b2.wav" for actor, code in names))


def turevdb(folder: Path, ending: str = ".wav") -> Path:
    """Happy/1234_mt_kedi.wav: two people, two words in each of the four emotions."""
    places = {"Angry": "kz", "Calm": "sk", "Happy": "mt", "Sad": "hl"}
    names = itertools.product(places.items(), ("1157", "1234"), ("kedi", "zeytin"))
    return sounds(folder, (f"{place}/{who}_{code}_{word}{ending}" for (place, code), who, word in names))


def emogator(folder: Path) -> Path:
    """data/mp3/000157-27-1.mp3: all thirty kinds of bursts of two people."""
    names = itertools.product(("000001", "000157"), range(1, 31))
    return sounds(folder, (f"data/mp3/{who}-{kind:02d}-1.mp3" for who, kind in names))


CASIA_EMOTIONS = ("angry", "fear", "happy", "neutral", "sad", "surprise")


def casia(folder: Path, form: str = "{speaker}/{emotion}/201.wav") -> Path:
    """liuchanhg/angry/201.wav, or another form: all four people, each emotion once."""
    names = itertools.product(("liuchanhg", "wangzhe", "zhaoquanyin", "ZhaoZuoxiang"), CASIA_EMOTIONS)
    return sounds(folder, (form.format(speaker=speaker, emotion=emotion) for speaker, emotion in names))


def ordinary(folder: Path, listed: bool = True) -> Path:
    """calls/agent_0.wav and so on; clips.csv, if listed, says who speaks in each but the last."""
    rows = [  # path, speaker, sex, language, kind, source
        ("calls/agent_0.wav", "agent", "f", "de", "telephone", "calls"),
        ("calls/agent_1.wav", "agent", "f", "de", "telephone", "calls"),
        ("calls/caller_0.wav", "caller", "", "de", "telephone", "calls"),
        ("read/1995/agent_0.wav", "agent", "male", "", "read", "books"),
        ("read/1996/speech.wav", "", "", "xx", "", ""),
    ]
    if listed:
        table(folder / "clips.csv", [("path", "speaker", "sex", "language", "kind", "source"), *rows])
    return sounds(folder, [path for path, *_ in rows])


# --- Videos ------------------------------------------------------------------------------------------------------


def ravdess_videos(folder: Path, modalities: Sequence[str] = ("01", "02")) -> Path:
    """Video_Speech_Actor_01/Actor_01/01-01-01-01-02-01-01.mp4 and 02-...: each emotion with sound and without."""
    place = "Video_Speech_Actor_01/Actor_01"
    names = itertools.product(modalities, range(1, 9))
    return sounds(folder, (f"{place}/{modality}-01-{emotion:02d}-01-02-01-01.mp4" for modality, emotion in names))


def cremad_videos(folder: Path) -> Path:
    """VideoFlash/1001_DFA_ANG_XX.flv beside AudioWAV; one video, of 1003, has no sound file."""
    stems = [file.stem for file in (cremad(folder) / "AudioWAV").iterdir()]
    return sounds(folder, (f"VideoFlash/{stem}.flv" for stem in [*stems, "1003_IEO_SAD_LO"]))


def savee_videos(folder: Path) -> Path:
    """AudioVisualClip/DC/a4.avi, numbers without a zero, beside AudioData/DC/a04.wav."""
    savee(folder, "AudioData/{speaker}/{stem}.wav")
    names = itertools.product(("DC", "JE", "JK", "KL"), ("a", "d", "f", "h", "n", "sa", "su"))
    return sounds(folder, (f"AudioVisualClip/{speaker}/{code}4.avi" for speaker, code in names))


def meld_videos(folder: Path, parts: Sequence[str] = ("train", "dev", "test")) -> Path:
    """train_splits/dia0_utt0.mp4 and so on, dia3_utt1 missing, doubles of macOS among the test's; with the tables."""
    places = {"train": "train_splits", "dev": "dev_splits_complete", "test": "output_repeated_splits_test"}
    stems = [f"dia{dialogue}_utt{number}" for dialogue, said in MELD.items() for number in range(len(said))]
    for part in parts:
        for stem in stems:
            if stem != "dia3_utt1":
                place = folder / "MELD.Raw" / part / places[part]
                sound(place / f"{stem}.mp4").write_bytes(f"{part} {stem}".encode())
    sounds(folder / "MELD.Raw" / "test" / places["test"], ["._dia0_utt0.mp4", "final_videos_testdia0_utt0.mp4"])
    return meld(folder)


OMG = {  # split -> rows: address, start, end, video, utterance, arousal, valence, EmotionMaxVote
    "Train": [
        ("CROcsl0lIec", 15.4, 19.7, "5b44393ed", 4, 0.17, -0.024, 4),
        ("Y50P3WlXVDk", 0.0, 3.1, "76e_1", 1, 1.0, 0.6, 3),
        ("Y50P3WlXVDk", 3.8, 12.3, "76e_1", 2, 0.0, 1.0, 0),
        ("shared0", 1.0, 2.0, "abc_1", 1, 0.5, 0.0, 6),
    ],
    "Validation": [
        ("HZF8SXDoFGM", 3.5, 14.2, "d81_1", 2, 0.66, -1.0, 5),
        ("shared0", 9.0, 9.9, "abc_2", 7, 0.5, 0.0, 1),
    ],
    "Test": [("9fe7bVsmAPU", 9.91, 20.46, "106_1", 2, 0.63, 0.66, 2)],
}


def omg(folder: Path, cut: bool = True, tables: str = "") -> Path:
    """The tables, and the utterances as <split>/<video>/utterance_4.mp4, or each video whole, as <video>.mp4."""
    header = ("link", "start", "end", "video", "utterance", "arousal", "valence", "EmotionMaxVote")
    for split, rows in OMG.items():
        lines = [(f"https://www.youtube.com/watch?v={a}", *times, video, f"utterance_{number}.mp4", *labels)
                 for a, *times, video, number, arousal, valence, code in rows
                 for labels in [(arousal, valence, code)]]  # fmt: skip
        table(folder / tables / f"omg_{split}Videos{'_WithLabels' * (split == 'Test')}.csv", [header, *lines])
        said = [(line[0], line[3], line[4], f"words of {line[3]} ") for line in lines]
        table(folder / tables / f"omg_{split}Transcripts.csv", [("link", "video", "utterance", "transcript"), *said])
        names = [f"{line[3]}/{line[4]}" if cut else f"youtube_videos_temp/{line[3]}.mp4" for line in lines]
        sounds(folder / f"{split}_videos", names)
    table(folder / tables / "omg_TestVideos_WithoutLabels.csv", [header[:5]])
    return folder


# --- Texts -------------------------------------------------------------------------------------------------------

GOEMOTIONS = (  # split, text as in the .tsv files, fine labels by name and by index
    ("train", "My favourite food is anything", "neutral", "27"),
    ("train", "Dirty Southern Wankers", "annoyance", "3"),
    ("train", '"I said ""no"" and meant it"', "amusement|joy", "1,17"),
    ("train", "Shit, I paid for that", "anger|sadness", "2,25"),
    ("train", "> lack of diversity now that's new lmao", "confusion|gratitude|sadness", "6,15,25"),
    ("dev", "You must be new around here", "nervousness", "19"),
    ("dev", "What a mess, and I love it", "disgust|love", "11,18"),
    ("test", "Yes, my dude 😎", "pride|relief", "21,23"),
    ("test", "Ok, then what?", "anger|curiosity", "2,7"),
)


def goemotions(folder: Path) -> Path:
    """train.tsv, dev.tsv and test.tsv: text, indices, id; no header, quotation marks as they come."""
    folder.mkdir(parents=True, exist_ok=True)
    for part in ("train", "dev", "test"):
        rows = [f"{text}\t{labels}\tid{n}\n" for n, (at, text, _, labels) in enumerate(GOEMOTIONS) if at == part]
        (folder / f"{part}.tsv").write_text("".join(rows), encoding="utf-8")
    return folder


def goemotions_csv(folder: Path) -> Path:
    """goemotions.csv with a header: the same comments, their labels by name."""
    names = {"dev": "valid"}
    rows = [(f"id{n}", text, fine, names.get(at, at)) for n, (at, text, fine, _) in enumerate(GOEMOTIONS)]
    return table(folder / "goemotions.csv", [("id", "text", "labels_fine", "split"), *rows])


MELD = {  # dialogue -> its utterances: speaker, text, emotion, sentiment
    0: [("Chandler", "also I was the point person on my company\x92s transition", "neutral", "neutral"),
        ("The Interviewer", "You must\u2019ve had your hands full.", "neutral", "neutral"),
        ("Chandler", "That I did.  That I did.", "joy", "positive"),
        ("The Interviewer", "So let's talk", "neutral", "neutral"),
        ("Chandler", "My duties?  All right.", "surprise", "positive")],
    3: [("Ross", "No, I know!", "anger", "negative"), ("All", "Hey!", "fear", "negative")],
    7: [("Ross", "It is over.", "sadness", "negative"), ("Phoebe", "Ew!", "disgust", "negative")],
}  # fmt: skip


def meld(folder: Path, parts: Sequence[str] = ("train", "dev", "test"), place: str = "") -> Path:
    """train_sent_emo.csv and so on, each with the same dialogues, said by the same people."""
    header = ("Sr No.", "Utterance", "Speaker", "Emotion", "Sentiment", "Dialogue_ID", "Utterance_ID", "Season")
    for part in parts:
        rows = [
            (number, text, speaker, emotion, sentiment, dialogue, number, 8)
            for dialogue, said in MELD.items()
            for number, (speaker, text, emotion, sentiment) in enumerate(said)
        ]
        table(folder / place.format(part=part) / f"{part}_sent_emo.csv", [header, *rows])
    return folder


ISEAR = (  # respondent, label, text with what became of its line ends
    ("11001", "joy", "Each time that we met and \xe1 especially when we had not met."),
    ("11001", "fear", "When I was involved in a traffic accident."),
    ("11001", "anger", "When I spoke to Jan-Erik Wikstr\xf7m on the telephone."),
    ("11001", "shame", "When I did not speak the truth."),
    ("11002", "sadness", "When my dog died."),
    ("11002", "disgust", "[ When I saw that the toilet was unclean.]"),
    ("11002", "guilt", "When I caused problems."),
    ("11002", "fear", "[ No response.]"),
)


def isear(folder: Path) -> Path:
    """isear.csv with the columns text, label, speaker and split, UTF-8 read as Latin-1 and written as UTF-8 again."""
    rows = [
        (text.encode().decode("latin-1"), label, who, {"11001": "train", "11002": "valid"}[who])
        for who, label, text in ISEAR
    ]
    return table(folder / "isear.csv", [("text", "label", "speaker", "split"), *rows])


def isear_databank(folder: Path, words: bool = True, first: int = 1) -> Path:
    """ISEAR.csv: the databank's columns, "|" between them and at each end of line, Windows-1252; EMOT from `first`."""
    codes = ("joy", "fear", "anger", "sadness", "disgust", "shame", "guilt")
    rows = [
        (who, 1, 33, codes.index(label) + first, *([label] if words else []), f"0{who}1", text, 1, "")
        for who, label, text in ISEAR
    ]
    header = ("ID", "SEX", "AGE", "EMOT", *(["Field1"] if words else []), "MYKEY", "SIT", "STATE", "")
    lines = ["|".join(map(str, row)) + "\n" for row in (header, *rows)]
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "ISEAR.csv").write_text("".join(lines), encoding="cp1252")
    return folder


def isear_two_columns(folder: Path) -> Path:
    """isear.csv of numbers, labels and texts, without a header; one label misspelt, as in the copy that many have."""
    rows = [(number, label.replace("guilt", "guit"), text) for number, (_, label, text) in enumerate(ISEAR)]
    return table(folder / "isear.csv", rows)


def emobank(folder: Path) -> Path:
    """emobank.csv: id, split, V, A, D, text; one text empty."""
    rows = [
        ("110CYL068_1036_1079", "train", 3.0, 3.0, 3.2, 'Remember what she said in my last letter? "'),
        ("110CYL068_1079_1110", "test", 2.8, 3.1, 2.8, "If I wasn't working here."),
        ("easy_money_0_4", "dev", 2.78, 2.89, 2.78, ""),
        ("easy_money_4_9", "dev", 5, 1, 3, "Easy\u2002money, easy life"),
    ]
    return table(folder / "emobank.csv", [("id", "split", "V", "A", "D", "text"), *rows])


XED = (  # file, text, numbers
    ("en-annotated.tsv", "You're breaking my arm , Tom !", "1, 2, 4"),
    ("en-annotated.tsv", "Don't shoot !", "4"),
    ("en-annotated.tsv", "Okay , sweetie .", "8, 5"),
    ("en-annotated.tsv", "I trust you .", "8"),
    ("en-annotated.tsv", "[PERSON] , turn me in .", "1"),
    ("en-annotated.tsv", ", ...", "1"),
    ("neu_en.txt", "One moment please.", "9"),
)  # fmt: skip


def xed(folder: Path) -> Path:
    """en-annotated.tsv: text, numbers; neu_en.txt: number, text."""
    folder.mkdir(parents=True, exist_ok=True)
    lines = [(file, f"{text}\t{numbers}" if numbers != "9" else f"{numbers}\t{text}") for file, text, numbers in XED]
    for name in {file for file, _ in lines}:
        content = "".join(f"{line}\n" for file, line in lines if file == name)
        (folder / name).write_text(content, encoding="utf-8")
    return folder


SEMEVAL_EMOTIONS = (
    "anger", "anticipation", "disgust", "fear", "joy", "love", "optimism", "pessimism", "sadness", "surprise", "trust",
)  # fmt: skip
SEMEVAL = (  # part, tweet, what holds
    ("train", 'He said "no" &amp; left #angry', "anger disgust"),
    ("train", "Off to bed.\\n\\nGood night", ""),
    ("train", "Smiling down on me bro", "joy love optimism"),
    ("dev", "It will all go wrong", "pessimism"),
    ("dev", "I'm so scared", "fear pessimism"),
    ("test-gold", "Both at once", "anger sadness"),
    ("test-gold", "I miss her", "sadness"),
)


def semeval2018(folder: Path) -> Path:
    """E-c-En-train.txt and so on: ID, Tweet, and a 0 or a 1 for each emotion."""
    folder.mkdir(parents=True, exist_ok=True)
    for part in ("train", "dev", "test-gold"):
        rows = [("ID", "Tweet", *SEMEVAL_EMOTIONS)]
        for number, (at, tweet, holds) in enumerate(SEMEVAL):
            if at == part:
                rows.append((f"2018-{number}", tweet, *(str(int(name in holds.split())) for name in SEMEVAL_EMOTIONS)))
        (folder / f"E-c-En-{part}.txt").write_text("".join("\t".join(row) + "\n" for row in rows), encoding="utf-8")
    return folder


EMORYNLP = (  # speaker, text, emotion, scene
    ("['Monica Geller']", "There's nothing to tell!", "Neutral", 1),
    ("['Joey Tribbiani', 'Ross Geller']", "C'mon!", "Joyful", 1),
    ("['Ross Geller']", "I can do it!", "Powerful", 1),
    ("['Chandler Bing']", "Stop that!", "Mad", 2),
    ("['Rachel Green']", "Thank you.", "Peaceful", 2),
    ("['Rachel Green']", "Who is there?", "Scared", 2),
    ("['Ross Geller']", "She left me.", "Sad", 3),
)


def emorynlp(folder: Path) -> Path:
    """emorynlp_train_final.csv and so on, each with the same scenes."""
    header = (
        "Utterance",
        "Speaker",
        "Emotion",
        "Scene_ID",
        "Utterance_ID",
        "Season",
        "Episode",
        "Start_Time",
        "End_Time",
    )
    for part in ("train", "dev", "test"):
        rows = [(text, who, emotion, scene, n, 1, 2, "", "") for n, (who, text, emotion, scene) in enumerate(EMORYNLP)]
        table(folder / f"emorynlp_{part}_final.csv", [header, *rows])
    return folder


def table(file: Path, rows: Iterable[Sequence[object]]) -> Path:
    """Write the rows as CSV; returns the folder."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("w", newline="", encoding="utf-8") as stream:
        csv.writer(stream).writerows(rows)
    return file.parent


def named_texts(folder: Path, name: str = "mine") -> Path:
    """<name>_<number>_<emotion>.txt, one for each emotion, each with what was said before."""
    folder.mkdir(parents=True, exist_ok=True)
    for number, emotion in enumerate(EMOTIONS):
        (folder / f"{name}_{number}_{emotion}.txt").write_text(f"> And you?\nI am {emotion}.\n", encoding="utf-8")
    return folder


FACES = {"FER2013": fer_folders, "CK+": ckplus, "RAF-DB": rafdb}
VOICES = {"RAVDESS": ravdess, "CREMA-D": cremad, "SAVEE": savee, "TESS": tess, "EmoDB": emodb, "nEMO": nemo,
          "JAVED": javed, "eNTERFACE": enterface, "ASED": ased, "EMOVO": emovo, "TurEV-DB": turevdb,
          "EmoGator": emogator, "CASIA": casia}  # fmt: skip
WORDLESS = ("EmoGator",)
FILMED = {"RAVDESS": ravdess_videos, "CREMA-D": cremad_videos, "SAVEE": savee_videos, "JAVED": javed,
          "eNTERFACE": enterface, "MELD": meld_videos, "OMG": omg}  # fmt: skip
TEXTS = {"GoEmotions": goemotions, "MELD": meld, "ISEAR": isear, "EmoBank": emobank, "XED": xed,
         "SemEval2018": semeval2018, "EmoryNLP": emorynlp}  # fmt: skip
