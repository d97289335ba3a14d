"""A local run as a process: its request, its start, its events."""
