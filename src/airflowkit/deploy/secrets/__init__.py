"""The Secrets that a values file names: made, written, applied, checked and rotated."""
