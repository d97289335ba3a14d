"""DAGs that assets, aliases, references to assets, or partitions start."""

from airflow.sdk import (
    DAG,
    AllowedKeyMapper,
    Asset,
    AssetAlias,
    CronPartitionTimetable,
    PartitionedAssetTimetable,
    StartOfDayMapper,
    task,
)


@task
def show(dag_run, triggering_asset_events, **context):
    print("key", dag_run.partition_key, dag_run.run_type.value, dag_run.logical_date, "ds" in context)
    sources = {getattr(event, "partition_key", "") for events in triggering_asset_events.values() for event in events}
    print("source", *sources)  # which Airflow 3.2 has, and does not tell


with DAG("daily_partitions", schedule=CronPartitionTimetable("0 0 * * *", timezone="UTC", key_format="%Y-%m-%d")):
    show()

DAY = PartitionedAssetTimetable(assets=Asset("hourly"), default_partition_mapper=StartOfDayMapper())
with DAG("partition_of_assets", schedule=DAY):
    show()

REGION = PartitionedAssetTimetable(assets=Asset("sold"), default_partition_mapper=AllowedKeyMapper(["eu", "us"]))
with DAG("partition_of_regions", schedule=REGION):
    show()

with DAG(
    "of_aliases", schedule=[AssetAlias("loads"), Asset.ref(name="named"), Asset.ref(uri="s3://b/c"), Asset("plain")]
):

    @task
    def see(triggering_asset_events):
        (event,) = triggering_asset_events[AssetAlias("loads")]
        print("alias", [alias.name for alias in event.source_aliases], event.asset.name)
        print("events", sorted(key.name for key in triggering_asset_events))
        print(
            "refs", *(len(triggering_asset_events[it]) for it in (Asset.ref(name="named"), Asset.ref(uri="s3://b/c")))
        )

    see()
