"""What each key of a Secret must contain: checked, corrected where only one thing can be meant, generated."""
