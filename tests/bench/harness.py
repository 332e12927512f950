"""What the benchmarks share: programs started on loopback in temporary folders, runs of
the load generators, medians, tables."""
import contextlib
import json
import os
import pathlib
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "integration"))

# For everything that is measured, PostgreSQL too: what the service file and the daemon's own
# start set for the daemon.
os.environ["GLIBC_TUNABLES"] = ("glibc.malloc.hugetlb=1:glibc.malloc.mmap_threshold=33554432:"
                                "glibc.malloc.trim_threshold=134217728:glibc.malloc.arena_max=1")

import daemon  # noqa: E402
from daemon import Failure, check, wait_for  # noqa: E402

SCALES = ("full", "quick", "smoke")

# Early in the year nothing is due by any plan, so that recording does not also open and
# close thousands of warnings, whose cost follows the projects and not the payments. They
# are evaluated all the same.
TODAY = "2020-01-10"
YEAR = 2020
DEPARTMENT = "122002"
RUN_SECONDS = 6 * 3600


class Bench:
    """One invocation: where the programs are, how much to run, and what came out."""

    def __init__(self, build_dir, scale, folder, flags):
        self.build_dir = pathlib.Path(build_dir).resolve()
        self.bin_dir = self.build_dir / "bin"
        self.programs = self.build_dir / "tests" / "bench"
        self.scale = scale
        self.folder = folder
        self.flags = flags
        self.results = {}

    def sized(self, full, quick, smoke):
        return {"full": full, "quick": quick, "smoke": smoke}[self.scale]

    @property
    def rounds(self):
        return self.sized(3, 1, 1)

    def say(self, text=""):
        print(text, flush=True)

    def progress(self, text):
        """Who waits for hours sees what is going on; apart from the results."""
        print(f"  … {text}", file=sys.stderr, flush=True)

    @contextlib.contextmanager
    def temporary(self, name):
        """A folder on the disk that is measured, gone afterwards."""
        path = self.folder / name
        path.mkdir()
        try:
            yield path
        finally:
            shutil.rmtree(path, ignore_errors=True)

    @contextlib.contextmanager
    def ledger(self, project_count):
        """A fresh daemon with a plan of that many projects."""
        with self.temporary("ledger") as folder:
            with daemon.Daemon(self.bin_dir, folder / "data", TODAY) as running:
                if project_count:
                    apply_plan(running.address, project_count)
                yield running
                running.stop()

    def run_load(self, arguments):
        """The JSON that a load generator prints; it must succeed."""
        started = time.monotonic()
        done = subprocess.run([str(argument) for argument in arguments], capture_output=True,
                              stdin=subprocess.DEVNULL, env=daemon.ENVIRONMENT, check=False,
                              timeout=RUN_SECONDS)
        words = " ".join(map(str, arguments[1:])).split(" bench ingest ")[-1]
        check(done.returncode == 0, f"{pathlib.Path(arguments[0]).name} {words} ended with exit "
              f"code {done.returncode}: {done.stderr.decode()}{done.stdout.decode()[-2000:]}")
        figures = json.loads(done.stdout)
        self.progress(f"{pathlib.Path(arguments[0]).name} {words}: "
                      f"{figures['paymentsPerSecond']:,.0f}/s, "
                      f"{time.monotonic() - started:.1f} s with checks")
        return figures

    def ingest_command(self, address, project_count, *flags, year=YEAR):
        return [self.bin_dir / "budgetctl", "--server", address, "--lang", "en", "--output",
                "json", "--timeout", 300, "bench", "ingest", "--year", year, "--projects",
                project_count, *flags]

    def ingest(self, address, project_count, *flags):
        return self.run_load(self.ingest_command(address, project_count, *flags))


def verify(ledger):
    """The daemon recomputes its whole ledger, however long that takes."""
    done = subprocess.run([str(word) for word in ledger.command("--timeout", 7200, "admin",
                                                                "verify")],
                          capture_output=True, check=False, env=daemon.ENVIRONMENT,
                          timeout=RUN_SECONDS)
    check(done.returncode == 0, f"admin verify: {done.stdout.decode()}{done.stderr.decode()}")


def messages():
    """The API's messages, made from proto/ on first use: a module by the name of its file."""
    global _messages
    if _messages is None:
        proto = HERE.parents[1] / "proto"
        with tempfile.TemporaryDirectory(prefix="budgetwatch-proto-") as folder:
            subprocess.run(["protoc", "-I", str(proto), f"--python_out={folder}",
                            *map(str, sorted(proto.glob("budgetwatch/v1/*.proto")))], check=True)
            sys.path.insert(0, folder)
            try:
                from budgetwatch.v1 import (monitor_service_pb2, payment_service_pb2,
                                            plan_service_pb2)
            finally:
                sys.path.remove(folder)
        _messages = {"monitor": monitor_service_pb2, "payment": payment_service_pb2,
                     "plan": plan_service_pb2}
    return _messages


_messages = None


class Caller:
    """Calls whose answers stay bytes, so that reading them in Python is not measured."""

    OPTIONS = [("grpc.max_receive_message_length", -1), ("grpc.max_send_message_length", -1),
               ("grpc.enable_http_proxy", 0)]

    def __init__(self, address):
        import grpc
        self.channel = grpc.insecure_channel(address, options=self.OPTIONS)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.channel.close()

    def method(self, name):
        """A function from request message to the bytes of the answer."""
        call = self.channel.unary_unary(f"/budgetwatch.v1.{name}",
                                        request_serializer=lambda m: m.SerializeToString(),
                                        response_deserializer=None)
        return lambda request: call(request, timeout=300)


def project_code(number):
    """As the load generator makes it."""
    letters = ""
    for _ in range(4):
        number, rest = divmod(number, 26)
        letters = chr(ord("A") + rest) + letters
    return f"122-0601-JBN-{letters}"


def apply_plan(address, project_count):
    """A plan with the load generator's projects and the largest budgets that a plan may have:
    up to 50 million payments, little of which is dated before TODAY, leave them on track."""
    plan_service = messages()["plan"]
    request = plan_service.ApplyPlanRequest()
    request.plan.department_code = DEPARTMENT
    request.plan.department_name = f"Department {DEPARTMENT}"
    request.plan.fiscal_year = YEAR
    for number in range(project_count):
        code = project_code(number)
        project = request.plan.projects.add(
            project_code=code, project_name=f"Project {code}",
            budget_fen=10 ** 15 // project_count)
        for date, share in (("03-31", "25"), ("06-30", "50"), ("09-30", "75"), ("12-31", "100")):
            project.checkpoints.add(date=f"{YEAR}-{date}", cumulative_percent=share)
    with Caller(address) as caller:
        answer = plan_service.ApplyPlanResponse.FromString(
            caller.method("PlanService/ApplyPlan")(request))
    check(answer.applied, f"the plan was refused: {list(answer.findings)[:3]}")


def memory_mib(pid):
    """Resident and anonymous memory of a process in MiB."""
    text = pathlib.Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    values = dict(line.split(":", 1) for line in text.splitlines() if ":" in line)
    return tuple(int(values[name].split()[0]) / 1024 for name in ("VmRSS", "RssAnon"))


def disk_bytes(folder):
    """What the files take on the disk. Files may vanish meanwhile: RocksDB cleans up."""
    total = 0
    for path in folder.rglob("*"):
        with contextlib.suppress(FileNotFoundError):
            total += path.stat().st_blocks * 512
    return total


def quantile(values, share):
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def median(values):
    return statistics.median(values)


def table(headings, rows):
    """Text columns, the first one to the left."""
    rows = [[str(cell) for cell in row] for row in (headings, *rows)]
    widths = [max(len(row[i]) for row in rows) for i in range(len(headings))]
    lines = ["  ".join([row[0].ljust(widths[0]),
                        *(cell.rjust(width) for cell, width in zip(row[1:], widths[1:]))]).rstrip()
             for row in rows]
    lines.insert(1, "-" * max(map(len, lines)))
    return "\n".join(lines)


def machine():
    """What the figures were measured on."""
    cpu = "unknown processor"
    with contextlib.suppress(OSError):
        for line in pathlib.Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                cpu = line.split(":", 1)[1].strip()
                break
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2 ** 30
    return (f"{os.cpu_count()} × {cpu}, {memory:.0f} GiB, Linux {platform.release()}, load "
            f"{os.getloadavg()[0]:.2f} at the start")


__all__ = ["Bench", "Caller", "DEPARTMENT", "Failure", "SCALES", "TODAY", "YEAR", "apply_plan", "check",
           "daemon", "disk_bytes", "machine", "median", "memory_mib", "messages",
           "project_code", "quantile", "table", "verify", "wait_for"]
