"""Gathers the values that are missing: from files, from other values, generated, or asked for."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Protocol

from airflowkit.deploy.secrets import derivation
from airflowkit.deploy.secrets.confidential import Confidential
from airflowkit.deploy.secrets.content import kinds
from airflowkit.deploy.secrets.content.text import Fault
from airflowkit.deploy.secrets.content.urls import Address, parse_database
from airflowkit.errors import SecretsError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from airflowkit.deploy.secrets.content.kinds import Kind
    from airflowkit.deploy.secrets.deployment import Deployment
    from airflowkit.deploy.secrets.references import Need

Place = tuple[str, str]
"""A Secret and its key."""
Stock = dict[Place, Confidential]

_TWINS: Final = {"GIT_SYNC_": "GITSYNC_", "GITSYNC_": "GIT_SYNC_"}


class Asker(Protocol):
    """Somebody to ask."""

    def value(self, title: str, kind: Kind) -> str | None:
        """Return the value of a key, or None where one may be generated."""

    def keys(self, secret: str) -> list[str]:
        """Return the keys of a Secret that the values read as a whole."""


@dataclass(slots=True)
class Gathered:
    """What was gathered.

    Attributes:
        values: The new values.
        origins: Where each is from: a few words.
    """

    values: Stock = field(default_factory=dict)
    origins: dict[Place, str] = field(default_factory=dict)

    def put(self, place: Place, value: Confidential, origin: str) -> None:
        """Add a value."""
        self.values[place] = value
        self.origins[place] = origin


@dataclass(slots=True)
class _Gathering:
    """One gathering, until nothing is missing."""

    needs: tuple[Need, ...]
    deployment: Deployment
    known: Mapping[Place, Confidential]
    asker: Asker | None
    result: Gathered
    missing: list[str] = field(default_factory=list)
    behind_pgbouncer: Address | None = None

    def __call__(self) -> None:
        places = [(need.secret, key, kind) for need in self.needs for key, kind in need.keys.items()]
        self._meet_pgbouncer()
        for secret, key, kind in sorted(places, key=lambda place: self._follows(place[0], place[1])):
            if self._lookup(secret, key) is None:
                self._obtain((secret, key), kind)
        for need in self.needs:
            if not need.keys and not any(secret == need.secret for secret, _ in (*self.known, *self.result.values)):
                self._obtain_whole(need)

    def _lookup(self, secret: str, key: str) -> Confidential | None:
        return self.result.values.get((secret, key)) or self.known.get((secret, key))

    def _obtain(self, place: Place, kind: Kind) -> None:
        if derived := self._derive(*place):
            self.result.put(place, Confidential.of_text(derived), "from the others")
            return
        text = None
        if self.asker and (kind.ask_first or not kind.generate):
            text = self.asker.value(f"{place[0]}/{place[1]}", kind)
        if text is not None:
            self.result.put(place, Confidential.of_text(text), "entered")
        elif kind.generate:
            self.result.put(place, Confidential.of_text(kind.generate()), "generated")
        elif not self._would_follow(*place):
            self.missing.append("/".join(place))

    def _would_follow(self, secret: str, key: str) -> bool:
        """Return whether a missing value would follow from another one that is missing."""
        value, source = self.deployment.value, f"{self.deployment.value('data.metadataSecretName')}/connection"
        if key.startswith("GIT_SYNC_"):
            source = f"{secret}/{key.replace('GIT_SYNC_', 'GITSYNC_')}"
        elif secret != value("data.resultBackendSecretName") and not self._is_of_pgbouncer(secret, key):
            return False
        return source in self.missing

    def _is_of_pgbouncer(self, secret: str, key: str) -> bool:
        names = ("pgbouncer.configSecretName", "pgbouncer.metricsExporterSidecar.statsSecretName")
        return key == "kedaConnection" or secret in {self.deployment.value(name) for name in names}

    def _obtain_whole(self, need: Need) -> None:
        keys = self.asker.keys(need.secret) if self.asker else []
        if not keys:
            self.missing.append(f"{need.secret}/KEY")
        for key in keys:
            self._obtain((need.secret, key), kinds.ANYTHING)

    def _follows(self, secret: str, key: str) -> bool:
        """Return whether a value may follow from others, which are gathered first."""
        names = ("data.brokerUrlSecretName", "data.resultBackendSecretName")
        return secret in {self.deployment.value(name) for name in names} or key.startswith("GIT_SYNC_")

    def _derive(self, secret: str, key: str) -> str:
        """Return a value that follows from others, or an empty string."""
        for prefix, other in _TWINS.items():
            if key.startswith(prefix) and (twin := self._lookup(secret, other + key.removeprefix(prefix))):
                return twin.text()
        rules: dict[str, Callable[[], str]] = {
            "data.brokerUrlSecretName": self._broker,
            "data.resultBackendSecretName": self._result_backend,
            **(self._of_pgbouncer() if self.behind_pgbouncer else {}),
        }
        for path, make in rules.items():
            name, _, only = path.partition("/")
            if secret == self.deployment.value(name) and only in {"", key}:
                return make()
        return ""

    def _broker(self) -> str:
        password = self._lookup(str(self.deployment.value("redis.passwordSecretName")), "password")
        if not (password and self.deployment.enabled("redis")):
            return ""
        return derivation.broker_of_chart(password.text(), self.deployment)

    def _result_backend(self) -> str:
        address = self._address(str(self.deployment.value("data.metadataSecretName")), "connection")
        return derivation.result_backend(address, self.deployment) if address else ""

    def _of_pgbouncer(self) -> dict[str, Callable[[], str]]:
        database, deployment = self.behind_pgbouncer, self.deployment
        assert database  # noqa: S101  the caller asked
        return {
            "data.metadataSecretName/connection": lambda: derivation.through_pgbouncer(database, deployment),
            "data.metadataSecretName/kedaConnection": lambda: database.url,
            "pgbouncer.configSecretName/pgbouncer.ini": lambda: derivation.pgbouncer_ini(database, deployment),
            "pgbouncer.configSecretName/users.txt": lambda: derivation.pgbouncer_users(database),
            "pgbouncer.metricsExporterSidecar.statsSecretName": lambda: derivation.pgbouncer_stats(
                database, deployment
            ),
        }

    def _meet_pgbouncer(self) -> None:
        """Find the database behind PgBouncer, where its Secrets are to be made: they follow from its URL.

        A URL given for Airflow that leads to the database itself is that of PgBouncer's side.
        """
        config = self.deployment.value("pgbouncer.configSecretName")
        needed = {(need.secret, key) for need in self.needs for key in need.keys}
        wanted = {(str(config), "pgbouncer.ini"), (str(config), "users.txt")} & needed
        if all(self._lookup(*place) for place in wanted):
            return
        metadata = (str(self.deployment.value("data.metadataSecretName")), "connection")
        database = self._address(metadata[0], "kedaConnection") or self._direct(metadata) or self._ask_for_database()
        self.behind_pgbouncer = database
        if database and metadata in self.result.values and metadata in needed:
            through = derivation.through_pgbouncer(database, self.deployment)
            self.result.put(
                metadata, Confidential.of_text(through), f"{self.result.origins[metadata]}, through PgBouncer"
            )

    def _direct(self, metadata: Place) -> Address | None:
        address = self._address(*metadata)
        through = derivation.pgbouncer_host(self.deployment)
        return address if address and address.host.partition(".")[0] != through.partition(".")[0] else None

    def _ask_for_database(self) -> Address | None:
        if not self.asker:
            return None
        return _parsed(self.asker.value("the database behind PgBouncer", kinds.DATABASE) or "")

    def _address(self, secret: str, key: str) -> Address | None:
        found = self._lookup(secret, key)
        return _parsed(found.text()) if found else None


def gather(
    needs: Iterable[Need],
    deployment: Deployment,
    *,
    given: Mapping[Place, Confidential],
    known: Mapping[Place, Confidential],
    asker: Asker | None,
) -> Gathered:
    """Return a value for each key that is needed and not known.

    Args:
        needs: The Secrets.
        deployment: What they are for; one value can follow from others.
        given: Values from files, which are checked already.
        known: Values that exist and stay.
        asker: Whom to ask; None where nobody sits at a terminal.

    Raises:
        SecretsError: A value is missing and there is nobody to ask.
    """
    result = Gathered()
    for place, value in given.items():
        if place not in known:
            result.put(place, value, "from a file")
    gathering = _Gathering(tuple(needs), deployment, known, asker, result)
    gathering()
    if gathering.missing:
        raise SecretsError(
            f"no terminal to ask on, and no value for {', '.join(gathering.missing)}",
            hint="Name a file for each: --from-file NAME/KEY=PATH",
        )
    return result


def _parsed(text: str) -> Address | None:
    try:
        return parse_database(text)
    except Fault:
        return None
