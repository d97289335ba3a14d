"""What a test may tell `fake_cluster`, and what it may not."""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_type

from airflowkit.testing import Evicted, Failed, OOMKilled, Succeeded

if TYPE_CHECKING:
    from airflowkit.testing import Dags, FakeCluster, TeamsInbox


def test_out_of_memory_sends_one_card(fake_cluster: FakeCluster, teams_inbox: TeamsInbox) -> None:
    fake_cluster.outcomes["orders_daily.load"] = OOMKilled()
    fake_cluster.outcomes["orders_daily.extract"] = [Evicted(), Succeeded(xcom={"rows": 3})]
    result = fake_cluster.run("orders_daily")
    assert_type(result.ok, bool)
    assert len(teams_inbox.cards) == 1


def test_wrong_outcomes_are_refused(fake_cluster: FakeCluster) -> None:
    fake_cluster.outcomes["orders_daily.load"] = "OOMKilled"  # error: [assignment]
    fake_cluster.outcomes["orders_daily.load"] = OOMKilled  # error: [assignment]
    Failed(exit_code="1")  # error: [arg-type]
    fake_cluster.fates["orders_daily.load"] = OOMKilled()  # error: [attr-defined]


def test_a_dag_of_the_repository_is_there(dag_bag: Dags) -> None:
    dag_bag.errors  # error: [attr-defined]
