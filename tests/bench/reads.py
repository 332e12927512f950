"""Reads: how long reports, lists and scrapes take, alone and under full write load."""
import contextlib
import json
import subprocess
import time

from harness import (Caller, DEPARTMENT, YEAR, check, daemon, messages, project_code, quantile,
                     table)


class Reader:
    """The three reads of a ledger, each checked and timed in seconds."""

    def __init__(self, ledger, caller, project_count):
        self.ledger = ledger
        self.project_count = project_count
        self.report_call = caller.method("MonitorService/GetExecutionReport")
        self.list_call = caller.method("PaymentService/ListPayments")
        self.disbursed_fen = 0
        self.listed = 0

    def report(self):
        """The same date whatever is written, and money never gets less."""
        monitor = messages()["monitor"]
        request = monitor.GetExecutionReportRequest(
            department_code=DEPARTMENT, fiscal_year=YEAR, as_of_date=f"{YEAR}-12-31")
        started = time.perf_counter()
        data = self.report_call(request)
        seconds = time.perf_counter() - started
        report = monitor.GetExecutionReportResponse.FromString(data).report
        check(len(report.projects) == self.project_count,
              f"the report has {len(report.projects)} projects")
        check(sum(project.disbursed_fen for project in report.projects) ==
              report.totals.disbursed_fen, "a report whose lines do not add up")
        check(report.totals.disbursed_fen >= self.disbursed_fen, "paid money went away")
        self.disbursed_fen = report.totals.disbursed_fen
        return seconds

    def list(self):
        """A page of one project from a day on, another project each time."""
        payment = messages()["payment"]
        code = project_code(self.listed % self.project_count)
        self.listed += 1
        request = payment.ListPaymentsRequest(fiscal_year=YEAR, project_code=code,
                                              from_date=f"{YEAR}-06-01", page_size=100)
        started = time.perf_counter()
        data = self.list_call(request)
        seconds = time.perf_counter() - started
        listed = payment.ListPaymentsResponse.FromString(data).payments
        check(all(entry.booked_project_code == code for entry in listed),
              "payments of another project")
        dates = [entry.booked_date for entry in listed]
        check(dates == sorted(dates) and all(date >= f"{YEAR}-06-01" for date in dates),
              "payments out of order")
        return seconds

    def scrape(self):
        started = time.perf_counter()
        with daemon.HTTP.open(f"http://{self.ledger.metrics_address}/metrics",
                              timeout=60) as answer:
            data = answer.read()
        seconds = time.perf_counter() - started
        count = data.count(b"\nbudgetwatch_project_budget_yuan{")
        check(count == self.project_count, f"a scrape with {count} projects")
        return seconds

    READS = {"GetExecutionReport": report, "ListPayments, 100 of a project": list,
             "scrape": scrape}

    def measure(self, goes_on):
        """Each read in turn while goes_on(times) holds; the times by name."""
        times = {name: [] for name in self.READS}
        while goes_on(times):
            for name, read in self.READS.items():
                times[name].append(read(self))
        return times


class Handling:
    """Mean time of a call at the server, by its own metric, since this was made."""

    def __init__(self, ledger, method):
        self.ledger = ledger
        self.method = method
        self.start = self._read()

    def _read(self):
        base = "budgetwatch_grpc_server_handling_seconds_"
        metrics = self.ledger.metrics()
        return [sum(value for name, value in metrics.items()
                    if name.startswith(base + part) and self.method in name)
                for part in ("sum", "count")]

    def mean_millis(self):
        total, count = (now - then for now, then in zip(self._read(), self.start))
        check(count > 0, f"the server counted no {self.method}")
        return 1000 * total / count


def rows_of(what, times):
    return [(f"{name}, {what}", len(values), f"{1000 * quantile(values, 0.5):.2f}",
             f"{1000 * quantile(values, 0.99):.2f}", f"{1000 * max(values):.2f}")
            for name, values in times.items()]


@contextlib.contextmanager
def background(command):
    process = subprocess.Popen([str(argument) for argument in command], env=daemon.ENVIRONMENT,
                               stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE)
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate()


def measure_busy(bench, ledger, reader, project_count, payments):
    """Reads while batches come: their times, the server's mean, and the load's figures."""
    command = bench.ingest_command(ledger.address, project_count, "--payments", payments,
                                   "--stream")
    with background(command) as load:
        handling = Handling(ledger, "GetExecutionReport")
        times = reader.measure(lambda done: load.poll() is None or not done["scrape"])
        out, err = load.communicate()
    check(load.returncode == 0, f"the load failed: {err.decode()}{out.decode()}")
    return times, handling.mean_millis(), json.loads(out)


def measure_singles(bench, ledger, project_count, payments):
    """A client that sends event after event while batches come, into another year, so that
    both can check their totals."""
    with background(bench.ingest_command(ledger.address, project_count, "--payments", payments,
                                         "--stream")) as load:
        command = bench.ingest_command(
            ledger.address, project_count, "--payments", bench.sized(1_500, 200, 20), "--batch", 1,
            "--in-flight", 1, year=YEAR - 1)
        figures = bench.run_load(command)
        figures["loadOutlasted"] = load.poll() is None
        out, err = load.communicate()
    check(load.returncode == 0, f"the load failed: {err.decode()}{out.decode()}")
    return figures


def run_projects(bench, project_count):
    before = bench.sized(2_000_000, 200_000, 2_000)
    during = bench.sized(10_000_000, 1_000_000, 100_000)
    repeats = bench.sized(300, 100, 5)
    with bench.ledger(project_count) as ledger, Caller(ledger.address) as caller:
        bench.ingest(ledger.address, project_count, "--payments", before, "--stream")
        reader = Reader(ledger, caller, project_count)
        handling = Handling(ledger, "GetExecutionReport")
        idle = reader.measure(lambda times: len(times["scrape"]) < repeats)
        idle_ms = handling.mean_millis()
        busy, busy_ms, load = measure_busy(bench, ledger, reader, project_count, during)
        singles = measure_singles(bench, ledger, project_count, during)
    bench.say(f"\n{project_count:,} projects; meanwhile {load['paymentsPerSecond']:,.0f} "
              f"payments/s, p99 {load['p99Ms']:.1f} ms a batch of 1,000")
    bench.say(table(("read", "count", "p50 ms", "p99 ms", "max ms"),
                    rows_of("idle", idle) + rows_of("under load", busy)))
    bench.say(f"GetExecutionReport at the server, mean: {idle_ms:.3f} ms idle, {busy_ms:.3f} ms "
              "under load")
    bench.say(f"durable single event under load, one in flight: p50 {singles['p50Ms']:.2f} ms, "
              f"p99 {singles['p99Ms']:.2f} ms" +
              ("" if singles["loadOutlasted"] else " (the load ended before the singles)"))
    return {"idle": idle, "under_load": busy, "load": load, "singles_under_load": singles,
            "report_server_ms": {"idle": idle_ms, "under_load": busy_ms}}


def run(bench):
    bench.say("\n== reads under full write load (one reader, one read after the other)")
    counts = bench.flags.projects or bench.sized((12, 1_000, 10_000), (12,), (12,))
    return {f"{count} projects": run_projects(bench, count) for count in counts}
