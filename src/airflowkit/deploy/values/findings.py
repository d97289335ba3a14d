"""What can be wrong between the keys of a values file, one small function a rule."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from airflowkit.deploy.values.lookup import value_at
from airflowkit.errors import did_you_mean, slip_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

_EXECUTORS: Final = ("CeleryExecutor", "KubernetesExecutor", "LocalExecutor")
_OF_POSTGRESQL: Final = ("enabled", "auth", "image", "primary", "architecture", "nameOverride", "fullnameOverride")
_HASH: Final = re.compile(r"[0-9a-f]{7,}")
_FULL_HASH: Final = 40
_SSH: Final = re.compile(r"(?:ssh://(?P<user>[^@/]+@)?|(?P<short>[^@/:]+@)[^/:]+:)")
_OFF: Final = frozenset({"", "false", "0", "none"})


@dataclass(frozen=True, slots=True)
class Finding:
    """Something wrong with a values file.

    Attributes:
        key: Where.
        message: What is wrong.
        hint: What to do.
        source: Where that is said: an issue, or a version of the chart.
    """

    key: str
    message: str
    hint: str = ""
    source: str = ""

    def __str__(self) -> str:
        return f"{self.key}: {self.message}" + (f"; {self.hint}" if self.hint else "")


def executors(values: Mapping[str, Any]) -> Iterator[Finding]:
    """Find executors that are misspelt: the schema takes any `XxxExecutor`."""
    for name in str(value_at(values, "executor", "CeleryExecutor")).split(","):
        if "." in name or name in _EXECUTORS or "{{" in name:
            continue
        if meant := did_you_mean(name, _EXECUTORS):
            yield Finding("executor", f"Airflow has no {name}", meant)


def images(values: Mapping[str, Any]) -> Iterator[Finding]:
    """Find a tag of another Airflow than airflowVersion, by which the chart decides what it starts."""
    version, tag = value_at(values, "airflowVersion", ""), str(value_at(values, "defaultAirflowTag", ""))
    tagged = re.match(r"(\d+\.\d+\.\d+)(?!\d)", tag)
    if not tagged:
        return
    if not version:
        yield Finding("airflowVersion", f"it is not set beside defaultAirflowTag {tag}", f'set "{tagged[1]}"')
    elif tagged[1] != version:
        yield Finding(
            "airflowVersion", f"it is {version}, and defaultAirflowTag is {tag}", "set both to the same Airflow"
        )


def git_branch(values: Mapping[str, Any]) -> Iterator[Finding]:
    """Find branch and ref of which git-sync ignores one."""
    git_sync = _git_sync(values)
    if git_sync is not None and git_sync.get("branch") != git_sync.get("ref"):
        message, source = "branch and ref differ: one is ignored", "apache/airflow#42918"
        yield Finding("dags.gitSync.ref", message, "set both to the same", source)


def git_revisions(values: Mapping[str, Any]) -> Iterator[Finding]:
    """Find rev and ref that git-sync cannot follow."""
    git_sync = _git_sync(values)
    if git_sync is None:
        return
    ref, rev = git_sync.get("ref"), git_sync.get("rev", "HEAD")
    if rev not in (None, "HEAD"):
        hint = "set branch and ref, and rev: HEAD"
        yield Finding("dags.gitSync.rev", "git-sync 4 does not find it", hint, "apache/airflow#42918")
    if isinstance(ref, str) and _HASH.fullmatch(ref) and len(ref) != _FULL_HASH and not ref.isdigit():
        yield Finding(
            "dags.gitSync.ref", "a commit needs its whole hash of 40 characters", "ask for it: git rev-parse COMMIT"
        )


def git_failures(values: Mapping[str, Any]) -> Iterator[Finding]:
    """Find a git-sync that fails on the first hiccup."""
    git_sync = _git_sync(values)
    if git_sync is not None and not git_sync.get("maxFailures"):
        yield Finding(
            "dags.gitSync.maxFailures", "0 ends git-sync at its first error, and the worker pod with it", "write 10"
        )


def git_folder(values: Mapping[str, Any]) -> Iterator[Finding]:
    """Find a sub-path with slashes around it, and a folder of DAGs that git-sync does not fill."""
    git_sync = _git_sync(values)
    if git_sync is None:
        return
    path = str(git_sync.get("subPath") or "")
    if path != path.strip("/"):
        yield Finding("dags.gitSync.subPath", "it has an outer slash", f"write {path.strip('/') or repr('')}")
    if value_at(values, "config.core.dags_folder") and "{{" not in str(value_at(values, "config.core.dags_folder")):
        hint = "remove it: the chart sets it"
        yield Finding("config.core.dags_folder", "git-sync decides where DAGs are", hint, "apache/airflow#42111")


def git_host(values: Mapping[str, Any]) -> Iterator[Finding]:
    """Find a git host that nothing verifies."""
    git_sync = _git_sync(values)
    if git_sync is not None and _SSH.match(str(git_sync.get("repo") or "")) and not git_sync.get("knownHosts"):
        yield Finding("dags.gitSync.knownHosts", "nothing verifies the git host", "write its public keys there")


def git_credentials(values: Mapping[str, Any]) -> Iterator[Finding]:
    """Find credentials that do not fit the repository's URL."""
    git_sync = _git_sync(values)
    if git_sync is None:
        return
    repository = str(git_sync.get("repo") or "")
    by_ssh = _SSH.match(repository)
    ssh_key, login = git_sync.get("sshKeySecret") or git_sync.get("sshKey"), git_sync.get("credentialsSecret")
    if not repository:
        yield Finding("dags.gitSync.repo", "it is not set: the chart clones Airflow's own repository", "name yours")
    if by_ssh and not ssh_key:
        message = "the repository's URL is one for ssh, and no key is named"
        yield Finding("dags.gitSync.sshKeySecret", message, "name the Secret with the key gitSshKey")
    if by_ssh and (by_ssh["user"] or by_ssh["short"]) not in {"git@", None}:
        yield Finding("dags.gitSync.repo", "git-sync logs in as git", "write git@", "apache/airflow#32981")
    if repository.startswith("http") and ssh_key:
        message = "the repository's URL is one for https: the key is not used"
        yield Finding("dags.gitSync.sshKeySecret", message, "name credentialsSecret, or write a URL for ssh")
    if login and ssh_key:
        yield Finding("dags.gitSync.credentialsSecret", "sshKeySecret comes before it", "name one of the two")


def git_key_is_readable(values: Mapping[str, Any]) -> Iterator[Finding]:
    """Find a security context of the pod under which git-sync cannot read its key."""
    git_sync = _git_sync(values)
    if git_sync is None or not git_sync.get("sshKeySecret"):
        return
    for key in ("securityContexts.pod", "workers.kubernetes.securityContexts.pod", "dagProcessor.securityContexts.pod"):
        context = value_at(values, key)
        if isinstance(context, dict) and context and "fsGroup" not in context:
            yield Finding(
                key, "without fsGroup git-sync cannot read its key", "write fsGroup: 0", "apache/airflow#41974"
            )


def subchart(values: Mapping[str, Any]) -> Iterator[Finding]:
    """Find misspelt keys of the PostgreSQL subchart, which has no schema."""
    keys = value_at(values, "postgresql")
    for name in keys if isinstance(keys, dict) else ():
        if meant := name not in _OF_POSTGRESQL and slip_of(name, _OF_POSTGRESQL):
            yield Finding(f"postgresql.{name}", "the chart has no such key", f"did you mean {meant!r}?")


def database(values: Mapping[str, Any]) -> Iterator[Finding]:
    """Find a database outside that nothing names, and one of the chart's that nothing uses."""
    own, named = value_at(values, "postgresql.enabled", True), value_at(values, "data.metadataSecretName")
    connection = value_at(values, "data.metadataConnection.host")
    if not own and not named and not connection:
        message = "postgresql is off, and no other database is named"
        yield Finding("data.metadataSecretName", message, "name a Secret with the database's URL")
    if own and named and not value_at(values, "postgresql.auth"):
        yield Finding(
            "postgresql.enabled", "data.metadataSecretName names another database", "write postgresql: {enabled: false}"
        )


def secrets(values: Mapping[str, Any]) -> Iterator[Finding]:
    """Find keys that the chart makes anew, or once and for all at the first installation."""
    for key in ("fernetKeySecretName", "apiSecretKeySecretName", "jwtSecretName"):
        if not value_at(values, key) and not value_at(values, key.removesuffix("SecretName")):
            yield Finding(key, "it is not set: the chart makes a key of its own", "make a Secret and name it")


def first_user(values: Mapping[str, Any]) -> Iterator[Finding]:
    """Find the user admin with the password admin, which is the chart's default."""
    off = value_at(values, "createUserJob.enabled", True) is False
    if off or value_at(values, "createUserJob.defaultUser.enabled", True) is False:
        return
    password = value_at(values, "createUserJob.defaultUser.password")
    if password in {None, "admin"}:
        key = "createUserJob.defaultUser.password"
        yield Finding(key, "the chart's default is admin", "write $(AIRFLOW_ADMIN_PASSWORD), from createUserJob.env")


def broker(values: Mapping[str, Any]) -> Iterator[Finding]:
    """Find Celery without a broker (chart 1.22: check-values.yaml)."""
    if "Celery" not in str(value_at(values, "executor", "CeleryExecutor")):
        return
    named = value_at(values, "data.brokerUrlSecretName") or value_at(values, "data.brokerUrl")
    if value_at(values, "redis.enabled", True) is False and not named:
        yield Finding("data.brokerUrlSecretName", "redis is off, and no other broker is named", "name a Secret")
    if value_at(values, "redis.enabled", True) and value_at(values, "redis.passwordSecretName") and not named:
        yield Finding("data.brokerUrlSecretName", "redis.passwordSecretName needs it", "name a Secret with its URL")


def pgbouncer(values: Mapping[str, Any]) -> Iterator[Finding]:
    """Find PgBouncer without a configuration: the chart writes one only for a connection in the values."""
    by_secret = value_at(values, "pgbouncer.enabled") and value_at(values, "data.metadataSecretName")
    if by_secret and not value_at(values, "pgbouncer.configSecretName"):
        hint = "name a Secret with pgbouncer.ini and users.txt"
        yield Finding("pgbouncer.configSecretName", "data.metadataSecretName needs it", hint)


def log_volume(values: Mapping[str, Any]) -> Iterator[Finding]:
    """Find a volume for logs that go elsewhere."""
    if _logs_are_remote(values) and value_at(values, "logs.persistence.enabled"):
        yield Finding("logs.persistence.enabled", "logs are remote: the volume is not needed", "write false")


def logs(values: Mapping[str, Any]) -> Iterator[Finding]:
    """Find logs that are lost with their pod."""
    remote, kept = _logs_are_remote(values), bool(value_at(values, "logs.persistence.enabled"))
    if str(value_at(values, "config.logging.remote_logging")) == "0":
        return  # a decision: with the chart's own default, which is another word for it, the chart warns
    if not remote and not kept and "Kubernetes" in str(value_at(values, "executor", "")):
        hint = "set config.logging.remote_logging, or logs.persistence"
        yield Finding("logs.persistence.enabled", "the logs of tasks are lost with their pods", hint)


def metrics(values: Mapping[str, Any]) -> Iterator[Finding]:
    """Find the chart's StatsD beside a host of one's own: one of the two gets nothing."""
    elsewhere = "AIRFLOW__METRICS__STATSD_HOST" in str(value_at(values, "env", "")) + str(
        value_at(values, "extraEnv", "")
    )
    if elsewhere and value_at(values, "statsd.enabled", True):
        yield Finding("statsd.enabled", "AIRFLOW__METRICS__STATSD_HOST sends metrics elsewhere", "write false")
    if elsewhere and not value_at(values, "statsd.enabled", True) and not value_at(values, "config.metrics.statsd_on"):
        yield Finding("config.metrics.statsd_on", "statsd.enabled: false switches metrics off", "write 'True'")


RULES: Final[tuple[Callable[[Mapping[str, Any]], Iterator[Finding]], ...]] = (
    executors,
    images,
    git_branch,
    git_revisions,
    git_failures,
    git_folder,
    git_host,
    git_credentials,
    git_key_is_readable,
    subchart,
    database,
    secrets,
    first_user,
    broker,
    pgbouncer,
    log_volume,
    logs,
    metrics,
)


def find(values: Mapping[str, Any]) -> list[Finding]:
    """Return what is wrong between the keys of values for the official chart."""
    return [finding for rule in RULES for finding in rule(values)]


def _logs_are_remote(values: Mapping[str, Any]) -> bool:
    if value_at(values, "elasticsearch.enabled") or value_at(values, "opensearch.enabled"):
        return True
    return str(value_at(values, "config.logging.remote_logging", "")).lower() not in _OFF


def _git_sync(values: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return the settings of git-sync where it is on."""
    git_sync = value_at(values, "dags.gitSync")
    return git_sync if isinstance(git_sync, dict) and git_sync.get("enabled") else None
