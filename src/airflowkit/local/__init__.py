"""A DAG run on this computer, its pods included, with no cluster."""
