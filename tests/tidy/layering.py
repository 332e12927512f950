#!/usr/bin/python3 -B
"""Include directions: base <- domain <- service <- {storage, transport, telemetry} <- app <- main.

Quoted includes start at daemon/ or client/, so their first folder names the layer.
usage: layering.py [ROOT]
"""
import re

import repository

BASE, DOMAIN, SERVICE = "daemon/base", "daemon/domain", "daemon/service"
STORAGE, TRANSPORT, TELEMETRY = "daemon/storage", "daemon/transport", "daemon/telemetry"
APP, MAIN = "daemon/app", "daemon/main.cc"
LIB, IMPORT, BUDGETCTL = "client/lib", "client/import", "client/budgetctl"
BENCH, FORMS = "client/bench", "client/forms"

# What each layer may include of our own code.
MAY_INCLUDE = {
    BASE: {BASE},
    DOMAIN: {BASE, DOMAIN},
    SERVICE: {BASE, DOMAIN, SERVICE},
    STORAGE: {BASE, DOMAIN, SERVICE, STORAGE},
    TRANSPORT: {BASE, DOMAIN, SERVICE, TRANSPORT},
    TELEMETRY: {BASE, DOMAIN, SERVICE, TELEMETRY},
    APP: {BASE, DOMAIN, SERVICE, STORAGE, TRANSPORT, TELEMETRY, APP},
    MAIN: {BASE, APP},
    LIB: {LIB},
    BENCH: {LIB, BENCH},
    FORMS: {FORMS},
    # The readers and the offline checks of the command line use the rules of the
    # domain itself, so that no second copy of a rule can differ from it.
    IMPORT: {BASE, DOMAIN, IMPORT},
    BUDGETCTL: {BASE, DOMAIN, LIB, IMPORT, BENCH, FORMS, BUDGETCTL},
}
LAYER_OF_FOLDER = {layer.split("/")[1]: layer for layer in MAY_INCLUDE if layer != MAIN}

# Single headers that a layer may include besides.
EXCEPTIONS = {(BUDGETCTL, "transport/plan_message.h")}

# Generated messages and libraries, by how the include starts, and who may use them.
OUTSIDE = [
    ("budgetwatch/v1/", {TRANSPORT, LIB, BENCH, FORMS, BUDGETCTL}),
    ("budgetwatch/storage/", {STORAGE}),
    ("budgetwatch/wire/", {TRANSPORT, LIB}),
    ("google/", {TRANSPORT, STORAGE, LIB, BUDGETCTL}),
    ("rocksdb/", {STORAGE}),
    ("grpcpp/", {TRANSPORT, APP, LIB, BENCH, BUDGETCTL}),
    ("grpc/", {TRANSPORT, APP, LIB, BENCH, BUDGETCTL}),
    ("prometheus/", {TELEMETRY, APP}),
    ("systemd/", {APP}),
]

# Files, streams and threads have no place in rules that must be pure.
NO_IO = {BASE: {"iostream", "fstream", "filesystem"},
         DOMAIN: {"iostream", "fstream", "filesystem", "ctime", "thread", "unistd.h"}}

INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*([<"])([^>"\n]+)[>"]', re.MULTILINE)
CLOCK = re.compile(r"::now\s*\(|\b(?:gettimeofday|clock_gettime)\s*\(|\btime\s*\(\s*(?:nullptr|NULL|0)")
CLOCK_FILE = "daemon/base/clock.cc"
PROTO_IMPORT = re.compile(r'^[ \t]*import[ \t]+(?:public[ \t]+|weak[ \t]+)?"([^"]+)"', re.MULTILINE)


def layer_of(path):
    name = path.as_posix()
    if name == MAIN:
        return MAIN
    folder = "/".join(path.parts[:2])
    return folder if folder in MAY_INCLUDE and len(path.parts) > 2 else None


def fault_of_include(layer, bracket, target):
    """Why `layer` may not include `target`, or None."""
    for prefix, users in OUTSIDE:
        if target.startswith(prefix):
            return None if layer in users else f"{layer} must not include {prefix}"
    if bracket == "<":
        if target in NO_IO.get(layer, ()):
            return f"{layer} does no input or output: <{target}>"
        return None
    owner = LAYER_OF_FOLDER.get(target.split("/")[0]) if "/" in target else None
    if owner is None:
        return f'"{target}" names no layer; write the path from daemon/ or client/'
    if owner in MAY_INCLUDE[layer] or (layer, target) in EXCEPTIONS:
        return None
    return f"{layer} must not include {owner}"


def check_source(report, root, path):
    report.checked()
    layer = layer_of(path)
    if layer is None:
        report.add(path, 1, "lies in no layer; see the list in tests/tidy/layering.py")
        return
    text = (root / path).read_text(encoding="utf-8")
    for match in INCLUDE.finditer(text):
        fault = fault_of_include(layer, match.group(1), match.group(2))
        if fault:
            report.add(path, repository.line_of(text, match.start(2)), fault)
    if path.parts[0] == "daemon" and path.as_posix() != CLOCK_FILE:
        for match in CLOCK.finditer(repository.code_only(text)):
            report.add(path, repository.line_of(text, match.start()),
                       f"reads the clock; only {CLOCK_FILE} does, others are given the time")


def check_proto(report, root, path):
    """The API, the records on disk and the wire twins never import each other."""
    report.checked()
    family = path.parts[2]
    text = (root / path).read_text(encoding="utf-8")
    for match in PROTO_IMPORT.finditer(text):
        parts = match.group(1).split("/")
        if parts[0] == "budgetwatch" and parts[1] != family:
            report.add(path, repository.line_of(text, match.start(1)),
                       f"budgetwatch/{family} must not import budgetwatch/{parts[1]}")


def main():
    root = repository.root_from_arguments()
    report = repository.Report("layering")
    for path in repository.files(root):
        if path.parts[0] in ("daemon", "client") and path.suffix in (".h", ".cc"):
            check_source(report, root, path)
        if path.parts[:2] == ("proto", "budgetwatch") and path.suffix == ".proto":
            check_proto(report, root, path)
    report.finish()


if __name__ == "__main__":
    main()
