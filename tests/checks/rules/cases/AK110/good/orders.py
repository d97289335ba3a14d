# airflow DAG
from orders_factory_b import build

orders = build("orders")
