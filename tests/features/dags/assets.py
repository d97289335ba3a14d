"""What assets start, and what makes them: one, any of several, aliases, by time as well, with extras and watchers."""

from datetime import datetime

from airflow.sdk import (
    DAG,
    Asset,
    AssetAlias,
    AssetOrTimeSchedule,
    CronTriggerTimetable,
    Metadata,
    asset,
    task,
)

START = datetime(2026, 1, 1)
ORDERS, PARCELS = Asset("orders", "s3://orders"), Asset("parcels", "s3://parcels")

with DAG("asset_producer", schedule=None):

    @task(outlets=[ORDERS])
    def produce(outlet_events):
        outlet_events[ORDERS].extra = {"rows": 3}
        yield Metadata(ORDERS, extra={"rows": 4})

    produce()

with DAG("asset_alias_producer", schedule=None):

    @task(outlets=[AssetAlias("late")])
    def produce_late(outlet_events):
        outlet_events[AssetAlias("late")].add(Asset("s3://late/1"))

    produce_late()

for name, schedule in {
    "all": [ORDERS, PARCELS],
    "any": ORDERS | PARCELS,
    "some": ORDERS & (PARCELS | Asset("s3://more")),
    "or_time": AssetOrTimeSchedule(
        timetable=CronTriggerTimetable("0 3 * * *", timezone="UTC"), assets=(ORDERS | PARCELS)
    ),
}.items():
    with DAG(f"asset_of_{name}", schedule=schedule, start_date=START):

        @task
        def consume(dag_run, triggering_asset_events=None):
            print("events", sorted(asset.uri for asset in triggering_asset_events or {}), dag_run.logical_date is None)

        consume()


@asset(uri="s3://decorated", schedule=None)
def decorated_asset(self):
    print("made", self.uri)
