#!/usr/bin/python3 -B
"""Rules for the text of sources and scripts that no compiler checks.

usage: source_rules.py [ROOT]
"""
import os
import re

import repository

MAX_COLUMNS = 100
MAX_FUNCTION_LINES = 75
MAX_FILE_LINES = 500

CODE = {".cc", ".h", ".proto"}
SIZED = CODE | {".py", ".sh"}
TEXT = SIZED | {".md", ".yaml", ".yml", ".cmake", ".csv"}
TEXT_NAMES = {"CMakeLists.txt", ".clang-format", ".clang-tidy", ".editorconfig", ".gitignore"}

# Put together here, so that this file does not find itself.
MARKERS = re.compile(r"\b(?:" + "|".join(["TO" + "DO", "FIX" + "ME", "X" * 3, "HA" + "CK"]) + r")\b")
MACHINE_PATHS = re.compile(r"(?<![\w.$}])/(?:" + "|".join(["wo" + "rk", "ro" + "ot", "ho" + "me"]) +
                           r")/")

BANNED_CALLS = {
    "strcpy": "has no bound; use std::string",
    "strcat": "has no bound; use std::string",
    "sprintf": "has no bound; use std::snprintf",
    "atoi": "hides errors; use std::from_chars",
    "atol": "hides errors; use std::from_chars",
    "strtod": "rounds; money and shares are read as exact decimals",
    "stod": "rounds; money and shares are read as exact decimals",
    "atof": "rounds; money and shares are read as exact decimals",
    "rand": "cannot be replayed; use a seeded std::mt19937_64",
    "system": "starts a shell",
}
CALL = re.compile(r"(?<![\w.>])(?:std::)?(" + "|".join(BANNED_CALLS) + r")\s*\(")
# Tests wait on a condition. The one place that polls, with a deadline, is tests/support.
SLEEP = re.compile(r"\b(?:sleep_for|sleep_until|usleep|nanosleep|sleep)\s*\(")

OWN_COMMANDS = ("deploy/quickstart.sh", "tests/run.sh")


def is_text(path):
    # Scripts have no suffix; the licence is kept as it was published.
    return path.suffix in TEXT or path.name in TEXT_NAMES or (
        not path.suffix and path.name != "LICENSE")


def is_golden(path):
    """Expected output is kept byte by byte, whatever it looks like."""
    return path.parts[:2] == ("tests", "golden")


def check_text(report, path, text):
    for number, line in enumerate(text.split("\n"), 1):
        if "\t" in line:
            report.add(path, number, "tab; indent with blanks")
        if line != line.rstrip():
            report.add(path, number, "blank at the end of the line")
        if path.suffix in CODE and len(line) > MAX_COLUMNS:
            report.add(path, number, f"{len(line)} columns, at most {MAX_COLUMNS}")
        if MARKERS.search(line):
            report.add(path, number, "leftover marker; do it or file an issue")
        if MACHINE_PATHS.search(line):
            report.add(path, number, "path of one machine")
    if text and not text.endswith("\n"):
        report.add(path, text.count("\n") + 1, "no newline at the end")
    if path.suffix in SIZED and text.count("\n") > MAX_FILE_LINES:
        report.add(path, MAX_FILE_LINES + 1,
                   f"{text.count(chr(10))} lines, at most {MAX_FILE_LINES}; split it by nouns")


def check_calls(report, path, code):
    for match in CALL.finditer(code):
        report.add(path, repository.line_of(code, match.start(1)),
                   f"{match.group(1)}() {BANNED_CALLS[match.group(1)]}")
    if path.parts[0] == "tests" and path.parts[1] != "support":
        for match in SLEEP.finditer(code):
            report.add(path, repository.line_of(code, match.start()),
                       "tests do not sleep; wait on a condition with tests/support")


def scope_of(head):
    """What an opening brace after `head` opens: a namespace, a type, a function or a value."""
    head = re.sub(r"\b(?:public|private|protected)\s*:", " ", head)
    previous = None
    while previous != head:  # nested template arguments, from the inside out
        previous = head
        head = re.sub(r"<[^<>]*>", " ", head)
    head = re.sub(r"\btemplate\b|\[\[.*?\]\]", " ", head, flags=re.DOTALL).strip()
    if re.match(r"(?:inline\s+)?namespace\b|extern\s*$", head):
        return "namespace"
    if re.match(r"(?:typedef\s+)?(?:class|struct|union|enum)\b", head):
        return "type"
    return "function" if ")" in head else "value"


def check_functions(report, path, code):
    # Directives would confuse the search for braces; a macro's lines are not a body.
    code = re.sub(r"^[ \t]*#(?:[^\n\\]|\\.|\\\n)*",
                  lambda match: "\n" * match.group(0).count("\n"), code, flags=re.MULTILINE)
    scopes = []  # (kind, line of the brace)
    head_start = 0
    after_brace = False
    for match in re.finditer(r"[{};]", code):
        line = repository.line_of(code, match.start())
        if match.group(0) == "{":
            head = code[head_start:match.start()]
            # `C() : a_{1} {`: what follows a member's initializer is the body.
            kind = scope_of(head) if head.strip() or not after_brace else "function"
            scopes.append((kind, line))
        elif match.group(0) == "}" and scopes:
            kind, first = scopes.pop()
            outer = {scope for scope, _ in scopes}
            if kind == "function" and outer <= {"namespace", "type"}:
                if line - first - 1 > MAX_FUNCTION_LINES:
                    report.add(path, first, f"function body of {line - first - 1} lines, "
                                            f"at most {MAX_FUNCTION_LINES}")
        head_start = match.end()
        after_brace = match.group(0) == "}"


def check_script(report, path, text):
    """A shell script stops at the first error, an unset name or a broken pipe."""
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip() and not line.startswith("#"):
            if line.strip() != "set -euo pipefail":
                report.add(path, number, "a shell script starts with `set -euo pipefail`")
            return
    report.add(path, 1, "empty script")


def check_registered(report, root, paths):
    """A test that no build runs is worse than none."""
    cmake = "\n".join((root / path).read_text(encoding="utf-8") for path in paths
                      if path.parts[0] == "tests" and
                      (path.name == "CMakeLists.txt" or path.suffix == ".cmake"))
    cmake = re.sub(r"#.*", "", cmake)

    def named(word):
        return re.search(rf"(?<!\w){re.escape(word)}(?!\w)", cmake)

    for path in paths:
        if path.parts[0] != "tests":
            continue
        if re.search(r"_test\.(?:cc|py|sh)$", path.name):
            if not named(path.stem) and not ("GLOB" in cmake and named(path.parts[1])):
                report.add(path, 1, "tests/CMakeLists.txt does not run it")
        if path.parts[:2] == ("tests", "tidy") and path.suffix == ".py":
            is_rule = "__main__" in (root / path).read_text(encoding="utf-8")
            if is_rule and not named(path.stem):
                report.add(path, 1, "tests/CMakeLists.txt does not run it")


def check_commands(report, root):
    """README and continuous integration share the same two commands."""
    readme = root / "README.md"
    text = readme.read_text(encoding="utf-8") if readme.exists() else ""
    for command in OWN_COMMANDS:
        if command not in text:
            report.add("README.md", 1, f"does not name {command}")
        if not os.access(root / command, os.X_OK):
            report.add(command, 1, "is not there or not executable")
    ci = root / ".ci/run"
    if not ci.exists() or not os.access(ci, os.X_OK) or "tests/run.sh" not in ci.read_text():
        report.add(".ci/run", 1, "does not call tests/run.sh, or is not executable")


def main():
    root = repository.root_from_arguments()
    report = repository.Report("source rules")
    paths = repository.files(root)
    for path in paths:
        if not is_text(path) or is_golden(path):
            continue
        report.checked()
        try:
            text = (root / path).read_text(encoding="utf-8")
        except UnicodeDecodeError as error:
            report.add(path, 1, f"not UTF-8: {error.reason} at byte {error.start}")
            continue
        check_text(report, path, text)
        if path.suffix in (".cc", ".h"):
            code = repository.code_only(text)
            check_calls(report, path, code)
            check_functions(report, path, code)
        if path.suffix == ".h" and not re.search(r"^#pragma once$", text, re.MULTILINE):
            report.add(path, 1, "header without #pragma once")
        if path.suffix == ".sh" or re.match(r"#!.*\b(?:ba)?sh\b", text):
            check_script(report, path, text)
    check_registered(report, root, paths)
    check_commands(report, root)
    report.finish()


if __name__ == "__main__":
    main()
