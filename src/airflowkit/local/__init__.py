"""The local run: a DAG on an embedded Airflow, its pods on this computer, no cluster."""
