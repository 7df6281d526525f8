"""The kinds of files that can be read, by the lower-case ending of their names."""

PICTURES = (".png", ".jpg", ".jpeg", ".bmp", ".tif", ".tiff", ".webp", ".gif")
SOUNDS = (".wav", ".flac", ".ogg", ".oga", ".opus", ".mp3", ".m4a", ".aac", ".wma", ".aif", ".aiff")
TEXTS = (".txt", ".md", ".html", ".htm", ".pdf", ".srt", ".vtt")
VIDEOS = (".mp4", ".mov", ".mkv", ".avi", ".webm", ".flv", ".m4v", ".mpg", ".mpeg")
RECORDINGS = (*SOUNDS, *VIDEOS)
