"""A process that has imported Airflow and is forked for each check worker and each local run."""
