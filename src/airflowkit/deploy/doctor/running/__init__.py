"""The source `airflow`: the Airflow that this environment is configured for, asked and never changed."""
