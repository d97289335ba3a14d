import copy
from pathlib import Path

import pytest
import yaml

from airflowkit.deploy.values.checker import check_values
from airflowkit.deploy.values.conversion import convert
from airflowkit.deploy.values.reading import read_values
from deploy.values.charts import needs_schema, schema_errors

GOOD = yaml.safe_load((Path(__file__).parent / "good.yaml").read_text())
OLD = sorted((Path(__file__).parent / "old").glob("*.yaml"))


def changed(**changes):
    """Good values with other values at some keys; `__` stands for a dot, and None takes a key out."""
    values = copy.deepcopy(GOOD)
    for key, value in changes.items():
        *above, last = key.split("__")
        place = values
        for part in above:
            place = place.setdefault(part, {})
        if value is None:
            place.pop(last, None)
        else:
            place[last] = value
    return values


@needs_schema
def test_the_good_values_pass_the_schema():
    assert schema_errors(GOOD) == []


def test_nothing_is_wrong_with_good_values():
    assert [str(finding) for finding in check_values(GOOD)] == []


@pytest.mark.parametrize(
    ("changes", "key"),
    [
        ({"fernetkey": "x"}, "fernetkey"),
        ({"airflow": {"image": {"tag": "x"}}}, "airflow.image.tag"),
        ({"executor": "KubernetExecutor"}, "executor"),
        ({"workers__kubernetes__resource": {"limits": {"memory": "1Gi"}}}, "workers.kubernetes.resource"),
        ({"postgresql__enable": False}, "postgresql.enable"),
        ({"ingress__apiserver": {"enabled": True}}, "ingress.apiserver"),
        ({"rbac__creat": True}, "rbac.creat"),
        ({"dags__gitSync__subPath": "/dags"}, "dags.gitSync.subPath"),
        ({"dags__gitSync__ref": "v1"}, "dags.gitSync.ref"),
        ({"dags__gitSync__branch": "0a1b2c3", "dags__gitSync__ref": "0a1b2c3"}, "dags.gitSync.ref"),
        ({"dags__gitSync__rev": "v1"}, "dags.gitSync.rev"),
        ({"dags__gitSync__maxFailures": 0}, "dags.gitSync.maxFailures"),
        ({"dags__gitSync__knownHosts": None}, "dags.gitSync.knownHosts"),
        ({"dags__gitSync__sshKeySecret": None}, "dags.gitSync.sshKeySecret"),
        ({"dags__gitSync__repo": "https://github.com/example/dags.git"}, "dags.gitSync.sshKeySecret"),
        ({"dags__gitSync__repo": "deploy@git.example.com:dags.git"}, "dags.gitSync.repo"),
        ({"dags__gitSync__repo": "ssh://deploy@git.example.com/dags.git"}, "dags.gitSync.repo"),
        ({"dags__gitSync__repo": None}, "dags.gitSync.repo"),
        ({"dags__gitSync__credentialsSecret": "x"}, "dags.gitSync.credentialsSecret"),
        ({"dags__gitSync__sshKey": "x"}, "dags.gitSync.sshKey"),
        ({"dags__gitSync__wait": 60}, "dags.gitSync.wait"),
        ({"dags__gitSync__period": 60}, "dags.gitSync.period"),
        ({"dags__gitSync__recommendedProbeSetting": None}, "dags.gitSync.recommendedProbeSetting"),
        ({"airflowVersion": "3.2.2"}, "airflowVersion"),
        ({"airflowVersion": None}, "airflowVersion"),
        ({"webserver": {"replicas": 2}}, "webserver"),
        ({"data__metadataSecretName": None}, "data.metadataSecretName"),
        ({"postgresql__enabled": True}, "postgresql.enabled"),
        ({"fernetKeySecretName": None}, "fernetKeySecretName"),
        ({"apiSecretKeySecretName": None}, "apiSecretKeySecretName"),
        ({"jwtSecretName": None}, "jwtSecretName"),
        ({"createUserJob__defaultUser__password": "admin"}, "createUserJob.defaultUser"),
        ({"createUserJob": {"useHelmHooks": False}}, "createUserJob.defaultUser.password"),
        ({"config__core__sql_alchemy_conn": "x"}, "config.core.sql_alchemy_conn"),
        ({"config__webserver": {"base_url": "https://a.example.com"}}, "config.webserver.base_url"),
        ({"config__scheduler": {"dag_dir_list_interval": 60}}, "config.scheduler.dag_dir_list_interval"),
        ({"config__core__dags_folder": "/dags"}, "config.core.dags_folder"),
        ({"statsd__enabled": True}, "statsd.enabled"),
        ({"config__metrics": None}, "config.metrics.statsd_on"),
        ({"logs__persistence__enabled": True}, "logs.persistence.enabled"),
        ({"config__logging": None}, "logs.persistence.enabled"),
        ({"registry": {"secretName": "regcred"}}, "registry.secretName"),
        ({"workers__replicas": 3}, "workers.replicas"),
        ({"enableServiceLinks": None}, "enableServiceLinks"),
        ({"securityContexts": {"pod": {"runAsUser": 50000}}}, "securityContexts.pod"),
        ({"executor": "CeleryExecutor"}, "data.brokerUrlSecretName"),
        ({"pgbouncer": {"enabled": True}}, "pgbouncer.configSecretName"),
        ({"env": [{"name": "DB_PASSWORD", "value": "hunter2"}]}, "env[DB_PASSWORD]"),
        ({"extraEnv": [{"name": "A", "value": "b"}]}, "extraEnv"),
    ],
)
def test_a_mistake_is_found(changes, key):
    findings = check_values(changed(**changes))
    assert key in [finding.key for finding in findings]


@pytest.mark.parametrize("value", [None, "x", 3, True, [], {}])
def test_values_of_any_type_are_checked(value):
    for key in ("postgresql", "dags", "securityContexts", "config", "data", "env", "createUserJob", "executor"):
        check_values({**GOOD, key: value})
    check_values({"dags": {"gitSync": {"enabled": True, "repo": value, "branch": value, "ref": value}}})
    check_values({"securityContexts": {"pod": value}, "postgresql": {"auth": value}, "executor": value})


def test_a_finding_never_shows_a_secret():
    findings = check_values(changed(fernetKey="PLANTED", env=[{"name": "DB_PASSWORD", "value": "PLANTED"}]))
    assert "PLANTED" not in " ".join(map(str, findings))


@pytest.mark.parametrize("path", OLD, ids=[path.stem for path in OLD])
def test_the_keys_of_converted_values_have_nothing_wrong(path):
    values = convert(read_values(path.read_bytes(), path.name)).values
    values = values.get("airflow", values)
    left = {"airflowVersion", "apiServer.apiServerConfig", "postgresql.enabled", "createUserJob.defaultUser.password"}
    of_keys = [str(each) for each in check_values(values) if each.key not in left | {"fernetKeySecretName"}]
    assert of_keys == []
