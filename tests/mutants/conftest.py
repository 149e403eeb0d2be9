"""The table at the end of a run: each fault, with the claim that caught it."""


def pytest_terminal_summary(terminalreporter):
    reports = terminalreporter.getreports("passed")  # of all processes
    rows = [value for report in reports for name, value in report.user_properties if name == "fault"]
    if not rows:
        return
    terminalreporter.section("faults that were planted, and the claim that caught each")
    for fault, claim in sorted(rows):
        terminalreporter.write_line(f"{fault}\n    {claim}")
