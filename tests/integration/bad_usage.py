#!/usr/bin/python3 -B
"""Goal: who starts a program wrongly is told what is wrong and what to do, by exit code and
by message, and disturbs nobody who runs.
Method: a second daemon on what the first one holds, wrong settings, wrong commands, and a
server that is not there.

usage: bad_usage.py BIN_DIR
"""
from daemon import Daemon, Failure, check, check_equal, main, run_program, write_payments

TODAY = "2020-12-31"

# Arguments of budgetctl, and words that must stand in the answer; exit code 2.
WRONG_COMMANDS = [
    (["plan"], "subcommand"),
    (["plan", "check"], "FILE"),
    (["plan", "check", "--strict", "plan.yaml"], "--strict"),
    (["plam", "check"], "plam"),
    (["plan", "chek", "plan.yaml"], "chek"),
    (["--flagg", "admin", "info"], "--flagg"),
    (["report", "execution", "--year", "2020"], "--department"),
    (["report", "execution", "--department", "1", "--year", "MMXX"], "--year"),
    (["report", "execution", "--department", "1", "--year", "2020", "--as-of", "2020-02-30"],
     "2020-02-30"),
    (["--output", "xml", "admin", "info"], "xml"),
    (["warning", "explain", "x", "--cause", "weather", "--text", "x"], "weather"),
]


def check_ends(done, exit_code, words, what):
    """The program ended with this code, and its complaint holds all of these words."""
    text = done.stderr.decode(errors="replace")
    check_equal(done.returncode, exit_code, f"exit code of {what}, which says {text!r}")
    for word in words:
        check(str(word) in text, f"{what} does not say {word!r}: {text!r}")
    check(b"ready" not in done.stdout, f"{what} says that it is ready")


def start(bin_dir, *arguments, listen="127.0.0.1:0", metrics="127.0.0.1:0"):
    """A daemon that should not come up."""
    return run_program([bin_dir / "budgetwatchd", "--listen", listen, "--metrics-listen", metrics,
                        *arguments])


def check_taken(bin_dir, folder, daemon):
    """What a running daemon holds is not shared."""
    before = daemon.years()
    check_ends(start(bin_dir, "--data-dir", daemon.data_dir), 1, [daemon.data_dir, "in use"],
               "a second daemon on one data directory")
    other = folder / "other"
    check_ends(start(bin_dir, "--data-dir", other, listen=daemon.address), 1,
               [daemon.address, "port"], "a daemon on a taken port for gRPC")
    check_ends(start(bin_dir, "--data-dir", other, metrics=daemon.metrics_address), 1,
               [daemon.metrics_address, "port"], "a daemon on a taken port for metrics")
    check_equal(daemon.years(), before, "the running daemon's ledger")
    check(daemon.metrics(), "the running daemon's metrics are gone")
    daemon.verify()


def check_settings(bin_dir, folder):
    data = folder / "unused"
    plain = folder / "plain"
    plain.write_text("not a ledger\n", encoding="utf-8")
    check_ends(start(bin_dir, "--data-dir", plain), 1, [plain, "not a directory"],
               "a data directory that is a file")
    check_equal(plain.read_text(encoding="utf-8"), "not a ledger\n", "the file")
    for today, code in (("garbage", 2), ("2020-02-30", 2), ("20200701", 2), ("1900-01-01", 1)):
        check_ends(start(bin_dir, "--data-dir", data, "--today", today), code, ["today"],
                   f"--today {today}")
    config = folder / "config.yaml"
    for text, words in (("data_dir: x\nlistn: '127.0.0.1:0'\n", ["line 2", "listn", '"listen"']),
                        ("stop_timeout_seconds: soon\n", ["line 1", "stop_timeout_seconds"]),
                        ("time_zone: Asia/Nowhere\n", ["Asia/Nowhere"]),
                        ("- a list\n", ["line 1"])):
        config.write_text(text, encoding="utf-8")
        arguments = ("--data-dir", data, "--config", config)
        for flag in ((), ("--check-config",)):
            check_ends(start(bin_dir, *arguments, *flag), 1, words, f"configuration {text!r}")
    for path, words in ((folder / "absent.yaml", ["absent.yaml"]), (folder, ["directory"])):
        check_ends(start(bin_dir, "--config", path), 1, words, f"configuration {path}")
    profile = folder / "profile.yaml"
    profile.write_text("tolerance_percnt: 5\n", encoding="utf-8")
    check_ends(start(bin_dir, "--data-dir", data, "--profile", profile), 1,
               [profile, "line 1", '"tolerance_percent"'], "a profile with an unknown key")
    for flags, word in ((("--nope",), "--nope"), (("extra",), "extra")):
        check_ends(start(bin_dir, "--data-dir", data, *flags), 2, [word], f"budgetwatchd {word}")
    check(not data.exists(), "a daemon that never came up left a data directory")


def check_absent(bin_dir, folder, address):
    """Nobody listens: within seconds, with the address and the cure, in both languages."""
    path = write_payments(folder / "one.csv", [("N-1", "A", "2020-01-02", "1.00")])
    for command in (("admin", "info"), ("payment", "import", path), ("warning", "watch")):
        for language, word in (("en", "--server"), ("zh", "--server")):
            done = run_program([bin_dir / "budgetctl", "--server", address, "--lang", language,
                                "--timeout", "1", *command])
            check_ends(done, 1, [address, word], f"{' '.join(map(str, command))} without a server")


def test(bin_dir, folder, _):
    with Daemon(bin_dir, folder / "data", TODAY) as daemon:
        daemon.load(write_payments(folder / "paid.csv", [("P-1", "A", "2020-01-02", "1.00")]))
        check_taken(bin_dir, folder, daemon)
        wrong = []
        for arguments, word in WRONG_COMMANDS:
            try:
                check_ends(daemon.run(*arguments), 2, [word], f"budgetctl {' '.join(arguments)}")
            except Failure as error:  # all of them are worth knowing
                wrong.append(str(error))
        check(not wrong, "\n  ".join(wrong))
        address = daemon.address
        daemon.stop()
    check_settings(bin_dir, folder)
    check_absent(bin_dir, folder, address)
    print(f"bad_usage: a second daemon, wrong settings, {len(WRONG_COMMANDS)} wrong commands and "
          "an absent server, each with its own answer")


if __name__ == "__main__":
    main(test, __doc__)
