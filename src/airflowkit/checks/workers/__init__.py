"""Processes that import DAG files, and the pool that hands the files out."""
