#!/usr/bin/python3 -B
"""Goal: days of full work neither lose a fen nor fill the memory.
Method: the load of the kill rounds (tests/crash) runs again and again for the time
given, with reports, lists and scrapes beside it. Once in each life of the daemon the
ledger is verified and backed up under load. A life ends under load, by SIGTERM and
SIGKILL in turn; then what had no answer is sent again. After each load the totals of every project, of each year and the number of events must be the sums
of what the client sent. When the data and backups pass the bound of the disk, the ledger
is verified and a new one is begun.

Memory is judged at equal states: whenever the daemon is idle after a load. The first
third of a life is warm-up. Through the other samples of the life a line is fitted; over
their time it may rise by --growth-mb and --bytes-per-event for each event recorded
meanwhile. A life with fewer than four samples behind its warm-up is not judged.

usage: soak.py BIN_DIR TESTS_DIR [--minutes M] ...
Samples go into a tab-separated file; the last line on standard output sums up.
"""
import argparse
import os
import pathlib
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "crash"))

from crash_ledger import (DEPARTMENT, YEARS, Answer, Failure, Ledger,  # noqa: E402
                          Process, Tools, check, check_equal)

MEGABYTE = 1 << 20
GIGABYTE = 1 << 30
REMEMBERED_EVENTS = 20_000
WARM_UP_SHARE = 1 / 3
SAMPLES_MIN = 4
SLOW_COMMAND_SECONDS = 1_800
COLUMNS = ("seconds", "ledger", "life", "round", "state", "rss_anon_mb", "queue_depth", "disk_mb",
           "ledger_sequence", "events_per_second", "report_ms", "list_ms", "scrape_ms")


def rss_anon(pid):
    """Bytes of memory that no file backs."""
    for line in pathlib.Path(f"/proc/{pid}/status").read_text(encoding="utf-8").splitlines():
        if line.startswith("RssAnon:"):
            return int(line.split()[1]) * 1024
    raise Failure("the kernel does not tell RssAnon")


def disk_bytes(folder):
    """Bytes on disk below a folder in which files come and go."""
    total = 0
    for path, _, names in os.walk(folder):
        for name in names:
            try:
                total += os.stat(os.path.join(path, name)).st_blocks * 512
            except FileNotFoundError:
                pass
    return total


def slope(points):
    """Of the line with the least squares through (x, y)."""
    mean_x = sum(x for x, _ in points) / len(points)
    mean_y = sum(y for _, y in points) / len(points)
    spread = sum((x - mean_x) ** 2 for x, _ in points)
    return sum((x - mean_x) * (y - mean_y) for x, y in points) / spread if spread else 0.0


class Memory:
    """Anonymous memory at the idle moments of one life: (seconds, events, bytes)."""

    def __init__(self):
        self.samples = []

    def add(self, seconds, events, size):
        self.samples.append((seconds, events, size))

    def judged(self):
        """The samples behind the warm-up, or none when they are too few."""
        if not self.samples:
            return []
        first, last = self.samples[0][0], self.samples[-1][0]
        kept = [sample for sample in self.samples
                if sample[0] >= first + (last - first) * WARM_UP_SHARE]
        return kept if len(kept) >= SAMPLES_MIN else []

    def growth(self):
        """Bytes by which the fitted line rises over the judged samples, and the events
        recorded meanwhile."""
        kept = self.judged()
        rise = slope([(seconds, size) for seconds, _, size in kept])
        return rise * (kept[-1][0] - kept[0][0]), kept[-1][1] - kept[0][1]


def check_memory_rule():
    """The rule can fail, and does not fail for a level with noise."""
    flat, rising = Memory(), Memory()
    for number in range(12):
        noise = (number * 7 % 5) * MEGABYTE
        flat.add(10 * number, 1_000 * number, 300 * MEGABYTE + noise)
        rising.add(10 * number, 1_000 * number, (300 + 10 * number) * MEGABYTE + noise)
    check(abs(flat.growth()[0]) < 8 * MEGABYTE, f"a level seems to rise by {flat.growth()[0]}")
    check(rising.growth()[0] > 64 * MEGABYTE, f"a rise seems to be {rising.growth()[0]} only")


class Soak:
    def __init__(self, options, tools, folder, table):
        self.options = options
        self.tools = tools
        self.folder = folder
        self.table = table
        self.chance = random.Random(options.seed)
        self.started = time.monotonic()
        self.end = self.started + options.minutes * 60
        self.life_seconds = min(options.life_seconds, options.minutes * 60 / 3)
        self.round_seconds = max(1, int(min(options.round_seconds, self.life_seconds / 8)))
        self.ledgers = 0
        self.lives = 0
        self.round_number = 0
        self.ledger = None
        self.memory = Memory()
        self.growths = []  # of judged lives: (bytes, events)
        self.first_rss = self.last_rss = self.largest_rss = 0
        self.events = 0
        self.events_before = 0  # in earlier ledgers
        self.load_seconds = 0.0
        self.largest_disk = 0
        self.last_sample = None  # (seconds, sequence)
        self.counts = dict.fromkeys(("kills", "stops", "verifications", "backups", "reads"), 0)
        print(*COLUMNS, sep="\t", file=table, flush=True)

    def seconds(self):
        return time.monotonic() - self.started

    def run(self):
        check_memory_rule()
        self.new_ledger()
        while time.monotonic() < self.end:
            self.life()
            if disk_bytes(self.folder) > self.options.disk_gb * GIGABYTE / 2:
                self.close_ledger()
                self.new_ledger()
        self.close_ledger()

    def new_ledger(self):
        self.ledgers += 1
        most = int((self.end - time.monotonic()) / self.round_seconds) + 10
        numbers = range(self.round_number + 1, self.round_number + 1 + max(most, 10))
        self.ledger = Ledger(self.tools, self.folder / f"ledger-{self.ledgers}", numbers)
        self.last_sample = None

    def close_ledger(self):
        """The last word on a ledger: everything adds up, from disk and after a stop."""
        ledger = self.ledger
        ledger.daemon.stop()
        ledger.leave()
        ledger.start()
        self.verify()
        ledger.daemon.stop()
        ledger.leave()
        self.events_before += sum(ledger.event_counts.values())
        shutil.rmtree(ledger.folder)

    def life(self):
        """Loads from a start of the daemon to its end under load."""
        self.lives += 1
        self.memory = Memory()
        life_end = min(self.end, time.monotonic() + self.life_seconds)
        rounds = 0
        while True:
            rounds += 1
            ends = time.monotonic() + self.round_seconds >= life_end or self.disk_is_full()
            self.round(rounds, ends)
            if ends:
                break
        if self.memory.judged():
            rise, events = self.memory.growth()
            self.growths.append((rise, events))
            allowed = self.options.growth_mb * MEGABYTE + self.options.bytes_per_event * events
            check(rise <= allowed, f"anonymous memory rose by {rise / MEGABYTE:.1f} MB over "
                                   f"{events} events of life {self.lives}, more than "
                                   f"{allowed / MEGABYTE:.1f} MB")

    def disk_is_full(self):
        size = disk_bytes(self.folder)
        self.largest_disk = max(self.largest_disk, size)
        return size > self.options.disk_gb * GIGABYTE

    def round(self, number_in_life, ends):
        """One load with reads beside it; the daemon dies under it when `ends`."""
        ledger = self.ledger
        self.round_number += 1
        number = self.round_number
        ledger.records[number] = ledger.folder / f"record-{number}"
        command = ledger.client_command(
            "load", number, "--seed", self.chance.randrange(2**63), "--round", number,
            "--remember", REMEMBERED_EVENTS, "--max-seconds", self.round_seconds,
            "--rate", self.options.rate)
        began = time.monotonic()
        with Process(command, ledger.folder, "load") as load:
            if number_in_life == 2 and not ends:
                self.beside(self.verify_command(), "verify", load)
                self.counts["verifications"] += 1
            elif number_in_life == 3 and not ends:
                self.beside(ledger.daemon.command("admin", "backup"), "backup", load)
                self.counts["backups"] += 1
            kill_after = self.chance.uniform(0.3, 0.9) * self.round_seconds if ends else None
            self.read_while(load, began, kill_after)
            code = load.wait(SLOW_COMMAND_SECONDS)
            answer = Answer(code, load.out(), load.log()).expect_good(f"load {number}")
        self.load_seconds += time.monotonic() - began
        if ends:
            answer = self.restart(number)
        ledger.check_totals(answer)
        ledger.close_round(answer)
        del ledger.records[number]
        self.events = self.events_before + sum(ledger.event_counts.values())
        if not ends:
            size = self.sample("idle", {})
            self.memory.add(self.seconds(), self.events, size)

    def beside(self, command, name, load):
        """A command to its end while the load goes on, or behind it."""
        with Process(command, self.ledger.folder, name) as process:
            self.read_while(process, time.monotonic(), None)
            check_equal(process.wait(SLOW_COMMAND_SECONDS), 0, f"exit code of {name} under load")
        check(load.process.poll() in (None, 0), "the load failed")

    def verify_command(self):
        return self.ledger.daemon.command("admin", "verify")

    def verify(self):
        """Idle, and against the client's sums."""
        self.ledger.verify(seconds=SLOW_COMMAND_SECONDS)
        self.counts["verifications"] += 1

    def read_while(self, process, began, kill_after):
        """Reads and samples until the process ends, or until it is time for the daemon
        to die (at the latest then, too)."""
        reads = {}
        last = time.monotonic()
        while process.process.poll() is None:
            if kill_after is not None and time.monotonic() - began >= kill_after:
                break
            self.read(reads)
            if time.monotonic() - last >= self.options.sample_seconds:
                self.sample("load", reads)
                reads = {}
                last = time.monotonic()
            try:
                process.process.wait(self.options.read_pause_seconds)
            except subprocess.TimeoutExpired:
                pass
        if kill_after is not None:
            self.end_daemon()

    def read(self, reads):
        """One of each read; the longest time of each kind."""
        daemon = self.ledger.daemon
        project = f"K{self.round_number:04d}-0"
        day = f"{YEARS[0]}-{self.chance.randint(1, 12):02d}-{self.chance.randint(1, 28):02d}"
        for name, ask in (
                ("report", lambda: daemon.ask("report", "execution", "--department", DEPARTMENT,
                                              "--year", YEARS[-1])),
                ("list", lambda: daemon.ask("payment", "list", "--year", YEARS[0], "--project",
                                            project, "--from", day, "--to", day)),
                ("scrape", lambda: check(daemon.metrics(), "no answer to a scrape"))):
            began = time.monotonic()
            ask()
            reads[name] = max(reads.get(name, 0.0), time.monotonic() - began)
            self.counts["reads"] += 1

    def sample(self, state, reads):
        daemon = self.ledger.daemon
        size = rss_anon(daemon.process.pid)
        metrics = daemon.metrics()
        check(metrics, "no answer to a scrape")
        now, sequence = self.seconds(), int(metrics["budgetwatch_ledger_sequence"])
        rate = 0.0
        if self.last_sample and now > self.last_sample[0]:
            rate = (sequence - self.last_sample[1]) / (now - self.last_sample[0])
        self.last_sample = (now, sequence)
        disk = disk_bytes(self.folder)
        self.largest_disk = max(self.largest_disk, disk)
        self.largest_rss = max(self.largest_rss, size)
        if state == "idle":
            self.first_rss = self.first_rss or size
            self.last_rss = size
        times = (f"{1_000 * reads[name]:.0f}" if name in reads else ""
                 for name in ("report", "list", "scrape"))
        print(f"{now:.1f}", self.ledgers, self.lives, self.round_number, state,
              f"{size / MEGABYTE:.1f}", int(metrics["budgetwatch_queue_depth"]),
              f"{disk / MEGABYTE:.1f}", sequence, f"{rate:.0f}", *times, sep="\t",
              file=self.table, flush=True)
        return size

    def end_daemon(self):
        """SIGTERM and SIGKILL in turn."""
        graceful = self.lives % 2 == 1
        self.counts["stops" if graceful else "kills"] += 1
        self.ledger.daemon.process.send_signal(signal.SIGTERM if graceful else signal.SIGKILL)

    def restart(self, number):
        """The daemon again, after it was ended under load; what the round then holds."""
        ledger = self.ledger
        graceful = self.lives % 2 == 1
        check_equal(ledger.daemon.wait(), 0 if graceful else -signal.SIGKILL,
                    "exit code of the daemon")
        ledger.leave()
        ledger.start()
        command = ledger.client_command("resend", number)
        with Process(command, ledger.folder, "resend") as resend:
            code = resend.wait(SLOW_COMMAND_SECONDS)
            return Answer(code, resend.out(), resend.log()).expect_good(f"load {number} again")

    def summary(self):
        judged = len(self.growths)
        growth = max((rise for rise, _ in self.growths), default=0.0)
        per_second = self.events / self.load_seconds if self.load_seconds else 0.0
        return (f"soak minutes={self.seconds() / 60:.1f} events={self.events} "
                f"events_per_second={per_second:.0f} ledgers={self.ledgers} lives={self.lives} "
                + " ".join(f"{name}={count}" for name, count in self.counts.items()) +
                f" disk_gb_max={self.largest_disk / GIGABYTE:.2f} "
                f"rss_anon_mb_first={self.first_rss / MEGABYTE:.0f} "
                f"last={self.last_rss / MEGABYTE:.0f} max={self.largest_rss / MEGABYTE:.0f} "
                f"lives_judged={judged} growth_mb_max={growth / MEGABYTE:.1f}")


def read_options():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("bin_dir", type=pathlib.Path)
    parser.add_argument("tests_dir", type=pathlib.Path)
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--rate", type=int, default=0, help="events per second at most; 0: full")
    parser.add_argument("--disk-gb", type=float, default=20,
                        help="data and backups; a new ledger is begun near it")
    parser.add_argument("--life-seconds", type=float, default=600)
    parser.add_argument("--round-seconds", type=float, default=30)
    parser.add_argument("--sample-seconds", type=float, default=10)
    parser.add_argument("--read-pause-seconds", type=float, default=0.5)
    parser.add_argument("--growth-mb", type=float, default=32)
    parser.add_argument("--bytes-per-event", type=float, default=0)
    parser.add_argument("--table", type=pathlib.Path, default=pathlib.Path("soak.tsv"))
    parser.add_argument("--folder", type=pathlib.Path, help="where the data go")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(2**32))
    return parser.parse_args()


def main():
    options = read_options()
    tools = Tools(options.bin_dir.resolve(), options.tests_dir.resolve(), failpoints=False)
    folder = pathlib.Path(tempfile.mkdtemp(prefix="budgetwatch-soak-", dir=options.folder))
    print(f"soak: --seed {options.seed}, samples in {options.table}", flush=True)
    with open(options.table, "w", encoding="utf-8") as table:
        soak = Soak(options, tools, folder, table)
        try:
            soak.run()
        except (Failure, OSError, KeyError, ValueError, subprocess.TimeoutExpired) as failure:
            print(f"soak: {type(failure).__name__}: {failure}\n{soak.summary()} totals=WRONG\n"
                  f"soak: data and records are kept in {folder}", file=sys.stderr)
            sys.exit(1)
        finally:
            if soak.ledger is not None:
                soak.ledger.leave()
    shutil.rmtree(folder)
    print(f"{soak.summary()} totals=right")


if __name__ == "__main__":
    main()
