"""The share that each layer takes: the daemon against the same store without gRPC, and
against gRPC without a store."""
import contextlib
import subprocess

from harness import check, daemon, median, table, wait_for

PROJECTS = 1_000


@contextlib.contextmanager
def no_store_server(bench):
    """Yields its address."""
    with bench.temporary("no-store") as folder:
        with open(folder / "out", "wb") as out:
            process = subprocess.Popen([bench.programs / "no_store", "--serve", "127.0.0.1:0"],
                                       stdin=subprocess.PIPE, stdout=out, env=daemon.ENVIRONMENT)
        try:
            def ready():
                check(process.poll() is None, "no_store ended at its start")
                words = (folder / "out").read_text(encoding="utf-8").split()
                return words[1].removeprefix("grpc=") if len(words) == 3 else None

            yield wait_for(ready, "the ready line of no_store")
            process.stdin.close()  # it ends with its input
            process.wait(30)
        finally:
            if process.poll() is None:
                process.kill()
            process.wait()


def run_daemon(bench, flags, stream):
    with bench.ledger(PROJECTS) as ledger:
        return bench.ingest(ledger.address, PROJECTS, *flags, *(("--stream",) if stream else ()))


def run_embedded(bench, flags):
    with bench.temporary("embedded") as folder:
        return bench.run_load([bench.programs / "embedded_load", "--data-dir", folder / "data",
                               "--projects", PROJECTS, *flags])


def run_no_store(bench, flags, mode):
    with no_store_server(bench) as address:
        return bench.run_load([bench.programs / "no_store", "--server", address, "--mode", mode,
                               "--projects", PROJECTS, *flags])


WAYS = {
    "daemon, calls": lambda bench, flags: run_daemon(bench, flags, False),
    "daemon, stream": lambda bench, flags: run_daemon(bench, flags, True),
    "embedded (no gRPC)": run_embedded,
    "no store, calls": lambda bench, flags: run_no_store(bench, flags, "unary"),
    "no store, stream": lambda bench, flags: run_no_store(bench, flags, "stream"),
}


def run_case(bench, name, payments, batch, in_flight):
    runs = {way: [] for way in WAYS}
    for number in range(bench.rounds):
        flags = ("--payments", payments, "--batch", batch, "--in-flight", in_flight, "--seed",
                 number + 1)
        for way, function in WAYS.items():
            runs[way].append(function(bench, flags))
    rates = {way: median([run["paymentsPerSecond"] for run in done])
             for way, done in runs.items()}
    best = max(rates["daemon, calls"], rates["daemon, stream"])
    no_store = max(rates["no store, calls"], rates["no store, stream"])
    shares = {"of_embedded": best / rates["embedded (no gRPC)"], "of_no_store": best / no_store}
    bench.say(f"\n{name}, {payments:,} payments each")
    bench.say(table(("way", "payments/s", "p50 ms", "p99 ms"),
                    [(way, f"{rates[way]:,.0f}", f"{median([r['p50Ms'] for r in done]):.2f}",
                      f"{median([r['p99Ms'] for r in done]):.2f}")
                     for way, done in runs.items()]))
    bench.say(f"the daemon reaches {shares['of_embedded']:.0%} of the embedded ceiling and "
              f"{shares['of_no_store']:.0%} of the ceiling without a store")
    return {"runs": runs, "shares": shares}


def run(bench):
    bench.say("\n== ceilings")
    batches = [(1_000, 8), (8_000, 4)]
    results = {}
    for batch, in_flight in batches:
        name = f"batches of {batch:,}, {in_flight} in flight"
        results[name] = run_case(bench, name, bench.sized(1_000_000, 200_000, 2 * batch), batch,
                                 in_flight)
    for in_flight in bench.sized((64, 256), (64,), (64,)):
        name = f"single events, {in_flight} in flight"
        results[name] = run_case(bench, name, bench.sized(100_000, 30_000, 500), 1, in_flight)
    return results
