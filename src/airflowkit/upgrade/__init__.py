"""`airflowkit upgrade`: the same DAG files under another Airflow, compared before the deployment moves."""
