"""The source `cluster`: what the DAGs need of it, compared with what is there, by names and keys only."""
