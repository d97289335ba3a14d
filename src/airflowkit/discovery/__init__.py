"""Which files of a folder Airflow reads DAGs from, decided without importing Airflow."""
