from airflow.sdk import DAG

dag = DAG("orders", schedule=None)
