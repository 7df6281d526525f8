"""What a prediction says, and its files."""
