"""budgetwatch beside PostgreSQL 15: the same job on the same data, in turn."""
import dataclasses

import postgres
from harness import median, table

PROJECTS = 1_000
# Ways that are run again after the first round, of each side: the quickest.
FINALISTS = 2


@dataclasses.dataclass
class Way:
    """One way of sending a case's events."""
    name: str
    ours: bool
    flags: tuple
    runs: list = dataclasses.field(default_factory=list)

    @property
    def rate(self):
        return median([run["paymentsPerSecond"] for run in self.runs])


@dataclasses.dataclass
class Case:
    name: str
    payments: int
    batch: int
    ways: list


def our_ways(in_flight, connections=(1,)):
    ways = []
    for count in connections:
        suffix = "" if count == 1 else f", {count} connections"
        base = ("--in-flight", in_flight, "--connections", count)
        ways.append(Way(f"budgetwatch, calls, {in_flight} in flight{suffix}", True, base))
        ways.append(Way(f"budgetwatch, stream, {in_flight} in flight{suffix}", True,
                        (*base, "--stream")))
    return ways


def batch_case(bench, batch, in_flight):
    connections = bench.sized((1, 2, 3, 4), (2, 4), (2,))
    peers = [Way(f"PostgreSQL, {way}, {count} connections", False,
                 ("--way", way, "--connections", count, "--in-flight", count))
             for way in ("unnest", "copy") for count in connections]
    return Case(f"batches of {batch:,}", bench.sized(1_000_000, 200_000, 3 * batch), batch,
                our_ways(in_flight, bench.sized((1, 2), (1,), (1,))) + peers)


def single_case(bench, in_flight):
    few = in_flight == 1
    payments = bench.sized(20_000 if few else 100_000, 5_000 if few else 30_000, 300)
    connections = (1,) if in_flight < 16 or bench.scale == "smoke" else (1, 4)
    peer = Way(f"PostgreSQL, prepared, {in_flight} clients", False,
               ("--way", "single", "--connections", in_flight, "--in-flight", in_flight))
    return Case(f"single events, {in_flight} in flight", payments, 1,
                our_ways(in_flight, connections) + [peer])


def cases(bench):
    batches = [batch_case(bench, 1_000, 16), batch_case(bench, 8_000, 4)]
    singles = [single_case(bench, count) for count in bench.sized(
        (1, 16, 64, 256), (1, 64, 256), (16,))]
    return batches + singles


def run_way(bench, case, way, socket_dir, seed):
    flags = ("--payments", case.payments, "--batch", case.batch, "--seed", seed)
    if way.ours:
        extra = ("--scattered-ids",) if bench.flags.ids == "scattered" else ()
        with bench.ledger(PROJECTS) as ledger:
            run = bench.ingest(ledger.address, PROJECTS, *flags, *way.flags, *extra)
    else:
        run = bench.run_load([bench.programs / "postgres_load", "--host", socket_dir, *flags,
                              *way.flags, "--projects", PROJECTS, "--ids", bench.flags.ids])
    way.runs.append(run)


def run_case(bench, case, socket_dir):
    """Every way once, in turn; then again those that may be the quickest."""
    ways = [way for way in case.ways if way.ours or socket_dir]
    for number in range(bench.rounds):
        if number > 0:
            ways = [way for ours in (True, False) for way in sorted(
                (w for w in case.ways if w.ours == ours and w.runs),
                key=lambda w: -w.rate)[:FINALISTS]]
        for way in ways:
            run_way(bench, case, way, socket_dir, number + 1)


def report(bench, case):
    rows = [(way.name, f"{way.rate:,.0f}",
             " ".join(f"{run['paymentsPerSecond'] / 1000:.1f}" for run in way.runs),
             f"{median([run['p50Ms'] for run in way.runs]):.2f}",
             f"{median([run['p99Ms'] for run in way.runs]):.2f}")
            for way in case.ways if way.runs]
    bench.say(f"\n{case.name}, {case.payments:,} payments each, {PROJECTS:,} projects")
    bench.say(table(("way", "payments/s", "runs (thousands/s)", "p50 ms", "p99 ms"), rows))
    best = {ours: max((way for way in case.ways if way.runs and way.ours == ours),
                      key=lambda way: way.rate, default=None) for ours in (True, False)}
    result = {"ways": [{"name": way.name, "ours": way.ours, "runs": way.runs}
                       for way in case.ways if way.runs]}
    if best[False]:
        result["ratio"] = best[True].rate / best[False].rate
        bench.say(f"budgetwatch / PostgreSQL, best against best: {result['ratio']:.2f}")
        for way in case.ways:
            if way.ours and way.runs:
                bench.say(f"  {way.name}: {way.rate / best[False].rate:.2f}")
    return result


def run(bench):
    bench.say("\n== side by side with PostgreSQL 15")
    reason = postgres.missing(bench.programs)
    results = {}
    if reason:
        bench.say(f"SKIPPED the peer, no ratios: {reason}")
        for case in cases(bench):
            run_case(bench, case, None)
            results[case.name] = report(bench, case)
        return results
    with postgres.server(bench) as socket_dir:
        for case in cases(bench):
            run_case(bench, case, socket_dir)
            results[case.name] = report(bench, case)
    return results
