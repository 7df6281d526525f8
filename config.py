"""What a user edits: where things lie, which emotions are told apart, which corpora each model learns from."""

from pathlib import Path

# --- Folders -----------------------------------------------------------------------------------------------------
ROOT = Path(__file__).resolve().parent
DATA_FOLDER = ROOT / "data"  # original corpora, training files and preprocessed arrays; may be on another disk
MODELS_FOLDER = ROOT / "models"  # weights, model cards, histories
INPUT_FOLDER = ROOT / "input_files"  # drop a file here, then: python run.py face predict FILE
OUTPUT_FOLDER = ROOT / "output_files"  # one folder for each prediction

# --- Emotions ----------------------------------------------------------------------------------------------------
# The full list. Its order is the file-name contract: <dataset>_<number>_<emotion>.<ext>, the emotion by name or by
# its index here. Appending an emotion is safe; reordering changes what existing file names mean.
EMOTIONS = ("angry", "disgust", "fear", "happy", "sad", "surprise", "neutral")

# A grouping says which emotions a model does not tell apart. It is applied when the data is read: switching it needs
# no new preprocessing, only a new training.
GROUPINGS = {
    "seven": {emotion: (emotion,) for emotion in EMOTIONS},
    "five": {
        "sad/fear": ("sad", "fear"),
        "neutral": ("neutral",),
        "happy": ("happy",),
        "angry": ("angry",),
        "surprise/disgust": ("surprise", "disgust"),
    },
    # RAVDESS's own eight, for its protocol: calm, elsewhere read as neutral, is told apart. Corpora without it lack it.
    "eight": {emotion: (emotion,) for emotion in (*EMOTIONS, "calm")},
}
GROUPING = "seven"

# --- Corpora: which of the preprocessed corpora a model trains on when --corpora does not say --------------------
CORPORA = {
    "face": ("FER2013", "CK+", "RAF-DB"),
    "audio": (
        "RAVDESS", "CREMA-D", "SAVEE", "TESS", "EmoDB", "nEMO", "JAVED", "eNTERFACE", "EMOVO", "ASED", "TurEV-DB",
        "CASIA", "EmoGator", "ordinary",
    ),
    "text": ("GoEmotions", "MELD", "ISEAR", "XED", "SemEval2018", "EmoBank"),
    "combined": ("RAVDESS", "CREMA-D", "SAVEE", "eNTERFACE", "JAVED", "MELD", "OMG"),
}  # fmt: skip

# --- Prediction --------------------------------------------------------------------------------------------------
NOT_SURE_BELOW = 0.40  # calibrated probability of the likeliest emotion under which the answer is "not sure"

# --- Faces -------------------------------------------------------------------------------------------------------
MOST_FACES = 100  # that are read in one picture: the largest
MOST_FACES_IN_VIDEO = 10  # that are followed at once: the largest; each takes about 20 ms a frame

# --- Time (recordings) -------------------------------------------------------------------------------------------
WINDOW_SECONDS = 4.0
HOP_SECONDS = 1.0
FRAMES_PER_SECOND = 5
SAMPLE_RATE_HZ = 16_000

# --- Words -------------------------------------------------------------------------------------------------------
WHISPER_MODEL = "tiny.en"  # writes the transcript; any of Whisper's whose weights are installed, such as base or small
