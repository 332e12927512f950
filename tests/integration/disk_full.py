#!/usr/bin/python3 -B
"""Goal: on a disk that is really full, the daemon says so, acknowledges nothing that is not
durable, and goes on by itself when there is room; killed while it is full, it loses nothing.
Method: the data directory is on a small file system in memory, mounted in a mount namespace
of this test's own, beside a file that takes room. Files are imported until there is none.
Then the health service, `admin info`, the metrics, the error of a write and the answers to
reads are compared with what is so. The file is deleted, and all of it must say so without a
write; the import is repeated, and the totals compared. Then the disk is filled again, the
daemon killed, and started when there is room, while the client waits.

usage: disk_full.py BIN_DIR
Ends with exit code 77 where the test may not mount: it was skipped.
"""
import base64
import os
import pathlib
import random
import subprocess
import sys

from daemon import (Daemon, Failure, Process, check, check_equal, main, summary_of, wait_for,
                    write_payments, write_plan, yuan)
from generic_client import GenericClient

TODAY = "2021-01-15"
DEPARTMENT = "904"
PROJECT = "D-01"
DISK_MIB = 64
LEFT_MIB = 12
ROWS = 8_000
MOST_FILES = 50
MOST_ATTEMPTS = 20
WENT_ON = "store writes again"
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

    def start(self, daemon):
        """The next file in the background; the same rows every time, with ids of its own."""
        number = self.complete
        chance = random.Random(number)
        # Texts that do not get smaller in the store.
        rows = [(f"D-{number}-{row}", PROJECT, "2020-06-15", yuan(100 + row), f"P-{row % 97}",
                 base64.b64encode(chance.randbytes(150)).decode()) for row in range(ROWS)]
        path = write_payments(self.folder / "payments.csv", rows)
        return Process(daemon.command("--output", "json", "payment", "import", path, "--source",
                                      "bank"), self.folder, f"import-{number}")

    def fill(self, daemon):
        """Imports until the disk has no room; the client that waits for room then."""
        while True:
            client = self.start(daemon)
            wait_for(lambda: client.process.poll() is not None or not is_writable(daemon),
                     "the end of the import or of the room")
            if client.process.poll() is None:
                return client
            self.finish(client)
            check(self.complete < MOST_FILES, "the disk is never full")

    def finish(self, client):
        """What was recorded of the file before counts once."""
        check_equal(client.wait(), 0, f"exit code of an import: {client.log()}")
        summary = summary_of(client.out())
        check_equal(summary["recordedCount"] + summary["duplicateCount"], ROWS, "rows of it")
        self.complete += 1
        return summary

    def check_totals(self, daemon):
        verified = daemon.verify()
        check_equal((int(verified["paymentCount"]), int(verified["amountFen"])),
                    (self.complete * ROWS, self.complete * sum(range(100, 100 + ROWS))),
                    "payments and their sum")


def is_writable(daemon):
    return daemon.metrics().get("budgetwatch_store_writable") == 1


def is_serving(daemon):
    """What grpc.health.v1 says."""
    client = GenericClient(daemon.address)
    try:
        return client.health() == SERVING
    finally:
        client.close()


def fill_and_look(daemon, imports, disk):
    """Fills the disk until it stays full while everybody is asked: the client that waits, and
    the answers. A store that deletes files of its own then has room, and rightly goes on."""
    for attempt in range(1, MOST_ATTEMPTS + 1):
        client = imports.fill(daemon)
        take_room(disk, f"ballast-{attempt}", 0)
        went_on = daemon.log().count(WENT_ON)
        plan = write_plan(imports.folder / "other.yaml", DEPARTMENT, 2020,
                          {PROJECT: 10**12 + attempt})
        answers = (is_serving(daemon), daemon.ask("admin", "info")["writable"],
                   daemon.run("plan", "apply", plan))
        if daemon.log().count(WENT_ON) == went_on and not is_writable(daemon):
            return client, answers
        # What is known of the file stays a duplicate when it is sent again.
        client.kill()
    raise Failure(f"the disk was not full for long in {MOST_ATTEMPTS} attempts")


def check_full(daemon, imports, answers):
    """Everybody was told; what was acknowledged is there and answers."""
    serving, writable, refused = answers
    check(not serving, "health says SERVING while the disk is full")
    check_equal(writable, False, "writable in admin info")
    failures = daemon.metrics()["budgetwatch_store_write_failures_total"]
    check(failures >= 1, "no failed write was counted")
    check_equal(refused.returncode, 1, "exit code of plan apply")
    check("make room" in refused.stderr.decode(),
          f"the client was not told what to do: {refused.stderr.decode()!r}")
    held = int(daemon.verify()["paymentCount"])
    check(imports.complete * ROWS <= held <= (imports.complete + 1) * ROWS,
          f"{imports.complete * ROWS} events were acknowledged, {held} are held")
    report = daemon.ask("report", "execution", "--department", DEPARTMENT, "--year", 2020)
    check(int(report["totals"]["disbursedFen"]) > 0, "reads do not answer")
    return held


def check_room_is_noticed(daemon):
    """Without a write of anybody."""
    wait_for(lambda: is_serving(daemon), "health after there was room")
    check_equal(daemon.ask("admin", "info")["writable"], True, "writable in admin info")
    check_equal(daemon.metrics()["budgetwatch_store_writable"], 1, "budgetwatch_store_writable")


def take_room(disk, name, left_mib):
    """All but so much, if there is as much."""
    free = os.statvfs(disk)
    size = free.f_bavail * free.f_frsize - (left_mib << 20)
    if size > 0:
        with open(disk / name, "wb") as ballast:
            os.posix_fallocate(ballast.fileno(), 0, size)


def give_room(disk):
    for path in disk.glob("ballast*"):
        path.unlink()


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
    take_room(disk, "ballast", LEFT_MIB)
    plan = write_plan(folder / "plan.yaml", DEPARTMENT, 2020, {PROJECT: 10**13})
    with Daemon(bin_dir, disk / "data", TODAY) as daemon:
        check(daemon.ask("plan", "apply", plan)["applied"], "the plan was refused")
        client, answers = fill_and_look(daemon, imports, disk)
        with client:
            client.kill()
        held = check_full(daemon, imports, answers)
        give_room(disk)
        check_room_is_noticed(daemon)
        with imports.start(daemon) as client:
            imports.finish(client)
        imports.check_totals(daemon)
        print(f"  full at {held} events, went on by itself")
        take_room(disk, "ballast", LEFT_MIB)
        client, answers = fill_and_look(daemon, imports, disk)
        with client:
            held = check_full(daemon, imports, answers)
            daemon.kill()
            # The disk grows.
            subprocess.run(["mount", "-o", f"remount,size={4 * DISK_MIB}m", disk], check=True)
            with Daemon(bin_dir, disk / "data", TODAY, "--listen", daemon.address) as restarted:
                imports.finish(client)
                imports.check_totals(restarted)
                restarted.stop()
    print(f"  killed while full at {held} events, lost nothing")


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
