#!/usr/bin/python3 -B
"""Goal: an import takes effect in the order of its file, and what became of each row is
told of that row.
Method: a file of many batches in which every correction stands one batch behind the
payment that it moves, and bad rows stand at places known beforehand. Taken out of order, a
correction would not find its payment; answered out of order, another row would be named.

usage: import_order.py BIN_DIR
Environment: BUDGETWATCH_ROUNDS, how often the file is imported (default 12).
"""
import os

from daemon import Daemon, check_equal, main, write_payments, write_plan

TODAY = "2020-12-31"
DEPARTMENT = "902"
BATCH_ROWS = 1_000  # of budgetctl; the test holds for any other, but shows less
BATCHES = 16
BAD_EVERY = 1_501


def rows_of():
    """Odd batches pay 10.00 to A, the next one moves it to B; some amounts are zero."""
    rows = []
    expected = []
    for number in range(BATCH_ROWS * BATCHES):
        moves = number // BATCH_ROWS % 2 == 1
        bad = number % BAD_EVERY == 7
        amount = "0.00" if bad else "10.00"
        payment = f"R-{number:05d}"
        if not moves:
            rows.append((payment, "A", "2020-05-05", amount, "", ""))
            reason = ("ZERO_AMOUNT", "amount") if bad else None
        else:
            original = number - BATCH_ROWS
            rows.append((payment, "B", "2020-06-06", amount, "", "", "correction",
                         f"R-{original:05d}"))
            reason = ("ZERO_AMOUNT", "amount") if bad else None
            if not bad and original % BAD_EVERY == 7:
                reason = ("ORIGINAL_NOT_FOUND", "original_payment_id")
        if reason:
            expected.append((str(number + 2), *reason))
    return rows, expected


def test(bin_dir, folder, _):
    rows, expected = rows_of()
    path = write_payments(folder / "order.csv", rows)
    rounds = int(os.environ.get("BUDGETWATCH_ROUNDS", "12"))
    with Daemon(bin_dir, folder / "data", TODAY) as daemon:
        daemon.ask("plan", "apply", write_plan(folder / "plan.yaml", DEPARTMENT, 2020,
                                               {"A": 10**12, "B": 10**12}))
        for number in range(1, rounds + 1):
            summary = daemon.load(path, "--source", f"round-{number}", exit_code=3)
            found = [(item["row"], item["reason"], item["field"])
                     for item in summary["rejections"]]
            check_equal(found, expected, f"rejected rows of import {number}")
            check_equal(summary["recordedCount"], len(rows) - len(expected),
                        f"recorded rows of import {number}")
        daemon.verify()
        daemon.stop()
    print(f"import_order: {rounds} imports of {len(rows)} rows, each with the same "
          f"{len(expected)} rejected rows")


if __name__ == "__main__":
    main(test, __doc__)
