"""What a prediction holds, and its files."""
