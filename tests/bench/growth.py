"""Growth: what a ledger of 1, 10 and 50 million payments costs, with few and many projects."""
import time

from harness import (Caller, TODAY, YEAR, apply_plan, check, daemon, disk_bytes, memory_mib,
                     quantile, table, verify)
from reads import Handling, Reader

HEADINGS = ("projects", "payments", "last part/s", "p50 ms", "p99 ms", "single p99 ms",
            "RSS MiB", "anon MiB", "restarted MiB", "bytes/payment", "restart s", "report ms",
            "report at server ms", "list ms", "scrape ms")


def load(bench, ledger, project_count, payments, *flags):
    """One part of the load; its figures. The last ones of a ledger say how it is doing."""
    return bench.ingest(ledger.address, project_count, "--payments", payments, "--stream",
                        *flags)


def start(bench, folder):
    config = bench.flags.config
    return daemon.Daemon(bench.bin_dir, folder / "data", TODAY,
                         *(("--config", config) if config else ()))


def restart(bench, ledger, folder):
    """Ends it as a power cut does and starts it anew: the daemon, and the seconds until its
    ready line. What it holds must be the same."""
    before = ledger.years()
    ledger.kill()
    started = time.monotonic()
    again = start(bench, folder)
    seconds = time.monotonic() - started
    after = again.years()
    check(before == after, f"before the restart {before}, after {after}")
    return again, seconds


def measure_reads(bench, ledger, project_count):
    """Medians of each read in ms, idle."""
    repeats = 5 if project_count >= 10_000 else 50
    with Caller(ledger.address) as caller:
        times = Reader(ledger, caller, project_count).measure(
            lambda done: len(done["scrape"]) < bench.sized(repeats, repeats, 3))
    return {name: 1000 * quantile(values, 0.5) for name, values in times.items()}


def measure_size(bench, ledger, folder, project_count, size, held):
    """Fills up to `size`, the last part measured by itself; the restarted daemon and a row."""
    part = min(size - held, bench.sized(1_000_000, 100_000, 2_000))
    if size - held > part:
        load(bench, ledger, project_count, size - held - part)
    last = load(bench, ledger, project_count, part)
    singles = load(bench, ledger, project_count, bench.sized(50_000, 5_000, 200), "--batch", 1,
                   "--in-flight", 64)
    memory = memory_mib(ledger.process.pid)
    handling = Handling(ledger, "GetExecutionReport")
    reads = measure_reads(bench, ledger, project_count)
    report_server_ms = handling.mean_millis()
    count = int(ledger.years()[YEAR]["paymentCount"])
    disk = disk_bytes(folder / "data") / count
    ledger, seconds = restart(bench, ledger, folder)
    figures = {
        "projects": project_count, "payments": count,
        "payments_per_second": last["paymentsPerSecond"], "p50_ms": last["p50Ms"],
        "p99_ms": last["p99Ms"], "single_p99_ms": singles["p99Ms"], "rss_mib": memory[0],
        "anonymous_mib": memory[1], "restarted_anonymous_mib": memory_mib(ledger.process.pid)[1],
        "bytes_per_payment": disk, "restart_seconds": seconds,
        "report_server_ms": report_server_ms, "reads_ms": reads,
    }
    return ledger, figures


def row_of(figures):
    reads = list(figures["reads_ms"].values())
    return (f"{figures['projects']:,}", f"{figures['payments']:,}",
            f"{figures['payments_per_second']:,.0f}", f"{figures['p50_ms']:.1f}",
            f"{figures['p99_ms']:.1f}", f"{figures['single_p99_ms']:.1f}",
            f"{figures['rss_mib']:,.0f}", f"{figures['anonymous_mib']:,.0f}",
            f"{figures['restarted_anonymous_mib']:,.0f}", f"{figures['bytes_per_payment']:.0f}",
            f"{figures['restart_seconds']:.2f}", f"{reads[0]:.2f}",
            f"{figures['report_server_ms']:.3f}", f"{reads[1]:.2f}", f"{reads[2]:.1f}")


def run_projects(bench, project_count, sizes):
    all_figures = []
    with bench.temporary("growth") as folder:
        ledger = start(bench, folder)
        try:
            apply_plan(ledger.address, project_count)
            held = 0
            for size in sizes:
                ledger, figures = measure_size(bench, ledger, folder, project_count, size, held)
                all_figures.append(figures)
                bench.progress(" | ".join(row_of(figures)))
                held = size
            if bench.flags.verify or bench.scale == "smoke":
                verify(ledger)
            ledger.stop()
        finally:
            ledger.__exit__(None, None, None)
    return all_figures


def run(bench):
    bench.say("\n== growth")
    sizes = bench.flags.payments or bench.sized((1_000_000, 10_000_000, 50_000_000),
                                                (100_000, 500_000), (2_000, 6_000))
    counts = bench.flags.projects or bench.sized((12, 1_000, 10_000, 100_000), (12, 10_000), (12,))
    figures = [row for count in counts for row in run_projects(bench, count, sorted(sizes))]
    bench.say(table(HEADINGS, [row_of(row) for row in figures]))
    for count in counts:
        rates = [row["payments_per_second"] for row in figures if row["projects"] == count]
        bench.say(f"{count:,} projects: throughput at the largest size is "
                  f"{rates[-1] / rates[0]:.0%} of that at the smallest")
    return figures
