#!/usr/bin/python3 -B
"""Goal: what Prometheus shows of the ledger is what budgetctl says of it.
Method: the real daemon is loaded with a plan and payments, promtool judges its
metrics, and a real Prometheus scrapes them until its answers equal the execution
report and the list of warnings, which both come from the daemon over gRPC.

usage: prometheus_scrape.py BIN_DIR PLAN_YAML PAYMENTS_CSV
"""
import collections
import contextlib
import json
import math
import os
import pathlib
import select
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request

BUSINESS_DATE = "2020-07-01"
READY_SECONDS = 30
COMMAND_SECONDS = 60
SCRAPE_SECONDS = 60
STOP_SECONDS = 15
POLL_SECONDS = 0.1

# Everything is on loopback: a proxy has no part in it.
ENVIRONMENT = {name: value for name, value in os.environ.items()
               if not name.lower().endswith("_proxy")}
HTTP = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class Failure(Exception):
    """What is wrong, for the person who reads the log of the test."""


class Child:
    """A program that runs in the background until the block is left."""

    def __init__(self, name, arguments, folder):
        self.name = name
        self.arguments = [str(argument) for argument in arguments]
        self.log_path = folder / f"{name}.log"
        self.process = None

    def __enter__(self):
        with open(self.log_path, "wb") as log:
            self.process = subprocess.Popen(self.arguments, stdout=subprocess.PIPE, stderr=log,
                                            env=ENVIRONMENT)
        return self

    def __exit__(self, kind, error, trace):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self.process.stdout.close()
        if kind is not None:
            print(f"--- the end of the log of {self.name}:\n{self.log()[-2000:]}", file=sys.stderr)

    def log(self):
        return self.log_path.read_text(encoding="utf-8", errors="replace")

    def require_running(self):
        if self.process.poll() is not None:
            raise Failure(f"{self.name} ended with exit code {self.process.returncode}")

    def read_line(self, seconds):
        """The first line of standard output."""
        deadline = time.monotonic() + seconds
        text = b""
        while b"\n" not in text:
            left = deadline - time.monotonic()
            if left <= 0:
                raise Failure(f"{self.name} printed no line within {seconds} s")
            if select.select([self.process.stdout], [], [], left)[0]:
                part = os.read(self.process.stdout.fileno(), 4096)
                if not part:
                    raise Failure(f"{self.name} closed standard output and printed {text!r}")
                text += part
        return text.decode().split("\n")[0]

    def stop(self):
        """Asks it to end, and expects that it does so in order."""
        self.require_running()
        self.process.terminate()
        try:
            code = self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            raise Failure(f"{self.name} did not end within {STOP_SECONDS} s of SIGTERM") from None
        if code != 0:
            raise Failure(f"{self.name} ended with exit code {code} after SIGTERM")


def run(arguments, **options):
    """Standard output of a command that must succeed."""
    arguments = [str(argument) for argument in arguments]
    done = subprocess.run(arguments, capture_output=True, env=ENVIRONMENT, check=False,
                          timeout=COMMAND_SECONDS, **options)
    if done.returncode != 0:
        raise Failure(f"{' '.join(arguments)} ended with exit code {done.returncode}:\n"
                      f"{(done.stdout + done.stderr).decode(errors='replace')}")
    return done.stdout


def fetch(url):
    with HTTP.open(url, timeout=COMMAND_SECONDS) as answer:
        return answer.read()


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Daemon(Child):
    def __init__(self, bin_dir, folder):
        super().__init__("budgetwatchd", [
            bin_dir / "budgetwatchd", "--data-dir", folder / "data", "--listen", "127.0.0.1:0",
            "--metrics-listen", "127.0.0.1:0", "--today", BUSINESS_DATE], folder)
        self._budgetctl = bin_dir / "budgetctl"
        self._server = None
        self.metrics_address = None

    def wait_until_ready(self):
        line = self.read_line(READY_SECONDS)
        words = line.split()
        if len(words) != 3 or words[0] != "ready":
            raise Failure(f"budgetwatchd printed {line!r}, not ready grpc=HOST:PORT "
                          "metrics=HOST:PORT")
        self._server = words[1].removeprefix("grpc=")
        self.metrics_address = words[2].removeprefix("metrics=")

    def call(self, *arguments):
        return json.loads(run([self._budgetctl, "--server", self._server, "--output", "json",
                               *arguments]))


class Prometheus(Child):
    def __init__(self, target, folder):
        # JSON is YAML, and needs no quoting by hand.
        config = {"global": {"scrape_interval": "1s"},
                  "scrape_configs": [{"job_name": "budgetwatch",
                                      "static_configs": [{"targets": [target]}]}]}
        config_path = folder / "prometheus.yaml"
        config_path.write_text(json.dumps(config), encoding="utf-8")
        self._address = f"127.0.0.1:{free_port()}"
        super().__init__("prometheus", [
            "prometheus", f"--config.file={config_path}", f"--web.listen-address={self._address}",
            f"--storage.tsdb.path={folder / 'prometheus'}"], folder)

    def query(self, expression):
        """Values of an instant vector by their labels, or nothing while it starts."""
        self.require_running()
        parameters = urllib.parse.urlencode({"query": expression})
        try:
            answer = json.loads(fetch(f"http://{self._address}/api/v1/query?{parameters}"))
        except (urllib.error.URLError, ConnectionError):
            return {}
        values = {}
        for sample in answer["data"]["result"]:
            labels = {name: value for name, value in sample["metric"].items()
                      if name not in ("__name__", "instance", "job")}
            values[frozenset(labels.items())] = float(sample["value"][1])
        return values


def labels_of(**labels):
    """An empty label is an absent one to Prometheus."""
    return frozenset((name, str(value)) for name, value in labels.items() if value != "")


def budget_values(subject, labels, figures, expected):
    """Adds what the metrics of a project or department must show."""
    for metric, field in (("budget_yuan", "budgetFen"), ("disbursed_yuan", "disbursedFen")):
        expected[f"budgetwatch_{subject}_{metric}"][labels] = int(figures[field]) / 100
    for metric, field in (("execution_ratio", "executionRatio"), ("planned_ratio", "plannedRatio"),
                          ("deviation_ratio", "deviationRatio")):
        if figures.get(field) is not None:
            expected[f"budgetwatch_{subject}_{metric}"][labels] = figures[field]


def report_values(report, expected):
    """Adds what the lines and the total of a department must show."""
    named = ("budgetwatch_project_disbursed_yuan * on (department_code, project_code, fiscal_year)"
             " group_left (project_name) budgetwatch_project_info")
    department = report["departmentCode"]
    year = report["fiscalYear"]
    for project in report["projects"]:
        labels = labels_of(department_code=department, project_code=project["projectCode"],
                           fiscal_year=year)
        budget_values("project", labels, project, expected)
        expected[named][labels | {("project_name", project["projectName"])}] = (
            int(project["disbursedFen"]) / 100)
    budget_values("department", labels_of(department_code=department, fiscal_year=year),
                  report["totals"], expected)
    expected["budgetwatch_time_progress_ratio"][labels_of(fiscal_year=year)] = (
        report["timeProgressRatio"])


def warning_values(warnings, expected):
    """Adds the open warnings as the metrics group them."""
    active = collections.Counter()
    for warning in warnings:
        about_project = warning["subject"]["kind"] == "SUBJECT_KIND_PROJECT"
        active[labels_of(
            rule=warning["rule"], severity=warning["severity"].removeprefix("SEVERITY_").lower(),
            department_code=warning["departmentCode"],
            project_code=warning["subject"]["code"] if about_project else "",
            fiscal_year=warning["fiscalYear"])] += 1
    expected["budgetwatch_warning_active"] = active
    expected["sum(budgetwatch_warning_active)"] = {frozenset(): len(warnings)}


def read_expected_values(daemon):
    """What Prometheus must answer, by expression and labels, as budgetctl says it."""
    expected = collections.defaultdict(dict)
    warnings = daemon.call("warning", "list")["warnings"]
    warning_values(warnings, expected)
    # After the list, which writes warnings that were not evaluated yet.
    info = daemon.call("admin", "info")
    for year in info["fiscalYears"]:
        labels = labels_of(fiscal_year=year["fiscalYear"])
        suspense = year["suspense"]
        expected["budgetwatch_suspense_yuan"][labels] = int(suspense["amountFen"]) / 100
        expected["budgetwatch_suspense_payments"][labels] = int(suspense["paymentCount"])
        for department in year["departmentCodes"]:
            report_values(daemon.call("report", "execution", "--department", department,
                                      "--year", year["fiscalYear"]), expected)
    expected["budgetwatch_ledger_sequence"][frozenset()] = int(info["ledgerSequence"])
    for name in ("budgetwatch_store_writable", 'up{job="budgetwatch"}'):
        expected[name][frozenset()] = 1
    if not warnings or not expected["budgetwatch_project_execution_ratio"]:
        raise Failure("the plan and the payments give no ratio or no warning to compare")
    return expected


def differences(expected, actual):
    """Sentences about what is missing, superfluous or different."""
    found = []
    for labels in sorted(expected.keys() | actual.keys(), key=sorted):
        want = expected.get(labels)
        have = actual.get(labels)
        if want is None or have is None or not math.isclose(want, have, rel_tol=1e-12,
                                                            abs_tol=1e-12):
            found.append(f"{dict(sorted(labels))}: budgetctl says {want}, Prometheus {have}")
    return found


def wait_until_equal(prometheus, expression, expected, deadline):
    while True:
        found = differences(expected, prometheus.query(expression))
        if not found:
            return
        if time.monotonic() > deadline:
            raise Failure(f"{expression} is not what budgetctl says after {SCRAPE_SECONDS} s:\n  " +
                          "\n  ".join(found[:10]))
        time.sleep(POLL_SECONDS)


def load(daemon, plan_path, payments_path):
    daemon.call("plan", "apply", plan_path)
    imported = daemon.call("payment", "import", payments_path)
    if int(imported["recordedCount"]) == 0:
        raise Failure(f"no payment was recorded: {imported}")


def check_format(address):
    """promtool has nothing to complain about."""
    text = fetch(f"http://{address}/metrics")
    if b"\nbudgetwatch_build_info{" not in text:
        raise Failure("/metrics has no budgetwatch_build_info")
    done = subprocess.run(["promtool", "check", "metrics"], input=text, capture_output=True,
                          check=False, timeout=COMMAND_SECONDS)
    complaints = (done.stdout + done.stderr).decode(errors="replace")
    if done.returncode != 0 or complaints:
        raise Failure(f"promtool check metrics ended with exit code {done.returncode}:\n"
                      f"{complaints}")


def check(bin_dir, plan_path, payments_path, folder):
    with contextlib.ExitStack() as children:
        daemon = children.enter_context(Daemon(bin_dir, folder))
        daemon.wait_until_ready()
        load(daemon, plan_path, payments_path)
        expected = read_expected_values(daemon)
        check_format(daemon.metrics_address)
        prometheus = children.enter_context(Prometheus(daemon.metrics_address, folder))
        deadline = time.monotonic() + SCRAPE_SECONDS
        for expression, values in expected.items():
            wait_until_equal(prometheus, expression, values, deadline)
        prometheus.stop()
        daemon.stop()
    count = sum(len(values) for values in expected.values())
    print(f"prometheus_scrape: {count} values of {len(expected)} queries are the same in "
          "Prometheus and budgetctl")


def main():
    if len(sys.argv) != 4:
        print(__doc__, file=sys.stderr)
        return 2
    bin_dir, plan_path, payments_path = (pathlib.Path(path).resolve() for path in sys.argv[1:])
    try:
        for program in ("prometheus", "promtool"):
            if shutil.which(program) is None:
                raise Failure(f"{program} is not installed; run deploy/install-deps.sh --test")
        with tempfile.TemporaryDirectory(prefix="budgetwatch-scrape-") as folder:
            check(bin_dir, plan_path, payments_path, pathlib.Path(folder))
    except (Failure, OSError, subprocess.TimeoutExpired) as failure:
        print(f"prometheus_scrape: {failure}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
