"""Partitioned runs (Airflow 3.2): a key in place of a date."""

from airflow.sdk import DAG, Asset, CronPartitionTimetable, PartitionedAssetTimetable, task

HOURLY = Asset("s3://hourly")

with DAG("partition_producer", schedule=CronPartitionTimetable("0 * * * *", timezone="UTC")):

    @task(outlets=[HOURLY])
    def produce(dag_run):
        print("key", bool(dag_run.partition_key))

    produce()

with DAG("partition_consumer", schedule=PartitionedAssetTimetable(assets=HOURLY)):

    @task
    def consume(dag_run):
        print("key", bool(dag_run.partition_key))

    consume()
