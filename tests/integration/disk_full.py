#!/usr/bin/python3 -B
"""Goal: on a disk that is really full, the daemon says so, acknowledges nothing that is not
durable, and goes on by itself when there is room; killed while it is full, it loses nothing.
Method: the data directory is on a small file system in memory, mounted in a mount namespace
of this test's own, beside a file that takes room. Files are imported until one fails; then
the client's error, the answers to reads, the health service, `admin info` and the metrics are
compared with what is so. The file is deleted, and all of it must say so without a write; the
import is repeated, and the totals compared. Then the disk is filled again, the daemon killed,
and started when there is room.

usage: disk_full.py BIN_DIR
Ends with exit code 77 where the test may not mount: it was skipped.
"""
import os
import pathlib
import subprocess
import sys

from daemon import (Daemon, check, check_equal, main, summary_of, wait_for, write_payments,
                    write_plan, yuan)
from generic_client import GenericClient

TODAY = "2021-01-15"
DEPARTMENT = "904"
PROJECT = "D-01"
DISK_MIB = 64
BALLAST_MIB = 24
ROWS = 8_000
SKIPPED = 77
SERVING = 1  # of grpc.health.v1
INSIDE = "BUDGETWATCH_DISK_FULL_INSIDE"


def may_mount():
    done = subprocess.run(["unshare", "--mount", "mount", "-t", "tmpfs", "-o", "size=1m", "none",
                           "/mnt"], capture_output=True, check=False)
    return done.returncode == 0


class Imports:
    """Files of payments, and what was answered for them."""

    def __init__(self, folder):
        self.folder = folder
        self.complete = 0  # files of which every row was acknowledged

    def path(self, number):
        """The same rows every time, with ids of the file's own."""
        rows = [(f"D-{number}-{row}", PROJECT, "2020-06-15", yuan(100 + row), f"P-{row % 97}",
                 "text that takes room on the disk " * 4) for row in range(ROWS)]
        return write_payments(self.folder / "payments.csv", rows)

    def amount_fen(self):
        return self.complete * sum(100 + row for row in range(ROWS))

    def run(self, daemon, number):
        return daemon.run("--output", "json", "payment", "import", self.path(number), "--source",
                          "bank")

    def fill(self, daemon, disk):
        """Imports until the disk has no room; what the client said then."""
        while True:
            done = self.run(daemon, self.complete)
            if done.returncode != 0:
                return done.stderr.decode()
            self.complete += 1
            free = os.statvfs(disk)
            check(self.complete < 400, f"the disk is never full, {free.f_bavail} blocks are left")

    def finish(self, daemon):
        """The file that was cut off, once more: what was recorded of it counts once."""
        done = self.run(daemon, self.complete)
        check_equal(done.returncode, 0, f"exit code of the import again: {done.stderr.decode()}")
        summary = summary_of(done.stdout)
        check_equal(summary["recordedCount"] + summary["duplicateCount"], ROWS, "rows of it")
        self.complete += 1
        return summary

    def check_totals(self, daemon):
        verified = daemon.verify()
        check_equal((int(verified["paymentCount"]), int(verified["amountFen"])),
                    (self.complete * ROWS, self.amount_fen()), "payments and their sum")


def is_serving(daemon):
    """What grpc.health.v1 says."""
    client = GenericClient(daemon.address)
    try:
        return client.health() == SERVING
    finally:
        client.close()


def check_full(daemon, message, acknowledged_at_least):
    check("STORE_FAILED" in message or "cannot write" in message,
          f"the client was not told why: {message!r}")
    check("make room" in message, f"the client was not told what to do: {message!r}")
    check(not is_serving(daemon), "health says SERVING while the disk is full")
    check_equal(daemon.ask("admin", "info")["writable"], False, "writable in admin info")
    metrics = daemon.metrics()
    check_equal(metrics["budgetwatch_store_writable"], 0, "budgetwatch_store_writable")
    check(metrics["budgetwatch_store_write_failures_total"] >= 1, "no failed write was counted")
    held = int(daemon.verify()["paymentCount"])
    check(held >= acknowledged_at_least, f"{acknowledged_at_least} were acknowledged, {held} held")
    report = daemon.ask("report", "execution", "--department", DEPARTMENT, "--year", 2020)
    check(int(report["totals"]["disbursedFen"]) > 0, "reads do not answer")


def check_room_is_noticed(daemon):
    """Without a write of anybody."""
    wait_for(lambda: is_serving(daemon), "health after there was room")
    check_equal(daemon.ask("admin", "info")["writable"], True, "writable in admin info")
    check_equal(daemon.metrics()["budgetwatch_store_writable"], 1, "budgetwatch_store_writable")


def take_room(disk, mib):
    with open(disk / "ballast", "wb") as ballast:
        os.posix_fallocate(ballast.fileno(), 0, mib << 20)


def test(bin_dir, folder, _):
    disk = folder / "disk"
    disk.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={DISK_MIB}m", "none", disk], check=True)
    try:
        run(bin_dir, folder, disk)
    finally:
        subprocess.run(["umount", "--lazy", disk], check=True)


def run(bin_dir, folder, disk):
    imports = Imports(folder)
    take_room(disk, BALLAST_MIB)
    plan = write_plan(folder / "plan.yaml", DEPARTMENT, 2020, {PROJECT: 10**13})
    with Daemon(bin_dir, disk / "data", TODAY) as daemon:
        check(daemon.ask("plan", "apply", plan)["applied"], "the plan was refused")
        message = imports.fill(daemon, disk)
        full_after = imports.complete
        check_full(daemon, message, imports.complete * ROWS)
        (disk / "ballast").unlink()
        check_room_is_noticed(daemon)
        again = imports.finish(daemon)
        imports.check_totals(daemon)
        print(f"  full after {full_after} files; of the one cut off "
              f"{again['duplicateCount']} of {ROWS} rows were recorded, then the rest")
        message = imports.fill(daemon, disk)
        check_full(daemon, message, imports.complete * ROWS)
        daemon.kill()
    # Room for the new start: the disk grows.
    subprocess.run(["mount", "-o", f"remount,size={4 * DISK_MIB}m", disk], check=True)
    with Daemon(bin_dir, disk / "data", TODAY) as daemon:
        held = int(daemon.verify()["paymentCount"])
        check(imports.complete * ROWS <= held <= (imports.complete + 1) * ROWS,
              f"{imports.complete * ROWS} were acknowledged before the kill, {held} are held")
        imports.finish(daemon)
        imports.check_totals(daemon)
        daemon.stop()
    print(f"  killed while full after {imports.complete - 1} files, nothing lost")


if __name__ == "__main__":
    if os.environ.get(INSIDE):
        main(test, __doc__)
    else:
        if not may_mount():
            print("disk_full: SKIPPED: this user may not mount a file system in a namespace of "
                  "its own")
            sys.exit(SKIPPED)
        script = pathlib.Path(sys.argv[0]).resolve()
        os.execvpe("unshare", ["unshare", "--mount", sys.executable, "-B", str(script),
                               *sys.argv[1:]], {**os.environ, INSIDE: "1"})
