"""Names and addresses: DNS, the host's network, aliases, ports."""

from __future__ import annotations

from ipaddress import ip_address
from typing import TYPE_CHECKING, Final

from airflowkit.pods.schema.faults import MISSING, Fault, Path
from airflowkit.pods.schema.names import label_fault, port_name_fault, subdomain_fault
from airflowkit.pods.validation.checks import Part, inner, items, named, one_of, required, text, unique, within

if TYPE_CHECKING:
    from collections.abc import Iterator

    from airflowkit.pods.schema.versions import Version

_POLICIES: Final = ("ClusterFirst", "ClusterFirstWithHostNet", "Default", "None")


def network(spec: Part, path: Path, version: Version) -> Iterator[Fault]:
    """Return what is wrong with a pod's names and addresses."""
    yield from named(spec, path, "hostnameOverride", subdomain_fault)
    yield from named(spec, path, "hostname", label_fault)
    yield from named(spec, path, "subdomain", label_fault)
    yield from one_of(spec, path, "dnsPolicy", _POLICIES)
    yield from _dns(spec, path, version)
    for alias, place in items(spec, path, "hostAliases"):
        yield from address(alias, place, "ip", needed=True)
        for index, name in enumerate(alias.get("hostnames") or ()):
            if text(name) is not None and (reason := subdomain_fault(name)):
                yield Fault(((place, "hostnames"), index), name, reason)


def address(part: Part, path: Path, key: str, *, needed: bool = False) -> Iterator[Fault]:
    """Refuse what is not an IP address."""
    value = text(part.get(key))
    if value:
        yield from _address(value, (path, key))
    elif needed and not part.get(key):
        yield Fault((path, key), part.get(key, MISSING), "is required")


def _address(value: str, path: Path) -> Iterator[Fault]:
    try:
        ip_address(value)
    except ValueError:
        yield Fault(path, value, "is not an IP address")
    else:
        if "%" in value:
            yield Fault(path, value, "must not have a zone")


def _dns(spec: Part, path: Path, version: Version) -> Iterator[Fault]:
    alone = spec.get("dnsPolicy") == "None"
    config = spec.get("dnsConfig")
    if alone and not (isinstance(config, dict) and config.get("nameservers")):
        yield Fault((path, "dnsConfig"), MISSING, "must name a server where the policy is None")
    for part, place in inner(spec, path, "dnsConfig"):
        servers, searches = part.get("nameservers") or [], part.get("searches") or []
        if len(servers) > 3:
            yield Fault((place, "nameservers"), servers, "must not be more than 3")
        for index, server in enumerate(servers):
            yield from _address(server, ((place, "nameservers"), index))
        if len(searches) > 32 or len(" ".join(searches)) > 2048:
            yield Fault((place, "searches"), searches, "must not be more than 32, nor longer than 2048 characters")
        for index, search in enumerate(searches):
            plain = search.removesuffix(".")
            # Underscores are allowed since Kubernetes 1.34 (RelaxedDNSSearchValidation).
            if search != "." and (reason := subdomain_fault(plain.replace("_", "a") if version >= (1, 34) else plain)):
                yield Fault(((place, "searches"), index), search, reason)
        for option, inside in items(part, place, "options"):
            yield from required(option, inside, "name")


def ports(container: Part, path: Path, *, host: bool) -> Iterator[Fault]:
    """Return what is wrong with a container's ports."""
    found = list(items(container, path, "ports"))
    for port, place in found:
        if port.get("containerPort") is None:
            yield Fault((place, "containerPort"), None, "is required")
        yield from within(port, place, "containerPort", 1, 65535)
        yield from within(port, place, "hostPort", 0, 65535)
        yield from named(port, place, "name", port_name_fault)
        yield from one_of(port, place, "protocol", ("TCP", "UDP", "SCTP"))
        yield from address(port, place, "hostIP")
        if host and port.get("hostPort") and port.get("hostPort") != port.get("containerPort"):
            yield Fault((place, "hostPort"), port["hostPort"], "must be the containerPort when hostNetwork is set")
    yield from unique((((place, "name"), port.get("name") or None) for port, place in found), "is listed twice")


def host_ports(spec: Part, path: Path) -> Iterator[Fault]:
    """Return the host's ports that two containers want."""
    taken = (
        ((place, "hostPort"), (port.get("protocol") or "TCP", port.get("hostIP", ""), _host_port(port, spec)))
        for container, inside in items(spec, path, "containers")
        for port, place in items(container, inside, "ports")
        if _host_port(port, spec)
    )
    yield from unique(taken, "is taken twice")


def _host_port(port: Part, spec: Part) -> int | None:
    """Return the host's port that a container takes; with the host's network it is its own."""
    return port.get("hostPort") or (port.get("containerPort") if spec.get("hostNetwork") else None)
