"""The shapes by which secrets are recognized: a vocabulary of names, and a table of patterns.

Learned from what detectors look for in repositories (detect-secrets, gitleaks) and from what exceptions and logs of
data pipelines look like. A row needs an example, and the tests walk the table; patterns take linear time.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

MASK: Final = "***"
WORDS: Final = (
    r"passw(?:ord|ort|d)?|passphrase|passcode|secret|token|credential|fernet(?:[_-]?key)?"
    r"|(?:api|access|account|private|secret|encryption|signing|shared|master|storage|deploy|webhook)[_. -]?key"
    r"|conn(?:ection)?[_-]?str(?:ing)?|sql_alchemy_conn"
)
"""What the name of a secret contains."""
ABBREVIATIONS: Final = "pwd|sas"
"""Only as a whole part of a name: PWD is a folder, and DISASTER contains `sas`."""

_NAME: Final = rf"(?:{WORDS}|pwd|(?<![^\W_])sas)s?"
_PROSE: Final = (
    r"(?:to|is|was|are|or|and|for|in|on|of|as|if|by|not|no|none|null|true|false|must|may|can|the|a|an|with|from|that"
    r"|required|missing|invalid|expired|wrong|unset|empty|option|argument|flag|given|file|authentication)\b"
)
"""Words that follow a secret's name in a sentence."""
_TELLING: Final = r"(?=[^\s,;&\"')\]}]*(?:[0-9]|(?-i:[a-z][A-Z])|[!#$%^*?~+@|<>]))"
"""Ahead is a word that no sentence has: with a digit, a capital inside, or a sign."""
_RANDOM: Final = (
    r"(?=[^\s,;&\"')\]}]*[0-9])(?-i:(?=[^\s,;&\"')\]}]*[a-z])(?=[^\s,;&\"')\]}]*[A-Z]))(?=[^\s,;&\"')\]}]{8})"
)
"""Ahead is a word of at least eight characters with digits, small letters and capitals."""
_PLACEHOLDER: Final = r"(?-i:[A-Z_]*(?:PASSWORD|TOKEN|SECRET|KEY|PASS|PWD|TEXT|STRING|VALUE)[A-Z_]*\b)"
_TYPE: Final = r"(?:[A-Za-z_][\w.]{0,80}:[ \t]+)?"
"""What may precede a line: the exception's type, or a level."""
_QUOTED: Final = r"\\*\"(?:[^\"\\\n]|\\[^\"\n])*\\*\"|\\*'(?:[^'\\\n]|\\[^'\n])*\\*'"
_BARE: Final = r"[^\s,;&\"')\]}]+"


class Shape(NamedTuple):
    """A shape by which a secret is recognized in text.

    Attributes:
        name: What has this shape.
        pattern: Finds it, in linear time.
        replacement: What is shown instead.
        example: A text with one.
        secret: The part of the example that must never be shown.
        alone: Whether a value of this shape is surely a secret, whatever its name.
    """

    name: str
    pattern: re.Pattern[str]
    replacement: str
    example: str
    secret: str
    alone: bool = False


def _token(name: str, pattern: str, example: str) -> Shape:
    """Return the shape of a token that its public prefix gives away."""
    return Shape(name, re.compile(pattern), MASK, example, example, alone=True)


_KEYS: Final = (
    Shape(
        "PEM private key",
        re.compile(
            r"-----BEGIN [A-Z ]{0,40}PRIVATE KEY(?:(?!-----END)[\s\\\w+/=:,-])*"
            r"(?:-----END [A-Z ]{0,40}PRIVATE KEY-----)?"
        ),
        MASK,
        "-----BEGIN RSA PRIVATE KEY-----\nMIIEowIB+AAKC/AQEA\n-----END RSA PRIVATE KEY-----",
        "MIIEowIB+AAKC/AQEA",
        alone=True,
    ),
    Shape(
        "line of a PEM block that began before",
        re.compile(
            rf"(?m)^({_TYPE})[ \t]*(?=[^\s]*[A-Z])(?=[^\s]*[a-z])(?=[^\s]*\d)"
            r"(?:[A-Za-z0-9+/]{64}|[A-Za-z0-9+/]{76})[ \t]*$"
        ),
        rf"\1{MASK}",
        "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7VJTUt9Us8cKj",
        "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7VJTUt9Us8cKj",
    ),
    Shape(
        "end of a PEM block that began before",
        re.compile(r"(?m)^[ \t]*[A-Za-z0-9+/]{1,76}={0,2}[ \t]*\n(?=[ \t]*-----END [A-Z ]{0,40}PRIVATE KEY-----)"),
        f"{MASK}\n",
        "dGhlIGxhc3QgbGluZQ==\n-----END PRIVATE KEY-----",
        "dGhlIGxhc3QgbGluZQ==",
    ),
    Shape(
        "AWS access key id with its key",
        re.compile(
            r"\bA(?:KIA|SIA)[0-9A-Z]{16}\b(?:\W{1,8}(?:[a-z_]{1,24}\W{1,6})?)[A-Za-z0-9/+]{40}(?![A-Za-z0-9/+])"
        ),
        MASK,
        "AKIAIOSFODNN7EXAMPLE:wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
        "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
        alone=True,
    ),
)
_URIS: Final = (
    Shape(
        "URI with a password",
        re.compile(r"(?<=://)[^\s/'\":@]*:[^\s/'\"]+@"),
        f"{MASK}@",
        "postgresql://etl:hunter2@db:5432/orders",
        "hunter2",
        alone=True,
    ),
    Shape(
        "URI with a slash in its password",
        re.compile(r"(?<=://)[^\s/'\":@]*:(?!\d{1,5}/)[^\s'\"@]{1,200}@(?=[\w.\[-]+(?:[:/?\s'\"]|$))"),
        f"{MASK}@",
        "postgresql://etl:hun/ter2@db:5432/orders",
        "hun/ter2",
    ),
    Shape(
        "URI with a token as its user",
        re.compile(r"(?<=://)[^\s/'\"]+@"),
        f"{MASK}@",
        "https://hunter2@git.example.com/dags.git",
        "hunter2",
    ),
)
_TOKENS: Final = (
    _token("AWS access key id", r"\bA(?:KIA|SIA|GPA|IDA|ROA|NPA)[0-9A-Z]{16}\b", "AKIAIOSFODNN7EXAMPLE"),
    _token("GitHub token", r"\bgh[pousr]_\w{30,}", "ghp_0123456789abcdefghijklmnopqrstuvwxyz"),
    _token("fine-grained GitHub token", r"\bgithub_pat_\w{22,}", "github_pat_11ABCDEFG0aBcDeFgHiJkL_0123456789abcdef"),
    _token("GitLab token", r"\bgl(?:pat|dt|rt|cbt|ptt|ft|soat|agent|imt)-[\w.-]{20,}", "glpat-0123456789abcdefghij"),
    _token("Slack token", r"\bx(?:ox[abceoprs]|app)-[\w-]{6,}", "xoxb-123456-abcdef"),
    _token(
        "Slack webhook",
        r"hooks\.slack\.com/(?:services|workflows|triggers)/[\w/+-]{8,}",
        "hooks.slack.com/services/T01/B02/x7Yz",
    ),
    _token(
        "JSON web token",
        r"\beyJ[\w-]{8,}\.[\w-]{8,}(?:\.[\w-]*)?",
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.dBjftJeZ4CVP",
    ),
    _token("Google API key", r"\bAIza[\w-]{35}", "AIzaSyA0123456789abcdefghijklmnopqrstuv"),
    _token("Google OAuth token", r"\bya29\.[\w-]{10,}", "ya29.a0AfH6SMBx0123456789"),
    _token("Google OAuth client secret", r"\bGOCSPX-[\w-]{20,}", "GOCSPX-0123456789abcdefghijklmn"),
    _token("Stripe key", r"\b(?:sk|rk|pk|whsec)_(?:live_|test_)?[A-Za-z0-9]{16,}", "sk_live_0123456789abcdefghijklmn"),
    _token("npm token", r"\bnpm_[A-Za-z0-9]{36}", "npm_0123456789abcdefghijklmnopqrstuvwxyz"),
    _token("PyPI token", r"\bpypi-[\w-]{20,}", "pypi-AgEIcHlwaS5vcmcCJDAxMjM0NTY3"),
    _token(
        "SendGrid key",
        r"\bSG\.[\w-]{16,}\.[\w-]{16,}",
        "SG.0123456789abcdefghijkl.0123456789abcdefghijklmnopqrstuvwxyz",
    ),
    _token("OpenAI or Anthropic key", r"\bsk-(?:\w{1,12}-){0,3}\w{16,}[\w-]*", "sk-proj-0123456789abcdefghijklmnop"),
    _token("Hugging Face token", r"\bhf_[A-Za-z0-9]{30,}", "hf_0123456789abcdefghijklmnopqrstuvwx"),
    _token("Databricks token", r"\bdapi[0-9a-f]{32}(?:-\d)?", "dapi0123456789abcdef0123456789abcdef"),
    _token("dbt Cloud token", r"\bdbt[cu]_[\w-]{20,}", "dbtc_0123456789abcdefghij_KLMNOP"),
    _token("Vault token", r"\bhv[sbr]\.[\w-]{20,}", "hvs.0123456789abcdefghijklmnop"),
    _token("Docker Hub token", r"\bdckr_[po]at_[\w-]{20,}", "dckr_pat_0123456789abcdefghijklmnopq"),
    _token("Grafana token", r"\bgl(?:sa|c)_[\w+/=-]{20,}", "glsa_0123456789abcdefghijklmnopqrstuv_a1b2c3d4"),
    _token("Atlassian token", r"\bATATT3[\w=-]{20,}", "ATATT3xFfGF00123456789abcdefghij"),
    _token(
        "DigitalOcean token", r"\bdo[opr]_v1_[0-9a-f]{32,}", "dop_v1_0123456789abcdef0123456789abcdef0123456789abcdef"
    ),
    _token("Shopify token", r"\bshp(?:at|ca|pa|ss)_[0-9a-fA-F]{32}", "shpat_0123456789abcdef0123456789abcdef"),
    _token("New Relic key", r"\bNR(?:AK|JS|II)-[\w-]{20,}", "NRAK-0123456789ABCDEFGHIJKLMNOPQ"),
    _token("Telegram bot token", r"\b\d{8,10}:AA[\w-]{33}", "123456789:AAabcdefghijklmnopqrstuvwxyz0123456"),
    _token(
        "Azure client secret", r"(?<![\w~.-])[\w~.-]{3}\dQ~[\w~.-]{31,34}", "abc8Q~0123456789abcdefghijklmnopqrstuv"
    ),
    _token("Fernet token", r"\bgAAAAA[\w-]{40,}={0,2}", "gAAAAABk0123456789abcdefghijklmnopqrstuvwxyzABCDEF=="),
    _token(
        "age key", r"\bAGE-SECRET-KEY-1[0-9A-Z]{40,}", "AGE-SECRET-KEY-10123456789ABCDEFGHJKLMNPQRSTUVWXYZ0123456789"
    ),
    Shape(
        "Azure storage key",
        re.compile(r"(?<=AccountKey=)[^\s;,&\"')]+"),
        MASK,
        "AccountName=a;AccountKey=aGVsbG8=;x=1",
        "aGVsbG8=",
        alone=True,
    ),
)
_HEADERS: Final = (
    Shape(
        "signature of a webhook or of an Azure shared access URL",
        re.compile(r"(?i)\b(sig|signature)=[^\s&'\"]+"),
        rf"\1={MASK}",
        "https://x.example/y?sv=1.0&sig=abc%2Fdef&z=1",
        "abc%2Fdef",
    ),
    Shape(
        "authorization scheme",
        re.compile(r"\b((?i:bearer|basic))[ \t]+(?=[\w.~+/=-]*(?:\d|[a-z][A-Z]|[._~+/-]\w|=))[\w.~+/=-]{8,}"),
        rf"\1 {MASK}",
        "Authorization: Bearer abcdef.ghijkl",
        "abcdef.ghijkl",
    ),
    Shape(
        "authorization header",
        re.compile(
            r"(?i)\b((?:proxy-)?authorization\\*[\"']?\s*[:=,]\s*\\*[\"']?(?:(?:token|apikey|negotiate|sso-key|splunk)\s+)?)"
            rf"(?!bearer|basic|token|apikey|negotiate|sso-key|splunk|\*){_TELLING}[^\s\"',\\]+"
        ),
        rf"\1{MASK}",
        "Authorization: token 5199831f4dd3b79e7c5b7e0ebe75d67aa66e79d4",
        "5199831f4dd3b79e7c5b7e0ebe75d67aa66e79d4",
    ),
    Shape(
        "cookie",
        re.compile(r"(?i)\b((?:set-)?cookie\\*[\"']?\s*:\s*\\*[\"']?)[^\s\"'=]+=[^\"'\n\\]+"),
        rf"\1{MASK}",
        "Cookie: session=7f3d9c2a; theme=dark",
        "7f3d9c2a",
    ),
    Shape(
        "session id",
        re.compile(r"(?i)\b(j?session_?id|phpsessid|sid|csrf\w{0,20})=[^\s&;,'\"]{6,}"),
        rf"\1={MASK}",
        "JSESSIONID=0A1B2C3D4E5F; Path=/",
        "0A1B2C3D4E5F",
    ),
    Shape(
        "user and password of curl",
        re.compile(
            r"((?<![\w-])(?:-u|--user|--proxy-user)\\*[\"']?(?:\s+|=|\s*,\s*)\\*[\"']?)(?!\d+:\d+\b)[^\s:\"',]+:[^\s\"']+"
        ),
        rf"\1{MASK}",
        "curl -u etl:hunter2 https://api.example.com",
        "hunter2",
    ),
    Shape(
        "password of a command's short option",
        re.compile(
            r"\b((?:mysql|mysqldump|mysqladmin|mariadb|sshpass|redis-cli|docker\s+login|podman\s+login|helm\s+registry"
            r"\s+login|az\s+login|htpasswd|sqlcmd|bteq|snowsql|mongosh?|ldapsearch|kinit)\b[^\n]{0,200}?\s"
            r"-(?:p|a|P|w|b)\s?)(?!-)[^\s-]\S*"
        ),
        rf"\1{MASK}",
        "mysql -h db -u etl -phunter2 orders",
        "hunter2",
    ),
    Shape(
        "user and password in a tuple",
        re.compile(rf"(?i)(\bauth\w{{0,10}}\s*=\s*\(\s*(?:{_QUOTED})\s*,\s*)(?:{_QUOTED})"),
        rf"\1'{MASK}'",
        "requests.get(url, auth=('etl', 'hunter2'))",
        "hunter2",
    ),
    Shape(
        "password in SQL",
        re.compile(rf"(?i)(\b(?:identified\s+by|password)\s+(?:encrypted\s+)?)(?:{_QUOTED})"),
        rf"\1'{MASK}'",
        "ALTER USER etl WITH PASSWORD 'hunter2'",
        "hunter2",
    ),
    Shape(
        "password in XML",
        re.compile(rf"(?i)(<([\w.:-]{{0,40}}(?:{_NAME}))\b[^<>]{{0,200}}>)[^<\n]+(?=</)"),
        rf"\1{MASK}",
        "<db><password>hunter2</password></db>",
        "hunter2",
    ),
    Shape(
        "password of OpenSSL",
        re.compile(r"(?i)\b(pass:)\S+"),
        rf"\1{MASK}",
        "openssl rsa -passin pass:hunter2 -in key.pem",
        "hunter2",
    ),
)
_NAMED: Final = (
    Shape(
        "value with a secret's name",
        re.compile(rf"(?i)({_NAME}\\*[\"']?\s*(?::?=>?|\\+u003d|:(?=\s*\\*[\"']))\s*b?)({_QUOTED}|{_BARE})"),
        rf"\1{MASK}",
        '{"db_password": "hun ter2"}',
        "hun ter2",
    ),
    Shape(
        "pair of a secret's name and its value",
        re.compile(rf"(?i)((\\*[\"'])[\w.-]{{0,60}}{_NAME}\2\s*,\s*b?)({_QUOTED})"),
        rf"\1'{MASK}'",
        "['--password', 'hunter2']",
        "hunter2",
    ),
    Shape(
        "option of a command with a secret's name",
        re.compile(
            rf"(?i)((?<![\w-])--?[\w.-]{{0,60}}{_NAME}\s+)(?!-|\[|<|\$|{_PROSE}|{_PLACEHOLDER})({_QUOTED}|{_BARE})"
        ),
        rf"\1{MASK}",
        "load --db-password hunter2 --user etl",
        "hunter2",
    ),
    Shape(
        "line of YAML with a secret's name",
        re.compile(
            rf"(?im)(^{_TYPE}[ \t]*(?:-[ \t]+)?(?![\w.-]*s[ \t]*:[ \t]+\d)[\w.-]{{0,60}}{_NAME}[ \t]*:[ \t]+)"
            rf"(?!{_PROSE}|[|>&*!{{\[\"']|\w+[ \t]+\w+[ \t]+\w)\S[^\n#]*"
        ),
        rf"\1{MASK}",
        "user: etl\npassword: hunter2",
        "hunter2",
    ),
    Shape(
        "block of YAML with a secret's name",
        re.compile(
            rf"(?im)(^{_TYPE}([ \t]*)(?:-[ \t]+)?[\w.-]{{0,60}}{_NAME}[ \t]*:[ \t]+[|>][-+]?[ \t]*)"
            r"(?:\n\2[ \t]+[^\n]+)+"
        ),
        rf"\1 {MASK}",
        "password: |\n  hunter2\n  hunter3\nuser: etl",
        "hunter2",
    ),
    Shape(
        "secret's name and a telling word",
        re.compile(
            rf"(?i)({_NAME}(?:[ \t]*(?:\bis\b|\bwas\b|:)[ \t]+(?![|>]|\d{{1,6}}\b){_TELLING}"
            rf"|[ \t]+(?=[\"'`]){_TELLING}|[ \t]+{_RANDOM}))"
            r"[\"'`]?[^\s,;&\"'`)\]}]+[\"'`]?"
        ),
        rf"\1{MASK}",
        "login failed for etl, password: Tr0ub4dor3",
        "Tr0ub4dor3",
    ),
)
_PODS: Final = (
    Shape(
        "environment variable in YAML",
        re.compile(
            rf"(?i)(\bname\\*[\"']?\s*[:=]\s*\\*[\"']?[\w.-]{{0,60}}{_NAME}\\*[\"']?\s*,?\s*\\*[\"']?value\\*[\"']?\s*[:=]\s*)"
            rf"({_QUOTED}|{_BARE})"
        ),
        rf"\1{MASK}",
        "- name: DB_PASSWORD\n  value: hunter2",
        "hunter2",
    ),
    Shape(
        "environment value in a printed pod",
        re.compile(r"('value':\s*)(?:'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\")"),
        rf"\1'{MASK}'",
        "{'name': 'DB', 'value': 'hunter2', 'value_from': None}",
        "hunter2",
    ),
    Shape(
        "environment value in a pod printed as JSON",
        re.compile(r"(\"value\":\s*)\"(?:[^\"\\]|\\.)*\""),
        rf'\1"{MASK}"',
        '{"name": "DB", "value": "hunter2"}',
        "hunter2",
    ),
)
SHAPES: Final = (*_KEYS, *_URIS, *_TOKENS, *_HEADERS, *_NAMED, *_PODS)
"""In the order in which they are masked."""
