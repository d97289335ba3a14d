"""Imports a DAG file as the DAG processor does, and watches what it does meanwhile."""
