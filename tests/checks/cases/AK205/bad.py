from datetime import datetime

from airflow.sdk import DAG

dag = DAG("orders", schedule="@daily", start_date=datetime(2026, 1, 1))
