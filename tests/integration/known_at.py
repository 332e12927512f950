#!/usr/bin/python3 -B
"""Goal: a report for a date as the ledger knew it at a moment is the same bytes for ever.
Method: reports of the example year are kept for several dates and moments, by journal
sequence and by time. Then refunds, corrections, backdated payments, a revision of the plan
and another profile arrive, and after each of them, after a restart and after a crash, every
report is asked for again. What is known now must have changed to figures computed by hand.

usage: known_at.py BIN_DIR PLAN_YAML PAYMENTS_CSV
"""
import datetime
import json
import pathlib
import re

from daemon import Daemon, check, check_equal, main, write_payments

TODAY = "2020-12-31"
DEPARTMENT = ("--department", "122002", "--year", "2020")
AS_OF = ("2020-03-31", "2020-06-30", "2020-12-31")
CASES = "122-0501-JBN-4MTX"  # 办案经费, 500,000.00 元
SPECIAL = "122-0401-JBN-QDHR"  # 公安专项业务费, 300,000.00 元
SYSTEMS = "122-0601-JBN-GGD9"  # 公安系统建设费, 90,000.00 元
STREET = "122-0601-JBN-ZEIZ"  # 城区警务站辅警劳务费, 3,289,200.00 元


def utc_now():
    return datetime.datetime.now(datetime.timezone.utc)


def rfc3339(moment, hours=0):
    zone = datetime.timezone(datetime.timedelta(hours=hours))
    return moment.astimezone(zone).isoformat(timespec="microseconds")


def report_bytes(daemon, as_of, *known_at):
    return daemon.ask_bytes("report", "execution", *DEPARTMENT, "--as-of", as_of, *known_at)


class Memory:
    """Answers that must never change, by what was asked."""

    def __init__(self):
        self.answers = {}

    def keep(self, daemon, moment):
        """Every report and the plan as known at this moment, a sequence or a time."""
        for as_of in AS_OF:
            for query in (("report", "execution"), ("plan", "show")):
                arguments = (*query, *DEPARTMENT, "--as-of", as_of, "--known-at", str(moment))
                self.answers[arguments] = daemon.ask_bytes(*arguments)

    def check(self, daemon, when):
        for arguments, text in self.answers.items():
            check(daemon.ask_bytes(*arguments) == text, f"{' '.join(arguments)} changed {when}")


def projects_of(text):
    return {project["projectCode"]: project for project in json.loads(text)["projects"]}


def check_figures(daemon, as_of, suspense, expected):
    """expected: project code to budget and disbursed in fen, and status."""
    text = report_bytes(daemon, as_of)
    projects = projects_of(text)
    for code, (budget, disbursed, status) in expected.items():
        project = projects[code]
        check_equal((int(project["budgetFen"]), int(project["disbursedFen"]), project["status"]),
                    (budget, disbursed, f"EXECUTION_STATUS_{status}"), f"{code} at {as_of}")
    check_equal(int(json.loads(text)["suspense"]["amountFen"]), suspense, f"suspense at {as_of}")


def load_year(daemon, plan, payments, memory):
    """The example year, in two halves, with moments kept on the way."""
    before = utc_now()
    check(daemon.ask("plan", "apply", plan)["applied"], "the plan was refused")
    planned = daemon.sequence()
    memory.keep(daemon, planned)
    lines = payments.read_text(encoding="utf-8").splitlines(keepends=True)
    half = pathlib.Path("first-half.csv")
    half.write_text("".join(lines[:100]), encoding="utf-8")
    daemon.load(half)
    middle = utc_now()
    memory.keep(daemon, rfc3339(middle))
    summary = daemon.load(payments)
    check_equal(summary["duplicateCount"], 99, "rows of the first half")
    memory.keep(daemon, daemon.sequence())
    memory.keep(daemon, planned + 60)
    end = utc_now()
    memory.keep(daemon, rfc3339(end))
    memory.keep(daemon, rfc3339(end, hours=8))
    for as_of in AS_OF:
        in_utc = report_bytes(daemon, as_of, "--known-at", rfc3339(middle))
        check_equal(report_bytes(daemon, as_of, "--known-at", rfc3339(middle, hours=8)), in_utc,
                    "the same moment in another time zone")
        sequence = json.loads(in_utc)["knownAtSequence"]
        check_equal(report_bytes(daemon, as_of, "--known-at", sequence), in_utc,
                    "the same moment as a sequence")
    check_not_yet_known(daemon, before)


def check_not_yet_known(daemon, before):
    """Before the first plan nothing is known; the future is refused by name."""
    for moment, reason in ((rfc3339(before), "122002"), ("0", "122002"),
                           (daemon.sequence() + 1000, "sequence"),
                           ("2190-01-01T00:00:00Z", "future")):
        done = daemon.run("report", "execution", *DEPARTMENT, "--known-at", moment)
        check_equal(done.returncode, 1, f"exit code of a report known at {moment}")
        check(reason in done.stderr.decode(), f"known at {moment}: {done.stderr.decode()}")


def late_events(folder):
    """What arrives late, a file each, with what is then known of 30 June by hand."""
    return [
        # 200,000.00 less 1,230.37 of a payment of 11,230.37.
        ("refund", write_payments(folder / "refund.csv", [
            ("L-1", CASES, "2020-06-25", "1230.37", "", "", "refund", "EX-2020-0004")]),
         1_260_000, {CASES: (50_000_000, 19_876_963, "BEHIND")}),
        # The mistyped 12,600.00 leave suspense: 211,369.63.
        ("correction", write_payments(folder / "correction.csv", [
            ("L-2", CASES, "2020-06-22", "12600.00", "", "", "correction", "EX-2020-0088")]),
         0, {CASES: (50_000_000, 21_136_963, "BEHIND")}),
        # 30,000.00 and 120,000.00 are the planned half; 91,800.00 less 1,800.00 are all of
        # the budget, where 60 % are due by October.
        ("backdated", write_payments(folder / "backdated.csv", [
            ("L-3", SPECIAL, "2020-03-15", "120000.00"),
            ("L-4", SYSTEMS, "2020-06-30", "-1800.00")]),
         0, {SPECIAL: (30_000_000, 15_000_000, "ON_TRACK"),
             SYSTEMS: (9_000_000, 9_000_000, "AHEAD")}),
    ]


def revise(daemon, plan, folder):
    """From June, 100,000.00 of one project are another's; the total stays."""
    text = plan.read_text(encoding="utf-8")
    for budget, revised in (("50.00", "40.00"), ("72.47", "82.47")):
        text, count = re.subn(rf"^    budget: {budget}$", f"    budget: {revised}", text,
                              flags=re.MULTILINE)
        check_equal(count, 1, f"budgets of {budget} in the example plan")
    path = folder / "revised.yaml"
    path.write_text(text, encoding="utf-8")
    arguments = ("plan", "apply", path, "--effective-date", "2020-06-01", "--reason", "年中调整",
                 "--document", "财预〔2020〕99号")
    check_equal(daemon.ask(*arguments)["revision"]["revisionNumber"], 2, "revision number")
    check_equal(daemon.ask(*arguments)["unchanged"], True, "the same revision again")
    revisions = daemon.ask("plan", "history", *DEPARTMENT)["revisions"]
    check_equal([(item["effectiveDate"], item["reason"], item["documentNumber"])
                 for item in revisions],
                [("2020-01-01", "", ""), ("2020-06-01", "年中调整", "财预〔2020〕99号")],
                "revisions")
    # 211,369.63 are 52.8 % of 400,000.00, and half is due; in May the old budget held.
    check_figures(daemon, "2020-06-30", 0, {CASES: (40_000_000, 21_136_963, "ON_TRACK")})
    check_equal(projects_of(report_bytes(daemon, "2020-05-31"))[CASES]["budgetFen"], "50000000",
                "budget before the effective date")


def test(bin_dir, folder, arguments):
    plan, payments = (pathlib.Path(path) for path in arguments)
    data = folder / "data"
    memory = Memory()
    with Daemon(bin_dir, data, TODAY) as daemon:
        load_year(daemon, plan, payments, memory)
        check_figures(daemon, "2020-06-30", 1_260_000, {
            CASES: (50_000_000, 20_000_000, "BEHIND"),
            SPECIAL: (30_000_000, 3_000_000, "SEVERELY_BEHIND"),
            SYSTEMS: (9_000_000, 9_180_000, "OVERSPENT"),
            STREET: (328_920_000, 164_460_000, "ON_TRACK")})
        for name, path, suspense, expected in late_events(folder):
            summary = daemon.load(path)
            check_equal(summary["suspendedCount"] + summary["duplicateCount"], 0, name)
            check_figures(daemon, "2020-06-30", suspense, expected)
            memory.check(daemon, f"after a {name} event")
            memory.keep(daemon, rfc3339(utc_now()))
            memory.keep(daemon, daemon.sequence())
        revise(daemon, plan, folder)
        memory.check(daemon, "after a revision of the plan")
        memory.keep(daemon, daemon.sequence())
        daemon.stop()
    profile = folder / "lenient.yaml"
    profile.write_text("name: lenient\ntolerance_percent: 40\nsevere_percent: 60\n",
                       encoding="utf-8")
    with Daemon(bin_dir, data, TODAY, "--profile", profile) as daemon:
        # 100 % are no longer more than 60 % and 40 points.
        check_figures(daemon, "2020-06-30", 0, {SYSTEMS: (9_000_000, 9_000_000, "COMPLETED")})
        memory.check(daemon, "after a restart with another profile")
        memory.keep(daemon, rfc3339(utc_now()))
        memory.keep(daemon, daemon.sequence())
        daemon.kill()
    with Daemon(bin_dir, data, "2020-07-01") as daemon:
        check_figures(daemon, "2020-06-30", 0, {SYSTEMS: (9_000_000, 9_000_000, "AHEAD")})
        memory.check(daemon, "after a crash, back on the first profile and another day")
        daemon.verify()
        daemon.stop()
    print(f"known_at: {len(memory.answers)} answers, byte by byte the same after six changes, "
          "a restart and a crash")


if __name__ == "__main__":
    main(test, __doc__, (2,))
