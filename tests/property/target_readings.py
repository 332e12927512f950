#!/usr/bin/python3 -B
"""Goal: no target string gets a certain reading that the reading rules do not give it.
Method: thousands of generated strings, each near one that a plan could hold, are read by
budgetctl and by a second reader that was written from the rules alone (target_reader.py).
Where budgetctl is certain, both must say the same. The examples themselves, which are the
project's own, those of its example plan and, where they are at hand, the labelled ones, must
be read alike in both directions.

usage: target_readings.py BIN_DIR EXAMPLE_PLAN [SHARED_DIR]
Environment: BUDGETWATCH_SEED (default: a new one), BUDGETWATCH_ROUNDS (default 40), each of
500 strings, BUDGETWATCH_SHARED_DIR.
"""
import json
import os
import pathlib
import random
import re
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "integration"))

from daemon import check, main, run_program, shared_dir  # noqa: E402
from target_mutations import Mutator  # noqa: E402
from target_reader import QUALITATIVE, Reading, read  # noqa: E402

STRINGS_PER_ROUND = 500
DEFAULT_ROUNDS = 40
MIN_CERTAIN_RATIO = 0.1
MAX_SHOWN = 20


def examples(plan, shared):
    """The strings of the project, of its example plan, and the labelled ones."""
    lines = (HERE / "target_examples.txt").read_text(encoding="utf-8").splitlines()
    texts = [line for line in lines if line and not line.startswith("#")]
    texts += re.findall(r"^ +target: '(.*)'$", plan.read_text(encoding="utf-8"), re.MULTILINE)
    labelled = shared / "data" / "targets" / "dev.tsv" if shared else None
    if labelled and labelled.is_file():
        lines = labelled.read_text(encoding="utf-8").splitlines()
        texts += [line.split("\t")[0] for line in lines if not line.startswith("#")]
    return list(dict.fromkeys(texts))


def programs_readings(bin_dir, folder, texts):
    """What budgetctl reads, in one process."""
    path = folder / "texts"
    path.write_text("\n".join(texts) + "\n", encoding="utf-8")
    with open(path, "rb") as lines:
        done = run_program([bin_dir / "budgetctl", "target", "read", "--output", "json"],
                           stdin=lines)
    check(done.returncode == 0, f"budgetctl target read ended with exit code {done.returncode}: "
                                f"{done.stderr.decode()}")
    answers = done.stdout.decode().splitlines()
    check(len(answers) == len(texts), f"{len(answers)} readings of {len(texts)} strings")
    return [reading_of(json.loads(answer)) for answer in answers]


def reading_of(answer):
    return Reading(answer["kind"].removeprefix("TARGET_KIND_"),
                   answer.get("comparator", "").removeprefix("COMPARATOR_"), answer["value"],
                   answer["upperValue"], answer["unit"], answer["comparatorWritten"])


def report(differences):
    check(not differences, f"{len(differences)} strings are read differently:\n" + "\n".join(
        f"{text!r}\n  budgetctl: {' '.join(map(str, actual))}\n  rules:     "
        f"{' '.join(map(str, expected))}" for text, actual, expected in differences[:MAX_SHOWN]))


def test(bin_dir, folder, arguments):
    plan = pathlib.Path(arguments[0])
    seed = int(os.environ.get("BUDGETWATCH_SEED") or random.SystemRandom().randrange(2**32))
    rounds = int(os.environ.get("BUDGETWATCH_ROUNDS") or DEFAULT_ROUNDS)
    print(f"target_readings: BUDGETWATCH_SEED={seed}", flush=True)

    texts = examples(plan, shared_dir(arguments[1:]))
    report([(text, actual, read(text))
            for text, actual in zip(texts, programs_readings(bin_dir, folder, texts))
            if actual != read(text)])

    mutator = Mutator(random.Random(seed), texts)
    certain = 0
    for _ in range(rounds):
        drawn = [mutator.draw() for _ in range(STRINGS_PER_ROUND)]
        readings = programs_readings(bin_dir, folder, drawn)
        sure = [(text, actual) for text, actual in zip(drawn, readings) if actual != QUALITATIVE]
        report([(text, actual, read(text)) for text, actual in sure if actual != read(text)])
        certain += len(sure)
    print(f"target_readings: {certain} of {rounds * STRINGS_PER_ROUND} strings are certain")
    check(certain >= MIN_CERTAIN_RATIO * rounds * STRINGS_PER_ROUND,
          "so few certain readings prove nothing")


if __name__ == "__main__":
    main(test, __doc__, argument_counts=(1, 2))
