"""What is known of a failed task or run, independent of the channel that reports it."""
