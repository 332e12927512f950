#!/usr/bin/python3 -B
"""Goal: systemd is told when the daemon is ready, reloads, lives and stops; a reload takes on
what is good and nothing of what is bad, and says so; the journal gets lines that fit it.
Method: the test is the other end of the notify socket, and reads every message. The daemon's
configuration and profile are changed under it; log, metrics and `admin info` must agree.

usage: system_service.py BIN_DIR
"""
import os
import re
import signal
import socket
import time

from daemon import Daemon, check, check_equal, main, wait_for, write_payments

TODAY = "2020-07-01"
MESSAGE_SECONDS = 60
WATCHDOG_USEC = 400_000
SUCCESSFUL = "budgetwatch_config_last_reload_successful"
TIMESTAMP = "budgetwatch_config_last_reload_success_timestamp_seconds"
SECRET = "Payee-whom-nobody-names"


class Manager:
    """The side of systemd: a datagram socket, and what came through it."""

    def __init__(self, folder):
        self.path = folder / "notify"
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(str(self.path))
        self.messages = []

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def receive(self, seconds):
        """The next message as a dictionary, or None."""
        self.socket.settimeout(seconds)
        try:
            text = self.socket.recv(65536).decode()
        except (TimeoutError, BlockingIOError):
            return None
        message = dict(line.split("=", 1) for line in text.splitlines())
        self.messages.append(message)
        return message

    def expect(self, name):
        """The next message that is no sign of life, which must be this one."""
        while True:
            message = self.receive(MESSAGE_SECONDS)
            check(message is not None, f"no {name} within {MESSAGE_SECONDS} s")
            if name in message:
                return message
            check("WATCHDOG" in message, f"expected {name}, got {message}")

    def expect_next(self, *names):
        return [self.expect(name) for name in names]


class Files:
    """The configuration and the profile of the daemon."""

    def __init__(self, folder):
        self.config = folder / "config.yaml"
        self.profile = folder / "profile.yaml"
        self.write_config("log_level: info")
        self.write_profile("first", 5)

    def write_config(self, *lines):
        self.config.write_text("\n".join([f"profile: {self.profile}", *lines]) + "\n",
                               encoding="utf-8")

    def write_profile(self, name, tolerance):
        self.profile.write_text(f"name: {name}\ntolerance_percent: {tolerance}\n",
                                encoding="utf-8")


def reload(daemon, manager):
    """SIGHUP, and the answer; the last message."""
    before = time.monotonic_ns() // 1000
    daemon.process.send_signal(signal.SIGHUP)
    reloading, ready = manager.expect_next("RELOADING", "READY")
    check_equal((reloading["RELOADING"], ready["READY"]), ("1", "1"), "messages of a reload")
    started = int(reloading["MONOTONIC_USEC"])
    check(before <= started <= time.monotonic_ns() // 1000,
          f"MONOTONIC_USEC {started} lies not between the signal and now")
    return ready


def profile_of(daemon):
    return daemon.ask("admin", "info")["profileName"]


def state_of(daemon):
    metrics = daemon.metrics()
    return metrics[SUCCESSFUL], metrics[TIMESTAMP]


def settled_sequence(daemon):
    """The ledger's sequence, with the warnings of all that was recorded in it."""
    daemon.ask("warning", "list")
    return daemon.sequence()


def reload_good(daemon, manager, files):
    """A changed profile is recorded in the ledger, settings follow, the rest is named."""
    sequence = settled_sequence(daemon)
    successful, first_time = state_of(daemon)
    check_equal(successful, 1, "successful after the start")
    files.write_profile("second", 4)
    files.write_config("log_level: debug", "max_source_events_per_second: 100000",
                       "max_streams: 5", "listen: 127.0.0.1:1")
    reload(daemon, manager)
    check_equal(profile_of(daemon), "second", "profile after a reload")
    check(daemon.sequence() > sequence, "the profile is not in the ledger")
    successful, second_time = state_of(daemon)
    check_equal(successful, 1, "successful after a good reload")
    check(second_time > first_time, "the time of the last good reload stands still")
    log = daemon.log()
    for words in ('setting changed name=log_level from="info" to="debug"',
                  'setting changed name=max_source_events_per_second from="0" to="100000"',
                  'setting needs a restart name=max_streams in_force="1000" wanted="5"',
                  'profile recorded name="second"'):
        check(words in log, f"the log does not say {words!r}: {log}")
    # The flag overrides the file at a reload as well.
    check("name=listen" not in log, "the file's address is said to differ from the flag's")


def reload_bad(daemon, manager, files):
    """The old settings stay; log, metric and status say so, with the place."""
    sequence, (_, good_time) = settled_sequence(daemon), state_of(daemon)
    good_profile = files.profile.read_text(encoding="utf-8")
    faults = (("a setting", lambda: files.write_config("log_level: error", "listn: x"),
               f"{files.config}: line 3", '\\"listen\\"'),
              ("a profile", lambda: files.write_profile("third", 400),
               f"{files.profile}: line 2", "percentage"),
              ("no profile", files.profile.unlink, str(files.profile), "check the name"))
    for what, spoil, place, cure in faults:
        files.write_config("log_level: debug")
        files.profile.write_text(good_profile, encoding="utf-8")
        spoil()
        before = len(daemon.log())
        ready = reload(daemon, manager)
        check("reload failed" in ready["STATUS"], f"{what}: status {ready['STATUS']!r}")
        said = daemon.log()[before:]
        lines = [line for line in said.splitlines() if "level=error" in line]
        check(len(lines) == 1 and place in lines[0] and cure in lines[0], f"{what}: {said!r}")
        check_equal(state_of(daemon), (0, good_time), f"metrics after {what} that is bad")
        check_equal(daemon.sequence(), sequence, f"sequence after {what} that is bad")
        check_equal(profile_of(daemon), "second", f"profile after {what} that is bad")
    files.profile.write_text(good_profile, encoding="utf-8")
    ready = reload(daemon, manager)
    check("reload failed" not in ready["STATUS"], f"status {ready['STATUS']!r}")
    successful, last_time = state_of(daemon)
    check(successful == 1 and last_time > good_time, "metrics after the repair")


def under_a_manager(bin_dir, folder):
    files = Files(folder)
    with Manager(folder) as manager:
        environment = {"NOTIFY_SOCKET": str(manager.path), "WATCHDOG_USEC": str(WATCHDOG_USEC)}
        with Daemon(bin_dir, folder / "data", TODAY, "--config", files.config,
                    environment=environment) as daemon:
            ready = manager.expect("READY")
            check(daemon.address in ready["STATUS"], f"status {ready['STATUS']!r}")
            for _ in range(3):
                check("WATCHDOG" in manager.receive(MESSAGE_SECONDS), "no sign of life")
            daemon.load(write_payments(folder / "paid.csv",
                                       [("P-1", "A", "2020-01-02", "1.00", SECRET)]))
            check(SECRET not in daemon.log(), "the log names a payee")
            reload_good(daemon, manager, files)
            reload_bad(daemon, manager, files)
            # Signs of life go on behind reloads, and tell what a person wants to know.
            alive = manager.receive(MESSAGE_SECONDS)
            while "WATCHDOG" not in alive:
                alive = manager.receive(MESSAGE_SECONDS)
            check("store=writable" in alive["STATUS"], f"status {alive['STATUS']!r}")
            daemon.stop()
            stopping = manager.expect("STOPPING")
            # stop_timeout_seconds, and the time that the daemon gives itself to close.
            check(int(stopping["EXTEND_TIMEOUT_USEC"]) >= 30_000_000, f"{stopping}")
            check_equal(manager.receive(0), None, "a message behind the last one")
    print(f"  {len(manager.messages)} messages")


def without_a_watchdog(bin_dir, folder):
    """Who expects no signs of life gets none, and who expects nothing, nothing."""
    with Manager(folder) as manager:
        with Daemon(bin_dir, folder / "data", TODAY,
                    environment={"NOTIFY_SOCKET": str(manager.path)}) as daemon:
            manager.expect("READY")
            daemon.stop()
        messages = []
        while (message := manager.receive(0)) is not None:
            messages.append(message)
        check_equal([next(iter(message)) for message in messages], ["STOPPING"], "messages")
    with Daemon(bin_dir, folder / "data", TODAY) as daemon:
        # A terminal that is closed does not end it either: it is a reload without a file.
        daemon.process.send_signal(signal.SIGHUP)
        wait_for(lambda: "reloaded" in daemon.log(), "the reload")
        daemon.stop()


def journal_lines(bin_dir, folder):
    """Where standard error is the journal, lines have a priority and no time of their own."""
    log = folder / "journal-daemon.log"
    log.touch()
    stat = os.stat(log)
    profile = folder / "profile.yaml"
    profile.write_text("name: good\n", encoding="utf-8")
    journal = {"JOURNAL_STREAM": f"{stat.st_dev}:{stat.st_ino}"}
    with Daemon(bin_dir, folder / "journal", TODAY, "--profile", profile,
                environment=journal) as daemon:
        profile.write_text("name: [bad]\n", encoding="utf-8")
        daemon.process.send_signal(signal.SIGHUP)
        wait_for(lambda: "reload failed" in daemon.log(), "the failed reload")
        daemon.stop()
        lines = daemon.log().splitlines()
    for line in lines:
        check(re.match(r"<[3467]>level=(error|warning|info|debug) \S", line), f"line {line!r}")
    check(any(line.startswith("<3>level=error reload failed") for line in lines), f"{lines}")
    check(any(line.startswith("<6>level=info serving") for line in lines), f"{lines}")
    # Another file under the same variable is not the journal.
    with Daemon(bin_dir, folder / "plain", TODAY, environment=journal) as daemon:
        daemon.stop()
        for line in daemon.log().splitlines():
            check(re.match(r"\d{4}-\d\d-\d\dT\S+ level=info ", line), f"line {line!r}")


def test(bin_dir, folder, _):
    under_a_manager(bin_dir, folder)
    (folder / "notify").unlink()
    without_a_watchdog(bin_dir, folder)
    journal_lines(bin_dir, folder)
    print("system_service: ready, alive, reloading and stopping as systemd wants to hear it")


if __name__ == "__main__":
    main(test, __doc__)
