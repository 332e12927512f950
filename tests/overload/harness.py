"""A daemon under attack: its configuration, its memory over time, and a well-behaved client
that must be served meanwhile."""
import itertools
import os
import pathlib
import sys
import threading
import time

import grpc

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "integration"))
from daemon import Daemon, Failure, check, check_equal, wait_for  # noqa: E402,F401

import http2  # noqa: E402

TODAY = "2020-07-01"
CALL_SECONDS = 60
MEBIBYTE = 1 << 20
# The ceiling of most cases: a small one, so that an attack has to pass it to hurt.
MEMORY_LIMIT_MIB = 512
# AddressSanitizer takes several times the memory.
MEMORY_FACTOR = int(os.environ.get("BUDGETWATCH_MEMORY_FACTOR", "1"))


def memory_of(pid):
    """Anonymous memory and the peak of all resident memory, in bytes; None when it is gone."""
    try:
        text = pathlib.Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    except OSError:
        return None
    values = {}
    for line in text.splitlines():
        name, _, rest = line.partition(":")
        if name in ("RssAnon", "VmHWM"):
            values[name] = int(rest.split()[0]) * 1024
    return (values["RssAnon"], values["VmHWM"]) if len(values) == 2 else None


class MemoryWatch:
    """Looks at a process's memory all the time; keeps the peak."""

    PERIOD_SECONDS = 0.02

    def __init__(self, pid):
        self.pid = pid
        self.anonymous = 0
        self.resident = 0
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def look(self):
        memory = memory_of(self.pid)
        if memory:
            self.anonymous = max(self.anonymous, memory[0])
            self.resident = max(self.resident, memory[1])

    def _run(self):
        while not self._stop.wait(self.PERIOD_SECONDS):
            self.look()

    def stop(self):
        self.look()
        self._stop.set()
        self._thread.join()


class Client:
    """A well-behaved client with a connection of its own."""

    numbers = itertools.count()

    def __init__(self, address):
        # Of its own: gRPC would share one among channels that look the same.
        self.channel = grpc.insecure_channel(address, options=[
            ("grpc.enable_http_proxy", 0), ("grpc.use_local_subchannel_pool", 1),
            ("grpc.max_receive_message_length", 64 * MEBIBYTE)])
        self.record_call = self.channel.unary_unary(http2.RECORD)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.channel.close()

    def send(self, payload, seconds=CALL_SECONDS):
        """Code and details of RecordPayments with these bytes."""
        try:
            self.record_call(payload, timeout=seconds)
            return grpc.StatusCode.OK, b""
        except grpc.RpcError as error:
            details = dict(error.trailing_metadata() or ()).get("grpc-status-details-bin", b"")
            return error.code(), details

    def record(self):
        """Records one new payment, trying again as a client of budgetwatch should."""
        payload = http2.batch("probe", [http2.event(f"probe-{next(self.numbers)}")])
        deadline = time.monotonic() + CALL_SECONDS
        while True:
            code, details = self.send(payload)
            if code == grpc.StatusCode.OK:
                return
            again = code in (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.RESOURCE_EXHAUSTED)
            check(again and time.monotonic() < deadline,
                  f"a payment of another client was not recorded: {code} {details!r}")


class Arena:
    """A daemon with a configuration for the attack, watched, and with a client."""

    def __init__(self, bin_dir, folder, name, **settings):
        values = {"memory_limit_mib": MEMORY_LIMIT_MIB, "log_level": "warning", **settings}
        values["memory_limit_mib"] *= MEMORY_FACTOR
        self.limit = values["memory_limit_mib"] * MEBIBYTE
        config = folder / f"{name}.yaml"
        config.write_text("".join(f"{key}: {value}\n" for key, value in values.items()),
                          encoding="utf-8")
        self.daemon = Daemon(bin_dir, folder / name, TODAY, "--config", config)
        self.address = self.daemon.address
        self.memory = MemoryWatch(self.daemon.process.pid)
        self.client = Client(self.address)

    def __enter__(self):
        self.client.record()
        return self

    def __exit__(self, kind, error, trace):
        self.memory.stop()
        self.client.channel.close()
        self.daemon.__exit__(kind, error, trace)

    def metric(self, name):
        values = self.daemon.metrics()
        check(values, "no answer on the metrics port")
        return values.get(f"budgetwatch_{name}", 0)

    def wait_metric(self, name, condition, what, seconds=30):
        return wait_for(lambda: condition(self.metric(name)) or None, what, seconds)

    def serve_others(self, new_connection=True):
        """A client that was there before is served, and one that comes now."""
        self.client.record()
        if new_connection:
            with Client(self.address) as late:
                late.record()

    def connect(self, **values):
        return http2.http2(self.address, **values)

    def check_memory(self):
        self.memory.look()
        check(self.memory.anonymous < self.limit,
              f"{self.memory.anonymous / MEBIBYTE:.0f} MiB of memory, the limit being "
              f"{self.limit / MEBIBYTE:.0f} MiB")


def run_cases(bin_dir, folder, cases):
    """Runs (name, settings, function) one after the other and prints what each took."""
    print(f"{'case':28} {'peak anonymous':>15} {'VmHWM':>9} {'limit':>9} {'seconds':>8}")
    failed = []
    for name, settings, function in cases:
        started = time.monotonic()
        arena = None
        try:
            with Arena(bin_dir, folder, name, **settings) as arena:
                function(arena)
                if arena.daemon.process.poll() is None:
                    arena.serve_others()
                    arena.check_memory()
                    arena.daemon.stop()
                else:
                    arena.check_memory()
        except Failure as failure:
            failed.append(name)
            print(f"{name}: {failure}", file=sys.stderr)
        if arena is not None:
            print(f"{name:28} {arena.memory.anonymous / MEBIBYTE:11.0f} MiB "
                  f"{arena.memory.resident / MEBIBYTE:5.0f} MiB {arena.limit / MEBIBYTE:5.0f} MiB "
                  f"{time.monotonic() - started:8.1f}", flush=True)
    check(not failed, f"failed: {', '.join(failed)}")
