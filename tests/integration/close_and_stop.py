#!/usr/bin/python3 -B
"""Goal: a closed fiscal year takes nothing more, and the daemon stops in order whatever is
open.
Method: closing is tried before and after the year's end, then everything that would change
the year; the daemon is stopped while a watch and an import are under way, and its clients
wait for the next one.

usage: close_and_stop.py BIN_DIR
"""
import contextlib
import signal
import socket
import threading
import time

from daemon import (STOP_SECONDS, Daemon, Process, check, check_equal, main, wait_for,
                    write_payments, write_plan)

DEPARTMENT = "905"
CLOSED = "FISCAL_YEAR_CLOSED"
ROWS = 40_000
# How soon a client that waits finds the daemon that is back.
RETURN_SECONDS = 8


def rejections(daemon, path):
    return [(item["row"], item["reason"], item["field"])
            for item in daemon.load(path, exit_code=3)["rejections"]]


def refuse_early(daemon):
    """On its last day the year is not over."""
    done = daemon.run("admin", "close-year", "--year", "2020")
    text = done.stderr.decode()
    check_equal(done.returncode, 1, "exit code of closing a year too early")
    check("2020" in text and "has not ended" in text, f"closing too early: {text}")
    check_equal(daemon.years()[2020]["closed"], False, "closed before its end")


def close(daemon):
    for already in (False, True):
        check_equal(daemon.ask("admin", "close-year", "--year", "2020")["alreadyClosed"], already,
                    "already closed")
    check_equal(daemon.years()[2020]["closed"], True, "closed")


def refuse_changes(daemon, folder, paid):
    """Each event of the year is refused by name; what is there stays, other years go on."""
    report = ("report", "execution", "--department", DEPARTMENT, "--year", "2020", "--as-of",
              "2020-12-31", "--known-at", daemon.sequence())
    before = daemon.ask_bytes(*report)
    late = write_payments(folder / "late.csv", [
        ("Y-10", "Y-1", "2020-12-31", "1.00"),
        ("Y-11", "Y-1", "2020-12-31", "1.00", "", "", "refund", "Y-1"),
        ("Y-12", "Y-2", "2020-12-31", "1.00", "", "", "correction", "Y-1"),
        # Taken out of the closed year, though booked into the open one.
        ("Y-13", "Y-2", "2021-01-01", "1.00", "", "", "correction", "Y-1"),
        ("Y-14", "Y-UNKNOWN", "2020-06-30", "1.00"),
        ("Y-15", "Y-1", "2021-01-01", "1.00")])
    refused = rejections(daemon, late)
    check_equal([(row, reason) for row, reason, _ in refused],
                [(str(row), CLOSED) for row in range(2, 7)], "refused events")
    # A repeated import of what was there is still a repetition, not a refusal.
    check_equal(daemon.load(paid)["duplicateCount"], 2, "duplicates of the closed year")
    plan = write_plan(folder / "revised.yaml", DEPARTMENT, 2020, {"Y-1": 20_000, "Y-2": 10_000})
    done = daemon.run("plan", "apply", plan)
    check(done.returncode == 1 and "closed" in done.stderr.decode(),
          f"plan of a closed year: {done.returncode} {done.stderr.decode()}")
    check_equal(daemon.ask_bytes(*report), before, "report of the closed year")
    years = daemon.years()
    check_equal((years[2020]["amountFen"], years[2021]["amountFen"]), ("1500", "100"),
                "sums of the closed and the open year")


def many_rows(folder, name, count):
    """Payments of 0.01 each."""
    return write_payments(folder / f"{name}.csv", (
        (f"{name}-{number}", "Y-1", "2021-02-02", "0.01") for number in range(count)))


def stop_under_load(bin_dir, folder):
    """SIGTERM while a watch is open and an import runs: exit 0 within the bound. The watch
    and the import wait for the daemon that comes after."""
    path = many_rows(folder, "S", ROWS)
    data = folder / "data"
    with Daemon(bin_dir, data, "2021-03-01") as daemon, \
            Process(daemon.command("--output", "json", "warning", "watch"), folder,
                    "watch") as watch, \
            Process(daemon.command("payment", "import", path), folder, "import") as client:
        wait_for(lambda: daemon.acknowledged_count() >= ROWS // 10, "the import's progress")
        started = time.monotonic()
        daemon.stop()
        seconds = time.monotonic() - started
        with Daemon(bin_dir, data, "2021-03-01", "--listen", daemon.address) as later:
            check_equal(client.wait(), 0, f"exit code of the import, which says {client.log()!r}")
            check_equal(later.years()[2021]["amountFen"], str(100 + ROWS), "sum of 2021")
            check(watch.process.poll() is None, f"the watch ended and says {watch.log()!r}")
            watch.process.send_signal(signal.SIGINT)
            check_equal(watch.wait(30), 0, "exit code of the watch after SIGINT")
            later.stop()
    print(f"  stopped in {seconds:.1f} s of at most {STOP_SECONDS} with a watch and an import")


def stop_at_once(bin_dir, folder):
    """The same without patience for calls under way: they are cut, and nothing is lost."""
    path = many_rows(folder, "T", ROWS)
    data = folder / "data"
    config = folder / "config.yaml"
    config.write_text("stop_timeout_seconds: 0\n", encoding="utf-8")
    with Daemon(bin_dir, data, "2021-03-01", "--config", config) as daemon:
        before = int(daemon.verify()["paymentCount"])
        with Process(daemon.command("payment", "import", path), folder, "cut") as client:
            wait_for(lambda: daemon.acknowledged_count() >= ROWS // 10, "the import's progress")
            acknowledged = daemon.acknowledged_count()
            daemon.stop()
            with Daemon(bin_dir, data, "2021-03-01", "--listen", daemon.address) as later:
                held = int(later.verify()["paymentCount"]) - before
                check(held >= acknowledged, f"{acknowledged} were durable, {held} are held")
                wait_for(lambda: later.acknowledged_count() or client.process.poll() is not None,
                         "the import's return to the daemon", RETURN_SECONDS)
                check_equal(client.wait(), 0, f"exit code of the import: {client.log()!r}")
                check_equal(later.years()[2021]["amountFen"], str(100 + 2 * ROWS), "sum of 2021")
                check_equal(later.load(path)["duplicateCount"], ROWS, "rows of the import again")
                later.verify()
                later.stop()


def pass_on(door, address):
    """Every connection that comes to `door` reaches the daemon."""
    def copy(source, sink):
        with contextlib.suppress(OSError), source, sink:  # the other direction has ended
            while data := source.recv(65_536):
                sink.sendall(data)
    host, port = address.rsplit(":", 1)
    with contextlib.suppress(OSError):  # the door was closed
        while True:
            client, _ = door.accept()
            daemon = socket.create_connection((host, int(port)))
            for pair in ((client, daemon), (daemon, client)):
                threading.Thread(target=copy, args=pair, daemon=True).start()


def ask_meanwhile(bin_dir, folder):
    """A question whose first connection breaks off is answered by the next one."""
    with Daemon(bin_dir, folder / "data", "2021-03-01") as daemon, \
            socket.create_server(("127.0.0.1", 0)) as door:
        command = daemon.command("admin", "info")
        command[command.index(daemon.address)] = f"127.0.0.1:{door.getsockname()[1]}"
        door.settimeout(STOP_SECONDS)
        with Process(command, folder, "question") as question:
            door.accept()[0].close()
            threading.Thread(target=pass_on, args=(door, daemon.address), daemon=True).start()
            check_equal(question.wait(), 0, f"exit code of admin info, which says "
                                            f"{question.log()!r}")
        daemon.stop()


def test(bin_dir, folder, _):
    paid = write_payments(folder / "paid.csv", [("Y-1", "Y-1", "2020-03-03", "10.00"),
                                                ("Y-2", "Y-2", "2020-04-04", "5.00")])
    with Daemon(bin_dir, folder / "data", "2020-12-31") as daemon:
        plan = write_plan(folder / "plan.yaml", DEPARTMENT, 2020, {"Y-1": 10_000, "Y-2": 10_000})
        daemon.ask("plan", "apply", plan)
        daemon.load(paid)
        refuse_early(daemon)
        daemon.stop()
    with Daemon(bin_dir, folder / "data", "2021-01-01") as daemon:
        close(daemon)
        refuse_changes(daemon, folder, paid)
        daemon.stop()
    with Daemon(bin_dir, folder / "data", "2021-01-02") as daemon:
        check_equal(daemon.years()[2020]["closed"], True, "closed after a restart")
        daemon.verify()
        daemon.stop()
    stop_under_load(bin_dir, folder)
    stop_at_once(bin_dir, folder)
    ask_meanwhile(bin_dir, folder)
    print("close_and_stop: a closed year took nothing, two stops under load lost nothing")


if __name__ == "__main__":
    main(test, __doc__)
