#!/usr/bin/python3 -B
"""Goal: whatever moment kills the daemon under full load, what it acknowledged is there
exactly once afterwards, of the rest each batch is whole or absent, and the totals are
the sum of the payments.
Method: in each round crash_client sends payments, refunds, corrections, duplicates and
bad events over several connections, by unary calls and streams, and records what it
sent and what was answered. The daemon dies of SIGKILL at a random moment, or at a
failpoint (base/failpoint.h), or gets SIGTERM under load; some restarts die as well.
Then the ledger is compared with the record, what has no answer is sent again, and the
reports are compared with the sums. Where it died in a backup, the next one must succeed
and be restored. The data directory grows from round to round, and
is a new one now and then. At the end records that were tampered with must be noticed.

usage: kill_rounds.py BIN_DIR TESTS_DIR [ROUNDS]
BIN_DIR holds the programs, TESTS_DIR budgetwatchd_failpoints and crash_client.
Environment: BUDGETWATCH_ROUNDS (default 34), BUDGETWATCH_SEED (default: a new one).
A failing run keeps its data and says where.
"""
import collections
import contextlib
import os
import pathlib
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time

from crash_ledger import (YEARS, Failure, Ledger, Process, Tools, check, check_equal,
                          run_program)

HERE = pathlib.Path(__file__).resolve().parent

DEFAULT_ROUNDS = 34
ROUNDS_PER_DIRECTORY = 20  # and at most so many more by chance
VERIFY_EVERY = 6
# Of a longer run, all rounds of a directory are compared again at its end; of a
# shorter one every third.
LONG_RUN = 100
# What happens rarely by default happens in nearly every round; between two checkpoints
# there are several groups, so that most starts have something to replay.
SETTINGS = ("max_group_events: 2000\ncheckpoint_entries: 10000\n"
            "index_memory_payments: 2000\n")
# How much is sent before a kill, and how often much more.
EVENTS = 10_000
MANY_EVENTS = 70_000
MANY_SHARE = 0.1
# Passed without a daemon: tests/integration/backup_restore.py.
OFFLINE = {"between_restore_renames"}
TRIES = 8  # of a failpoint, until it is passed
# Up to so many passings until the kill.
PASSES_MAX = collections.defaultdict(lambda: 3, before_answer=20, after_answer=20,
                                     on_start_replay=20, after_merge=1, before_close=1,
                                     before_checkpoint=1, during_checkpoint=1, after_checkpoint=1)


def failpoint_names():
    """Names of all failpoints in the sources of the daemon."""
    sources = (HERE.parent.parent / "daemon").rglob("*.cc")
    found = set()
    for source in sources:
        found.update(re.findall(r'BW_FAILPOINT\("(\w+)"\)', source.read_text(encoding="utf-8")))
    check(found, "no failpoint in the sources of the daemon")
    return sorted(found - OFFLINE)


@contextlib.contextmanager
def backups_beside(ledger, wanted):
    """Backups, one after the other, from the first payment until the daemon is dead."""
    daemon = ledger.daemon
    stop = threading.Event()

    # Never asks for the daemon's exit code: its number must stay taken until the client,
    # which signals it, has ended.
    def back_up():
        while not stop.is_set() and not daemon.acknowledged_count():
            pass
        while not stop.is_set():
            with Process(daemon.command("admin", "backup"), ledger.folder, "backup") as backup:
                while not stop.is_set() and backup.process.poll() is None:
                    with contextlib.suppress(subprocess.TimeoutExpired):
                        backup.process.wait(0.01)

    thread = threading.Thread(target=back_up if wanted else lambda: None)
    thread.start()
    try:
        yield
        daemon.wait()
    finally:
        stop.set()
        thread.join()


class Run:
    """All rounds."""

    def __init__(self, tools, folder, rounds, seed):
        self.tools = tools
        self.folder = folder
        self.rounds = rounds
        self.chance = random.Random(seed)
        self.names = failpoint_names()
        self.turns = collections.deque(self.names)
        self.reached = collections.Counter()
        self.missed = collections.Counter()  # since it was reached last
        self.kinds = collections.Counter()
        self.sums = collections.Counter()
        self.ledger = None

    def run(self):
        number = 1
        directory = 0
        while number <= self.rounds:
            size = ROUNDS_PER_DIRECTORY + self.chance.randrange(ROUNDS_PER_DIRECTORY)
            numbers = range(number, min(number + size, self.rounds + 1))
            directory += 1
            self.ledger = Ledger(self.tools, self.folder / f"ledger-{directory}", numbers,
                                 SETTINGS)
            for number in numbers:
                try:
                    self.round(number)
                except Exception:
                    print(f"round {number} on {self.ledger.folder} failed", file=sys.stderr)
                    raise
            self.end_directory(last=numbers[-1] == self.rounds)
            number = numbers[-1] + 1

    def round(self, number):
        started = time.monotonic()
        # Every other round takes the next failpoint.
        failpoint = self.turns[0] if number % 2 else ""
        if failpoint == "on_start_replay":
            what, killed_by = self.kill_under_load(number, ""), failpoint
            reached = self.ledger.start_to_die(self.failpoint_value(failpoint))
            self.count(failpoint, reached)
        else:
            what = killed_by = self.kill_under_load(number, failpoint)
        if self.chance.random() < 0.15:
            self.ledger.start_to_die("", self.chance.uniform(0.0, 0.05))
            self.kinds["start"] += 1
        self.kinds[what] += 1
        self.check_round(number)
        if "_backup" in killed_by:
            self.check_backup()
        print(f"  round {number}: {killed_by}, {self.sums['acknowledged']} acknowledged so far, "
              f"{time.monotonic() - started:.1f} s", flush=True)

    def failpoint_value(self, name):
        passes = 1 if self.missed[name] else self.chance.randint(1, PASSES_MAX[name])
        return f"{name}=crash:{passes}"

    def count(self, failpoint, reached):
        """One that was not passed gets the next turn as well."""
        if reached:
            self.reached[failpoint] += 1
            self.missed[failpoint] = 0
            self.turns.rotate(-1)
            return
        self.missed[failpoint] += 1
        check(self.missed[failpoint] < TRIES,
              f"{failpoint} was not passed in {TRIES} rounds; does daemon/CMakeLists.txt list "
              "its file?")

    def start_for(self, failpoint):
        """A daemon that will die at the failpoint; the failpoint, or "" when a start has
        passed it already, and the daemon that runs then does not."""
        ledger = self.ledger
        if failpoint:
            ledger.leave()
            try:
                ledger.start(self.failpoint_value(failpoint))
            except Failure as failure:
                if f"exit code {-signal.SIGKILL} " not in str(failure):
                    raise
                self.count(failpoint, True)
                failpoint = ""
        if ledger.daemon is None:
            ledger.start()
        return failpoint

    def kill_under_load(self, number, failpoint):
        """Loads the daemon until it is dead; what it died of."""
        ledger = self.ledger
        failpoint = self.start_for(failpoint)
        graceful = failpoint == "before_close" or (not failpoint and self.chance.random() < 0.15)
        sent_signal = signal.SIGTERM if graceful else signal.SIGKILL
        backing_up = "_backup" in failpoint
        many = backing_up or self.chance.random() < MANY_SHARE
        # On a busy machine a backup may outlast a load: the next one is longer.
        events = (MANY_EVENTS if many else EVENTS) * (1 + self.missed[failpoint])
        by_failpoint = failpoint and failpoint != "before_close"
        ledger.records[number] = ledger.folder / f"record-{number}"
        with backups_beside(ledger, backing_up):
            load = ledger.client(
                "load", number, "--seed", self.chance.randrange(2**63), "--round", number,
                "--max-events", events + EVENTS,
                "--pid", ledger.daemon.process.pid, "--signal", int(sent_signal),
                "--after-events",
                2 * (events + EVENTS) if by_failpoint else self.chance.randrange(events),
                "--delay-micros", self.chance.randrange(3_000))
        code = ledger.daemon.wait()
        # Without a failpoint on its way, the load ends before the signal.
        at_failpoint = bool(by_failpoint and load.numbers["server_ended"])
        if failpoint == "before_close":
            at_failpoint = code == -signal.SIGKILL
        if failpoint:
            self.count(failpoint, at_failpoint)
        load.expect_good(f"round {number}, load")
        check_equal(code, 0 if graceful and not at_failpoint else -signal.SIGKILL,
                    f"round {number}: exit code of the daemon")
        ledger.leave()
        return failpoint if at_failpoint else sent_signal.name

    def check_round(self, number):
        ledger = self.ledger
        if ledger.daemon is None:
            ledger.start()
        found = ledger.client("check", number)
        self.sums.update(found.numbers)
        found.expect_good(f"round {number}")
        ledger.check_totals(found)
        again = ledger.client("resend", number).expect_good(f"round {number}, sent again")
        ledger.check_totals(again)
        ledger.close_round(again)
        if number % VERIFY_EVERY == 0:
            ledger.verify()

    def check_backup(self):
        """The next backup succeeds and can be restored, which verifies it."""
        ledger = self.ledger
        made = ledger.daemon.ask("admin", "backup")
        data = ledger.folder / "restored"
        done = run_program([self.tools.daemon, "restore", "--backup-dir",
                            ledger.folder / "data-backups", "--data-dir", data,
                            "--backup", made["backupId"]])
        check_equal(done.returncode, 0, f"exit code of the restore of {made}: "
                                        f"{done.stderr.decode()}")
        shutil.rmtree(data)

    def end_directory(self, last):
        """After one more kill everything is still there."""
        ledger = self.ledger
        ledger.daemon.kill()
        ledger.leave()
        ledger.start()
        ledger.verify()
        step = 1 if self.rounds > LONG_RUN else 3
        for number in list(ledger.records)[::step]:
            ledger.client("check", number).expect_good(f"round {number} at the end")
        if last:
            check_canaries(ledger, max(ledger.records))
        ledger.daemon.stop()
        ledger.leave()
        shutil.rmtree(ledger.folder)

    def summary(self):
        failpoints = " ".join(f"{name}={self.reached[name]}" for name in self.names)
        kinds = " ".join(f"{name}={count}" for name, count in sorted(self.kinds.items())
                         if name not in self.names)
        return (f"kill rounds: {kinds}; {failpoints}\n"
                f"kill rounds: {self.sums['unacknowledged_batches']} batches unacknowledged, "
                f"{self.sums['unacknowledged_held']} of them held\n"
                f"kill rounds={self.rounds} failpoint={sum(self.reached.values())} "
                f"acknowledged={self.sums['acknowledged']} lost={self.sums['lost']} "
                f"doubled={self.sums['doubled']} partial={self.sums['partial']} "
                f"foreign={self.sums['foreign']} altered={self.sums['altered']}")


def check_canaries(ledger, number):
    """The comparison can fail: records that were tampered with, and a wrong sum."""
    record = ledger.records[number]
    lines = record.read_text(encoding="utf-8").splitlines(keepends=True)
    sent = sum(line.startswith("sent 0 ") for line in lines)
    more = [f"{word} 0 {batch}\n" for batch in range(sent, sent + 3)
            for word in ("sent", "acked")]
    fewer = [line for line in lines if line.split()[:2] not in (["sent", "0"], ["acked", "0"])]
    check(len(fewer) < len(lines), "the last round sent nothing on its first lane")
    for name, tampered in (("lost", [*lines, *more]), ("foreign", fewer)):
        ledger.records[number] = record.with_suffix(f".{name}")
        ledger.records[number].write_text("".join(tampered), encoding="utf-8")
        answer = ledger.client("check", number)
        check(not answer.good and answer.numbers[name] > 0,
              f"the check did not notice what it must count as {name}: {dict(answer.numbers)}")
    ledger.records[number] = record
    good = ledger.client("check", number)
    code = next(iter(good.totals))
    good.event_counts = dict.fromkeys(YEARS, 0)
    ledger.check_totals(good)
    good.totals[code] += 1
    try:
        ledger.check_totals(good)
    except Failure:
        return
    raise Failure("a total that is wrong by one fen was not noticed")


def main():
    if len(sys.argv) not in (3, 4):
        print(__doc__, file=sys.stderr)
        sys.exit(2)
    tools = Tools(*(pathlib.Path(path).resolve() for path in sys.argv[1:3]), failpoints=True)
    rounds = int(sys.argv[3] if len(sys.argv) > 3 else
                 os.environ.get("BUDGETWATCH_ROUNDS", DEFAULT_ROUNDS))
    seed = int(os.environ.get("BUDGETWATCH_SEED") or random.SystemRandom().randrange(2**32))
    print(f"kill_rounds: BUDGETWATCH_SEED={seed}", flush=True)
    folder = pathlib.Path(tempfile.mkdtemp(prefix="budgetwatch-kill-rounds-"))
    run = Run(tools, folder, rounds, seed)
    started = time.monotonic()
    try:
        run.run()
    except (Failure, OSError, KeyError, ValueError, subprocess.TimeoutExpired) as failure:
        print(f"kill_rounds: {type(failure).__name__}: {failure}\n{run.summary()}\n"
              f"kill_rounds: data and records are kept in {folder}", file=sys.stderr)
        sys.exit(1)
    finally:
        if run.ledger is not None:
            run.ledger.leave()
    shutil.rmtree(folder)
    print(run.summary())
    print(f"kill_rounds: passed in {time.monotonic() - started:.1f} s")


if __name__ == "__main__":
    main()
