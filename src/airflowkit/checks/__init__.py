"""Rules over a folder of DAG files."""
