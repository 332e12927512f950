#!/usr/bin/python3 -B
"""Goal: an operator installs the package on a bare Debian 12 and has a daemon that answers;
removal and a new installation keep ledger and configuration, and purge leaves nothing but
what it says it leaves.
Method: CPack packs what is built, debootstrap makes the machine, apt installs. `chroot`: the
machine has no systemd, and the daemon is started as its unit says. `boot`: systemd-nspawn
boots the machine, and the package starts the daemon itself. The log is kept.

usage: fresh_install.py BUILD_DIR chroot|boot
Needs root, debootstrap, and systemd-nspawn for `boot`; ends with 77 without them. The mirror
is that of this machine's apt, or BUDGETWATCH_MIRROR.
"""
import contextlib
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

from machine import LOOPBACK_UP, Machine
from daemon import READY_SECONDS, Failure, check, check_equal, wait_for
from package_contents import pack

SKIPPED = 77
UNIT = "/lib/systemd/system/budgetwatchd.service"
ENABLED = "/etc/systemd/system/multi-user.target.wants/budgetwatchd.service"
CONFIG = "/etc/budgetwatch/budgetwatchd.yaml"
DATA = "/var/lib/budgetwatch"
BACKUPS = "/var/lib/budgetwatch-backups"
EXAMPLES = "/usr/share/budgetwatch/examples"
# What an installation changes that is no package's: the state of dpkg, apt and systemd, the
# list of users (purge says that it keeps one), the time zone that tzdata sets.
STATE = re.compile(r"/var/(?:lib/(?:dpkg|apt|systemd|pam|ucf)|cache|log)(?:/|$)|"
                   r"/etc/(?:passwd|group|shadow|gshadow|subuid|subgid)-?$|"
                   r"/etc/(?:ld\.so\.cache|timezone|localtime|\.pwd\.lock)$")


class ChrootDaemon:
    """Started by hand from the unit, in a network that has loopback only."""

    def __init__(self, machine):
        self.machine = machine
        self.process = None

    def setting(self, name):
        unit = (self.machine.root / UNIT[1:]).read_text(encoding="utf-8")
        return re.search(rf"^{name}=(.*)$", unit, re.MULTILINE)[1]

    def start(self):
        user, group = self.setting("User"), self.setting("Group")
        command = ["unshare", "--net", "/usr/bin/python3", "-c", LOOPBACK_UP, "chroot",
                   f"--userspec={user}:{group}", str(self.machine.root),
                   *self.setting("ExecStart").split()]
        self.machine.note(f"# {' '.join(command[5:])}")
        self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL,
                                        stdout=self.machine.log, stderr=subprocess.STDOUT,
                                        env=self.machine.environment)

    def stop(self):
        if self.process is None:
            return
        self.process.send_signal(signal.SIGTERM)
        check_equal(self.process.wait(READY_SECONDS), 0, "exit code of the daemon")
        self.process = None

    def end(self):
        if self.process is not None:
            self.process.kill()
            self.process.wait()

    def check_reload(self):
        pass  # is systemd's part

    def is_running(self):
        return self.process is not None and self.process.poll() is None

    def ask(self, *arguments):
        check(self.is_running(), "the daemon ended; the log says why")
        former = self.machine.inside
        self.machine.inside = ["nsenter", "-t", str(self.process.pid), "-n", *former]
        try:
            return self.machine.ask("budgetctl", "--output", "json", *arguments)
        finally:
            self.machine.inside = former


class BootedDaemon:
    """Started and stopped by the package and systemd."""

    def __init__(self, machine):
        self.machine = machine

    def start(self):
        pass

    def stop(self):
        pass

    def end(self):
        self.machine.ask("journalctl", "--no-pager", "-u", "budgetwatchd")

    def check_reload(self):
        """systemd knows that it is ready; a reload succeeds, and fails for a bad file."""
        check_equal(self.machine.run("systemctl", "show", "--value", "-p", "SubState", "-p",
                                     "NRestarts", "budgetwatchd").split(), ["0", "running"],
                    "restarts and state")
        self.machine.run("systemctl", "reload", "budgetwatchd")
        config = self.machine.root / CONFIG[1:]
        text = config.read_text(encoding="utf-8")
        config.write_text(text + "unknown_key: 1\n", encoding="utf-8")
        check(self.machine.ask("systemctl", "reload", "budgetwatchd")[0] != 0,
              "a reload of a bad configuration succeeds")
        config.write_text(text, encoding="utf-8")
        check(answer(self, "admin", "info")["writable"], "not writable after a bad reload")

    def is_running(self):
        return self.machine.ask("systemctl", "is-active", "budgetwatchd")[0] == 0

    def ask(self, *arguments):
        return self.machine.ask("budgetctl", "--output", "json", *arguments)


def answer(daemon, *arguments):
    code, out, error = daemon.ask(*arguments)
    check_equal(code, 0, f"exit code of budgetctl {' '.join(arguments)}: {error}")
    return json.loads(out)


def install(machine, daemon, package):
    """Until the daemon says that it serves; what admin info says then."""
    started = time.monotonic()
    machine.run("apt-get", "-q", "install", "-y", f"./{package}")
    daemon.start()
    wait_for(lambda: daemon.ask("admin", "health")[0] == 0, "a healthy daemon", READY_SECONDS)
    info = answer(daemon, "admin", "info")
    check(info["writable"], f"the ledger is not writable: {info}")
    check_equal(info["dataDirectory"], DATA, "data directory")
    machine.note(f"== healthy {time.monotonic() - started:.1f} s after apt-get install")
    return info


def remove(machine, daemon, how):
    daemon.stop()
    said = machine.run("apt-get", "-q", how, "-y", "budgetwatch")
    check(not daemon.is_running(), f"the daemon runs after {how}")
    for path in ("/usr/bin/budgetwatchd", "/usr/bin/budgetctl", UNIT, "/usr/share/budgetwatch"):
        check(not machine.exists(path), f"{path} is there after {how}")
    return said


def check_installed(machine):
    owner = machine.run("stat", "-c", "%U:%G %a", DATA, BACKUPS)
    check_equal(owner, "budgetwatch:budgetwatch 700\n" * 2, "owner and mode of the directories")
    check(machine.exists(ENABLED), "the unit is not enabled")
    check(machine.run("getent", "passwd", "budgetwatch").strip().endswith("nologin"),
          "the user may log in")
    machine.run("budgetwatchd", "--config", CONFIG, "--check-config")


def load(daemon):
    answer(daemon, "plan", "apply", f"{EXAMPLES}/plan-2020.yaml")
    summary = answer(daemon, "payment", "import", f"{EXAMPLES}/payments-2020.csv")
    check(int(summary["recordedCount"]) > 100, f"payments of the example: {summary}")
    return answer(daemon, "admin", "info")["ledgerSequence"]


def left_behind(machine, before):
    """What is there that was not there before, and is of no other package."""
    owned = set()
    for path in (machine.root / "var/lib/dpkg/info").glob("*.list"):
        owned.update(path.read_text(encoding="utf-8").split("\n"))
    # Debian's /bin, /sbin and /lib are links into /usr.
    owned |= {"/usr" + path for path in owned}
    return sorted(path for path in machine.files() - before - owned if not STATE.match(path))


def check_purged(machine, said, before):
    check(f"kept {DATA} {BACKUPS} and the user budgetwatch" in said,
          f"purge does not say what it keeps: {said[-500:]}")
    left = left_behind(machine, before)
    others = [path for path in left if not path.startswith((DATA, BACKUPS))]
    check(not others, f"purge left {others}")
    check(DATA in left and BACKUPS in left, f"purge left {left}")
    machine.note(f"== left behind: {len(left)} files and folders in {DATA} and {BACKUPS}")


def walk(machine, daemon, package):
    before = machine.files()
    install(machine, daemon, package)
    check_installed(machine)
    sequence = load(daemon)
    answer(daemon, "admin", "backup")
    daemon.check_reload()

    # What the operator wrote stays.
    with open(machine.root / CONFIG[1:], "a", encoding="utf-8") as config:
        config.write("# written by the operator\n")
    remove(machine, daemon, "remove")
    check(machine.exists(CONFIG), "the configuration went with the removal")
    info = install(machine, daemon, package)
    check_equal(info["ledgerSequence"], sequence, "ledger after removal and installation")
    check("# written by the operator" in (machine.root / CONFIG[1:]).read_text(encoding="utf-8"),
          "the configuration was overwritten")
    check(machine.exists(ENABLED), "the unit is not enabled after a new installation")
    check(answer(daemon, "admin", "verify")["consistent"], "the ledger is not consistent")

    check_purged(machine, remove(machine, daemon, "purge"), before)
    # Who comes back finds the ledger; who emptied it leaves no user either.
    info = install(machine, daemon, package)
    check_equal(info["ledgerSequence"], sequence, "ledger after purge and installation")
    daemon.stop()
    machine.ask("systemctl", "stop", "budgetwatchd")
    machine.run("find", DATA, BACKUPS, "-mindepth", "1", "-delete")
    remove(machine, daemon, "purge")
    check_equal(left_behind(machine, before), [], "left behind where the ledger was empty")
    check(machine.ask("getent", "passwd", "budgetwatch")[0] != 0, "the user is still there")


def test(build, mode, folder, log):
    machine = Machine(folder / "machine", log)
    package = pack(build, folder / "pack")
    machine.bootstrap(["systemd", "systemd-sysv", "dbus"] if mode == "boot" else [])
    shutil.copy(package, machine.root)
    if mode == "chroot":
        daemon, context = ChrootDaemon(machine), machine.mounted()
    else:
        # The booted machine has no way out of itself.
        with machine.mounted():
            machine.run("apt-get", "-q", "install", "-y", "--download-only", f"./{package.name}")
        daemon, context = BootedDaemon(machine), machine.booted()
    with context:
        try:
            walk(machine, daemon, package.name)
        finally:
            daemon.end()


def main():
    if len(sys.argv) != 3 or sys.argv[2] not in ("chroot", "boot"):
        print(__doc__, file=sys.stderr)
        sys.exit(2)
    build, mode = pathlib.Path(sys.argv[1]).resolve(), sys.argv[2]
    needed = ["debootstrap", "unshare"] if mode == "chroot" else ["debootstrap", "systemd-nspawn"]
    missing = [name for name in needed if not shutil.which(name)]
    if os.geteuid() != 0 or missing:
        print(f"fresh_install {mode}: skipped, needs root and {', '.join(missing or needed)}")
        sys.exit(SKIPPED)
    log_path = build / f"fresh_install-{mode}.log"
    started = time.monotonic()
    with contextlib.ExitStack() as stack:
        log = stack.enter_context(open(log_path, "wb"))
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="budgetwatch-fresh-"))
        try:
            test(build, mode, pathlib.Path(folder), log)
        except (Failure, OSError, KeyError, ValueError, subprocess.SubprocessError) as failure:
            print(f"fresh_install {mode}: {failure}\nthe log is {log_path}", file=sys.stderr)
            sys.exit(1)
    print(f"fresh_install {mode}: passed in {time.monotonic() - started:.1f} s, log {log_path}")


if __name__ == "__main__":
    main()
