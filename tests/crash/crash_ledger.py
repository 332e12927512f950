"""A ledger under test by crash_client: the daemon on its data directory, the records of
the rounds, and the sums that it must hold."""
import collections
import pathlib
import signal
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "integration"))

from daemon import (MEMORY_LIMIT_MIB, Daemon, Failure, Process, check,  # noqa: E402,F401
                    check_equal, run_program, wait_for, write_plan)

WRONG = 3  # exit code of crash_client when the ledger is not as it must be

TODAY = "2021-01-15"
YEARS = (2019, 2020)
DEPARTMENT = "903"
PLANNED_PROJECTS = 3  # of the four of each round; the last one is in suspense
BUDGET_FEN = 10**12


class Tools:
    """The programs."""

    def __init__(self, bin_dir, tests_dir, failpoints):
        self.bin_dir = bin_dir
        self.daemon = (tests_dir / "budgetwatchd_failpoints" if failpoints else
                       bin_dir / "budgetwatchd")
        self.client = tests_dir / "crash_client"


def variable(failpoint):
    """The environment in which a daemon dies at a failpoint; none for an empty name."""
    return {"BUDGETWATCH_FAILPOINTS": failpoint} if failpoint else None


class Answer:
    """What crash_client printed."""

    def __init__(self, exit_code, out, log):
        check(exit_code in (0, WRONG), f"crash_client ended with exit code {exit_code}: {log}")
        self.good = exit_code == 0
        self.numbers = collections.Counter()
        self.totals = {}  # (year, project code) to fen
        self.event_counts = {}
        self.faults = []
        for line in out.splitlines():
            name, _, rest = line.partition(" ")
            if name == "fault":
                self.faults.append(rest)
            elif name == "total":
                year, code, amount, _ = rest.split()
                self.totals[int(year), code] = int(amount)
            elif name == "events":
                year, count = rest.split()
                self.event_counts[int(year)] = int(count)
            else:
                self.numbers[name] = int(rest)

    def expect_good(self, what):
        check(self.good, f"{what}: {dict(self.numbers)}\n  " + "\n  ".join(self.faults))
        return self


class Ledger:
    """A data directory and what it must hold. `settings` goes into the configuration."""

    def __init__(self, tools, folder, rounds, settings="log_level: info\n"):
        self.tools = tools
        self.folder = folder
        self.totals = {}  # (year, project code) to fen
        self.event_counts = collections.Counter()  # by year
        self.records = {}  # round to path
        self.daemon = None
        folder.mkdir()
        self.config = folder / "budgetwatchd.yaml"
        self.config.write_text(f"memory_limit_mib: {MEMORY_LIMIT_MIB}\n{settings}",
                               encoding="utf-8")
        self.start()
        for year in YEARS:
            plan = write_plan(folder / f"plan-{year}.yaml", DEPARTMENT, year, {
                f"K{number:04d}-{project}": BUDGET_FEN
                for number in rounds for project in range(PLANNED_PROJECTS)})
            check(self.daemon.ask("plan", "apply", plan)["applied"], "the plan was refused")

    def start(self, failpoint=""):
        self.daemon = Daemon(self.tools.bin_dir, self.folder / "data", TODAY,
                             "--config", self.config, program=self.tools.daemon, environment=variable(failpoint))

    def leave(self):
        """Ends the daemon if it still runs."""
        if self.daemon is not None:
            self.daemon.__exit__(None, None, None)
            self.daemon = None

    def start_to_die(self, failpoint, seconds=0):
        """A start that dies at a failpoint, or is killed after so long; whether it had
        ended by itself."""
        program = [self.tools.daemon, "--data-dir", self.folder / "data", "--today", TODAY,
                   "--config", self.config, "--listen", "127.0.0.1:0",
                   "--metrics-listen", "127.0.0.1:0"]
        with Process(program, self.folder, "killed-start", variable(failpoint)) as start:
            if failpoint:
                wait_for(lambda: start.process.poll() is not None or "ready" in start.out(),
                         "the end of a start that dies")
            else:
                try:
                    start.process.wait(seconds)
                except subprocess.TimeoutExpired:
                    pass
            ended = start.process.poll() is not None
            start.kill()
            check_equal(start.process.returncode, -signal.SIGKILL, "exit code of a killed start")
        return ended

    def client_command(self, command, number, *arguments):
        return [self.tools.client, command, "--server", self.daemon.address,
                "--record", self.records[number], *arguments]

    def client(self, command, number, *arguments):
        done = run_program(self.client_command(command, number, *arguments))
        return Answer(done.returncode, done.stdout.decode(), done.stderr.decode())

    def check_totals(self, of_round):
        """Reports and info are the sums of the rounds before and of this one."""
        totals = {**self.totals, **of_round.totals}
        reports = {year: self.daemon.ask("report", "execution", "--department", DEPARTMENT,
                                         "--year", year) for year in YEARS}
        years = self.daemon.years()
        for year, report in reports.items():
            expected = {code: amount for (of_year, code), amount in totals.items()
                        if of_year == year}
            planned = {project["projectCode"]: int(project["disbursedFen"])
                       for project in report["projects"]}
            for code, amount in planned.items():
                check_equal(amount, expected.pop(code, 0), f"{year}: total of {code}")
            check_equal(int(report["suspense"]["amountFen"]), sum(expected.values()),
                        f"{year}: suspense")
            held = years.get(year, {"paymentCount": 0, "amountFen": 0})
            count = self.event_counts[year] + of_round.event_counts[year]
            amount = sum(planned.values()) + sum(expected.values())
            check_equal((int(held["paymentCount"]), int(held["amountFen"])), (count, amount),
                        f"{year}: number of events and their sum")

    def close_round(self, of_round):
        self.totals.update(of_round.totals)
        self.event_counts.update(of_round.event_counts)

    def verify(self, **options):
        verified = self.daemon.verify(**options)
        check_equal((int(verified["paymentCount"]), int(verified["amountFen"])),
                    (sum(self.event_counts.values()), sum(self.totals.values())),
                    "payments and their sum in admin verify")
