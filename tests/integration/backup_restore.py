#!/usr/bin/python3 -B
"""Goal: a backup under load brings back what was acknowledged when it began, and any
earlier moment; nothing is replaced before that is proved.
Method: three backups while bench ingest records, and reports of the moments between as
the live ledger gives them. Then the daemon is stopped, and the real tools list, restore
and verify: into a new directory, over an old one, at earlier moments, from a backup with a
flipped byte, after a restore was killed between its renames. Restored ledgers are served
and asked again; reports must be the same bytes.

usage: backup_restore.py BIN_DIR TESTS_DIR
TESTS_DIR holds budgetwatchd_failpoints.
"""
import csv
import io
import json
import pathlib
import re
import shutil
import signal
import subprocess

from daemon import (ENVIRONMENT, MEMORY_LIMIT_MIB, Daemon, Process, check, check_equal, main,
                    run_program, wait_for, write_payments, write_plan)

TODAY = "2021-01-15"
YEAR = 2020
DEPARTMENT = "122"
CODES = [f"122-0601-JBN-AAA{letter}" for letter in "ABCDE"]
LOAD_PAYMENTS = 300_000
SETTINGS = ("checkpoint_entries: 20000\nindex_memory_payments: 10000\nbackups_kept: 3\n"
            f"memory_limit_mib: {MEMORY_LIMIT_MIB}\n")
FAILPOINT = "between_restore_renames"


def report(daemon, known_at=None):
    moment = () if known_at is None else ("--known-at", known_at)
    return daemon.ask_bytes("report", "execution", "--department", DEPARTMENT, "--year", YEAR,
                            *moment)


def bytes_of(folder):
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


class Tools:
    """The offline subcommands of budgetwatchd."""

    def __init__(self, bin_dir):
        self.program = bin_dir / "budgetwatchd"

    def run(self, *arguments, exit_code=0):
        done = run_program([self.program, *arguments])
        check_equal(done.returncode, exit_code,
                    f"exit code of budgetwatchd {' '.join(map(str, arguments))}: "
                    f"{done.stderr.decode()}{done.stdout.decode()}")
        return done.stdout.decode(), done.stderr.decode()

    def verify(self, data, *arguments, exit_code=0):
        return self.run("verify", "--data-dir", data, *arguments, exit_code=exit_code)

    def restore(self, backups, data, *arguments, exit_code=0):
        return self.run("restore", "--backup-dir", backups, "--data-dir", data, *arguments,
                        exit_code=exit_code)


class Ledger:
    """A ledger under load, its backups, and what it said."""

    def __init__(self, bin_dir, folder):
        self.bin_dir = bin_dir
        self.folder = folder
        self.data = folder / "data"
        self.backups = folder / "data-backups"
        self.config = folder / "budgetwatchd.yaml"
        self.config.write_text(SETTINGS, encoding="utf-8")
        self.made = []  # answers of admin backup
        self.reports = {}  # known_at sequence to bytes
        self.notes = []  # (sequence, chain hash)

    def start(self, data=None):
        return Daemon(self.bin_dir, data or self.data, TODAY, "--config", self.config)

    def prepare(self, daemon):
        plan = write_plan(self.folder / "plan.yaml", DEPARTMENT, YEAR,
                          dict.fromkeys(CODES, 10**13))
        check(daemon.ask("plan", "apply", plan)["applied"], "the plan was refused")
        daemon.load(write_payments(self.folder / "first.csv", [
            ("F-1", CODES[0], "2020-03-01", "100.00"), ("F-2", "unknown", "2020-03-02", "7.00"),
            ("F-3", CODES[1], "2020-03-03", "10.00", "", "", "refund", "F-1x"),
            ("F-4", CODES[1], "2020-03-03", "10.00", "", "", "correction", "F-1")]))
        self.note(daemon)

    def note(self, daemon):
        info = daemon.ask("admin", "info")
        sequence = int(info["ledgerSequence"])
        self.notes.append((sequence, info["chainHash"]))
        self.reports[sequence] = report(daemon, sequence)

    def back_up(self, daemon):
        before = bytes_of(self.backups) if self.backups.is_dir() else 0
        acknowledged = daemon.sequence()
        answer = daemon.ask("admin", "backup")
        check(int(answer["ledgerSequence"]) >= acknowledged,
              f"the backup {answer} does not hold {acknowledged}, which was acknowledged")
        check(re.fullmatch(r"[0-9a-f]{64}", answer["chainHash"]), f"no hash: {answer}")
        sequence = int(answer["ledgerSequence"])
        self.reports[sequence] = report(daemon, sequence)
        self.made.append({**answer, "newBytes": bytes_of(self.backups) - before})

    def fill(self, daemon):
        """Backups at a quarter, a half and the end of a load, and one alone."""
        # Small batches, so that the load is still there when a backup is made.
        flags = ("bench", "ingest", "--payments", LOAD_PAYMENTS, "--projects", len(CODES),
                 "--year", YEAR, "--batch", 100, "--in-flight", 2)
        with Process(daemon.command(*flags), self.folder, "load") as load:
            for part in (LOAD_PAYMENTS // 4, LOAD_PAYMENTS // 2):
                wait_for(lambda part=part: daemon.sequence() > part, f"{part} entries")
                check(load.process.poll() is None, "the load ended too soon")
                self.back_up(daemon)
            check_equal(load.wait(), 0, f"exit code of the load: {load.log()}")
        self.note(daemon)
        daemon.load(write_payments(self.folder / "last.csv", [
            ("G-1", CODES[2], "2020-07-01", "55.00"),
            ("G-2", CODES[0], "2020-07-01", "5.00", "", "", "refund", "F-1")]))
        self.back_up(daemon)


def check_made(ledger, daemon):
    ids = [int(answer["backupId"]) for answer in ledger.made]
    check_equal(ids, [1, 2, 3], "numbers of the backups")
    check_equal([int(answer["heldCount"]) for answer in ledger.made], ids, "backups held")
    sequences = [int(answer["ledgerSequence"]) for answer in ledger.made]
    check_equal(sequences, sorted(sequences), "sequences of the backups")
    # Later ones share files with those before; how many depends on what was compacted.
    copied = sum(answer["newBytes"] for answer in ledger.made[1:])
    whole = sum(int(answer["sizeBytes"]) for answer in ledger.made[1:])
    check(copied < whole, f"of {whole} bytes of the later backups none was shared")
    values = daemon.metrics()
    check_equal(values["budgetwatch_backup_last_sequence"], sequences[2], "metric of the sequence")
    check(values["budgetwatch_backup_last_timestamp_seconds"] > 1.5e9, "metric of the time")
    check_equal(values["budgetwatch_backup_failures_total"], 0, "metric of failures")


def check_noted(ledger, daemon):
    """Online: the hash noted earlier is proved, another one is not."""
    sequence, chain_hash = ledger.notes[0]
    daemon.ask("admin", "verify", "--expect-sequence", sequence, "--expect-hash", chain_hash)
    done = daemon.run("admin", "verify", "--expect-sequence", sequence, "--expect-hash", "0" * 64)
    check_equal(done.returncode, 3, "exit code of verify with a wrong hash")
    check("was noted with hash" in done.stdout.decode(), done.stdout.decode())
    for wrong in (("--expect-sequence", "5"), ("--expect-hash", chain_hash)):
        check_equal(daemon.run("admin", "verify", *wrong).returncode, 2, f"exit code of {wrong}")
    done = daemon.run("admin", "verify", "--expect-sequence", 1, "--expect-hash", "none")
    check_equal(done.returncode, 1, "exit code of verify with a hash that is none")


def check_failure_is_told(ledger, daemon):
    """A backup that cannot be made harms neither the daemon nor the others."""
    aside = ledger.backups.with_name("aside")
    ledger.backups.rename(aside)
    ledger.backups.write_text("not a directory", encoding="utf-8")
    done = daemon.run("admin", "backup")
    check_equal(done.returncode, 1, "exit code of a backup that cannot be made")
    message = done.stderr.decode()
    check(str(ledger.backups) in message and "backup_dir" in message, message)
    check_equal(daemon.metrics()["budgetwatch_backup_failures_total"], 1, "metric of failures")
    ledger.backups.unlink()
    aside.rename(ledger.backups)
    daemon.verify()


def check_list(ledger, tools):
    out, _ = tools.run("backups", "--backup-dir", ledger.backups)
    rows = [line.split() for line in out.splitlines()[1:]]
    check_equal([(row[0], row[2], row[4]) for row in rows],
                [(answer["backupId"], answer["ledgerSequence"], answer["chainHash"])
                 for answer in ledger.made], "the list of backups")
    tools.run("backups", "--backup-dir", ledger.folder / "absent", exit_code=1)


def check_restored(ledger, tools, number):
    """The backup of that number, in a new directory, served."""
    answer = ledger.made[number - 1]
    sequence = int(answer["ledgerSequence"])
    data = ledger.folder / f"restored-{number}"
    out, _ = tools.restore(ledger.backups, data, "--backup", number)
    check("The ledger is consistent." in out, out)
    out, _ = tools.verify(data, "--expect-sequence", sequence, "--expect-hash",
                          answer["chainHash"])
    check("The ledger is consistent." in out, out)
    with ledger.start(data) as daemon:
        check(daemon.sequence() >= sequence, "the restored ledger is short")
        for moment, text in ledger.reports.items():
            if moment <= sequence:
                check_equal(report(daemon, moment), text, f"report known at {moment}")
        daemon.verify()
        daemon.stop()
    shutil.rmtree(data)


def check_known_at(ledger, tools):
    """At each earlier moment, over what is there, which is set aside."""
    data = ledger.folder / "earlier"
    last = int(ledger.made[2]["ledgerSequence"])
    for count, (moment, text) in enumerate(sorted(ledger.reports.items())):
        replace = ("--replace",) if count else ()
        tools.restore(ledger.backups, data, "--known-at", moment, *replace)
        check_equal(len(list(ledger.folder.glob("earlier.*"))), count, "directories set aside")
        with ledger.start(data) as daemon:
            # Warnings that the moment did not know yet are recorded behind it.
            check(daemon.sequence() >= moment, "the restored ledger is short")
            check_equal(report(daemon, moment), text, f"report of the ledger known at {moment}")
            daemon.verify()
            done = daemon.run("admin", "backup")
            check_equal(done.returncode, 0, f"backup into a directory of its own: {done.stderr}")
            daemon.stop()
        shutil.rmtree(ledger.folder / "earlier-backups")
    _, message = tools.restore(ledger.backups, data, "--known-at", last + 1, "--replace",
                               exit_code=1)
    check("ends at sequence" in message, message)
    tools.restore(ledger.backups, data, "--known-at", "noon", exit_code=2)
    for path in (data, *ledger.folder.glob("earlier.*")):
        shutil.rmtree(path)


def check_refusals(ledger, tools):
    """Nothing is replaced without being asked, under a daemon, or by a damaged backup."""
    before = {path: path.stat().st_size for path in ledger.data.rglob("*")}
    _, message = tools.restore(ledger.backups, ledger.data, exit_code=1)
    check("is not empty" in message, message)
    damaged = ledger.folder / "damaged"
    shutil.copytree(ledger.backups, damaged)
    victim = max(damaged.rglob("*.sst"), key=lambda path: path.stat().st_size)
    content = bytearray(victim.read_bytes())
    content[len(content) // 2] ^= 0x10
    victim.write_bytes(content)
    _, message = tools.restore(damaged, ledger.data, "--replace", exit_code=1)
    check("is damaged" in message and "restore another one" in message, message)
    check_equal({path: path.stat().st_size for path in ledger.data.rglob("*")}, before,
                "files of the ledger")
    check_equal(list(ledger.folder.glob("data.*")), [], "leftovers")
    shutil.rmtree(damaged)
    with ledger.start() as daemon:
        _, message = tools.restore(ledger.backups, ledger.data, "--replace", exit_code=1)
        check("stop the process that has it" in message, message)
        _, message = tools.verify(ledger.data, exit_code=1)
        check("in use by another process" in message, message)
        daemon.stop()
    tools.verify(ledger.folder / "absent", exit_code=1)
    for wrong in (("restore",), ("verify", "--data"), ("backups", "stray"),
                  ("verify", "--data-dir", ledger.data, "--expect-hash", "0")):
        tools.run(*wrong, exit_code=2)


def check_killed_restore(ledger, tools, tests_dir):
    """Killed when the old directory is set aside and the new one not yet in place."""
    arguments = [str(tests_dir / "budgetwatchd_failpoints"), "restore", "--backup-dir",
                 str(ledger.backups), "--data-dir", str(ledger.data), "--replace"]
    killed = subprocess.run(arguments, capture_output=True, check=False, timeout=120, env={
        **ENVIRONMENT, "BUDGETWATCH_FAILPOINTS": f"{FAILPOINT}=crash"})
    check_equal(killed.returncode, -signal.SIGKILL, f"exit code of the restore: {killed.stderr}")
    check(not ledger.data.exists(), "the restore was not killed where it should be")
    refused = run_program([tools.program, "--data-dir", ledger.data, "--listen", "127.0.0.1:0",
                           "--metrics-listen", "127.0.0.1:0"])
    check_equal(refused.returncode, 1, "exit code of a daemon beside a restore that was cut off")
    check("run it again" in refused.stderr.decode(), refused.stderr.decode())
    check(not ledger.data.exists(), "the daemon began a new ledger")
    tools.restore(ledger.backups, ledger.data)
    aside, = ledger.folder.glob("data.*")
    check(aside.name.startswith("data.replaced-"), f"{aside} is left")
    for data in (aside, ledger.data):
        tools.verify(data, "--expect-sequence", ledger.notes[-1][0], "--expect-hash",
                     ledger.notes[-1][1])
    shutil.rmtree(aside)


def check_goes_on(ledger):
    """The restored ledger takes more, and the oldest backups go."""
    with ledger.start() as daemon:
        csv_lines = daemon.run("--output", "csv", "admin", "backup").stdout.decode()
        names, values = csv.reader(io.StringIO(csv_lines))
        row = dict(zip(names, values, strict=True))
        check_equal((row["backup_id"], row["held_count"]), ("4", "3"), "the fourth of three")
        done = daemon.run("admin", "backup")
        check(done.stdout.decode().startswith("Backup 5 is done: the ledger up to sequence "),
              done.stdout.decode())
        summary = json.loads(daemon.ask_bytes("bench", "ingest", "--payments", 2000,
                                              "--projects", len(CODES), "--year", YEAR))
        check(summary["totalsMatch"] is True, f"bench ingest: {summary}")
        daemon.verify()
        daemon.stop()


def test(bin_dir, folder, arguments):
    tests_dir = pathlib.Path(arguments[0])
    tools = Tools(bin_dir)
    ledger = Ledger(bin_dir, folder)
    with ledger.start() as daemon:
        ledger.prepare(daemon)
        ledger.fill(daemon)
        check_made(ledger, daemon)
        check_noted(ledger, daemon)
        check_failure_is_told(ledger, daemon)
        daemon.stop()
    out, _ = tools.verify(ledger.data)
    check(ledger.made[2]["chainHash"] in out, out)
    check_list(ledger, tools)
    for number in (1, 3):
        check_restored(ledger, tools, number)
    check_known_at(ledger, tools)
    check_refusals(ledger, tools)
    check_killed_restore(ledger, tools, tests_dir)
    check_goes_on(ledger)
    print(f"backup_restore: {len(ledger.reports)} moments came back, new bytes of the backups: "
          f"{[answer['newBytes'] for answer in ledger.made]}")


if __name__ == "__main__":
    main(test, __doc__, (1,))
