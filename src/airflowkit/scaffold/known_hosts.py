"""The host keys that git-sync verifies, for the hosts that publish theirs."""

from __future__ import annotations

from typing import Final

_AZURE_DEVOPS: Final = (
    "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQC7Hr1oTWqNqOlzGJOfGJ4NakVyIzf1rXYd4d7wo6jBlkLvCA4odBlL0mDUyZ0/QUfTTqeu+tm2"
    "2gOsv+VrVTMk6vwRU75gY/y9ut5Mb3bR5BV58dKXyq9A9UeB5Cakehn5Zgm6x1mKoVyf+FFn26iYqXJRgzIZZcZ5V6hrE0Qg39kZm4az48o0AUbf6"
    "Sp4SLdvnuMa2sVNwHBboS7EJkm57XQPVU3/QpyNLHbWDdzwtrlS+ez30S3AdYhLKEOxAG8weOnyrtLJAUen9mTkol8oII1edf7mWWbWVf0nBmly21"
    "+nZcmCTISQBtdcyPaEno7fFQMDD26/s0lfKob4Kw8H"
)
"""Its only host key: Azure DevOps has none of another type."""

KNOWN_HOSTS: Final = {
    # https://docs.github.com/en/authentication/keeping-your-account-and-data-secure/githubs-ssh-key-fingerprints
    "github.com": "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl",
    # https://docs.gitlab.com/user/gitlab_com/#ssh-host-keys-fingerprints
    "gitlab.com": "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAfuCHKVTjquxvt6CM6tdG4SLp1Btn/nOeHHE5UOzRdf",
    # https://support.atlassian.com/bitbucket-cloud/docs/configure-ssh-and-two-step-verification/
    "bitbucket.org": "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIIazEu89wgQZ4bqs3d63QSMzYVa0MuJ2e2gKTKqu+UUO",
    # https://learn.microsoft.com/en-us/azure/devops/repos/git/use-ssh-keys-to-authenticate
    "ssh.dev.azure.com": _AZURE_DEVOPS,
    "vs-ssh.visualstudio.com": _AZURE_DEVOPS,
}
"""The key of each host; tests compare its fingerprint with the published one."""


def host_key(host: str, port: str = "") -> str:
    """Return the line of known_hosts for a host, or an empty string where its key is not published.

    Args:
        host: The host name.
        port: The port of its URL; a key is that of port 22.
    """
    key = KNOWN_HOSTS.get(host.lower()) if port in {"", "22"} else None
    return f"{host} {key}" if key else ""


def scan_command(host: str, port: str = "") -> str:
    """Return the command that prints a host's keys of every type, as known_hosts has them."""
    return f"ssh-keyscan -p {port} {host}" if port else f"ssh-keyscan {host}"
