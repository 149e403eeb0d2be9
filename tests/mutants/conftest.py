"""The table at the end of a run: each fault, with the claim that caught it, for the terminal and for the site."""

import json


def pytest_terminal_summary(terminalreporter, config):
    reports = terminalreporter.getreports("passed")  # of all processes
    rows = [value for report in reports for name, value in report.user_properties if name == "fault"]
    if not rows:
        return
    terminalreporter.section("faults that were planted, and the claim that caught each")
    for fault, claim in sorted(rows):
        terminalreporter.write_line(f"{fault}\n    {claim}")
    known = config.rootpath / "build" / "faults.json"
    known.parent.mkdir(exist_ok=True)
    caught = json.loads(known.read_text(encoding="utf-8")) if known.exists() else {}
    written = known.with_suffix(".part")
    written.write_text(json.dumps(caught | dict(rows), indent=1, ensure_ascii=False), encoding="utf-8")
    written.replace(known)
