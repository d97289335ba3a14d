"""What makes text safe to send: redaction, clipping, templates that cannot hurt, time limits."""
