from airflow.providers.standard.sensors.external_task import ExternalTaskSensor
from airflow.sdk import DAG

with DAG("report", schedule=None):
    ExternalTaskSensor(
        task_id="wait", external_dag_id="orders", external_task_id="laod", execution_date_fn=print, mode="reschedule"
    )
