"""`airflowkit eject`: pods and presets become plain Airflow and Kubernetes code, where every pod stays as it is."""
