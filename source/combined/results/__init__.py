"""What a person gets of a video: the page, the pictures, the captions and the annotated video."""
