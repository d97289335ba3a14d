"""What a DAG processor of this repository has: its DAG folder, its plugins, its import path."""
