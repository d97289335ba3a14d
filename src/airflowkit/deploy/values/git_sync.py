"""What git-sync's containers get from a values file: the settings of the git-sync that really runs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from airflowkit.deploy.values.environment import Variable, listed
from airflowkit.deploy.values.lookup import value_at

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_BRANCH: Final = "v2-2-stable"
_FROM_VALUES: Final = {
    "repo": ("https://github.com/apache/airflow.git", ("GIT_SYNC_REPO", "GITSYNC_REPO")),
    "branch": (_BRANCH, ("GIT_SYNC_BRANCH",)),
    "rev": ("HEAD", ("GIT_SYNC_REV",)),
    "ref": (_BRANCH, ("GITSYNC_REF",)),
    "depth": (1, ("GIT_SYNC_DEPTH", "GITSYNC_DEPTH")),
    "period": ("5s", ("GITSYNC_PERIOD",)),
    "maxFailures": (0, ("GIT_SYNC_MAX_SYNC_FAILURES", "GITSYNC_MAX_FAILURES")),
}
"""By key of `dags.gitSync`: the chart's default, and the names by which git-sync 3 and 4 read it."""
_FIXED: Final = {
    "GIT_SYNC_ROOT": "/git",
    "GITSYNC_ROOT": "/git",
    "GIT_SYNC_DEST": "repo",
    "GITSYNC_LINK": "repo",
    "GIT_SYNC_ADD_USER": "true",
    "GITSYNC_ADD_USER": "true",
}
_KEY_FILE: Final = "/etc/git-secret/ssh"
_KNOWN_HOSTS_FILE: Final = "/etc/git-secret/known_hosts"
_CREDENTIALS: Final = ("GIT_SYNC_USERNAME", "GITSYNC_USERNAME", "GIT_SYNC_PASSWORD", "GITSYNC_PASSWORD")


def git_sync_environment(values: Mapping[str, Any], *, once: bool) -> dict[str, Variable]:
    """Return the variables of a git-sync container, by name (chart 1.22: templates/_helpers.yaml, git_sync_container).

    Args:
        values: Values for the official chart.
        once: Whether it is the init container, which ends after its first sync.
    """
    settings = value_at(values, "dags.gitSync", {})
    variables = [*_plain(settings, once=once), *listed(settings.get("env"), "dags.gitSync.env")]
    return {each.name: each for each in variables}


def _plain(settings: Mapping[str, Any], *, once: bool) -> Iterator[Variable]:
    for key, (default, names) in _FROM_VALUES.items():
        value = settings.get(key)
        for name in names:
            yield Variable(name, str(default if value is None else value))
    for name, text in _FIXED.items():
        yield Variable(name, text)
    if settings.get("sshKeySecret") or settings.get("sshKey"):
        yield from _ssh(known=bool(settings.get("knownHosts")))
    elif secret := settings.get("credentialsSecret"):
        for name in _CREDENTIALS:
            yield Variable(name, secret=(str(secret), name))
    if wait := settings.get("wait"):
        yield Variable("GIT_SYNC_WAIT", str(wait))
    for prefix in ("GIT_SYNC_", "GITSYNC_"):
        if once:
            yield Variable(f"{prefix}ONE_TIME", "true")
        else:
            yield Variable(f"{prefix}HTTP_BIND", f":{value_at(settings, 'httpPort', 1234)}")


def _ssh(*, known: bool) -> Iterator[Variable]:
    texts = {
        "GIT_SSH_KEY_FILE": _KEY_FILE,
        "GITSYNC_SSH_KEY_FILE": _KEY_FILE,
        "GIT_SYNC_SSH": "true",
        "GITSYNC_SSH": "true",
        "GIT_KNOWN_HOSTS": str(known).lower(),
        "GITSYNC_SSH_KNOWN_HOSTS": str(known).lower(),
    }
    if known:
        texts |= {"GIT_SSH_KNOWN_HOSTS_FILE": _KNOWN_HOSTS_FILE, "GITSYNC_SSH_KNOWN_HOSTS_FILE": _KNOWN_HOSTS_FILE}
    for name, text in texts.items():
        yield Variable(name, text)
