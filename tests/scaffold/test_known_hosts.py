import base64
import hashlib
import shutil
import subprocess

import pytest

from airflowkit.scaffold.known_hosts import KNOWN_HOSTS, host_key, scan_command
from scaffold.combinations import answers
from scaffold.conftest import values_of

PUBLISHED = {
    "github.com": "+DiY3wvvV6TuJJhbpZisF/zLDA0zPMSvHdkr4UvCOqU",
    "gitlab.com": "eUXGGm1YGsMAS7vkcx6JOJdOGHPem5gQp4taiCfCLB8",
    "bitbucket.org": "ybgmFkzwOSotHTHLJgHO0QN8L0xErw6vd0VhFA9m3SM",
    "ssh.dev.azure.com": "ohD8VZEXGWo6Ez8GSEJQ9WpafgLFsOfLOtGGQCQo6Og",
    "vs-ssh.visualstudio.com": "ohD8VZEXGWo6Ez8GSEJQ9WpafgLFsOfLOtGGQCQo6Og",
}
"""The SHA256 fingerprints in the documentation of each host."""


@pytest.mark.parametrize("host", KNOWN_HOSTS)
def test_a_key_has_the_fingerprint_that_its_host_publishes(host):
    kind, key = KNOWN_HOSTS[host].split()
    raw = base64.b64decode(key)
    assert raw[4:].startswith(kind.encode())  # the blob names its type, after four bytes with its length
    assert base64.b64encode(hashlib.sha256(raw).digest()).decode().rstrip("=") == PUBLISHED[host]


@pytest.mark.parametrize(
    ("url", "line"),
    [
        ("git@github.com:team/dags.git", "github.com ssh-ed25519 AAAA"),
        ("ssh://git@github.com:22/team/dags.git", "github.com ssh-ed25519 AAAA"),
        ("git@GitHub.com:team/dags.git", "GitHub.com ssh-ed25519 AAAA"),
        ("git@gitlab.com:team/dags.git", "gitlab.com ssh-ed25519 AAAA"),
        ("git@bitbucket.org:team/dags.git", "bitbucket.org ssh-ed25519 AAAA"),
        ("git@ssh.dev.azure.com:v3/team/project/dags", "ssh.dev.azure.com ssh-rsa AAAA"),
        ("git@git.example.com:team/dags.git", "# Enter the output of `ssh-keyscan git.example.com`, "),
        (
            "ssh://git@git.example.com:2222/team/dags.git",
            "# Enter the output of `ssh-keyscan -p 2222 git.example.com`, ",
        ),
        ("ssh://git@github.com:443/team/dags.git", "# Enter the output of `ssh-keyscan -p 443 github.com`, "),
    ],
)
def test_the_values_have_the_key_of_the_host_or_the_command_that_prints_it(url, line):
    assert values_of(answers(git_url=url))["dags"]["gitSync"]["knownHosts"].startswith(line)


def test_a_host_of_another_port_is_another_host():
    assert host_key("github.com") == host_key("github.com", "22") != ""
    assert host_key("github.com", "443") == ""


@pytest.mark.skipif(not shutil.which("ssh-keyscan"), reason="no ssh-keyscan: install openssh-client")
@pytest.mark.parametrize("port", ["", "2222"])
def test_ssh_keyscan_takes_the_arguments(port):
    """With a wrong port or host it prints its usage or an error about the name."""
    program, *arguments = scan_command("localhost", port).split()
    command = [program, "-T", "1", *arguments]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert "usage" not in result.stderr
    assert "getaddrinfo" not in result.stderr
