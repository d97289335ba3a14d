"""The process of a run: the embedded Airflow, started or forked."""
