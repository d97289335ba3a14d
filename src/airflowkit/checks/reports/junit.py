"""The report as JUnit XML, for CI systems that show test results."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from airflowkit.checks.model.findings import Severity
from airflowkit.checks.reports.folding import name_of, printable, with_name
from airflowkit.errors import counted

if TYPE_CHECKING:
    from airflowkit.checks.model.findings import Finding
    from airflowkit.checks.report import Report, Tool


def render(report: Report) -> str:
    """Return one test suite with a test case for each finding, or one that passes if nothing was found."""
    failing = [finding for finding in report.findings if finding.severity is not Severity.INFO]
    counts = {
        "name": report.tool.command,
        "tests": str(len(report.findings) or 1),
        "failures": str(len(failing)),
        "errors": "0",
        "skipped": str(len(report.findings) - len(failing)),
        "time": f"{report.seconds:.3f}",
    }
    root = ET.Element("testsuites", counts)
    suite = ET.SubElement(root, "testsuite", counts)
    for finding in report.findings:
        _add_case(suite, finding, report.tool)
    if not report.findings:
        ET.SubElement(suite, "testcase", classname="airflowkit", name=counted(report.files, report.tool.unit), time="0")
    ET.indent(root)
    return ET.tostring(root, encoding="unicode", xml_declaration=True)


def _add_case(suite: ET.Element, finding: Finding, tool: Tool) -> None:
    """Add a test case; its name contains the place, because viewers merge cases of the same name."""
    place = f"{printable(finding.path)}:{finding.line or 1}"
    message = printable(with_name(name_of(finding), finding))
    parts = (finding.code, tool.rules[finding.code].name, printable(name_of(finding)), f"line {finding.line or 1}")
    name = " ".join(filter(None, parts))
    case = ET.SubElement(suite, "testcase", classname=printable(finding.path), name=name, time="0")
    kind = "skipped" if finding.severity is Severity.INFO else "failure"
    result = ET.SubElement(case, kind, message=message, type=finding.code)
    result.text = "\n".join(filter(None, (f"{place} {message}", printable(finding.hint))))
