#!/usr/bin/python3 -B
"""Goal: years of real payments without any plan are kept to the fen, once, and find
their projects as soon as plans bring them.
Method: a file with refunds and one zero amount is imported three times, around a
restart; then a plan for each year is applied. Every figure is compared with sums that
this script takes from the file itself, and those of the real file with its stated totals.

usage: oxford_import.py BIN_DIR [SHARED_DIR]
Without SHARED_DIR (or BUDGETWATCH_SHARED_DIR) a file of the same shape is generated.
"""
import collections
import csv
import random

from daemon import (Daemon, check, check_equal, fen, main, shared_dir, wait_for, write_payments,
                    write_plan, yuan)

TODAY = "2019-01-31"
YEARS = range(2014, 2019)
DEPARTMENT = "901"
GENERATED_ROWS = 20_000
REFUNDS = 71
OXFORD_ROWS = 57_692
OXFORD_TOTAL_FEN = 21_404_426_812


def generate(path):
    """Payments of 37 projects over five years, with refunds and one zero amount."""
    chance = random.Random(20140101)
    rows = []
    for number in range(GENERATED_ROWS):
        # Skewed amounts, as payments are: many small ones, some large.
        amount = int(50_000 + chance.paretovariate(1.3) * 10_000)
        if number % (GENERATED_ROWS // REFUNDS) == 100:
            amount = -amount
        if number == GENERATED_ROWS // 2:
            amount = 0
        day = f"{chance.choice(YEARS)}-{chance.randint(1, 12):02d}-{chance.randint(1, 28):02d}"
        memo = chance.choice(['Grants', 'Rent, "old" building', 'Two\nlines', '办公用品', ''])
        rows.append((f"GEN-{number:05d}", f"AREA-{chance.randint(1, 37):02d}", day, yuan(amount),
                     f"P-{chance.getrandbits(32):08x}", memo))
    return write_payments(path, rows)


class Expected:
    """What the file says: sums by year and project, and the row that must be refused."""

    def __init__(self, path):
        self.amounts = collections.defaultdict(lambda: collections.defaultdict(int))
        self.counts = collections.Counter()
        self.zero_rows = []
        with open(path, newline="", encoding="utf-8") as file:
            for number, row in enumerate(csv.DictReader(file), 2):
                amount = fen(row["amount"])
                if amount == 0:
                    self.zero_rows.append(str(number))
                    continue
                year = int(row["pay_date"][:4])
                self.amounts[year][row["project_code"]] += amount
                self.counts[year] += 1
        self.count = sum(self.counts.values())
        self.total = sum(sum(projects.values()) for projects in self.amounts.values())
        self.codes = sorted({code for projects in self.amounts.values() for code in projects})

    def project_totals(self):
        return {code: sum(self.amounts[year].get(code, 0) for year in YEARS)
                for code in self.codes}


def check_stated(expected, totals_path):
    """The sums of the real file are those that it comes with."""
    with open(totals_path, newline="", encoding="utf-8") as file:
        stated = {row["project_code"]: fen(row["total"]) for row in csv.DictReader(file)}
    check_equal(expected.project_totals(), stated, "totals of the file against project_totals.csv")
    check_equal((expected.count + 1, expected.total), (OXFORD_ROWS, OXFORD_TOTAL_FEN),
                "rows and total of the file")


def check_import(daemon, path, expected, suspended, duplicate):
    summary = daemon.load(path, exit_code=3)
    rejections = [(item["row"], item["reason"], item["field"]) for item in summary["rejections"]]
    check_equal(rejections, [(expected.zero_rows[0], "ZERO_AMOUNT", "amount")], "rejected rows")
    counts = {name: value for name, value in summary.items() if name != "rejections"}
    check_equal(counts, {"recordedCount": 0, "duplicateCount": duplicate,
                         "suspendedCount": suspended, "rejectedCount": 1,
                         "amountFen": expected.total if suspended else 0}, "import")


def check_suspense(daemon, expected):
    """Everything is in suspense, year by year; the years as admin info shows them."""
    years = daemon.years()
    check_equal(sorted(years), list(YEARS), "fiscal years")
    for year, info in years.items():
        amount = sum(expected.amounts[year].values())
        check_equal((int(info["paymentCount"]), int(info["amountFen"])),
                    (expected.counts[year], amount), f"payments of {year}")
        check_equal((int(info["suspense"]["paymentCount"]), int(info["suspense"]["amountFen"])),
                    (expected.counts[year], amount), f"suspense of {year}")
    check_equal(sum(int(info["suspense"]["amountFen"]) for info in years.values()),
                expected.total, "suspense of all years")
    return years


def apply_plans(daemon, folder, expected):
    for year in YEARS:
        # Twice what was paid; where more came back than left, some budget at all.
        budgets = {code: max(2 * expected.amounts[year].get(code, 0), 100)
                   for code in expected.codes}
        plan = write_plan(folder / f"plan-{year}.yaml", DEPARTMENT, year,
                          {code: (budget, {"06-30": "50.00", "12-31": "100.00"})
                           for code, budget in budgets.items()})
        check_equal(daemon.ask("plan", "apply", plan)["applied"], True, f"plan of {year} applied")


def check_attributed(daemon, expected):
    """Nothing is in suspense, and each project has its sum in each year and in all."""
    totals = collections.Counter()
    for year, info in daemon.years().items():
        report = daemon.ask("report", "execution", "--department", DEPARTMENT, "--year", year,
                            "--as-of", f"{year}-12-31")
        for suspense in (info["suspense"], report["suspense"]):
            check_equal(suspense, {"paymentCount": "0", "amountFen": "0"}, f"suspense of {year}")
        for project in report["projects"]:
            code = project["projectCode"]
            disbursed = int(project["disbursedFen"])
            check_equal(disbursed, expected.amounts[year].get(code, 0), f"{code} in {year}")
            totals[code] += disbursed
        check_equal(int(report["totals"]["disbursedFen"]), sum(expected.amounts[year].values()),
                    f"total of {year}")
    check_equal({code: totals[code] for code in expected.codes}, expected.project_totals(),
                "totals of the projects over the years")
    verified = daemon.verify()
    check_equal((int(verified["paymentCount"]), int(verified["amountFen"])),
                (expected.count, expected.total), "verified payments")


def pending_open(daemon, state):
    """Years with a suspense_pending warning in this state."""
    answer = daemon.ask("warning", "list", "--rule", "suspense_pending", "--state", state)
    return sorted(warning["fiscalYear"] for warning in answer["warnings"])


def test(bin_dir, folder, arguments):
    shared = shared_dir(arguments)
    path = shared / "data/oxford/payments.csv" if shared else None
    real = path is not None and path.exists()
    if not real:
        path = generate(folder / "payments.csv")
    expected = Expected(path)
    check_equal(len(expected.zero_rows), 1, "zero amounts in the file")
    if real:
        check_stated(expected, path.parent / "project_totals.csv")
    data = folder / "data"
    with Daemon(bin_dir, data, TODAY) as daemon:
        check_import(daemon, path, expected, expected.count, 0)
        before = check_suspense(daemon, expected)
        check_import(daemon, path, expected, 0, expected.count)
        wait_for(lambda: pending_open(daemon, "open") == list(YEARS), "suspense_pending opens")
        daemon.stop()
    with Daemon(bin_dir, data, TODAY) as daemon:
        after = check_suspense(daemon, expected)
        check_equal({year: info["suspense"] for year, info in after.items()},
                    {year: info["suspense"] for year, info in before.items()}, "after a restart")
        check_import(daemon, path, expected, 0, expected.count)
        apply_plans(daemon, folder, expected)
        check_attributed(daemon, expected)
        check_equal((pending_open(daemon, "open"), pending_open(daemon, "resolved")),
                    ([], list(YEARS)), "suspense_pending open and resolved")
        check_import(daemon, path, expected, 0, expected.count)
        check_attributed(daemon, expected)
        daemon.stop()
    check(data.is_dir(), "the data directory is gone")
    print(f"oxford_import: {expected.count} payments of {len(expected.codes)} projects, "
          f"{yuan(expected.total)} yuan, once after four imports ({path.name}, "
          f"{'real' if real else 'generated'})")


if __name__ == "__main__":
    main(test, __doc__, (0, 1))
