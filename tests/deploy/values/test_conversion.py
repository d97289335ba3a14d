import re
from pathlib import Path

import pytest
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st

from airflowkit.deploy.values.chart import known, leaves
from airflowkit.deploy.values.checker import check_values
from airflowkit.deploy.values.conversion import chart_of, convert
from airflowkit.deploy.values.fates import Fate
from airflowkit.deploy.values.reading import read_values
from airflowkit.deploy.values.report import report
from airflowkit.deploy.values.successors import successors
from airflowkit.deploy.values.writing import as_yaml
from deploy.values.charts import needs_helm, needs_schema, schema_errors, warnings

OLD = sorted((Path(__file__).parent / "old").glob("*.yaml"))
names = [path.stem for path in OLD]


def convert_text(text):
    return convert(read_values(text.encode(), "old.yaml"))


def rows_of(conversion):
    return {row.key: row for row in conversion.rows}


@pytest.fixture(scope="module", params=OLD, ids=names)
def old(request):
    return request.param


@pytest.fixture(scope="module")
def conversion(old):
    return convert(read_values(old.read_bytes(), old.name))


@pytest.fixture(scope="module")
def converted(conversion):
    """The values of Airflow's chart, also where it is a subchart."""
    return conversion.values.get("airflow", conversion.values)


@needs_schema
def test_converted_values_pass_the_charts_schema(converted):
    assert schema_errors(converted) == []


@needs_helm
def test_the_chart_renders_converted_values_without_a_warning(converted, tmp_path):
    assert warnings(converted, tmp_path) == []


def test_no_secret_of_the_old_file_is_in_the_new_values_or_in_the_report(old, conversion):
    assert "PLANTED" in old.read_text() or old.stem == "none"
    shown = as_yaml(conversion.values) + report(conversion, "old.yaml", sources=True)
    assert "PLANTED" not in shown


def test_each_value_of_the_old_file_has_exactly_one_row(old, conversion):
    values = yaml.safe_load(old.read_text())
    values = values["airflow"] if old.stem == "official-subchart" else values
    assert_each_value_has_one_row(values, conversion)


def assert_each_value_has_one_row(values, conversion):
    there = sorted(path for path, _ in leaves(values) if path)
    assert sorted(leaf for row in conversion.rows for leaf in row.leaves) == there


def test_converted_values_are_todays_already(conversion):
    again = convert(conversion.values)
    assert [row for row in again.rows if row.fate not in {Fate.KEPT, Fate.BY_HAND}] == []
    assert again.values == conversion.values


def test_every_secret_that_new_values_name_is_listed_unless_the_old_ones_named_it(old, conversion):
    named = set(
        re.findall(
            r"(?m)(?:SecretName|secretName|KeySecret|existingSecret|name): '?(airflow-[\w-]+)",
            as_yaml(conversion.values),
        )
    )
    kept = set(re.findall(r"airflow-[\w-]+", old.read_text()))
    assert named <= {secret.name for secret in conversion.secrets} | kept


def test_the_community_chart_with_celery_becomes_todays_values():
    conversion = convert(read_values((OLD[0].parent / "community-celery.yaml").read_bytes(), "old"))
    values, rows = conversion.values, rows_of(conversion)
    assert values["executor"] == "CeleryExecutor"
    assert values["config"]["api"]["base_url"] == "https://airflow.example.com"
    assert values["config"]["dag_processor"] == {"refresh_interval": "30"}
    assert values["config"]["logging"] == {"logging_level": "INFO"}
    assert values["env"] == [{"name": "PYTHONPATH", "value": "/opt/airflow/dags/repo"}]
    assert values["imagePullSecrets"] == ["registry-login"]
    assert values["workers"]["celery"]["hpa"] == {"enabled": True, "maxReplicaCount": 9}
    assert values["workers"]["celery"]["terminationGracePeriodSeconds"] == 300
    assert values["scheduler"]["podDisruptionBudget"] == {"enabled": True, "config": {"maxUnavailable": "20%"}}
    assert values["scheduler"]["logGroomerSidecar"]["frequencyMinutes"] == 10
    assert values["ingress"]["apiServer"]["hosts"] == [
        {"name": "airflow.example.com", "tls": {"enabled": True, "secretName": "airflow-tls"}}
    ]
    git_sync = values["dags"]["gitSync"]
    assert (git_sync["branch"], git_sync["ref"], git_sync["rev"]) == ("main", "main", "HEAD")
    assert (git_sync["subPath"], git_sync["period"]) == ("dags", "30s")
    assert git_sync["env"] == [{"name": "GITSYNC_SYNC_TIMEOUT", "value": "90s"}]
    assert rows["airflow.pools"].fate is Fate.BY_HAND
    assert rows["airflow.users"].fate is Fate.BY_HAND
    assert "reader" in rows["airflow.users"].note
    secrets = {secret.name: secret.keys for secret in conversion.secrets}
    assert set(secrets["airflow-connections"]) == {"AIRFLOW_CONN_WAREHOUSE", "AIRFLOW_CONN_MY_AWS"}
    assert set(secrets["airflow-ssh-git-secret"]) == {"gitSshKey"}
    assert secrets["airflow-metadata"]["connection"].startswith(
        "postgresql://USER:PASSWORD@db.example.com:5432/airflow"
    )


def test_the_official_chart_of_2021_becomes_todays_values():
    conversion = convert(read_values((OLD[0].parent / "official-2021.yaml").read_bytes(), "old"))
    values, rows = conversion.values, rows_of(conversion)
    assert "webserver" not in values
    assert "images" not in values or "gitSync" not in values["images"]
    assert "airflowVersion" not in values
    assert rows["airflowVersion"].fate is Fate.BY_HAND
    assert values["config"]["metrics"]["statsd_datadog_enabled"] == "True"
    assert values["config"]["fab"]["session_lifetime_minutes"] == 7 * 24 * 60
    assert values["config"]["logging"]["remote_logging"] == "True"
    assert {"name": "AIRFLOW__METRICS__STATSD_HOST", "valueFrom": {"fieldRef": {"fieldPath": "status.hostIP"}}} in (
        yaml.safe_load(values["extraEnv"])
    )
    assert rows["config.core.dags_folder"].fate is Fate.DROPPED
    assert values["workers"] == {
        "kubernetes": {
            "serviceAccount": {"create": True, "annotations": {"example.com/role": "tasks"}},
            "resources": {"requests": {"cpu": "250m", "memory": "512Mi"}},
            "terminationGracePeriodSeconds": 300,
        }
    }
    assert values["dagProcessor"]["extraVolumes"] == values["scheduler"]["extraVolumes"]
    assert values["apiServer"]["service"]["ports"] == [{"name": "api-server", "port": 80, "targetPort": "api-server"}]
    assert values["createUserJob"]["defaultUser"]["password"] == "$(AIRFLOW_ADMIN_PASSWORD)"


def test_a_pinned_tag_is_followed_by_branch_and_ref_and_a_token_leaves_the_url():
    conversion = convert(read_values((OLD[0].parent / "official-2022-keda.yaml").read_bytes(), "old"))
    git_sync = conversion.values["dags"]["gitSync"]
    assert (git_sync["branch"], git_sync["ref"], git_sync["rev"]) == ("v1.4.0", "v1.4.0", "HEAD")
    assert git_sync["repo"] == "https://github.com/example/dags.git"
    assert git_sync["credentialsSecret"] == "airflow-git-https"
    keys = next(secret.keys for secret in conversion.secrets if secret.name == "airflow-git-https")
    assert set(keys) == {"GITSYNC_USERNAME", "GITSYNC_PASSWORD", "GIT_SYNC_USERNAME", "GIT_SYNC_PASSWORD"}


def test_what_a_file_for_airflow_3_says_of_the_webserver_does_not_reach_the_api_server():
    conversion = convert(read_values((OLD[0].parent / "official-2025.yaml").read_bytes(), "old"))
    assert conversion.values["apiServer"]["replicas"] == 2
    assert "resources" not in conversion.values["apiServer"]
    assert conversion.values["airflowVersion"] == "3.0.2"


def test_values_of_a_subchart_stay_under_its_name_with_those_of_the_others():
    conversion = convert(read_values((OLD[0].parent / "official-subchart.yaml").read_bytes(), "old"))
    assert conversion.values["global"] == {"environment": "prod"}
    assert conversion.values["postgres-exporter"] == {"enabled": True}
    assert conversion.values["airflow"]["apiServer"] == {"replicas": 1}


@pytest.mark.parametrize(
    ("values", "chart"),
    [
        ({"airflow": {"executor": "CeleryExecutor"}}, "community"),
        ({"web": {"replicas": 2}}, "community"),
        ({"dags": {"gitSync": {"repoSubPath": "dags"}}}, "community"),
        ({"dags": {"gitSync": {"subPath": "dags"}}}, "official"),
        ({"executor": "CeleryExecutor"}, "official"),
        ({"dags": None}, "official"),
        ({}, "official"),
    ],
)
def test_the_chart_is_told_by_its_keys(values, chart):
    assert chart_of(values) == chart


@pytest.mark.parametrize(
    ("text", "key", "fate", "note"),
    [
        ("fernetkey: x", "fernetkey", Fate.BY_HAND, "did you mean 'fernetKey'?"),
        ("ingress: {apiserver: {enabled: true}}", "ingress.apiserver", Fate.BY_HAND, "did you mean 'apiServer'?"),
        ("workers: {replica: 2}", "workers.replica", Fate.BY_HAND, "no such key"),
        ("scheduler: {replicas: two}", "scheduler.replicas", Fate.BY_HAND, "takes integer"),
        ("extraEnv: [{name: A, value: b}]", "extraEnv", Fate.MOVED, ""),
        ("env: [{name: A, valueFrom: {fieldRef: {fieldPath: spec.nodeName}}}]", "env", Fate.KEPT, ""),
        (
            "config: {core: {dags_are_paused_at_creation: [1]}}",
            "config.core.dags_are_paused_at_creation",
            Fate.BY_HAND,
            "one value",
        ),
        ("executor: CeleryKubernetesExecutor", "executor", Fate.MOVED, ""),
        ("images: {gitSync: {tag: v3.6.3}}", "images.gitSync", Fate.DROPPED, "git-sync 4"),
        ("images: {gitSync: {repository: mirror.example.com/git-sync, tag: v4.4.2}}", "images.gitSync", Fate.KEPT, ""),
        ("dags: {gitSync: {wait: 60}}", "dags.gitSync.wait", Fate.MOVED, ""),
        ("rbac: {creat: true}", "rbac.creat", Fate.BY_HAND, "did you mean 'create'?"),
        ("postgresql: {primary: {persistence: {size: 9Gi}}}", "postgresql.primary.persistence.size", Fate.KEPT, ""),
        ("redis: {password: hunter2}", "redis.password", Fate.DROPPED, "a password for its own"),
        ("airflow: {pools: []}", "airflow.pools", Fate.DROPPED, "empty"),
        ("airflow: {extraPipPackages: [x]}", "airflow.extraPipPackages", Fate.BY_HAND, "build an image"),
        ("web: {flask: 1}", "web.flask", Fate.BY_HAND, "no such key"),
        (
            "config: {kubernetes_executor: {worker_container_tag: 2.5.1}}",
            "config.kubernetes_executor.worker_container_tag",
            Fate.DROPPED,
            "",
        ),
    ],
)
def test_one_key(text, key, fate, note):
    row = rows_of(convert_text(text))[key]
    assert row.fate is fate
    assert note in row.note


@pytest.mark.parametrize(
    "text",
    [
        'config: {core: {fernet_key: "PLANTED0123"}}',
        'config: {celery: {broker_url: "redis://:PLANTED@r:6379/0"}}',
        "config: {elasticsearch: {password: PLANTED}}",
        'config: {api: {base_url: "https://user:PLANTED@airflow.example.com"}}',
        "scheduler: {env: [{name: API_TOKEN, value: PLANTED}]}",
        'extraEnv: "- {name: API_TOKEN, value: PLANTED}"',
        'extraEnv: "{{ if .Values.x }}\\n- name: API_TOKEN\\n  value: PLANTED12\\n{{ end }}"',
        'env: [{name: PIP_INDEX_URL, value: "https://u:PLANTED@pypi.example.com/simple"}]',
        "apiServer: {apiServerConfig: \"AUTH_LDAP_BIND_PASSWORD = 'PLANTED1'\"}",
        "airflowLocalSettings: \"token = 'ghp_PLANTED56789abcdefghijklmnopqrstuvwxyz'\"",
        "scheduler: {extraContainers: [{name: a, env: [{name: DB_PASSWORD, value: PLANTED}]}]}",
        "pgbouncer: {ssl: {key: PLANTED}}",
        "kerberos: {enabled: true, keytabBase64Content: PLANTED}",
        "opensearch: {enabled: true, connection: {user: a, pass: PLANTED, host: b}}",
        "postgresql: {auth: {password: PLANTED, postgresPassword: PLANTED}}",
        "dags: {gitSync: {env: [{name: GIT_SYNC_PASSWORD, value: PLANTED}]}}",
        'dags: {gitSync: {repo: "https://PLANTED@github.com/a/b.git"}}',
        "createUserJob: {defaultUser: {username: a, password: PLANTED}}",
        "flower: {username: a, password: PLANTED}",
        'extraSecrets: {a: {data: "x: PLANTED"}}',
        'airflow: {config: {AIRFLOW__DATABASE__SQL_ALCHEMY_CONN: "postgresql://a:PLANTED@b/c"}}',
        "airflow: {config: {API_TOKEN: PLANTED}}",
        "airflow: {connectionsTemplates: {X: {value: PLANTED}}}",
        "airflow: {variables: [{key: a, value: PLANTED}]}",
        "airflow: {kubernetesPodTemplate: {extraContainers: [{name: a, env: [{name: A_TOKEN, value: PLANTED}]}]}}",
        "externalDatabase: {password: PLANTED}\npostgresql: {enabled: false}",
    ],
)
def test_a_secret_is_named_and_not_copied(text):
    conversion = convert_text(text)
    assert "PLANTED" not in as_yaml(conversion.values) + report(conversion, "old.yaml")
    assert conversion.needs_hands


def test_a_key_without_a_fernet_key_in_the_community_chart_is_warned_of():
    conversion = convert_text("airflow: {executor: CeleryExecutor}")
    assert "published default" in rows_of(conversion)["fernetKeySecretName"].note


def test_a_secret_that_a_variable_took_becomes_the_charts_own():
    text = "extraEnv: '- {name: AIRFLOW__CORE__FERNET_KEY, valueFrom: {secretKeyRef: {name: mine, key: fernet-key}}}'"
    conversion = convert_text(text)
    assert conversion.values["fernetKeySecretName"] == "mine"
    assert conversion.values["extraEnv"] == ""


def test_secrets_that_helm_would_delete_in_the_upgrade_are_warned_of():
    shown = report(convert_text("data: {metadataConnection: {user: a, pass: b, host: c}}"), "old.yaml")
    assert "kubectl annotate secret airflow-metadata" in shown
    assert "helm.sh/resource-policy=keep" in shown


def test_what_helm_get_values_prints_is_taken_as_it_is():
    conversion = convert_text("USER-SUPPLIED VALUES:\nexecutor: KubernetesExecutor\n")
    assert conversion.values["executor"] == "KubernetesExecutor"
    assert "USER-SUPPLIED VALUES" not in conversion.values


SCALARS = st.sampled_from([None, "", "x", "3", 3, True, False, "{{ .Release.Name }}", "True", 1.5])
VALUES = st.one_of(
    SCALARS,
    st.lists(SCALARS, max_size=2),
    st.just([{"name": "A", "value": "b"}]),
    st.just([{"name": "A_PASSWORD", "value": "PLANTED"}]),
    st.dictionaries(st.sampled_from(["enabled", "name", "a.b/c", "resources", "pass"]), SCALARS, max_size=3),
)


def keys_of(chart):
    old = [".".join(row.key) for row in successors(chart)]
    more = ["executor", "dags.gitSync.branch", "scheduler.replicas", "nonsense", "scheduler.nonsense.more", "labels.a"]
    return st.sampled_from(sorted({*old, *more}))


def nested(pairs):
    values = {}
    for key, value in pairs.items():
        *above, last = key.replace("*", "thing").split(".")
        place = values
        for part in above:
            place = place.setdefault(part, {}) if isinstance(place.get(part, {}), dict) else {}
        place[last] = value
    return values


@pytest.mark.parametrize("chart", ["official", "community"])
def test_whatever_the_values_each_has_one_row_and_the_result_is_todays(chart):
    @settings(max_examples=60)
    @given(st.dictionaries(keys_of(chart), VALUES, max_size=8).map(nested))
    @example({"data": {"metadataConnection": "x"}})
    @example({"ingress": {"web": {"host": "", "hosts": ["a"], "tls": "x"}}})
    @example({"dags": {"gitSync": {"rev": "3", "branch": 3}}, "webserver": "x"})
    def check(values):
        conversion = convert(values)
        assert_each_value_has_one_row(values, conversion)
        assert "PLANTED" not in as_yaml(conversion.values) + report(conversion, "x", sources=True)
        assert all(known(path) is not None for path, _ in leaves(conversion.values) if path)
        again = convert(conversion.values)
        assert again.values == conversion.values
        assert all(finding.key for finding in check_values(values))

    check()
