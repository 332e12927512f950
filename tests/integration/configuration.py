#!/usr/bin/python3 -B
"""Goal: the delivered configuration is what the program prints, --help names every setting,
and --check-config finds what would keep the daemon from starting, with its place.
Method: the programs as they are installed; the delivered files, and files that are wrong.

usage: configuration.py BIN_DIR DEPLOY_DIR
"""
import pathlib
import re

from daemon import check, check_equal, main, run_program


def check_config(bin_dir, *flags):
    done = run_program([bin_dir / "budgetwatchd", "--check-config", *flags])
    return done.returncode, done.stdout.decode() + done.stderr.decode()


def test(bin_dir, folder, arguments):
    deploy = pathlib.Path(arguments[0])
    delivered = deploy / "budgetwatchd.yaml"
    printed = run_program([bin_dir / "budgetwatchd", "--print-default-config"])
    check_equal(printed.returncode, 0, "exit code of --print-default-config")
    check(printed.stdout == delivered.read_bytes(),
          "deploy/budgetwatchd.yaml is not what --print-default-config prints; write it again")
    names = re.findall(r"^([a-z_]+):", printed.stdout.decode(), re.MULTILINE)
    help_text = run_program([bin_dir / "budgetwatchd", "--help"]).stdout.decode()
    for name in names:
        check(re.search(rf"^[* ] {name}$", help_text, re.MULTILINE), f"--help leaves out {name}")
    check(len(names) > 20, f"only {names}")
    check_equal(check_config(bin_dir, "--config", delivered), (0, "configuration is good\n"),
                "the delivered configuration")
    for profile in sorted((deploy / "profiles").glob("*.yaml")):
        check_equal(check_config(bin_dir, "--profile", profile)[0], 0, f"check of {profile.name}")
    config, profile = folder / "config.yaml", folder / "profile.yaml"
    profile.write_text("name: x\nseverity: 5\n", encoding="utf-8")
    faults = (("\nlistn: 'x'\n", f"{config}: line 2, listn"),
              ("listen: nowhere\n", f"{config}: line 1, listen"),
              ("max_streams: 0\n", f"{config}: line 1, max_streams"),
              ("\n\nmax_queued_mib: 900\n", f"{config}: line 3, max_queued_mib"),
              (f"profile: {profile}\n", f"{profile}: line 2, severity"),
              (f"profile: {folder / 'absent.yaml'}\n", "absent.yaml"))
    for text, place in faults:
        config.write_text(text, encoding="utf-8")
        code, said = check_config(bin_dir, "--config", config)
        check_equal(code, 1, f"exit code for {text!r}, which says {said!r}")
        check(place in said, f"{text!r} is told without {place!r}: {said!r}")
    check(not (folder / "data").exists() and len(list(folder.iterdir())) == 2,
          "a check left something behind")
    print(f"configuration: {len(names)} settings printed, explained and checked, "
          f"{len(faults)} faults found in their place")


if __name__ == "__main__":
    main(test, __doc__, argument_counts=(1,))
