"""Which findings count: selection, ignores and their reasons, the baseline."""
