"""Importing one DAG file: loading, watching what it does, what its imports cost."""
