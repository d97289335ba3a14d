"""The process that runs a DAG on the embedded Airflow."""
