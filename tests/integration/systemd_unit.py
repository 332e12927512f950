#!/usr/bin/python3 -B
"""Goal: systemd takes the unit, it is locked down, and it fits the configuration that is
delivered with it.
Method: `systemd-analyze verify` and `security` without a running systemd; the same unit made
worse on purpose must fail. Limits are compared with the printed configuration.

usage: systemd_unit.py BIN_DIR DEPLOY_DIR
Ends with exit code 77 where there is no systemd-analyze: it was skipped.
"""
import pathlib
import re
import shutil
import sys

from daemon import check, check_equal, main, run_program

SKIPPED = 77
NAME = "budgetwatchd.service"
MOST_EXPOSURE = 2.0
# Files that the store, the log and the metrics endpoint take beside connections.
OTHER_FILES = 1024


def verify(folder, text):
    """What systemd says about a unit; nothing when it is good."""
    path = folder / NAME
    path.write_text(text, encoding="utf-8")
    done = run_program(["systemd-analyze", "verify", "--man=no", path])
    said = (done.stdout + done.stderr).decode()
    return said or f"exit code {done.returncode}" if done.returncode or said else ""


def exposure(folder, text):
    path = folder / NAME
    path.write_text(text, encoding="utf-8")
    done = run_program(["systemd-analyze", "security", "--offline=true", "--no-pager", path])
    found = re.search(r"exposure level for \S+: ([\d.]+)", done.stdout.decode())
    check(found, f"systemd-analyze security says {done.stdout!r} {done.stderr!r}")
    return float(found.group(1))


def settings_of(text):
    """Values of each directive, in order."""
    values = {}
    for name, value in re.findall(r"^(\w+)=(.*)$", text, re.MULTILINE):
        values.setdefault(name, []).append(value)
    return values


def check_limits(unit, config):
    number = {name: int(value) for name, value in re.findall(r"^(\w+): (\d+)$", config,
                                                             re.MULTILINE)}
    most_connections = re.search(r"from 1 to (\d+), in connections", config)
    check(int(unit["LimitNOFILE"][0]) >= int(most_connections.group(1)) + OTHER_FILES,
          "LimitNOFILE is too low for the most connections")
    memory = re.fullmatch(r"(\d+)M", unit["MemoryMax"][0])
    check_equal(int(memory.group(1)), number["memory_limit_mib"] * 3 // 2, "MemoryMax")
    stop = re.fullmatch(r"(\d+)s", unit["TimeoutStopSec"][0])
    check(int(stop.group(1)) > number["stop_timeout_seconds"] + 10, "TimeoutStopSec is too short")
    data_dir = re.search(r"^data_dir: /var/lib/(\S+)$", config, re.MULTILINE).group(1)
    check_equal(unit["StateDirectory"], [f"{data_dir} {data_dir}-backups"], "StateDirectory")


def test(bin_dir, folder, arguments):
    if not shutil.which("systemd-analyze"):
        print("systemd_unit: no systemd-analyze here")
        sys.exit(SKIPPED)
    program = bin_dir / "budgetwatchd"
    text = (pathlib.Path(arguments[0]) / "systemd" / NAME).read_text(encoding="utf-8")
    installed = text.replace("/usr/bin/budgetwatchd", str(program))
    check_equal(verify(folder, installed), "", "systemd-analyze verify")
    check(verify(folder, installed.replace("WatchdogSec=", "WatchdogSecs=")),
          "verify finds no unknown directive")
    check(verify(folder, installed.replace(str(program), "/nowhere/budgetwatchd")),
          "verify finds no missing program")
    level = exposure(folder, text)
    check(level < MOST_EXPOSURE, f"exposure {level}, at most {MOST_EXPOSURE}")
    open_unit = re.sub(r"^(Protect|Private|Restrict|SystemCall|Capab)\w+=.*\n", "", text,
                       flags=re.MULTILINE)
    check(exposure(folder, open_unit) > MOST_EXPOSURE, "an open unit is no more exposed")
    unit = settings_of(text)
    check_equal(unit["Type"], ["notify"], "Type")
    check_equal(unit["User"], ["budgetwatch"], "User")
    check_equal(unit["ExecStart"], ["/usr/bin/budgetwatchd --config "
                                    "/etc/budgetwatch/budgetwatchd.yaml"], "ExecStart")
    check_limits(unit, run_program([program, "--print-default-config"]).stdout.decode())
    print(f"systemd_unit: verified, exposure {level}")


if __name__ == "__main__":
    main(test, __doc__, argument_counts=(1,))
