#!/usr/bin/python3 -B
"""Goal: what is put into Prometheus of past days is what reports say of them, and goes
on in the series that Prometheus scrapes.
Method: the example year in the real daemon, `metrics backfill`, blocks made by promtool
and asked for through the real Prometheus; the last day is also compared with the
daemon's own metrics.

usage: metrics_backfill.py BIN_DIR EXAMPLES_DIR
"""
import math
import pathlib
import re

from daemon import Daemon, check, check_equal, main, run_program, wait_for, write_plan
from monitoring import JOB, Prometheus, require_programs

DEPARTMENT = "122002"
BUSINESS_DATE = "2020-07-01"
# The last seconds of these days at UTC+8, computed by `date -d 2020-03-31T23:59:59+08:00 +%s`.
DAYS = {"2020-01-01": 1577894399, "2020-03-31": 1585670399, "2020-06-30": 1593532799}
SAMPLE = re.compile(r'(\w+)(?:\{(.*)\})? (\S+) (\d+)$')
LABEL = re.compile(r'(\w+)="((?:[^"\\]|\\.)*)"')


def labels_of(text):
    """Prometheus takes an empty label for an absent one."""
    return frozenset((name, value) for name, value in LABEL.findall(text or "") if value)


def read_samples(path):
    """Values by name, labels and time."""
    samples = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            continue
        name, labels, value, time = SAMPLE.match(line).groups()
        key = name, labels_of(labels), int(time)
        check(key not in samples, f"twice: {line}")
        samples[key] = float(value)
    return samples


def backfill(daemon, path, *flags):
    return daemon.ask("metrics", "backfill", "--year", 2020, "-o", path, *flags)


def check_last_day(daemon, path):
    """The day that the daemon shows now is written as it shows it."""
    backfill(daemon, path, "--department", DEPARTMENT, "--from", BUSINESS_DATE, "--to",
             BUSINESS_DATE)
    written = {(name, labels): value for (name, labels, _), value in read_samples(path).items()}
    shown = {}
    for text, value in daemon.metrics().items():
        name, _, labels = text.partition("{")
        shown[name, labels_of(labels)] = value
    families = {name for name, _ in written}
    expected = {key: value for key, value in shown.items() if key[0] in families}
    check_equal(written.keys() ^ expected.keys(), set(), "series that differ from the daemon's")
    check(len(families) >= 14, f"only {sorted(families)} were written")
    for key, value in written.items():
        check(math.isclose(value, expected[key], rel_tol=1e-12, abs_tol=1e-12),
              f"{key}: {value} instead of {expected[key]}")


def check_day(daemon, prometheus, day, time):
    """All figures of a day are those of its report."""
    report = daemon.ask("report", "execution", "--department", DEPARTMENT, "--year", 2020,
                        "--as-of", day)
    expected = {}
    for item in report["projects"]:
        code = item["projectCode"]
        expected["disbursed_yuan", code] = int(item["disbursedFen"]) / 100
        expected["budget_yuan", code] = int(item["budgetFen"]) / 100
        expected["planned_ratio", code] = item["plannedRatio"]
        if "executionRatio" in item:
            expected["execution_ratio", code] = item["executionRatio"]
    actual = {}
    for metric in {metric for metric, _ in expected}:
        for labels, value in prometheus.query(f"budgetwatch_project_{metric}", time=time):
            actual[metric, labels["project_code"]] = value
    check_equal(actual, expected, f"figures of {day} in Prometheus")
    total = prometheus.query("budgetwatch_department_disbursed_yuan", time=time)
    check_equal([(labels["job"], labels["instance"], value) for labels, value in total],
                [(JOB, daemon.metrics_address, int(report["totals"]["disbursedFen"]) / 100)],
                f"the department on {day}")


def check_days_without_plan(daemon, folder):
    path = folder / "late.om"
    plan = write_plan(folder / "late.yaml", "906", 2020, {"L-1": 100_000})
    daemon.ask("plan", "apply", plan, "--effective-date", "2020-03-01", "--reason", "new",
               "--document", "1")
    # 60 days before 1 March of a leap year, 122 from then to the end of June.
    done = backfill(daemon, path, "--department", "906")
    check_equal((done["skippedDayCount"], done["dayCount"]), (60, 122), "days of the late plan")
    path.unlink()
    for flags, code in ((("--department", "000"), 1),
                        (("--department", "906", "--from", "2020-05-02", "--to", "2020-05-01"), 2),
                        (("--department", "906", "--label", "project_code=x"), 2),
                        (("--department", "906", "--label", "job=a", "--label", "job=b"), 2),
                        (("--department", "906", "--step-days", "0"), 2)):
        done = daemon.run("metrics", "backfill", "--year", 2020, "-o", path, *flags)
        check_equal(done.returncode, code, f"exit code with {flags}")
        check(done.stderr and not path.exists(), f"{flags}: no message, or a file")


def test(bin_dir, folder, arguments):
    require_programs("prometheus", "promtool")
    examples = pathlib.Path(arguments[0])
    path = folder / "past.om"
    with Daemon(bin_dir, folder / "data", BUSINESS_DATE) as daemon:
        daemon.ask("plan", "apply", examples / "plan-2020.yaml")
        daemon.load(examples / "payments-2020.csv")
        check_last_day(daemon, folder / "today.om")
        done = backfill(daemon, path, "--department", DEPARTMENT, "--label", f"job={JOB}",
                        "--label", f"instance={daemon.metrics_address}")
        # From New Year to the day before the business date.
        check_equal((done["dayCount"], done["skippedDayCount"]), (182, 0), "days")
        check_equal(len(read_samples(path)), done["sampleCount"], "samples")
        made = run_program(["promtool", "tsdb", "create-blocks-from", "openmetrics", path,
                            folder / "prometheus-data"])
        check(made.returncode == 0, f"promtool: {(made.stdout + made.stderr).decode()}")
        with Prometheus(folder, [], flags=["--storage.tsdb.retention.time=100y"]) as prometheus:
            wait_for(lambda: prometheus.query("budgetwatch_time_progress_ratio",
                                              time=DAYS["2020-06-30"]), "the blocks")
            for day, time in DAYS.items():
                check_day(daemon, prometheus, day, time)
            counts = prometheus.query("count_over_time(budgetwatch_project_budget_yuan[200d])",
                                      time=DAYS["2020-06-30"])
            check_equal({value for _, value in counts}, {182.0}, "samples of each project")
        check_days_without_plan(daemon, folder)
        daemon.stop()


if __name__ == "__main__":
    main(test, __doc__, argument_counts=(1,))
