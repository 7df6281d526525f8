"""A whole video: observed in one pass, then read window by window, face by face and sentence by sentence."""
