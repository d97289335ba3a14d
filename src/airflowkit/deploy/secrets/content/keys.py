"""Private keys, certificates and known hosts."""

from __future__ import annotations

import base64
import binascii
import re
from typing import Final

from airflowkit.deploy.secrets.content.text import Fault

_PRIVATE: Final = re.compile(r"-----BEGIN ([A-Z ]*)PRIVATE KEY-----")
_PUBLIC: Final = re.compile(r"\A\s*(?:ssh-|ecdsa-|sk-|-----BEGIN (?:RSA )?PUBLIC|---- BEGIN SSH2 PUBLIC)")
_KEY_TYPE: Final = re.compile(r"(?:ssh-(?:rsa|ed25519)|ecdsa-sha2-nistp\d+|sk-[\w-]+)(?:@openssh\.com)?")


def ssh_key(text: str) -> str:
    """Return an OpenSSH or PEM private key with Unix line ends and a final newline.

    git-sync runs `ssh` without a terminal, which can ask for no passphrase (apache/airflow#43458).
    """
    key = _block(text)
    if _PUBLIC.search(key):
        raise Fault("is a public key: the private one is in the file without .pub")
    if key.startswith("PuTTY-User-Key-File"):
        raise Fault("is a PuTTY key: convert it with `puttygen KEY.ppk -O private-openssh -o KEY`")
    if not _PRIVATE.match(key):
        raise Fault("is not a private key: it does not begin with -----BEGIN … PRIVATE KEY-----")
    _load(key)
    return key


def pem_key(text: str) -> str:
    """Return the private key of a TLS certificate."""
    key = _block(text)
    if not _PRIVATE.match(key):
        raise Fault("is not a private key in PEM")
    _load(key)
    return key


def certificate(text: str) -> str:
    """Return a certificate, or a chain of them, in PEM."""
    from cryptography.x509 import load_pem_x509_certificates  # noqa: PLC0415  slow to import

    chain = _block(text)
    try:
        load_pem_x509_certificates(chain.encode())
    except ValueError:
        raise Fault("is not a certificate in PEM") from None
    return chain


def known_hosts(text: str) -> str:
    """Return lines of host keys, as `ssh-keyscan` prints them."""
    lines = _block(text)
    for number, line in enumerate(lines.splitlines(), start=1):
        words = line.split("#", 1)[0].split()
        if words and not _is_host_key(words[1:] if words[0].startswith("@") else words):
            raise Fault(f"has a line {number} that is not HOST TYPE KEY, as `ssh-keyscan HOST` prints it")
    return lines


def _is_host_key(words: list[str]) -> bool:
    if len(words) < 3 or not _KEY_TYPE.fullmatch(words[1]):  # noqa: PLR2004  host, type, key
        return False
    try:
        return words[1].encode() in base64.b64decode(words[2], validate=True)
    except binascii.Error:
        return False


def _block(text: str) -> str:
    lines = [line.rstrip() for line in text.strip().splitlines()]
    if not lines:
        raise Fault("is empty")
    return "\n".join(lines) + "\n"


def _load(key: str) -> None:
    """Read a private key as ssh would.

    Raises:
        Fault: It has a passphrase, or is damaged.
    """
    from cryptography.exceptions import UnsupportedAlgorithm  # noqa: PLC0415  slow to import
    from cryptography.hazmat.primitives.serialization import (  # noqa: PLC0415  slow to import
        load_pem_private_key,
        load_ssh_private_key,
    )

    load = load_ssh_private_key if "BEGIN OPENSSH" in key else load_pem_private_key
    try:
        load(key.encode(), password=None)
    except TypeError:
        raise Fault("has a passphrase, which nobody can type in a pod: remove it with `ssh-keygen -p -f KEY`") from None
    except (ValueError, UnsupportedAlgorithm):
        raise Fault("is damaged, or of a kind that cannot be used without its device") from None
