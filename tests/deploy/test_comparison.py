"""What a change of values means is said in words: what changes, what restarts, which Secrets come first."""

import pytest

from airflowkit.deploy.comparison import new_faults, values_difference

VALUES = {"executor": "KubernetesExecutor", "scheduler": {"replicas": 1}, "fernetKeySecretName": "airflow-fernet-key"}


def lines(**changes: object) -> list[str]:
    return list(values_difference(VALUES, {**VALUES, **changes}))


def test_equal_values_change_nothing():
    assert lines() == ["no values change"]


def test_a_components_own_value_restarts_that_component():
    assert lines(scheduler={"replicas": 2}) == ["1 value changed: scheduler.replicas", "these restart: the scheduler"]


def test_a_value_of_all_components_restarts_all():
    assert lines(airflowVersion="3.3.2", scheduler={"replicas": 2})[1] == "all components restart"


def test_a_value_of_a_job_restarts_nothing():
    assert lines(cleanup={"enabled": True}) == ["1 value changed: cleanup.enabled"]


def test_a_new_secret_is_named():
    assert lines(jwtSecretName="airflow-jwt-secret")[-1] == (
        "the Secret airflow-jwt-secret is needed first: airflowkit secrets --apply"
    )


@pytest.mark.parametrize(("executor", "faults"), [("CeleryExecutor", 0), ("KubernetExecutor", 1)])
def test_only_new_faults_count(executor, faults):
    assert len(new_faults(VALUES, {**VALUES, "executor": executor})) == faults
