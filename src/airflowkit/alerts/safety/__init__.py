"""What makes an alert safe: redacted logs, clean and bounded text, lenient templates, time limits."""
