"""Sensors in all modes, and deferrable tasks."""

from datetime import timedelta

from airflow.providers.standard.sensors.bash import BashSensor
from airflow.providers.standard.sensors.python import PythonSensor
from airflow.providers.standard.sensors.time_delta import TimeDeltaSensor
from airflow.sdk import DAG, PokeReturnValue, task

SOON = {"poke_interval": 0.2, "timeout": 1}

with DAG("sensors", schedule=None):

    @task.sensor(mode="poke", **SOON)
    def returns_a_value():
        return PokeReturnValue(is_done=True, xcom_value="found")

    @task
    def show(value):
        print("value", value)

    show(returns_a_value())
    PythonSensor(task_id="at_once", python_callable=lambda: True)
    PythonSensor(task_id="rescheduled", python_callable=lambda: True, mode="reschedule", **SOON)
    PythonSensor(task_id="again", python_callable=lambda ti: ti.xcom_pull("at_once") is None, mode="poke", **SOON)
    BashSensor(task_id="command", bash_command="exit 0", **SOON)
    PythonSensor(task_id="soft", python_callable=lambda: False, soft_fail=True, **SOON)
    PythonSensor(task_id="silent", python_callable=lambda: 1 / 0, silent_fail=True, soft_fail=True, **SOON)

with DAG("sensor_times_out", schedule=None):
    PythonSensor(task_id="never", python_callable=lambda: False, retries=2, **SOON)

with DAG("deferred", schedule=None):
    TimeDeltaSensor(task_id="past", delta=timedelta(seconds=0), deferrable=True)
