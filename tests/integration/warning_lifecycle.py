#!/usr/bin/python3 -B
"""Goal: a warning opens once, is explained, resolves and reopens on one record, and gives
way at the next checkpoint; who watches sees each change once, in order.
Method: one department with a schedule, watched from the first to the last change while
payments, refunds, a plan and later business dates make and remove the causes.

usage: warning_lifecycle.py BIN_DIR
The figures are small enough to be computed by hand; they stand beside the payments.
"""
import json
import signal

from daemon import Daemon, Process, check, check_equal, main, wait_for, write_payments, write_plan

DEPARTMENT = "904"
SCHEDULE = {"06-30": "50.00", "10-31": "80.00", "12-31": "100.00"}
BEHIND = "behind_plan/2020/project:W-1/2020-06-30"
SEVERE = "severely_behind_plan/2020/project:W-1/2020-06-30"
BEHIND_OCTOBER = "behind_plan/2020/project:W-1/2020-10-31"
SUSPENSE = "suspense_pending/2020/suspense"
UNMATCHED = "refund_unmatched/2020/project:W-1"
EXPLANATION = {"cause": "CAUSE_CLASS_FUNDING", "text": "拨款未到", "measure": "七月补拨",
               "dueDate": "2020-07-31", "explainedBy": "财务科",
               "measureDone": False, "measureResult": ""}


def pay(daemon, name, *rows):
    """Imports rows, each of which must be recorded or suspended; the summary."""
    return daemon.load(write_payments(daemon.data_dir.parent / f"{name}.csv", rows))


def warning(daemon, warning_id):
    """The warning of this id, of which there is at most one; or None."""
    found = [item for item in daemon.ask("warning", "list", "--state", "all")["warnings"]
             if item["warningId"] == warning_id]
    check(len(found) <= 1, f"{warning_id} is listed {len(found)} times")
    return found[0] if found else None


def events_of(item):
    return [event["kind"].removeprefix("WARNING_EVENT_KIND_") for event in item["history"]]


def check_warning(daemon, warning_id, state, reopen_count, events):
    item = warning(daemon, warning_id)
    check(item is not None, f"there is no warning {warning_id}")
    check_equal((item["state"].removeprefix("WARNING_STATE_"), item["reopenCount"],
                 events_of(item)), (state, reopen_count, events), warning_id)
    sequences = [int(event["sequence"]) for event in item["history"]]
    check_equal(sequences, sorted(set(sequences)), f"sequences of {warning_id}")
    return item


class Watch(Process):
    """`warning watch` in the background: one JSON object per line."""

    def __init__(self, daemon, folder, name, *flags):
        super().__init__(daemon.command("--output", "json", "warning", "watch", *flags), folder,
                         name)

    def changes(self):
        lines = self.out().split("\n")[:-1]  # whole lines
        return [json.loads(line) for line in lines]

    def kinds(self, warning_id):
        """What was seen of one warning, oldest first."""
        return [events_of(change["warning"])[-1] for change in self.changes()
                if change["warning"]["warningId"] == warning_id]

    def wait_until_seen(self, warning_id, kinds):
        wait_for(lambda: self.kinds(warning_id) == kinds or self.process.poll() is not None,
                 f"{kinds} of {warning_id} in the watch, which saw {self.kinds(warning_id)}")
        check_equal(self.kinds(warning_id), kinds, f"watched changes of {warning_id}")

    def interrupt(self):
        self.process.send_signal(signal.SIGINT)
        check_equal(self.wait(30), 0, "exit code of warning watch after SIGINT")
        sequences = [int(change["sequence"]) for change in self.changes()]
        check_equal(sequences, sorted(set(sequences)), "sequences of the watch")


def open_and_explain(daemon):
    """Nothing of 100.00 paid where half is due. After 40.00 it is no longer severe, but the
    record stays as it opened; the explanation is kept once."""
    check_warning(daemon, SEVERE, "OPEN", 0, ["OPENED"])
    pay(daemon, "first", ("W-P1", "W-1", "2020-03-02", "40.00"))
    check_warning(daemon, SEVERE, "RESOLVED", 0, ["OPENED", "RESOLVED"])
    item = check_warning(daemon, BEHIND, "OPEN", 0, ["OPENED"])
    figures = {name: item["figures"][name]
               for name in ("budgetFen", "disbursedFen", "gapFen", "executionRatio",
                            "expectedRatio")}
    check_equal(figures, {"budgetFen": "10000", "disbursedFen": "0", "gapFen": "5000",
                          "executionRatio": 0, "expectedRatio": 0.5}, "figures of the opening")
    check_equal((item["openedDate"], item["severity"], item["departmentCode"]),
                ("2020-07-01", "SEVERITY_WARNING", DEPARTMENT), BEHIND)
    explain = ("warning", "explain", BEHIND, "--cause", "经费保障", "--text", EXPLANATION["text"],
               "--measure", EXPLANATION["measure"], "--due-date", EXPLANATION["dueDate"],
               "--by", EXPLANATION["explainedBy"])
    for _ in range(2):
        explained = daemon.ask(*explain)["warning"]
        check_equal(explained["explanation"], EXPLANATION, "explanation")
    check_warning(daemon, BEHIND, "OPEN", 0, ["OPENED", "EXPLAINED"])
    refused = daemon.run("warning", "explain", BEHIND + "x", "--cause", "other", "--text", "?")
    check(refused.returncode == 1 and BEHIND in refused.stderr.decode(),
          f"explanation of an unknown warning: {refused.returncode} {refused.stderr.decode()}")


def resolve_and_reopen(daemon):
    """10.00 more resolve it; 6.00 back leave 44 %, more than 5 points short, and reopen it."""
    pay(daemon, "second", ("W-P2", "W-1", "2020-06-15", "10.00"))
    item = check_warning(daemon, BEHIND, "RESOLVED", 0, ["OPENED", "EXPLAINED", "RESOLVED"])
    check_equal(item["resolvedDate"], "2020-07-01", "resolved date")
    pay(daemon, "back", ("W-R1", "W-1", "2020-06-28", "6.00", "", "", "refund", "W-P1"))
    item = check_warning(daemon, BEHIND, "OPEN", 1,
                         ["OPENED", "EXPLAINED", "RESOLVED", "REOPENED"])
    check_equal((item["figures"]["gapFen"], item["explanation"], item["resolvedDate"]),
                ("600", EXPLANATION, ""), "reopened with its explanation")


def suspense(daemon, folder):
    """A project that no plan has, until one brings it."""
    check_equal(warning(daemon, SUSPENSE), None, "suspense before")
    summary = pay(daemon, "unknown", ("W-U1", "W-NEW", "2020-05-05", "3.21"))
    check_equal(summary["suspendedCount"], 1, "suspended payments")
    item = check_warning(daemon, SUSPENSE, "OPEN", 0, ["OPENED"])
    check_equal((item["figures"]["gapFen"], item["figures"]["paymentCount"]), ("321", "1"),
                "figures of the suspense")
    apply_plan(daemon, folder, {"W-1": (10_000, SCHEDULE), "W-NEW": (1_000, SCHEDULE)})
    check_warning(daemon, SUSPENSE, "RESOLVED", 0, ["OPENED", "RESOLVED"])


def unmatched_refund(daemon):
    """A refund that comes before its payment is kept, and finds it."""
    pay(daemon, "early", ("W-R2", "W-1", "2020-06-29", "1.00", "", "", "refund", "W-P3"))
    item = check_warning(daemon, UNMATCHED, "OPEN", 0, ["OPENED"])
    # What came back, so negative: a refund books money out of the line.
    check_equal((abs(int(item["figures"]["gapFen"])), item["figures"]["paymentCount"]),
                (100, "1"), "figures of the unmatched refund")
    pay(daemon, "late", ("W-P3", "W-1", "2020-06-01", "1.00"))
    check_warning(daemon, UNMATCHED, "RESOLVED", 0, ["OPENED", "RESOLVED"])
    # 44.00 as before: the warning about the schedule did not move.
    check_warning(daemon, BEHIND, "OPEN", 1, ["OPENED", "EXPLAINED", "RESOLVED", "REOPENED"])


def apply_plan(daemon, folder, projects):
    plan = write_plan(folder / "plan.yaml", DEPARTMENT, 2020, projects)
    check(daemon.ask("plan", "apply", plan)["applied"], "the plan was refused")


def supersede(daemon, watch):
    """From October 80 % are due: another checkpoint, another record."""
    changes = ["OPENED", "EXPLAINED", "RESOLVED", "REOPENED", "SUPERSEDED"]
    item = check_warning(daemon, BEHIND, "RESOLVED", 1, changes)
    check_equal((item["explanation"], item["resolvedDate"]), (EXPLANATION, "2020-11-02"),
                "superseded with its explanation")
    item = check_warning(daemon, BEHIND_OCTOBER, "OPEN", 0, ["OPENED"])
    check_equal((item["checkpointDate"], item["figures"]["gapFen"], "explanation" in item),
                ("2020-10-31", "3600", False), BEHIND_OCTOBER)
    watch.wait_until_seen(BEHIND, changes)
    watch.wait_until_seen(BEHIND_OCTOBER, ["OPENED"])


def check_replay(daemon, folder, watch):
    """A watch from the first change on sees the same as the one that was there."""
    with Watch(daemon, folder, "replay", "--after", "0") as replay:
        last = watch.changes()[-1]["sequence"]
        wait_for(lambda: any(change["sequence"] == last for change in replay.changes()),
                 "the last change in the replay")
        check_equal(replay.changes(), watch.changes(), "changes of the replay")
        replay.interrupt()


def check_full_output(daemon, folder):
    """A watch that cannot write what it sees ends and says so."""
    (folder / "full.out").symlink_to("/dev/full")
    with Process(daemon.command("warning", "watch", "--after", "0"), folder, "full") as full:
        check_equal(full.wait(), 1, "exit code of a watch whose output is full")
        check("standard output" in full.log(), f"what it said: {full.log()}")


def test(bin_dir, folder, _):
    data = folder / "data"
    with Daemon(bin_dir, data, "2020-07-01") as daemon:
        address = daemon.address
        with Watch(daemon, folder, "watch", "--after", "0") as watch:
            apply_plan(daemon, folder, {"W-1": (10_000, SCHEDULE)})
            open_and_explain(daemon)
            resolve_and_reopen(daemon)
            watch.wait_until_seen(BEHIND, ["OPENED", "EXPLAINED", "RESOLVED", "REOPENED"])
            suspense(daemon, folder)
            unmatched_refund(daemon)
            watch.wait_until_seen(SUSPENSE, ["OPENED", "RESOLVED"])
            watch.wait_until_seen(UNMATCHED, ["OPENED", "RESOLVED"])
            daemon.stop()  # with the watch open
            wait_for(lambda: "reconnecting" in watch.log(), "the watch's word of the break")
            with Daemon(bin_dir, data, "2020-11-02", "--listen", address) as later:
                supersede(later, watch)
                check_replay(later, folder, watch)
                check_full_output(later, folder)
                watch.interrupt()
                later.verify()
                later.stop()
            count = len(watch.changes())
    print(f"warning_lifecycle: {count} changes, each seen once by the watch, across a restart")


if __name__ == "__main__":
    main(test, __doc__)
