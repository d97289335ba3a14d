"""Helpers of the airflow DAGs."""
