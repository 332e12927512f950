#!/usr/bin/python3 -B
"""Goal: budgetctl bench ingest records what it says, proves it, and can be repeated.
Method: small runs, as calls and as streams, with and without a plan, on one ledger; the
totals compared with what admin info and the reports say.

usage: bench_ingest.py BIN_DIR
"""
import csv
import io

from daemon import Daemon, check, check_equal, main, write_plan

PROJECTS = 5
CODES = [f"122-0601-JBN-AAA{letter}" for letter in "ABCDE"]
BUDGET_FEN = 10 ** 14

# Flags of runs; the second is the number of payments.
RUNS = [
    ("--payments", 1000, "--batch", 100, "--in-flight", 4),
    ("--payments", 1005, "--batch", 100, "--in-flight", 4, "--connections", 3),
    ("--payments", 1005, "--batch", 100, "--in-flight", 4, "--stream"),
    ("--payments", 3000, "--batch", 7, "--in-flight", 9, "--stream", "--connections", 2,
     "--duplicates", 300),
    ("--payments", 500, "--batch", 1, "--in-flight", 16, "--duplicates", 100),
    ("--payments", 500, "--batch", 1, "--in-flight", 16, "--stream", "--scattered-ids"),
    ("--payments", 3, "--batch", 10000, "--in-flight", 1, "--days", 1),
]


def ingest(daemon, *flags):
    return daemon.ask("bench", "ingest", "--projects", PROJECTS, *flags)


def check_summary(summary, flags):
    check(summary["totalsMatch"] is True and summary["differences"] == [],
          f"the run {flags} does not agree with itself: {summary}")
    counts = {name: int(summary[name]) for name in
              ("paymentCount", "recordedCount", "suspendedCount", "duplicateCount")}
    check_equal(counts["recordedCount"] + counts["suspendedCount"] + counts["duplicateCount"],
                flags[1], f"answers of {flags}")
    check_equal(counts["paymentCount"], flags[1], "paymentCount")
    check(0 < summary["p50Ms"] <= summary["p99Ms"] <= summary["maxMs"],
          f"latencies out of order: {summary}")
    check(summary["paymentsPerSecond"] > 0, "no throughput")
    if "--duplicates" in flags:
        check(counts["duplicateCount"] > 0, f"the run {flags} repeated nothing")
    return counts


def check_csv(daemon):
    """The same figures by their names in snake_case, and the tables."""
    done = daemon.run("bench", "ingest", "--payments", 10, "--output", "csv")
    check_equal(done.returncode, 0, "exit code of bench ingest --output csv")
    names, values = csv.reader(io.StringIO(done.stdout.decode()))
    row = dict(zip(names, values, strict=True))
    check_equal(row["totals_match"], "true", "totals_match")
    for name in ("payments_per_second", "p50_ms", "p99_ms"):
        check(float(row[name]) > 0, f"{name} is {row[name]}")
    table = daemon.run("bench", "ingest", "--payments", 10)
    check_equal(table.returncode, 0, "exit code of bench ingest")
    for name in ("payments_per_second", "p50_ms", "p99_ms", "totals_match"):
        check(name in table.stdout.decode(), f"the table does not name {name}")


def check_used_source(daemon):
    """A source used before: everything is a duplicate, which is not what was expected."""
    flags = ("--payments", 20, "--source", "once")
    check_summary(ingest(daemon, *flags), flags)
    before = daemon.years()
    done = daemon.run("--output", "json", "bench", "ingest", "--projects", PROJECTS, *flags)
    check_equal(done.returncode, 1, "exit code for a source that was used before")
    check(b"not the expected ones" in done.stdout, f"no reason: {done.stdout}")
    check_equal(daemon.years(), before, "the ledger after the same run again")


def test(bin_dir, folder, _):
    with Daemon(bin_dir, folder / "data", "2020-12-31") as daemon:
        expected_count = expected_fen = 0
        for with_plan in (False, True):
            if with_plan:
                plan = write_plan(folder / "plan.yaml", "122002", 2020,
                                  {code: BUDGET_FEN for code in CODES})
                daemon.ask("plan", "apply", plan)
            for flags in RUNS:
                summary = ingest(daemon, *flags)
                counts = check_summary(summary, flags)
                check_equal(counts["suspendedCount" if with_plan else "recordedCount"], 0,
                            "events in the wrong state")
                expected_count += counts["recordedCount"] + counts["suspendedCount"]
                expected_fen += int(summary["amountFen"])
        year = daemon.years()[2020]
        check_equal(int(year["paymentCount"]), expected_count, "payments in the ledger")
        check_equal(int(year["amountFen"]), expected_fen, "net sum in the ledger")
        report = daemon.ask("report", "execution", "--department", "122002", "--year", 2020,
                            "--as-of", "2020-12-31")
        check_equal(int(report.get("report", report)["totals"]["disbursedFen"]), expected_fen,
                    "what the department paid")
        check_used_source(daemon)
        check_csv(daemon)
        daemon.verify()
        daemon.stop()


if __name__ == "__main__":
    main(test, __doc__)
