"""Any picture, recording or video as arrays."""
