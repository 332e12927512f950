#!/usr/bin/python3 -B
"""Runs the benchmarks; README.md in this folder says what they measure.

usage: bench.py BUILD_DIR [--scale full|quick|smoke] [--json FILE] [flags] BENCHMARK…
"""
import argparse
import json
import pathlib
import subprocess
import sys
import tempfile
import time

import ceilings
import forecast
import growth
import harness
import reads
import side_by_side

BENCHMARKS = {"side-by-side": side_by_side, "ceilings": ceilings, "growth": growth,
              "reads": reads, "forecast": forecast}


def numbers(text):
    return tuple(int(part.replace("_", "")) for part in text.split(","))


def parse():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("build_dir", metavar="BUILD_DIR")
    parser.add_argument("--scale", choices=harness.SCALES, default="full")
    parser.add_argument("--json", metavar="FILE", help="also write every figure there")
    parser.add_argument("--folder", metavar="DIR",
                        help="where data is kept meanwhile (default: the temporary folder); "
                             "its disk is what is measured")
    parser.add_argument("--payments", type=numbers, metavar="N,N",
                        help="sizes of growth (default 1,10,50 million)")
    parser.add_argument("--projects", type=numbers, metavar="P,P",
                        help="numbers of projects of growth and reads")
    parser.add_argument("--ids", choices=("rising", "scattered"), default="rising",
                        help="order of the payment ids of side-by-side")
    parser.add_argument("--config", metavar="FILE", help="growth: the daemon's configuration")
    parser.add_argument("--verify", action="store_true",
                        help="growth: recompute the whole ledger at the end")
    parser.add_argument("benchmarks", nargs="+", choices=(*BENCHMARKS, "all"),
                        metavar="side-by-side|ceilings|growth|reads|forecast|all")
    return parser.parse_args()


def main():
    flags = parse()
    names = BENCHMARKS if "all" in flags.benchmarks else flags.benchmarks
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="budgetwatch-bench-", dir=flags.folder) as folder:
        bench = harness.Bench(flags.build_dir, flags.scale, pathlib.Path(folder), flags)
        bench.say(f"{harness.machine()}; {bench.scale}, {bench.rounds} round(s), seeds from 1")
        try:
            for name in names:
                bench.results[name] = BENCHMARKS[name].run(bench)
        except (harness.Failure, OSError, KeyError, ValueError,
                subprocess.SubprocessError) as failure:
            print(f"bench: {type(failure).__name__}: {failure}", file=sys.stderr)
            sys.exit(1)
    if flags.json:
        with open(flags.json, "w", encoding="utf-8") as file:
            json.dump({"machine": harness.machine(), "scale": flags.scale,
                       "results": bench.results}, file, indent=1)
    bench.say(f"\nevery run's answers were right; {time.monotonic() - started:.0f} s")


if __name__ == "__main__":
    main()
