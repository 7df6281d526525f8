"""The result files of a video: the report, pictures, captions, tables and the annotated video."""
