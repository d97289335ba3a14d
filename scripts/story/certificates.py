"""A certificate authority for one story, as a company has one."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from typing import TYPE_CHECKING

from scripts.story.steps import run

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class Authority:
    """A certificate authority in a folder; it signs one certificate for all names."""

    folder: Path

    @property
    def ca(self) -> Path:
        return self.folder / "ca.crt"

    @property
    def certificate(self) -> Path:
        return self.folder / "server.crt"

    @property
    def key(self) -> Path:
        return self.folder / "server.key"

    def create(self, names: tuple[str, ...]) -> None:
        """Make the authority, and a server's certificate for names."""
        self.folder.mkdir()
        self._openssl("req", "-x509", "-subj", "/CN=Story CA", "-keyout", self.folder / "ca.key", "-out", self.ca)
        request = self.folder / "server.csr"
        self._openssl("req", "-subj", f"/CN={names[0]}", "-keyout", self.key, "-out", request)
        names_file = self.folder / "names"
        names_file.write_text("subjectAltName=" + ",".join(f"DNS:{name}" for name in names), encoding="utf-8")
        signing = ("-CA", self.ca, "-CAkey", self.folder / "ca.key", "-CAcreateserial", "-extfile", names_file)
        run("openssl", "x509", "-req", "-days", "2", "-in", request, *signing, "-out", self.certificate)

    def context(self) -> ssl.SSLContext:
        """Return what a server of the story needs for TLS."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.certificate, self.key)
        return context

    def _openssl(self, *arguments: str | Path) -> None:
        run("openssl", *arguments, "-newkey", "rsa:2048", "-nodes", *(("-days", "2") if "-x509" in arguments else ()))
