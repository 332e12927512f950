"""Starts, asks and stops the real programs for the integration tests."""
import contextlib
import csv
import json
import os
import pathlib
import re
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request

READY_SECONDS = 60
COMMAND_SECONDS = 120
STOP_SECONDS = 30
POLL_SECONDS = 0.005

# What a daemon may take: a sanitizer needs several times as much.
MEMORY_FACTOR = int(os.environ.get("BUDGETWATCH_MEMORY_FACTOR", "1"))
MEMORY_LIMIT_MIB = 1024 * MEMORY_FACTOR

# Everything is on loopback: a proxy has no part in it. What budgetctl says must not
# hang on the caller's language or server either.
ENVIRONMENT = {name: value for name, value in os.environ.items()
               if not name.lower().endswith("_proxy") and name not in (
                   "BUDGETWATCH_SERVER", "BUDGETWATCH_LANG")}
HTTP = urllib.request.build_opener(urllib.request.ProxyHandler({}))

CSV_HEADER = ("payment_id", "project_code", "pay_date", "amount", "payee", "memo", "kind",
              "original_payment_id")


class Failure(Exception):
    """What is wrong, for the person who reads the log of the test."""


def check(condition, message):
    if not condition:
        raise Failure(message)


def check_equal(actual, expected, what):
    check(actual == expected, f"{what}: expected {expected!r}, got {actual!r}")


def wait_for(condition, what, seconds=30):
    """The first true value of condition(), which is asked until the deadline."""
    deadline = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        check(time.monotonic() < deadline, f"{what}: not within {seconds} s")
        time.sleep(POLL_SECONDS)


class Process:
    """A program in the background; ended by its own number when the block is left."""

    def __init__(self, arguments, folder, name, environment=None):
        self.name = name
        self.out_path = folder / f"{name}.out"
        self.log_path = folder / f"{name}.log"
        with open(self.out_path, "wb") as out, open(self.log_path, "ab") as log:
            self.process = subprocess.Popen([str(argument) for argument in arguments],
                                            stdin=subprocess.DEVNULL, stdout=out, stderr=log,
                                            env={**ENVIRONMENT, **(environment or {})})

    def __enter__(self):
        return self

    def __exit__(self, kind, error, trace):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        if kind is not None:
            print(f"--- the end of {self.log_path.name}:\n{self.log()[-2000:]}", file=sys.stderr)

    def out(self):
        return self.out_path.read_text(encoding="utf-8", errors="replace")

    def log(self):
        return self.log_path.read_text(encoding="utf-8", errors="replace")

    def wait(self, seconds=COMMAND_SECONDS):
        """Its exit code."""
        try:
            return self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            raise Failure(f"{self.name} did not end within {seconds} s") from None

    def kill(self):
        """As a power cut: no handler runs."""
        self.process.kill()
        self.process.wait()


class Daemon(Process):
    """A running budgetwatchd. Its log is kept over restarts on the same directory.
    `program` is another build of it, `environment` what it finds besides."""

    def __init__(self, bin_dir, data_dir, today, *flags, program=None, environment=None):
        self.bin_dir = bin_dir
        self.data_dir = data_dir
        self.today = today
        self.flags = flags
        arguments = [program or bin_dir / "budgetwatchd", "--data-dir", data_dir, "--today", today]
        for flag in ("--listen", "--metrics-listen"):
            if flag not in flags:
                arguments += [flag, "127.0.0.1:0"]
        if MEMORY_FACTOR > 1 and "--config" not in flags:
            limit = data_dir.parent / f"{data_dir.name}-limit.yaml"
            limit.write_text(f"memory_limit_mib: {MEMORY_LIMIT_MIB}\n", encoding="utf-8")
            arguments += ["--config", limit]
        super().__init__([*arguments, *flags], data_dir.parent, f"{data_dir.name}-daemon",
                         environment)
        try:
            ready = wait_for(self._ready, "the ready line of budgetwatchd", READY_SECONDS)
        except BaseException as error:
            self.__exit__(type(error), error, None)
            raise
        self.address, self.metrics_address = ready.groups()

    def _ready(self):
        check(self.process.poll() is None,
              f"budgetwatchd ended with exit code {self.process.returncode} at its start")
        return re.match(r"ready grpc=(\S+) metrics=(\S+)\n", self.out())

    def stop(self):
        """SIGTERM, and expects that it ends in order within its bound."""
        self.process.send_signal(signal.SIGTERM)
        check_equal(self.wait(STOP_SECONDS), 0, "exit code of budgetwatchd after SIGTERM")

    def metrics(self):
        """Values by the text before them; empty while nobody answers."""
        try:
            with HTTP.open(f"http://{self.metrics_address}/metrics", timeout=10) as answer:
                lines = answer.read().decode().split("\n")
        except OSError:
            return {}
        pairs = (line.rsplit(" ", 1) for line in lines if line and not line.startswith("#"))
        return {name: float(value) for name, value in pairs}

    def acknowledged_count(self):
        """Payment events that this process has made durable."""
        name = 'budgetwatch_payments_recorded_total{{outcome="{}"}}'
        values = self.metrics()
        return int(sum(values.get(name.format(outcome), 0)
                       for outcome in ("recorded", "suspended")))

    def command(self, *arguments):
        """budgetctl with these arguments, as a list for a background process."""
        return [self.bin_dir / "budgetctl", "--server", self.address, "--lang", "en",
                *map(str, arguments)]

    def run(self, *arguments, seconds=COMMAND_SECONDS):
        """budgetctl to its end: exit code, standard output and error."""
        return run_program(self.command(*arguments), timeout=seconds)

    def ask_bytes(self, *arguments, seconds=COMMAND_SECONDS):
        done = self.run("--output", "json", *arguments, seconds=seconds)
        check(done.returncode == 0, f"{describe(arguments)} ended with exit code "
                                    f"{done.returncode}: {done.stderr.decode()}")
        return done.stdout

    def ask(self, *arguments, seconds=COMMAND_SECONDS):
        """What budgetctl answers in JSON; it must succeed."""
        return json.loads(self.ask_bytes(*arguments, seconds=seconds))

    def load(self, path, *flags, exit_code=0):
        """Imports payments; the summary with numbers as numbers."""
        done = self.run("--output", "json", "payment", "import", path, *flags)
        check(done.returncode == exit_code,
              f"payment import {path.name} ended with exit code {done.returncode}, expected "
              f"{exit_code}: {done.stderr.decode()}{done.stdout.decode()[:500]}")
        return summary_of(done.stdout)

    def verify(self, seconds=COMMAND_SECONDS):
        """Proves that the ledger agrees with its journal; the answer."""
        answer = self.ask("admin", "verify", seconds=seconds)
        check(answer["consistent"] is True, f"admin verify found {answer['differences']}")
        return answer

    def years(self):
        """What admin info says of each fiscal year."""
        return {year["fiscalYear"]: year for year in self.ask("admin", "info")["fiscalYears"]}

    def sequence(self):
        return int(self.ask("admin", "info")["ledgerSequence"])


def describe(arguments):
    return "budgetctl " + " ".join(map(str, arguments))


def run_program(arguments, **options):
    """A program to its end, with its output as bytes; whatever its exit code."""
    options.setdefault("stdin", subprocess.DEVNULL)
    options.setdefault("timeout", COMMAND_SECONDS)
    return subprocess.run([str(argument) for argument in arguments], capture_output=True,
                          env=ENVIRONMENT, check=False, **options)


def summary_of(text):
    summary = json.loads(text)
    return {name: value if name == "rejections" else int(value)
            for name, value in summary.items()}


def fen(text):
    """Fen of a plain decimal of yuan, exactly."""
    sign = -1 if text.startswith("-") else 1
    yuan, _, cents = text.lstrip("+-").partition(".")
    return sign * (int(yuan) * 100 + int(cents.ljust(2, "0")))


def yuan(amount_fen):
    sign = "-" if amount_fen < 0 else ""
    return f"{sign}{abs(amount_fen) // 100}.{abs(amount_fen) % 100:02d}"


def write_payments(path, rows):
    """A payment CSV; rows may leave out cells at their end."""
    with open(path, "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(CSV_HEADER)
        for row in rows:
            writer.writerow([*row, *[""] * (len(CSV_HEADER) - len(row))])
    return path


def write_plan(path, department, year, projects):
    """A plan in YAML. projects: code to budget in fen, or to (budget, checkpoints)."""
    lines = ["budgetwatch_plan: 1", f"department_code: '{department}'",
             f"department_name: 'Department {department}'", f"fiscal_year: {year}",
             "unit: 元", "projects:"]
    for code, value in projects.items():
        budget, checkpoints = value if isinstance(value, tuple) else (value, None)
        lines += [f"  - code: '{code}'", f"    name: 'Project {code}'",
                  f"    budget: {yuan(budget)}"]
        if checkpoints:
            lines.append("    checkpoints: {" + ", ".join(
                f"{day}: {share}" for day, share in checkpoints.items()) + "}")
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def shared_dir(arguments):
    """The folder with documents that are not part of the repository, or None."""
    name = os.environ.get("BUDGETWATCH_SHARED_DIR") or (arguments[0] if arguments else "")
    folder = pathlib.Path(name).resolve() if name else None
    return folder if folder and folder.is_dir() else None


def main(test, usage, argument_counts=(0,)):
    """Runs test(bin_dir, folder, arguments) of a script and ends with its exit code."""
    name = pathlib.Path(sys.argv[0]).stem
    if len(sys.argv) < 2 or len(sys.argv) - 2 not in argument_counts:
        print(usage, file=sys.stderr)
        sys.exit(2)
    bin_dir, *arguments = (str(pathlib.Path(path).resolve()) for path in sys.argv[1:])
    started = time.monotonic()
    try:
        with tempfile.TemporaryDirectory(prefix=f"budgetwatch-{name}-") as folder:
            with contextlib.chdir(folder):
                test(pathlib.Path(bin_dir), pathlib.Path(folder), arguments)
    except (Failure, OSError, KeyError, ValueError, subprocess.TimeoutExpired) as failure:
        print(f"{name}: {type(failure).__name__}: {failure}", file=sys.stderr)
        sys.exit(1)
    print(f"{name}: passed in {time.monotonic() - started:.1f} s")
