"""What is known of a failed task or run, whatever channel tells it."""
