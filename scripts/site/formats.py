"""The reference of the JSON documents, from the functions that write them and the dataclasses that they write."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Final

from scripts.site.places import ROOT
from scripts.site.source import descriptions, package
from scripts.site.tables import code, table
from scripts.site.undocumented import require

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

DOCUMENTS: Final = {
    "airflowkit check": ("checks.reports.json.render", "checks.md"),
    "airflowkit diff": ("compare.formats.json.render", "../how-to/diff.md"),
    "airflowkit upgrade": ("upgrade.formats.json.render", "../how-to/upgrade.md"),
    "airflowkit doctor": ("deploy.doctor.formats.json.render", "doctor.md"),
    "airflowkit adopt": ("cli.adopting._as_json", "../how-to/adopt.md"),
    "airflowkit eject": ("cli.eject._as_json", "../how-to/eject.md"),
}
"""The function that writes the document of a command, and the page that says more."""
RECORDS: Final = {
    "A finding of check": "checks.model.findings.Finding",
    "A change": "compare.changes.Change",
    "A file that is not compared": "compare.changes.Unknown",
    "A silent change": "upgrade.silent.Silent",
    "An offer": "offers.offer.Offer",
    "A run": "local.run.DagRunResult",
    "A task of a run": "local.process.events.TaskRun",
}
_OF_KEY: Final = {
    "findings": "A finding of check",
    "import_errors": "A finding of check",
    "findings_begin": "A finding of check",
    "findings_cease": "A finding of check",
    "changes": "A change",
    "differs_at_each_parse": "A change",
    "not_compared": "A file that is not compared",
    "offers": "An offer",
    "silent": "A silent change",
}
"""Which record a list of dataclasses has, by its key."""
INTRODUCTION: Final = """\
What programs can read. `version` is raised when a field goes or changes its meaning; new fields may come at any time.

- `airflowkit run --json FILE` writes [a run](#a-run).
- A cause is described by [cause.schema.json]({schema}), and its codes by [Causes](causes.md).
- `contract.json` is described in [The contract](../how-to/contract.md).
- `check` and `doctor` write SARIF and JUnit as well, which have specifications of their own.
"""


def pages() -> dict[str, str]:
    """Return the page, by its place.

    Raises:
        UndocumentedError: A dataclass that is written does not describe a field.
    """
    documents = (
        f"## `{command} --format json`\n\n{_document(path)}\nMore about it: [{command}]({page}).\n\n"
        for command, (path, page) in DOCUMENTS.items()
    )
    records = (f"## {title}\n\n{_record(path)}\n" for title, path in RECORDS.items())
    head = INTRODUCTION.format(schema="../files/src/airflowkit/cause.schema.json")
    return {"reference/json.md": f"# JSON documents\n\n{head}\n{''.join(documents)}{''.join(records)}"}


def _document(path: str) -> str:
    module, _, name = path.rpartition(".")
    functions = _functions(module)
    rows = [(code(key), text) for key, text in _Reader(functions).fields(functions[name])]
    return table(("field", "what it is"), rows)


class _Reader:
    """Reads from the functions of a module what the dictionaries that they return have in them."""

    def __init__(self, functions: dict[str, ast.FunctionDef]) -> None:
        self._functions = functions

    def fields(self, function: ast.FunctionDef) -> Iterator[tuple[str, str]]:
        """Return the keys of a function's dictionary, and what their values are."""
        names = {
            ast.unparse(node.targets[0]): node.value for node in ast.walk(function) if isinstance(node, ast.Assign)
        }
        ends = [node.value for node in ast.walk(function) if isinstance(node, ast.Return) and node.value]
        found = [node for node in ast.walk(names.get("document", ends[-1])) if isinstance(node, ast.Dict)]
        return self._keys(found[0], names) if found else iter(())

    def _keys(self, node: ast.Dict, names: dict[str, ast.expr]) -> Iterator[tuple[str, str]]:
        for key, written in zip(node.keys, node.values, strict=True):
            value = names.get(ast.unparse(written), written)
            if key is None and isinstance(value, ast.IfExp):  # **({} if … else {…})
                value = value.orelse
            if key is None and isinstance(value, ast.Dict):  # **totals
                yield from self._keys(value, names)
            elif isinstance(key, ast.Constant):
                yield str(key.value), self._what(str(key.value), value)

    def _what(self, key: str, value: ast.expr) -> str:
        """Return what a value is, in words."""
        match value:
            case ast.IfExp(body=body):
                return f"{self._what(key, body)}; null where there is none"
            case ast.ListComp(elt=element):
                return f"a list, each {self._what(key, element)}".removesuffix(", each ")
            case ast.Dict():
                return _with(name for name, _ in self._keys(value, {}))
            case ast.Call(func=ast.Name(id="asdict")):
                return f"[{_OF_KEY[key].lower()}](#{_OF_KEY[key].lower().replace(' ', '-')})"
            case ast.Call(func=ast.Name(id=name)) if name in self._functions:
                return _with(inner for inner, _ in self.fields(self._functions[name]))
        return ""


def _with(names: Iterable[str]) -> str:
    listed = ", ".join(map(code, names))
    return f"with {listed}" if listed else ""


def _record(path: str) -> str:
    found = package()[path]
    words = descriptions(found)
    fields = [name for name, member in found.attributes.items() if "property" not in member.labels]
    rows = [(code(name), require(words.get(name), f"{path}.{name}")) for name in fields]
    return f"{found.docstring.value.partition(chr(10))[0]}\n\n{table(('field', 'what it is'), rows)}"


def _functions(module: str) -> dict[str, ast.FunctionDef]:
    tree = ast.parse((ROOT / "src/airflowkit" / f"{module.replace('.', '/')}.py").read_text("utf-8"))
    return {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}
