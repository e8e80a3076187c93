"""formats.py FOLDER ROOT: checks the reports o.* in FOLDER, which are about a.cpp there."""
import json
import re
import sys
import xml.etree.ElementTree as xml
from pathlib import Path

import jsonschema  # Debian: python3-jsonschema

folder, root = Path(sys.argv[1]), Path(sys.argv[2])
source = (folder / "a.cpp").read_text(encoding="utf-8").splitlines()


def load(name):
    return json.loads((folder / name).read_text(encoding="utf-8"))


report = load("o.json")
(finding,) = [f for f in report["findings"] if f["check"] == "runnel-web-sequential-guards"]
assert finding["file"] == "a.cpp" and finding["line"] == 6
assert set(report) == {"version", "tool", "findings", "problems"}

schema = json.loads((root / "docs/reference/report.schema.json").read_text())
assert set(schema["required"]) == set(report)
described = schema["$defs"]["finding"]
assert set(described["required"]) <= set(finding) <= set(described["properties"]), set(finding)
jsonschema.Draft202012Validator.check_schema(schema)
jsonschema.validate(report, schema)

sarif = load("o.sarif")
assert sarif["version"] == "2.1.0"
(run,) = sarif["runs"]
(result,) = [r for r in run["results"] if r["ruleId"] == finding["check"]]
assert run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == result["ruleId"]
place = result["locations"][0]["physicalLocation"]
assert place["artifactLocation"] == {"uri": "a.cpp", "uriBaseId": "%SRCROOT%"}
region = place["region"]
# Columns are code points: they cut the same text out of the line.
line = source[region["startLine"] - 1]
if region["startLine"] == region["endLine"]:
    text = line[region["startColumn"] - 1:region["endColumn"] - 1]
    data = (folder / "a.cpp").read_bytes()
    assert text.encode() == data[finding["offset"]:finding["offset"] + finding["length"]], text
assert result["partialFingerprints"]["runnel/v1"] == finding["fingerprint"]
for fix in result.get("fixes", []):
    for change in fix["artifactChanges"]:
        assert change["replacements"]

(quality,) = [q for q in load("o.gitlab") if q["check_name"] == finding["check"]]
assert quality["location"] == {"path": "a.cpp", "lines": {"begin": 6}}
assert quality["fingerprint"] == finding["fingerprint"]

# GitLab reads these keys and severities, paths from the repository's root, and keeps one finding a fingerprint.
for q in load("o.gitlab"):
    assert set(q) == {"description", "check_name", "fingerprint", "severity", "location"} and all(q.values())
    assert q["severity"] in {"info", "minor", "major", "critical", "blocker"}
    assert not q["location"]["path"].startswith((".", "/"))
prints = [q["fingerprint"] for q in load("o.gitlab")]
assert len(prints) == len(set(prints))

suites = xml.parse(folder / "o.xml").getroot()
assert suites.tag == "testsuites" and int(suites.get("failures")) == len(suites.findall(".//failure")) >= 1
# What Jenkins' and GitLab's readers know of JUnit: counts that add up, named cases, a message in each failure.
assert int(suites.get("tests")) == len(suites.findall(".//testcase"))
for suite in suites:
    assert suite.tag == "testsuite" and suite.get("name")
    assert int(suite.get("tests")) == len(suite.findall("testcase"))
    assert int(suite.get("failures")) == len(suite.findall("testcase/failure"))
for case in suites.findall(".//testcase"):
    assert case.get("name") and case.get("classname")
    assert [child.tag for child in case] in (["failure"], ["error"], [])
    assert all(child.get("message") for child in case)
# One workflow command a line, with the parameters GitHub documents.
lines = (folder / "o.github").read_text().splitlines()
assert lines and all(re.fullmatch(r"::(warning|error) (?:(?:file|line|endLine|col|endColumn|title)=[^,:]+,?)+::.+", l) for l in lines), lines
assert "DiagnosticName:  runnel-web-sequential-guards" in (folder / "o.yaml").read_text()
# Nothing tells where or when the run was.
for name in ("o.json", "o.sarif", "o.gitlab", "o.xml", "o.github"):
    assert str(folder) not in (folder / name).read_text(), name
