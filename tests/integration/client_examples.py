#!/usr/bin/python3 -B
"""Goal: the example clients do what deploy/integration.md says: a file is pushed once,
whatever happens between, and what needs a person is named.
Method: one of the examples against the real daemon. What it pushed must be what budgetctl
imports of the same file, which the ledger itself tells: the import finds duplicates only.
Then conflicting and broken rows; a daemon that is killed in the middle, with a limit on its
rate that makes sure that there is a middle; and no daemon at all. The stubs of the Python
example are made here by protoc, the packages of the Node example installed by `npm ci`.
Ends with exit code 77 where there is no node, or no way to npm's registry: it was skipped.

usage: client_examples.py BIN_DIR ROOT EXAMPLE
EXAMPLE: push_payments.py or push_payments.mjs
"""
import json
import os
import pathlib
import shutil
import subprocess
import sys

from daemon import (COMMAND_SECONDS, Daemon, Failure, Process, check, check_equal,
                    main, run_program, wait_for, write_payments, write_plan, yuan)

TODAY = "2021-01-15"
YEAR = 2020
DEPARTMENT = "122002"
SOURCE = "treasury"
EXAMPLE_ROWS = 185
SUSPENDED_ROWS = ("EX-2020-0065", "EX-2020-0088")

ROWS = 2_500
# A second's worth passes at once, so the rest takes longer than a restart is away.
EVENTS_PER_SECOND = 1_000
KILL_AFTER = 300

SKIPPED = 77


class NoRegistry(Exception):
    """The packages cannot be had here, and why."""


def npm(folder, *arguments):
    """With the environment as it is: the way to the packages may lead over a proxy."""
    try:
        return subprocess.run(["npm", *arguments], cwd=folder, env=os.environ,
                              stdin=subprocess.DEVNULL, capture_output=True, check=False,
                              timeout=COMMAND_SECONDS)
    except subprocess.TimeoutExpired:
        raise Failure(f"npm {arguments[0]} did not end within {COMMAND_SECONDS} s") from None


class Example:
    """One of the clients, ready to run."""

    def __init__(self, root, path, folder):
        self.proto = root / "proto"
        self.examples = root / "deploy" / "examples"
        if path.suffix == ".py":
            self.environment = {"PYTHONPATH": str(self._make_stubs(path.parent, folder))}
            self.program = ["/usr/bin/python3", "-B", path]
        else:
            self.environment = {}
            self.program = ["node", self._install_packages(path, folder / "share")]
            shutil.copytree(self.proto, folder / "share" / "proto")

    def _make_stubs(self, clients, folder):
        stubs = folder / "stubs"
        stubs.mkdir()
        plugin = shutil.which("grpc_python_plugin")
        check(plugin, "grpc_python_plugin is missing; run deploy/install-deps.sh")
        done = run_program([
            "protoc", "-I", self.proto, "-I", clients, f"--python_out={stubs}",
            f"--grpc_python_out={stubs}", f"--plugin=protoc-gen-grpc_python={plugin}",
            *(self.proto / "budgetwatch/v1" / name
              for name in ("payment.proto", "payment_service.proto")),
            clients / "rpc_error.proto"])
        check(done.returncode == 0, f"protoc: {done.stderr.decode()}")
        return stubs

    @staticmethod
    def _install_packages(path, folder):
        """The script's copy beside its packages, where the Debian package has it."""
        target = folder / "examples" / "clients"
        target.mkdir(parents=True)
        for name in (path.name, "package.json", "package-lock.json", ".npmrc", "rpc_error.proto"):
            shutil.copy(path.parent / name, target)
        check(shutil.which("npm"), "node is here and npm is not; run deploy/install-deps.sh --test")
        answer = npm(target, "ping", "--fetch-retries=0", "--fetch-timeout=20000")
        if answer.returncode != 0:
            raise NoRegistry(answer.stderr.decode()[:300])
        done = npm(target, "ci", "--ignore-scripts", "--prefer-offline", "--fetch-retries=2")
        check(done.returncode == 0, "npm ci could not install the example's packages: "
              f"{done.stderr.decode()[-1500:]}")
        return target / path.name

    def command(self, address, path, *flags, source=SOURCE):
        return [*self.program, "--server", address, "--source", source, *flags, path]

    def run(self, address, path, *flags, exit_code=0, **options):
        """To its end: the summary, and the lines on standard error."""
        done = run_program(["env", *(f"{name}={value}" for name, value in
                                     self.environment.items()),
                            *self.command(address, path, *flags, **options)])
        errors = done.stderr.decode()
        check_equal(done.returncode, exit_code, f"exit code after {errors!r}")
        return json.loads(done.stdout), errors.splitlines()


def counts(**given):
    return {**dict.fromkeys(("recorded", "duplicate", "suspended", "rejected", "conflict"), 0),
            **given}


def report(daemon, department=DEPARTMENT):
    """The year's figures, without what depends on the order of recording."""
    answer = daemon.ask("report", "execution", "--department", department, "--year", YEAR,
                        "--as-of", f"{YEAR}-12-31")
    return {name: answer[name] for name in ("projects", "totals", "subtotals", "suspense")}


def check_example_year(bin_dir, folder, example):
    plan, payments = (example.examples / name for name in ("plan-2020.yaml", "payments-2020.csv"))
    with Daemon(bin_dir, folder / "imported", TODAY) as daemon:
        daemon.ask("plan", "apply", plan)
        daemon.load(payments)
        expected = report(daemon)
        daemon.stop()
    with Daemon(bin_dir, folder / "pushed", TODAY) as daemon:
        daemon.ask("plan", "apply", plan)
        summary, lines = example.run(daemon.address, payments)
        check_equal(summary, counts(recorded=EXAMPLE_ROWS - len(SUSPENDED_ROWS),
                                    suspended=len(SUSPENDED_ROWS)), "first push")
        for payment_id, line in zip(SUSPENDED_ROWS, lines, strict=True):
            check(f" {payment_id}: suspended" in line, f"{payment_id} is not named: {line}")
        check_equal(report(daemon), expected, "report beside that of an import")
        again, lines = example.run(daemon.address, payments, "--batch", "7")
        check_equal((again, lines), (counts(duplicate=EXAMPLE_ROWS), []), "second push")
        # The same events to the last text, as the ledger compares them.
        check_equal(daemon.load(payments, "--source", SOURCE)["duplicateCount"], EXAMPLE_ROWS,
                    "duplicates of an import under the same source")
        check_equal(report(daemon), expected, "report after all of it again")
        check_bad_rows(daemon, folder, example)
        check_bad_files(daemon, folder, example)
        daemon.verify()
        daemon.stop()
        check_no_server(daemon, payments, example)


def check_bad_rows(daemon, folder, example):
    """What is wrong is named with its row, and holds nothing else back."""
    code = "122-0501-JBN-4MTX"
    path = write_payments(folder / "bad.csv", [
        ("EX-2020-0001", code, "2020-01-08", "7150.01", "供应商A", "办案耗材"),
        ("BAD-1", code, "2020-02-30", "1.00", "", ""),
        ("BAD-2", code, "2020-03-01", "0.10", "某公司", "尾款, \"含\n税\""),
        ("BAD-3", code, "2020-03-01", "1.005", "", ""),
        ("BAD-4", code, "2020-03-01", "1.00", "", "", "advance"),
        ("BAD-5", "no-such-line", "2020-03-01", "-2.5", "", "")])
    with open(path, "a", encoding="utf-8") as file:
        file.write("BAD-6,too,few\n")
    count = int(daemon.verify()["paymentCount"])
    summary, lines = example.run(daemon.address, path, exit_code=3)
    check_equal(summary, counts(recorded=1, suspended=1, rejected=5, conflict=1), "bad rows")
    for start in ("row 2 EX-2020-0001: conflict: PAYMENT_ID_CONFLICT ",
                  "row 3 BAD-1: rejected: INVALID_DATE pay_date", "row 5 BAD-3: rejected: INVALID_"
                  "AMOUNT amount", "row 6 BAD-4: rejected: INVALID_KIND kind",
                  "row 7 BAD-5: suspended", "row 8 BAD-6: rejected: INVALID_FIELD "):
        check(any(line.startswith(start) for line in lines), f"no line {start!r} in {lines}")
    check_equal(int(daemon.verify()["paymentCount"]) - count, 2, "events that were recorded")
    shown = daemon.ask("payment", "show", "BAD-2", "--source", SOURCE)["payment"]
    check_equal((shown["effectFen"], shown["event"]["payee"], shown["event"]["memo"]),
                ("10", "某公司", "尾款, \"含\n税\""), "the good row among them")
    # The conflict has changed nothing.
    kept = daemon.ask("payment", "show", "EX-2020-0001", "--source", SOURCE)["payment"]
    check_equal(kept["event"]["amountFen"], "715000", "amount of the first event")


def check_bad_files(daemon, folder, example):
    """A file that is not whole must not pass for a day without payments."""
    for name, text in (("empty.csv", ""), ("columns.csv", "payment_id,amount\n1,2\n")):
        path = folder / name
        path.write_text(text, encoding="utf-8")
        summary, lines = example.run(daemon.address, path, exit_code=1)
        check_equal(summary, counts(), f"what was sent of {name}")
        check("columns are missing" in lines[0], f"{name}: {lines}")


def check_no_server(daemon, payments, example):
    summary, lines = example.run(daemon.address, payments, "--give-up-after", "0.5", exit_code=1)
    check_equal(summary, counts(), "nothing was sent")
    check(lines and all(line.startswith("UNAVAILABLE: ") for line in lines), f"errors: {lines}")
    wrong = run_program(["env", *(f"{name}={value}" for name, value in
                                  example.environment.items()), *example.program, payments])
    check_equal(wrong.returncode, 2, "exit code without a source")


def check_kill(bin_dir, folder, example):
    """The daemon dies in the middle; the client goes on with the next one."""
    config = folder / "limited.yaml"
    config.write_text(f"max_source_events_per_second: {EVENTS_PER_SECOND}\n", encoding="utf-8")
    path = write_payments(folder / "many.csv", [
        (f"M-{number}", "P1", f"{YEAR}-05-{number % 28 + 1:02d}", yuan(number + 1), "x", "")
        for number in range(ROWS)])
    data = folder / "killed"
    with Daemon(bin_dir, data, TODAY, "--config", config) as daemon:
        plan = write_plan(folder / "plan.yaml", "903", YEAR, {"P1": 10**9})
        daemon.ask("plan", "apply", plan)
        with Process(example.command(daemon.address, path, "--batch", "50"), folder, "client",
                     example.environment) as client:
            wait_for(lambda: daemon.acknowledged_count() >= KILL_AFTER, "durable events")
            check(client.process.poll() is None, f"the client has ended: {client.log()}")
            daemon.kill()
            wait_for(lambda: "UNAVAILABLE" in client.log(), "word of the break")
            with Daemon(bin_dir, data, TODAY, "--config", config,
                        "--listen", daemon.address) as restarted:
                check_equal(client.wait(), 0, "exit code of the client")
                summary = json.loads(client.out())
                check_equal(summary["recorded"] + summary["duplicate"], ROWS, "rows of the client")
                check_equal(summary["rejected"] + summary["suspended"], 0, "other rows")
                check("RESOURCE_EXHAUSTED" in client.log(), "the limit on the rate was never met")
                check_equal(int(restarted.verify()["paymentCount"]), ROWS, "events in the ledger")
                check_equal(report(restarted, "903")["totals"]["disbursedFen"],
                            str(sum(range(1, ROWS + 1))), "sum of the year")
                restarted.stop()


def test(bin_dir, folder, arguments):
    root, path = map(pathlib.Path, arguments)
    if path.suffix == ".mjs" and shutil.which("node") is None:
        print("client_examples: SKIPPED: there is no node here; deploy/install-deps.sh --test "
              "installs it")
        sys.exit(SKIPPED)
    try:
        example = Example(root, path, folder)
    except NoRegistry as error:
        print(f"client_examples: SKIPPED: npm's registry does not answer here: {error}")
        sys.exit(SKIPPED)
    check_example_year(bin_dir, folder, example)
    check_kill(bin_dir, folder, example)


if __name__ == "__main__":
    main(test, __doc__, argument_counts=(2,))
