"""What a report looks like, one file per format."""
