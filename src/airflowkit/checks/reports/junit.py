"""The report as JUnit XML, for CI systems that show test results."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from airflowkit.checks.findings import Severity
from airflowkit.checks.rules import BY_CODE

if TYPE_CHECKING:
    from airflowkit.checks.report import Report


def render(report: Report) -> str:
    """Return one test suite with a test case for each finding, and one for a check that found nothing."""
    failing = [finding for finding in report.findings if finding.severity is not Severity.INFO]
    suite = ET.Element(
        "testsuite",
        name="airflowkit check",
        tests=str(len(report.findings) or 1),
        failures=str(len(failing)),
        errors="0",
        skipped=str(len(report.findings) - len(failing)),
    )
    for finding in report.findings:
        name = f"{finding.code} {BY_CODE[finding.code].name}"
        case = ET.SubElement(suite, "testcase", classname=finding.path, name=name, file=finding.path)
        kind = "skipped" if finding.severity is Severity.INFO else "failure"
        result = ET.SubElement(case, kind, message=_printable(finding.message))
        where = ".".join(part for part in (finding.dag_id, finding.task_id) if part)
        result.text = _printable(f"{finding.path}:{finding.line or 1} {where} {finding.message}\n{finding.mend}")
    if not report.findings:
        ET.SubElement(suite, "testcase", classname="airflowkit", name=f"{report.files} files")
    root = ET.Element("testsuites")
    root.append(suite)
    ET.indent(root)
    return ET.tostring(root, encoding="unicode", xml_declaration=True)


def _printable(text: str) -> str:
    """Return the text without the control characters that XML cannot hold."""
    return "".join(letter if letter.isprintable() or letter in "\n\t" else "?" for letter in text)
