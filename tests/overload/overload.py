#!/usr/bin/python3 -B
"""Goal: whatever clients do, the daemon's memory stays below the configured ceiling, other
clients are served meanwhile, and it stops in order.
Method: one daemon for each attack (cases.py), with limits that let the attack reach them;
its anonymous memory is watched all the time and printed. Nothing asserts on time but by
deadlines.

usage: overload.py BIN_DIR quick|slow|CASE...
"""
import contextlib
import pathlib
import sys
import tempfile

from harness import Failure, run_cases

import cases


def main():
    known = {case[0]: case for case in cases.QUICK + cases.SLOW}
    chosen = []
    for word in sys.argv[2:]:
        chosen += {"quick": cases.QUICK, "slow": cases.SLOW}.get(
            word, [known[word]] if word in known else [])
    if len(sys.argv) < 3 or not chosen:
        print(__doc__.split("usage: ")[1] + "cases: " + " ".join(known), file=sys.stderr)
        sys.exit(2)
    bin_dir = pathlib.Path(sys.argv[1]).resolve()
    try:
        with tempfile.TemporaryDirectory(prefix="budgetwatch-overload-") as folder, \
                contextlib.chdir(folder):
            run_cases(bin_dir, pathlib.Path(folder), chosen)
    except Failure as failure:
        print(f"overload: {failure}", file=sys.stderr)
        sys.exit(1)


if __name__ == "__main__":
    main()
