"""A local run as a process: how it is asked for, started, and heard."""
