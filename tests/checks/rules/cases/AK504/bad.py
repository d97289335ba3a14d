from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.sdk import DAG, BaseNotifier


class Notifier(BaseNotifier):
    def notify(self, context):
        print(context["dag"])


with DAG("orders", schedule=None, on_failure_callback=Notifier()):
    EmptyOperator(task_id="load", on_failure_callback=Notifier())
