"""The processes in which DAG files are imported and judged."""
