#!/usr/bin/python3 -B
"""Goal: what Prometheus shows of the ledger is what budgetctl says of it.
Method: the real daemon is loaded with a plan and payments, promtool judges its
metrics, and a real Prometheus scrapes them until its answers equal the execution
report and the list of warnings, which both come from the daemon over gRPC.

usage: prometheus_scrape.py BIN_DIR PLAN_YAML PAYMENTS_CSV
"""
import collections
import contextlib
import math
import subprocess
import time

from daemon import COMMAND_SECONDS, HTTP, POLL_SECONDS, Daemon, Failure, main
from monitoring import Prometheus, require_programs

BUSINESS_DATE = "2020-07-01"
SCRAPE_SECONDS = 60


def labels_of(**labels):
    """An empty label is an absent one to Prometheus."""
    return frozenset((name, str(value)) for name, value in labels.items() if value != "")


def budget_values(subject, labels, figures, expected):
    """Adds what the metrics of a project or department must show."""
    for metric, field in (("budget_yuan", "budgetFen"), ("disbursed_yuan", "disbursedFen")):
        expected[f"budgetwatch_{subject}_{metric}"][labels] = int(figures[field]) / 100
    for metric, field in (("execution_ratio", "executionRatio"), ("planned_ratio", "plannedRatio"),
                          ("deviation_ratio", "deviationRatio")):
        if figures.get(field) is not None:
            expected[f"budgetwatch_{subject}_{metric}"][labels] = figures[field]


def report_values(report, expected):
    """Adds what the lines and the total of a department must show."""
    named = ("budgetwatch_project_disbursed_yuan * on (department_code, project_code, fiscal_year)"
             " group_left (project_name) budgetwatch_project_info")
    department = report["departmentCode"]
    year = report["fiscalYear"]
    for project in report["projects"]:
        labels = labels_of(department_code=department, project_code=project["projectCode"],
                           fiscal_year=year)
        budget_values("project", labels, project, expected)
        expected[named][labels | {("project_name", project["projectName"])}] = (
            int(project["disbursedFen"]) / 100)
    budget_values("department", labels_of(department_code=department, fiscal_year=year),
                  report["totals"], expected)
    expected["budgetwatch_time_progress_ratio"][labels_of(fiscal_year=year)] = (
        report["timeProgressRatio"])


def warning_values(warnings, expected):
    """Adds the open warnings as the metrics group them."""
    active = collections.Counter()
    for warning in warnings:
        about_project = warning["subject"]["kind"] == "SUBJECT_KIND_PROJECT"
        active[labels_of(
            rule=warning["rule"], severity=warning["severity"].removeprefix("SEVERITY_").lower(),
            department_code=warning["departmentCode"],
            project_code=warning["subject"]["code"] if about_project else "",
            fiscal_year=warning["fiscalYear"])] += 1
    expected["budgetwatch_warning_active"] = active
    expected["sum(budgetwatch_warning_active)"] = {frozenset(): len(warnings)}


def read_expected_values(daemon):
    """What Prometheus must answer, by expression and labels, as budgetctl says it."""
    expected = collections.defaultdict(dict)
    warnings = daemon.ask("warning", "list")["warnings"]
    warning_values(warnings, expected)
    # After the list, which writes warnings that were not evaluated yet.
    info = daemon.ask("admin", "info")
    for year in info["fiscalYears"]:
        labels = labels_of(fiscal_year=year["fiscalYear"])
        suspense = year["suspense"]
        expected["budgetwatch_suspense_yuan"][labels] = int(suspense["amountFen"]) / 100
        expected["budgetwatch_suspense_payments"][labels] = int(suspense["paymentCount"])
        for department in year["departmentCodes"]:
            report_values(daemon.ask("report", "execution", "--department", department,
                                      "--year", year["fiscalYear"]), expected)
    expected["budgetwatch_ledger_sequence"][frozenset()] = int(info["ledgerSequence"])
    for name in ("budgetwatch_store_writable", 'up{job="budgetwatch"}'):
        expected[name][frozenset()] = 1
    if not warnings or not expected["budgetwatch_project_execution_ratio"]:
        raise Failure("the plan and the payments give no ratio or no warning to compare")
    return expected


def ask(prometheus, expression):
    """Values of an instant vector by their labels, without those of the target."""
    return {frozenset((name, value) for name, value in labels.items()
                      if name not in ("__name__", "instance", "job")): value
            for labels, value in prometheus.query(expression)}


def differences(expected, actual):
    """Sentences about what is missing, superfluous or different."""
    found = []
    for labels in sorted(expected.keys() | actual.keys(), key=sorted):
        want = expected.get(labels)
        have = actual.get(labels)
        if want is None or have is None or not math.isclose(want, have, rel_tol=1e-12,
                                                            abs_tol=1e-12):
            found.append(f"{dict(sorted(labels))}: budgetctl says {want}, Prometheus {have}")
    return found


def wait_until_equal(prometheus, expression, expected, deadline):
    while True:
        found = differences(expected, ask(prometheus, expression))
        if not found:
            return
        if time.monotonic() > deadline:
            raise Failure(f"{expression} is not what budgetctl says after {SCRAPE_SECONDS} s:\n  " +
                          "\n  ".join(found[:10]))
        time.sleep(POLL_SECONDS)


def load(daemon, plan_path, payments_path):
    daemon.ask("plan", "apply", plan_path)
    imported = daemon.ask("payment", "import", payments_path)
    if int(imported["recordedCount"]) == 0:
        raise Failure(f"no payment was recorded: {imported}")


def check_format(address):
    """promtool has nothing to complain about."""
    with HTTP.open(f"http://{address}/metrics", timeout=COMMAND_SECONDS) as answer:
        text = answer.read()
    if b"\nbudgetwatch_build_info{" not in text:
        raise Failure("/metrics has no budgetwatch_build_info")
    done = subprocess.run(["promtool", "check", "metrics"], input=text, capture_output=True,
                          check=False, timeout=COMMAND_SECONDS)
    complaints = (done.stdout + done.stderr).decode(errors="replace")
    if done.returncode != 0 or complaints:
        raise Failure(f"promtool check metrics ended with exit code {done.returncode}:\n"
                      f"{complaints}")


def test(bin_dir, folder, arguments):
    require_programs("prometheus", "promtool")
    with contextlib.ExitStack() as stack:
        daemon = stack.enter_context(Daemon(bin_dir, folder / "data", BUSINESS_DATE))
        load(daemon, *arguments)
        expected = read_expected_values(daemon)
        check_format(daemon.metrics_address)
        prometheus = stack.enter_context(Prometheus(folder, [daemon.metrics_address]))
        deadline = time.monotonic() + SCRAPE_SECONDS
        for expression, values in expected.items():
            wait_until_equal(prometheus, expression, values, deadline)
        daemon.stop()
    count = sum(len(values) for values in expected.values())
    print(f"prometheus_scrape: {count} values of {len(expected)} queries are the same in "
          "Prometheus and budgetctl")


if __name__ == "__main__":
    main(test, __doc__, argument_counts=(2,))
