#!/usr/bin/python3 -B
"""Goal: each kind of bad payment, payment file and plan gets its own answer with the place
and the cure, and costs nothing that is good.
Method: one file holds a good row after every bad one; whole files that cannot be read and
plans with faults follow. After each the ledger is what it was.

usage: bad_input.py BIN_DIR
"""
import json
import random

from daemon import CSV_HEADER, Daemon, check, check_equal, main, write_payments, write_plan

TODAY = "2020-12-31"
DEPARTMENT = "906"
HEADER = ",".join(CSV_HEADER).encode() + b"\n"
GOOD_FEN = 101  # of each good row

# A row, the reason and field of its rejection, and words of the place or the cure.
BAD_ROWS = [
    (b",A,2020-01-02,1.00,,,,", "MISSING_PAYMENT_ID", "payment_id", "payment_id is empty"),
    (b"x" * 5_000_000 + b",A,2020-01-02,1.00,,,,", "FIELD_TOO_LONG", "payment_id", "longer than"),
    (b"y" * 129 + b",A,2020-01-02,1.00,,,,", "FIELD_TOO_LONG", "payment_id", "at most 128"),
    (b"B-1\x01,A,2020-01-02,1.00,,,,", "CONTROL_CHARACTER", "payment_id", "remove it"),
    (b"B-2,A,2020-01-02,1.00,\xb9\xa9\xff,,,", "INVALID_UTF8", "payee", "save the file in UTF-8"),
    (b"B-3,,2020-01-02,1.00,,,,", "MISSING_PROJECT_CODE", "project_code", "name the budget line"),
    (b"B-4,A,2020-02-30,1.00,,,,", "INVALID_DATE", "pay_date", '"2020-02-30"'),
    (b"B-5,A,0000-01-01,1.00,,,,", "YEAR_OUT_OF_RANGE", "pay_date", "1950 to 2199"),
    (b"B-6,A,2200-01-01,1.00,,,,", "YEAR_OUT_OF_RANGE", "pay_date", "1950 to 2199"),
    (b"B-7,A,10000-01-01,1.00,,,,", "INVALID_DATE", "pay_date", '"10000-01-01"'),
    (b"B-8,A,2020-01-02,1.234,,,,", "INVALID_AMOUNT", "amount", '"1.234"'),
    (b"B-9,A,2020-01-02,1e9,,,,", "INVALID_AMOUNT", "amount", '"1e9"'),
    (b"B-10,A,2020-01-02,NaN,,,,", "INVALID_AMOUNT", "amount", '"NaN"'),
    (b"B-11,A,2020-01-02,,,,,", "INVALID_AMOUNT", "amount", "write it like"),
    (b"B-12,A,2020-01-02,0.00,,,,", "ZERO_AMOUNT", "amount", "leave the event out"),
    (b"B-13,A,2020-01-02,99999999999999999999,,,,", "AMOUNT_OUT_OF_RANGE", "amount", "unit"),
    (b"B-14,A,2020-01-02,1,000.00,,,,", "INVALID_FIELD", "", "in quotes"),
    (b"B-15,A,2020-01-02,1.00,,,gift,", "INVALID_KIND", "kind", "payment, refund and correction"),
    (b"B-16,A,2020-01-02,1.00,,,,G-0", "ORIGINAL_NOT_ALLOWED", "original_payment_id", "set kind"),
    (b"B-17,A,2020-01-02,1.02,,,refund,G-0", "REFUND_EXCEEDS_PAYMENT", "amount", "only 1.01"),
    (b"B-18,C,2020-01-02,0.50,,,refund,G-0", "ORIGINAL_PROJECT_MISMATCH", "project_code", "A"),
    (b"B-19,A,2020-01-02,1.00,,,correction,NONE", "ORIGINAL_NOT_FOUND", "original_payment_id",
     '"NONE"'),
    (b"B-20,A,2020-01-02,1.00,,,correction,", "MISSING_ORIGINAL", "original_payment_id", "name"),
    (b"B-21,C,2020-01-02,1.02,,,correction,G-0", "CORRECTION_EXCEEDS_PAYMENT", "amount", "1.01"),
    (b"G-0,A,2020-01-02,9.99,,,,", "PAYMENT_ID_CONFLICT", "payment_id", '"G-0"'),
]

# Content of a whole file, and words of the answer; all end with exit code 1.
BAD_FILES = [
    ("empty.csv", b"", "empty"),
    ("missing.csv", b"payment_id,project_code,pay_date\nF-1,A,2020-01-02\n", "no column amount"),
    ("unknown.csv", b"payment_id,project_code,pay_date,amount,payer\nF-2,A,2020-01-02,1.00,x\n",
     'unknown column "payer"'),
    ("twice.csv", b"payment_id,project_code,pay_date,amount,amount\nF-3,A,2020-01-02,1.00,1.00\n",
     "stands twice"),
    ("workbook.csv", b"PK\x03\x04" + bytes(200), "save it as CSV"),
    ("binary.csv", random.Random(1).randbytes(4_000), "column"),
]

PLAN = """budgetwatch_plan: 1
department_code: '906'
fiscal_year: 2020
projects:
  - code: A
    budget: 100.00
    checkpoints: {06-30: 50.00, 12-31: 100.00}
  - code: B
    budget: 50.00
    checkpoints: {06-30: 50.00, 12-31: 100.00}
"""

# A fault put into PLAN, the finding, its place, and words of the cure.
BAD_PLANS = [
    ("  - code: B\n    budget", "  - code: B\n    budgett", "unknown_key", "line 9", '"budget"'),
    ("fiscal_year", "fiscal_yaer", "unknown_key", "line 3", '"fiscal_year"'),
    ("06-30: 50.00, 12-31", "06-30: 50.00, 10-31: 40.00, 12-31", "falling_share", "checkpoints",
     "cumulative"),
    ("12-31: 100.00", "12-31: 90.00", "last_share_not_100", "checkpoints", "100"),
    ("budget: 50.00", "budget: 5O.00", "bad_amount", "line 9", '"5O.00"'),
    ("code: B", "code: A", "duplicate_project_code", "projects[1]", "twice"),
    ("  - code: B\n", "    indicators: [{target: 是, reading: {kind: date, value: 2020-02-30}}]\n"
     "  - code: B\n", "bad_reading", "line 8, projects[0].indicators[0].reading.value", "a date"),
    ("  - code: B", "\t- code: B", "bad_yaml", "line 8", "YAML"),
]

BAD_PLAN_FILES = [
    ("empty.yaml", b"", "empty"),
    ("noise.yaml", random.Random(2).randbytes(4_000), "UTF-8"),
    ("workbook.yaml", b"PK\x03\x04" + bytes(200), "save"),
]


def good_row(number):
    return b"G-%d,A,2020-01-02,1.01,,,," % number


def sums(daemon):
    """Number and sum of all payments; what must not change."""
    years = daemon.years().values()
    return (sum(int(year["paymentCount"]) for year in years),
            sum(int(year["amountFen"]) for year in years))


def check_rows(daemon, folder):
    rows = [good_row(0)]
    for number, (row, *_) in enumerate(BAD_ROWS, 1):
        rows += [row, good_row(number)]
    path = folder / "rows.csv"
    path.write_bytes(HEADER + b"\n".join(rows) + b"\n")
    summary = daemon.load(path, exit_code=3)
    expected = [(str(2 * number + 1), reason, field)
                for number, (_, reason, field, _) in enumerate(BAD_ROWS, 1)]
    found = [(item["row"], item["reason"], item["field"]) for item in summary["rejections"]]
    for have, want in zip(found, expected):
        check_equal(have, want, "rejected row")
    check_equal(len(found), len(expected), "number of rejected rows")
    for (_, reason, _, words), item in zip(BAD_ROWS, summary["rejections"]):
        check(words in item["message"], f"{reason} does not say {words!r}: {item['message']!r}")
    good = len(BAD_ROWS) + 1
    check_equal((summary["suspendedCount"], summary["amountFen"], sums(daemon)),
                (good, good * GOOD_FEN, (good, good * GOOD_FEN)), "good rows between them")
    table = daemon.run("payment", "import", path)
    lines = table.stdout.decode().splitlines()
    for row, reason, field in expected:
        check(any(f" {row} " in f" {line} " and reason in line and field in line
                  for line in lines), f"the table does not name row {row} {field} {reason}")
    check_equal((table.returncode, sums(daemon)), (3, (good, good * GOOD_FEN)), "the same again")


def check_open_quote(daemon, folder):
    """What follows a quote that is never closed is one record; the rows before are kept."""
    before = sums(daemon)
    path = folder / "quote.csv"
    path.write_bytes(HEADER + b'Q-1,A,2020-01-02,1.00,,,,\nQ-2,A,2020-01-02,1.00,"open,,,\n'
                     b"Q-3,A,2020-01-02,1.00,,,,\n")
    summary = daemon.load(path, exit_code=3)
    rejection = summary["rejections"][0]
    check("lines 3 to 5" in rejection["message"] and "never closed" in rejection["message"],
          f"open quote: {rejection}")
    check_equal(sums(daemon), (before[0] + 1, before[1] + 100), "row before the open quote")


def check_files(daemon, folder):
    before = sums(daemon)
    files = list(BAD_FILES)
    for name, content, words in [*files, ("folder.csv", None, "directory"),
                                 ("absent.csv", None, "no such file")]:
        path = folder / name
        if content is not None:
            path.write_bytes(content)
        elif name == "folder.csv":
            path.mkdir()
        done = daemon.run("payment", "import", path)
        text = done.stderr.decode()
        check(done.returncode == 1 and name in text and words in text,
              f"{name}: exit code {done.returncode}, {text!r} does not say {words!r}")
    check_equal(sums(daemon), before, "sums after files that cannot be read")


def check_plan(daemon, folder, number, fault):
    """Check names the fault and reads the rest; apply refuses and changes nothing."""
    old, new, finding_id, place, words = fault
    path = folder / f"fault-{number}.yaml"
    path.write_text(PLAN.replace(old, new, 1), encoding="utf-8")
    for verb in ("check", "apply"):
        done = daemon.run("--output", "json", "plan", verb, path)
        name = f"plan {verb} with {finding_id}"
        check_equal(done.returncode, 3, f"exit code of {name}")
        answer = json.loads(done.stdout)
        found = [item for item in answer["findings"] if item["id"] == finding_id]
        check(found, f"{name}: found {[item['id'] for item in answer['findings']]}")
        item = found[0]
        check(item["severity"] == "SEVERITY_ERROR" and place in item["place"]
              and words in item["messageEn"], f"{name}: {item}")
        if verb == "apply":
            check_equal(answer["applied"], False, f"{name}: applied")
        elif finding_id == "bad_amount":
            codes = [project["projectCode"] for project in answer["plan"]["projects"]]
            check("A" in codes, f"{name}: the other project was not read: {codes}")


def check_plans(daemon, folder):
    before = daemon.sequence()
    for number, fault in enumerate(BAD_PLANS):
        check_plan(daemon, folder, number, fault)
    for name, content, words in [*BAD_PLAN_FILES, ("folder.yaml", None, "directory")]:
        path = folder / name
        if content is None:
            path.mkdir()
        else:
            path.write_bytes(content)
        for verb in ("check", "apply"):
            done = daemon.run("plan", verb, path)
            text = done.stderr.decode()
            check(done.returncode == 1 and name in text and words in text,
                  f"plan {verb} {name}: exit code {done.returncode}, {text!r}")
    check_equal((daemon.sequence(), daemon.years()[2020]["departmentCodes"]), (before, []),
                "ledger after refused plans")


def check_release(daemon, folder):
    """Money of an unknown project is kept, listed, and released by the plan that brings it."""
    load = write_payments(folder / "unknown.csv", [("U-1", "NEW", "2020-03-03", "7.00")])
    check_equal(daemon.load(load)["suspendedCount"], 1, "payments of an unknown project")
    suspended = daemon.ask("payment", "list", "--year", "2020", "--suspended")["payments"]
    check("U-1" in [item["event"]["paymentId"] for item in suspended], "U-1 is not listed")
    plan = write_plan(folder / "good.yaml", DEPARTMENT, 2020, {"A": 10_000, "NEW": 1_000})
    check(daemon.ask("plan", "apply", plan)["applied"], "the good plan was refused")
    check_equal(daemon.years()[2020]["suspense"], {"paymentCount": "0", "amountFen": "0"},
                "suspense after the plan")
    check_equal(daemon.ask("payment", "list", "--year", "2020", "--suspended")["payments"], [],
                "suspended payments after the plan")
    report = daemon.ask("report", "execution", "--department", DEPARTMENT, "--year", "2020")
    check_equal([(project["projectCode"], project["disbursedFen"])
                 for project in report["projects"]],
                [("A", str((len(BAD_ROWS) + 1) * GOOD_FEN + 100)), ("NEW", "700")],
                "sums of the projects")


def test(bin_dir, folder, _):
    with Daemon(bin_dir, folder / "data", TODAY) as daemon:
        check_rows(daemon, folder)
        check_open_quote(daemon, folder)
        check_files(daemon, folder)
        # Before any sequence is compared, the suspense is evaluated once.
        daemon.ask("warning", "list")
        check_plans(daemon, folder)
        check_release(daemon, folder)
        daemon.verify()
        daemon.stop()
    print(f"bad_input: {len(BAD_ROWS) + 1} kinds of bad rows, {len(BAD_FILES) + 2} of files and "
          f"{len(BAD_PLANS) + len(BAD_PLAN_FILES) + 1} of plans, each with its own answer")


if __name__ == "__main__":
    main(test, __doc__)
