#!/usr/bin/python3 -B
"""Goal: an import goes on by itself after the daemon died, and can be repeated after the
client died; nothing is lost or doubled, and earlier moments look as they did.
Method: in each round one file is imported under a new source, and the daemon is killed
after a random number of events is durable; the client waits for a daemon on the same
port. Then the client is killed instead, and the file imported again. Totals are compared
with the file's, and reports of earlier moments byte by byte. (crash/kill_rounds.py looks
into the ledger event by event.)

usage: kill_during_import.py BIN_DIR
Environment: BUDGETWATCH_ROUNDS (default 3), BUDGETWATCH_SEED (default: a new one).
"""
import os
import random
import signal

from daemon import (Daemon, Process, check, check_equal, main, summary_of, wait_for,
                    write_payments, write_plan, yuan)

TODAY = "2021-01-15"
YEAR = 2020
DEPARTMENT = "903"
ROWS = 16_000
PLANNED = [f"K-{number:02d}" for number in range(1, 9)]
UNPLANNED = ["U-01", "U-02"]


class Ledger:
    """A data directory, the daemon on it, and what it must hold."""

    def __init__(self, bin_dir, folder, chance):
        self.bin_dir = bin_dir
        self.folder = folder
        self.chance = chance
        self.imports = 0
        self.totals = dict.fromkeys(PLANNED + UNPLANNED, 0)
        self.refund_rows = 0
        self.path = self._write_file()
        self.reports = {}  # known_at sequence to bytes
        self.fewest_acknowledged = ROWS
        self.most_acknowledged = 0

    def start(self, *flags):
        return Daemon(self.bin_dir, self.folder / "data", TODAY, *flags)

    def _write_file(self):
        """One import's rows, a refund of the row before at every 50th."""
        rows = []
        for number in range(ROWS):
            if number % 50 == 49:
                _, code, day, _, payee, _ = rows[-1]
                amount = 1
                rows.append((f"K-{number}", code, day, yuan(amount), payee, "", "refund",
                             f"K-{number - 1}"))
                amount = -amount
            else:
                code = self.chance.choice(PLANNED + UNPLANNED)
                amount = self.chance.randint(1, 5_000_000)
                day = f"{YEAR}-{self.chance.randint(1, 12):02d}-{self.chance.randint(1, 28):02d}"
                rows.append((f"K-{number}", code, day, yuan(amount), f"P-{number % 97}", ""))
            self.totals[code] += amount
        return write_payments(self.folder / "payments.csv", rows)

    def apply_plan(self, daemon):
        plan = write_plan(self.folder / "plan.yaml", DEPARTMENT, YEAR,
                          dict.fromkeys(PLANNED, 10**13))
        check(daemon.ask("plan", "apply", plan)["applied"], "the plan was refused")

    def import_in_background(self, daemon):
        return Process(daemon.command("--output", "json", "payment", "import", self.path,
                                      "--source", f"source-{self.imports}"),
                       self.folder, f"import-{self.imports}")

    def wait_for_progress(self, daemon, client):
        """Until a random number of this import's events is durable; that number."""
        # The metrics are read between two commits: what is durable then is a little more.
        target = self.chance.randint(1, ROWS * 3 // 4)

        def reached():
            count = daemon.acknowledged_count()  # of this process, which is fresh
            ended = client.process.poll() is not None
            return (count,) if count >= target or ended else None
        return wait_for(reached, f"{target} durable events")[0]

    def check_partial(self, daemon, acknowledged, progress_name):
        """After the kill: all that was acknowledged, nothing twice, and consistent."""
        held = int(daemon.verify()["paymentCount"]) - self.imports * ROWS
        check(acknowledged <= held <= ROWS,
              f"{progress_name}: {acknowledged} events were durable before, {held} are held")
        self.fewest_acknowledged = min(self.fewest_acknowledged, held)
        self.most_acknowledged = max(self.most_acknowledged, held)
        return held

    def finish_import(self, daemon, held):
        """The same file to its end; `held` rows of it are known."""
        summary = daemon.load(self.path, "--source", f"source-{self.imports}")
        check_equal((summary["duplicateCount"], summary["rejectedCount"]), (held, 0),
                    f"duplicate and rejected rows of import {self.imports} again")

    def check_complete(self, daemon):
        """Everything once, to the fen; and earlier moments look as they did."""
        self.imports += 1
        verified = daemon.verify()
        check_equal((int(verified["paymentCount"]), int(verified["amountFen"])),
                    (self.imports * ROWS, self.imports * sum(self.totals.values())),
                    "payments and their sum")
        report = daemon.ask("report", "execution", "--department", DEPARTMENT, "--year", YEAR)
        for project in report["projects"]:
            check_equal(int(project["disbursedFen"]),
                        self.imports * self.totals[project["projectCode"]],
                        project["projectCode"])
        check_equal(int(report["suspense"]["amountFen"]),
                    self.imports * sum(self.totals[code] for code in UNPLANNED), "suspense")
        for sequence, text in self.reports.items():
            check_equal(self.report_at(daemon, sequence), text, f"report known at {sequence}")
        now = daemon.sequence()
        for sequence in (now, self.chance.randint(now - ROWS // 2, now)):
            self.reports[sequence] = self.report_at(daemon, sequence)

    def report_at(self, daemon, sequence):
        return daemon.ask_bytes("report", "execution", "--department", DEPARTMENT, "--year", YEAR,
                                "--as-of", f"{YEAR}-12-31", "--known-at", sequence)


def kill_daemon(ledger):
    """A round: the daemon dies, the client waits and goes on."""
    name = f"import {ledger.imports} (daemon killed)"
    with ledger.start() as daemon:
        with ledger.import_in_background(daemon) as client:
            acknowledged = ledger.wait_for_progress(daemon, client)
            daemon.kill()
            with ledger.start("--listen", daemon.address) as restarted:
                check_equal(client.wait(), 0, f"{name}: exit code of the client")
                summary = summary_of(client.out())
                known = summary["recordedCount"] + summary["suspendedCount"]
                check_equal((known + summary["duplicateCount"], summary["rejectedCount"]),
                            (ROWS, 0), f"{name}: rows of the client")
                # The import may have ended before the daemon did.
                check("reconnecting" in client.log() or restarted.acknowledged_count() == 0,
                      f"{name}: no word of a break")
                ledger.check_partial(restarted, ROWS, name)
                ledger.check_complete(restarted)
                # Half of the restarts find a clean end, half another crash.
                if ledger.chance.random() < 0.5:
                    restarted.stop()
                else:
                    restarted.kill()
    print(f"  {name} after {acknowledged} durable events")


def kill_client(ledger, sent_signal):
    name = f"import {ledger.imports} (client killed by signal {sent_signal})"
    with ledger.start() as daemon:
        with ledger.import_in_background(daemon) as client:
            acknowledged = ledger.wait_for_progress(daemon, client)
            client.process.send_signal(sent_signal)
            code = client.wait()
            if sent_signal == signal.SIGINT and code != 0:
                check_equal(code, 1, f"{name}: exit code")
                check("nothing counts twice" in client.log(), f"{name}: {client.log()!r}")
        wait_for(lambda: ended_streams(daemon), "the end of the dead client's stream")
        held = ledger.check_partial(daemon, acknowledged, name)
        ledger.finish_import(daemon, held)
        ledger.check_complete(daemon)
        daemon.stop()
    print(f"  {name}: after {acknowledged} durable events")


def ended_streams(daemon):
    """Payment streams that are over: what they brought is durable or was refused."""
    return sum(value for name, value in daemon.metrics().items()
               if name.startswith("budgetwatch_grpc_server_handled_total")
               and "StreamPayments" in name)


def test(bin_dir, folder, _):
    seed = int(os.environ.get("BUDGETWATCH_SEED") or random.SystemRandom().randrange(2**32))
    rounds = int(os.environ.get("BUDGETWATCH_ROUNDS", "3"))
    print(f"kill_during_import: BUDGETWATCH_SEED={seed}", flush=True)
    ledger = Ledger(bin_dir, folder, random.Random(seed))
    with ledger.start() as daemon:
        ledger.apply_plan(daemon)
        daemon.stop()
    for _ in range(rounds):
        kill_daemon(ledger)
    for sent_signal in (signal.SIGKILL, signal.SIGINT):
        kill_client(ledger, sent_signal)
    print(f"kill_during_import: {ledger.imports} imports of {ROWS} rows, "
          f"{ledger.fewest_acknowledged} to {ledger.most_acknowledged} of them held at the "
          f"kill, {len(ledger.reports)} earlier reports unchanged")


if __name__ == "__main__":
    main(test, __doc__)
