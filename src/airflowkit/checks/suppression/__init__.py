"""Which findings count: selection, ignores with their reasons, and the baseline."""
