"""Helpers of the airflow DAGs."""

import logging

LOG = logging.getLogger(__name__)


def table(name):
    return f"sales.{name}"
