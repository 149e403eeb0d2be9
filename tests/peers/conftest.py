"""The table at the end of a run: what became of the tests of a peer."""


def pytest_terminal_summary(terminalreporter):
    reports = [report for outcome in ("passed", "failed") for report in terminalreporter.getreports(outcome)]
    tables = [value for report in reports for name, value in report.user_properties if name == "peer"]
    for title, rows in tables:
        terminalreporter.section(title)
        for row in rows:
            terminalreporter.write_line(row)
