"""`airflowkit check --fix`: mends what is mechanical, and never changes what a DAG does.

`registry` has one small function per rule; `plan` applies them to the text of files, `proof` has workers parse the DAG
files before and after and compares what the DAG processor would write, and `files` writes what held.
"""

from __future__ import annotations

from typing import Final

FIXABLE: Final = frozenset({"AK105", "AK207", "AK411", "AK506", "AK601", "AK602", "AK603", "AK604", "AK606", "AK608"})
"""The rules that have a fix; `registry`, which has the fixes, takes longer to import."""
