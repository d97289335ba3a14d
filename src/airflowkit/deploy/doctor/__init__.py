"""`airflowkit doctor`: what is wrong with a repository, a running Airflow or a cluster, one source each."""
