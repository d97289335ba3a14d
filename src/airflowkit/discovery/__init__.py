"""Which files of a folder Airflow would read."""
