#!/usr/bin/python3 -B
"""Proves that the repository rules can fail: a test that cannot fail is worthless.

For each rule script, a small tree that it accepts, and for each rule one change to that
tree that it must refuse, at the right place and for the right reason.
usage: self_check.py
"""
import os
import pathlib
import re
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
GOOD_HEADER = "#pragma once\n"


def source(*lines):
    return "\n".join(lines) + "\n"


LAYERING_TREE = {
    "daemon/base/clock.cc": source('#include "base/clock.h"', "auto t = std::chrono::now();"),
    "daemon/domain/plan.cc": source('#include "domain/plan.h"', '#include "base/check.h"',
                                    "// Not the clock: ::now() in a comment.",
                                    'const char* text = "::now()";'),
    "daemon/service/store.h": source('#include "domain/plan.h"'),
    "daemon/storage/store.cc": source('#include "service/store.h"', "#include <rocksdb/db.h>",
                                      '#include "budgetwatch/storage/v1/journal.pb.h"'),
    "daemon/transport/plans.cc": source("#include <grpcpp/grpcpp.h>",
                                        '#include "budgetwatch/v1/plan.pb.h"'),
    "daemon/telemetry/metrics.cc": source("#include <prometheus/registry.h>"),
    "daemon/app/app.cc": source('#include "storage/store.h"', '#include "transport/plans.h"'),
    "daemon/main.cc": source('#include "app/app.h"'),
    "client/lib/client.cc": source("#include <grpcpp/grpcpp.h>", '#include "lib/client.h"'),
    "client/import/csv.cc": source('#include "domain/plan.h"', "#include <fstream>"),
    "client/budgetctl/plan.cc": source('#include "transport/plan_message.h"',
                                       '#include "import/csv.h"'),
    "proto/budgetwatch/v1/plan.proto": source('import "budgetwatch/v1/date.proto";'),
    "proto/budgetwatch/storage/v1/journal.proto": source('syntax = "proto3";'),
}

LAYERING_FAULTS = [
    ("daemon/base/a.cc", '#include "domain/plan.h"', "must not include daemon/domain"),
    ("daemon/domain/a.cc", '#include "service/store.h"', "must not include daemon/service"),
    ("daemon/service/a.cc", '#include "storage/store.h"', "must not include daemon/storage"),
    ("daemon/storage/a.cc", '#include "transport/plans.h"', "must not include daemon/transport"),
    ("daemon/transport/a.cc", '#include "telemetry/metrics.h"', "must not include daemon/telem"),
    ("daemon/telemetry/a.cc", '#include "storage/store.h"', "must not include daemon/storage"),
    ("daemon/storage/b.cc", '#include "app/app.h"', "must not include daemon/app"),
    ("daemon/main.cc", '#include "service/store.h"', "must not include daemon/service"),
    ("daemon/domain/b.cc", '#include "budgetwatch/v1/plan.pb.h"', "must not include budgetwatch/v1"),
    ("daemon/service/b.cc", '#include "budgetwatch/v1/plan.pb.h"', "must not include budgetwatch/"),
    ("daemon/storage/d.cc", '#include "budgetwatch/v1/plan.pb.h"', "must not include budgetwatch/v"),
    ("daemon/transport/b.cc", '#include "budgetwatch/storage/v1/journal.pb.h"', "must not include"),
    ("daemon/service/c.cc", "#include <rocksdb/db.h>", "must not include rocksdb/"),
    ("daemon/app/b.cc", '#include "rocksdb/db.h"', "must not include rocksdb/"),
    ("daemon/storage/c.cc", "#include <grpcpp/grpcpp.h>", "must not include grpcpp/"),
    ("daemon/service/d.cc", "#include <prometheus/registry.h>", "must not include prometheus/"),
    ("daemon/transport/e.cc", "#include <systemd/sd-daemon.h>", "must not include systemd/"),
    ("daemon/domain/c.cc", "#include <fstream>", "no input or output"),
    ("daemon/base/b.cc", "#include <iostream>", "no input or output"),
    ("daemon/base/c.cc", "#include <filesystem>", "no input or output"),
    ("daemon/service/e.cc", "auto t = std::chrono::system_clock::now();", "reads the clock"),
    ("daemon/domain/d.cc", "auto t = time(nullptr);", "reads the clock"),
    ("daemon/domain/e.cc", '#include "plan.h"', "names no layer"),
    ("daemon/util/a.cc", "", "lies in no layer"),
    ("client/lib/a.cc", '#include "base/check.h"', "must not include daemon/base"),
    ("client/lib/b.cc", '#include "budgetctl/main.h"', "must not include client/budgetctl"),
    ("client/forms/a.cc", '#include "base/check.h"', "must not include daemon/base"),
    ("client/forms/b.cc", '#include "lib/connection.h"', "must not include client/lib"),
    ("client/import/a.cc", "#include <grpcpp/grpcpp.h>", "must not include grpcpp/"),
    ("client/import/b.cc", '#include "budgetwatch/v1/plan.pb.h"', "must not include budgetwatch/"),
    ("client/import/c.cc", '#include "transport/plan_message.h"', "must not include daemon/trans"),
    ("client/budgetctl/a.cc", '#include "service/store.h"', "must not include daemon/service"),
    ("client/budgetctl/b.cc", '#include "transport/plans.h"', "must not include daemon/transport"),
    ("proto/budgetwatch/v1/a.proto", 'import "budgetwatch/storage/v1/journal.proto";',
     "must not import budgetwatch/storage"),
    ("proto/budgetwatch/v1/b.proto", 'import "budgetwatch/wire/v1/wire.proto";',
     "must not import budgetwatch/wire"),
    ("proto/budgetwatch/storage/v1/a.proto", 'import "budgetwatch/v1/plan.proto";',
     "must not import budgetwatch/v1"),
]

SCRIPT = "#!/usr/bin/env bash\n# What it does.\nset -euo pipefail\n"
TEN_LINES = "  x += 1'000;\n" * 10
SOURCE_TREE = {
    "README.md": "Run deploy/quickstart.sh or tests/run.sh.\n",
    "deploy/quickstart.sh": SCRIPT,
    "tests/run.sh": SCRIPT,
    ".ci/run": SCRIPT + "tests/run.sh\n",
    "tests/CMakeLists.txt": "file(GLOB unit_tests unit/*_test.cc)\nadd_test(NAME layering)\n",
    "tests/unit/money_test.cc": "",
    "tests/support/wait.cc": "void Wait() { std::this_thread::sleep_for(1ms); }\n",
    "tests/tidy/layering.py": "if __name__ == '__main__':\n    pass\n",
    "tests/golden/report.md": "kept as it is \t \n",
    "daemon/base/check.h": GOOD_HEADER,
    "daemon/base/long_enough.cc":
        "namespace a {\nint F(int x) {\n  // atoi(\n" + TEN_LINES * 7 + '  G("system(");\n}\n'
        "constexpr int kTable[] = {\n" + "    1,\n" * 100 + "};\n}\n",
}

# Strings that would be found in this file itself are put together.
MARKER = "// TO" + "DO: later"
MACHINE_PATH = "// see /wo" + "rk/main"
LONG_BODY = TEN_LINES * 8
SOURCE_FAULTS = [
    ("daemon/base/a.cc:1", "\tint x;", "tab"),
    ("daemon/base/b.cc:1", "int x; ", "blank at the end"),
    ("daemon/base/c.cc:1", "// " + "x" * 98, "101 columns"),
    ("proto/a.proto:1", "// " + "x" * 98, "101 columns"),
    ("daemon/base/d.cc:501", "\n" * 500, "501 lines"),
    ("daemon/base/e.cc:1", "int F() {\n" + LONG_BODY + "}", "function body of 80 lines"),
    ("daemon/base/f.cc:3", "namespace a {\nclass B {\n  B() : c_{1} {\n" + LONG_BODY + "  }\n};\n}",
     "function body of 80 lines"),
    ("tests/unit/money_test.cc:2", "// A test.\nTEST(Money, Adds) {\n" + LONG_BODY + "}",
     "function body of 80 lines"),
    ("daemon/base/g.cc:1", MARKER, "leftover marker"),
    ("README.md:2", "deploy/quickstart.sh tests/run.sh\n" + MACHINE_PATH, "path of one machine"),
    ("daemon/base/h.cc:1", "void F(char* a) { strcpy(a, b); }", "strcpy() has no bound"),
    ("daemon/base/i.cc:1", "int F() { return std::atoi(a); }", "atoi() hides errors"),
    ("daemon/base/j.cc:1", "int F() { return std::stod(a); }", "stod() rounds"),
    ("daemon/base/k.cc:1", "int F() { return rand(); }", "rand() cannot be replayed"),
    ("daemon/base/l.cc:1", "int F() { return system(a); }", "system() starts a shell"),
    ("daemon/base/m.cc:1", "void F(char* a) { sprintf(a, b); }", "sprintf() has no bound"),
    ("tests/unit/money_test.cc:1", "void F() { std::this_thread::sleep_for(1s); }", "do not sleep"),
    ("tests/unit/wait.cc:1", "void F() { usleep(1); }", "do not sleep"),
    ("daemon/base/n.h:1", "int F();", "without #pragma once"),
    ("tests/property/money_test.cc:1", "", "does not run it"),
    ("tests/integration/restart_test.py:1", "", "does not run it"),
    ("tests/tidy/other.py:1", "if __name__ == '__main__':", "does not run it"),
    ("tests/CMakeLists.txt:0", "# file(GLOB unit_tests unit/*_test.cc) layering", "does not run it"),
    ("deploy/a.sh:2", "#!/usr/bin/env bash\necho", "set -euo pipefail"),
    ("deploy/b:2", "#!/bin/sh\necho", "set -euo pipefail"),
    ("README.md:1", "Run tests/run.sh.", "does not name deploy/quickstart.sh"),
    ("README.md:1", "Run deploy/quickstart.sh.", "does not name tests/run.sh"),
    (".ci/run:1", "#!/usr/bin/env bash\nset -euo pipefail\nctest", "does not call tests/run.sh"),
]

GOOD_PROTO = """syntax = "proto3";

package budgetwatch.v1;

import "google/protobuf/timestamp.proto";

// Shows things.
service ThingService {
  // Lists things.
  rpc ListThings(ListThingsRequest) returns (ListThingsResponse);
}

// Request of ListThings.
message ListThingsRequest {
  // Size.
  int32 page_size = 1;
  // Token.
  string page_token = 2;
}

// Response of ListThings.
message ListThingsResponse {
  // The things.
  repeated Thing things = 1;
  // Token.
  string next_page_token = 2;
}

// A thing.
message Thing {
  // Its price.
  int64 price_fen = 1;
  // Its share.
  optional double used_ratio = 2;
  // Its kind.
  ThingKind kind = 3;
  // Its time.
  google.protobuf.Timestamp made_time = 4;
  // One of two.
  oneof choice {
    // This.
    string this = 5;
  }
}

// Kind of a thing.
enum ThingKind {
  // Not given.
  THING_KIND_UNSPECIFIED = 0;
  // Red.
  THING_KIND_RED = 1;
}
"""
PROTO_PATH = "proto/budgetwatch/v1/thing_service.proto"
# (old text, new text, message)
PROTO_FAULTS = [
    ("package budgetwatch.v1;", "package budgetwatch.v2;", "does not match its folder"),
    ("package budgetwatch.v1;", "package budgetwatch.api;", "does not end in a version"),
    ("import ", "import public ", "public or weak"),
    ("  google.protobuf.Timestamp made_time", "  string made_time", "is not used"),
    ("service ThingService", "service Things", "does not end in Service"),
    ("rpc ListThings(", "rpc listThings(", "not PascalCase"),
    ("(ListThingsRequest)", "(Thing)", "uses .budgetwatch.v1.Thing, not ListThingsRequest"),
    ("(ListThingsResponse)", "(Thing)", "uses .budgetwatch.v1.Thing, not ListThingsResponse"),
    ("(ListThingsResponse)", "(ListThingsRequest)", "serves ListThings and ListThings"),
    ("int32 page_size", "int64 page_size", "has no page_size"),
    ("string page_token", "string token", "has no page_token"),
    ("string next_page_token", "string next", "has no next_page_token"),
    ("repeated Thing things", "Thing things", "is not the list"),
    ("price_fen", "priceFen", "not lower_snake_case"),
    ("oneof choice", "oneof Choice", "not lower_snake_case"),
    ("int64 price_fen", "string price_fen", "money is int64"),
    ("price_fen", "amount", "money is named *_fen"),
    ("double used_ratio", "double used", "a share is a double"),
    ("double used_ratio", "int32 used_ratio", "a share is a double"),
    ("double used_ratio", "float used_ratio", "is a float"),
    ("int64 price_fen", "uint64 price_fen", "is unsigned"),
    ("int64 price_fen", "fixed32 price_fen", "is unsigned"),
    ("THING_KIND_RED", "RED", "does not start with THING_KIND_"),
    ("THING_KIND_RED", "THING_KIND_red", "not UPPER_SNAKE_CASE"),
    ("THING_KIND_UNSPECIFIED", "THING_KIND_NONE", "the zero value"),
    ("// Red.\n", "// Red.\n  THING_KIND_RED2 = 1; option allow_alias = true;\n", "two names"),
    ("message Thing {", "message thing {", "not PascalCase"),
    ("  // Its price.\n", "", "Thing.price_fen has no comment"),
    ("  // Red.\n", "", "THING_KIND_RED has no comment"),
    ("// Kind of a thing.\n", "", "ThingKind has no comment"),
    ("// A thing.\n", "", "Thing has no comment"),
    ("// Shows things.\n", "", "ThingService has no comment"),
    ("  // Lists things.\n", "", "ListThings has no comment"),
    ("  // One of two.\n", "", "Thing.choice has no comment"),
    ("// Its share.", "// Its share", "does not end with a full stop"),
]


class SelfCheck:
    def __init__(self):
        self._cases = 0
        self._failures = 0

    def expect(self, script, tree, place, message):
        """Runs a script on a tree; `message` None means that it must accept the tree."""
        self._cases += 1
        with tempfile.TemporaryDirectory() as folder:
            root = pathlib.Path(folder)
            for name, text in tree.items():
                path = root / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text, encoding="utf-8")
                path.chmod(0o755 if text.startswith("#!") else 0o644)
            run = subprocess.run([sys.executable, str(HERE / script), folder],
                                 capture_output=True, text=True, check=False,
                                 env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"})
        lines = run.stdout.splitlines()
        if message is None:
            good = run.returncode == 0
        else:
            good = run.returncode == 1 and any(
                re.match(re.escape(place), line) and message in line for line in lines)
        if not good:
            self._failures += 1
            print(f"{script} should {'refuse ' + place if message else 'accept the tree'}"
                  f" ({message}); exit {run.returncode}:\n{run.stdout}{run.stderr}")

    def finish(self):
        print(f"self check: {self._cases} cases, {self._failures} failures")
        sys.exit(1 if self._failures else 0)


def main():
    check = SelfCheck()
    for script in ("layering.py", "source_rules.py", "proto_lint.py"):
        check.expect(script, {}, "", "found nothing to check" if script != "source_rules.py"
                     else "does not")

    check.expect("layering.py", LAYERING_TREE, "", None)
    for name, line, message in LAYERING_FAULTS:
        text = f"// A comment.\n{line}\n"
        place = f"{name}:{2 if line else 1}:"
        check.expect("layering.py", {**LAYERING_TREE, name: text}, place, message)

    check.expect("source_rules.py", SOURCE_TREE, "", None)
    for place, text, message in SOURCE_FAULTS:
        name, _, line = place.rpartition(":")
        # Line 0 stands for a fault that shows in another file.
        shown = "" if line == "0" else f"{place}:"
        check.expect("source_rules.py", {**SOURCE_TREE, name: text + "\n"}, shown, message)
    check.expect("source_rules.py", {**SOURCE_TREE, "README.md": "deploy/quickstart.sh tests/run.sh"},
                 "README.md:1:", "no newline at the end")

    check.expect("proto_lint.py", {PROTO_PATH: GOOD_PROTO}, "", None)
    for old, new, message in PROTO_FAULTS:
        text = GOOD_PROTO.replace(old, new)
        # A renamed message must keep its users, so that protoc accepts the file.
        text = text.replace("repeated Thing things", "repeated thing things") \
            if new == "message thing {" else text
        check.expect("proto_lint.py", {PROTO_PATH: text}, PROTO_PATH + ":", message)
    check.expect("proto_lint.py", {PROTO_PATH: 'syntax = "proto2";\npackage budgetwatch.v1;\n'},
                 f"{PROTO_PATH}:1:", "syntax is not proto3")
    check.finish()


if __name__ == "__main__":
    main()
