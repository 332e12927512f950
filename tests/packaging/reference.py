#!/usr/bin/python3 -B
"""Goal: the man pages and the completion know every command and option, and nothing else.
Method: a reader of its own asks each command for its --help; the pages are read as text, the
completion runs in bash.

usage: reference.py BIN_DIR PACKAGE_DIR SOURCE_DIR
"""
import gzip
import pathlib
import re
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "integration"))
from daemon import check, check_equal, main, run_program

OPTION = re.compile(r"^  (-[\w-]+(?:,-[\w-]+)*)", re.MULTILINE)
TOOLS = re.compile(r'app\.add_subcommand\("(\w+)"')


def help_of(program, path, language):
    done = run_program([program, "--lang", language, *path, "--help"]
                       if program.name == "budgetctl" else [program, *path, "--help"])
    check_equal(done.returncode, 0, f"exit code of {program.name} {' '.join(path)} --help")
    return done.stdout.decode()


def options_of(text):
    return [name for match in OPTION.finditer(text) for name in match[1].split(",")]


def commands_of(text):
    _, found, below = text.partition("\nSubcommands:\n")
    return re.findall(r"^  (\S+)", below.split("\n\n")[0], re.MULTILINE) if found else []


def helps(program, language, tools=()):
    """Each command's path and help, the shorter paths first."""
    found, pending = [], [()]
    while pending:
        path = pending.pop(0)
        text = help_of(program, path, language)
        found.append((path, text))
        pending += [(*path, name) for name in [*commands_of(text), *(() if path else tools)]]
    return found


def page_of(path):
    """A page's headings and text without the marks of roff."""
    text = gzip.decompress(path.read_bytes()).decode()
    text = text.replace("\\:", "").replace("\\-", "-").replace("\\e", "\\").replace("\\&", "")
    return re.sub(r"\\f[BR]", "", text)


def name_of(page):
    return re.search(r'^\.TH "(\S+)"', page, re.MULTILINE)[1].lower()


def missing_from(page, found):
    """What of the commands' helps is not in the page. What the first level explains is not
    said again for each command."""
    missing = []
    shared = set(options_of(found[0][1]))
    words = set(page.split())
    for path, text in found:
        section = page
        if path:
            _, there, rest = page.partition(f'.SS "{name_of(page)} {" ".join(path)}"\n')
            if not there:
                missing.append(" ".join(path))
                continue
            section = re.split(r"^\.S[SH] ", rest, flags=re.MULTILINE)[0]
        listed = {name for line in re.findall(r"^\.TP\n(\S+)", section, re.MULTILINE)
                  for name in line.split(",")}
        missing += [f"{' '.join(path)} {name}" for name in options_of(text)
                    if name not in listed and not (path and name in shared)]
        # Descriptions too, word by word; headings of groups and folders of programs are left out.
        described = re.sub(r"^(?:\S.*:$|Usage: )", "", text, flags=re.MULTILINE)
        missing += [f"{' '.join(path)}: {word}" for word in described.split()
                    if word not in words and not word.startswith("/")]
    return missing


def check_page(page, found, what):
    missing = missing_from(page, found)
    check(not missing, f"{what} does not tell of: {'; '.join(missing[:10])}")
    # That this can fail: without one option, without one command.
    path, text = found[-1]
    option = next(name for name in reversed(options_of(text))
                  if name not in options_of(found[0][1]))
    check(missing_from(page.replace(f"\n{option}", "\nremoved"), found),
          f"{what}: a missing {option} is not noticed")
    check(missing_from(page.replace(f"{' '.join(path)}\"", "removed\""), found),
          f"{what}: a missing command is not noticed")


def check_config_page(page, example):
    keys = re.findall(r"^([a-z_]+):", example.read_text(encoding="utf-8"), re.MULTILINE)
    check(len(keys) > 20, f"only {len(keys)} keys in {example.name}")
    check_equal(re.findall(r"^\.TP\n(\S+)$", page, re.MULTILINE), keys, "keys of the page")


def complete(script, lines):
    """What the completion offers for each line, whose last word is being typed."""
    program = [f"source {script}"]
    for words in lines:
        quoted = " ".join(f"'{word}'" for word in words)
        program.append(f"COMP_WORDS=({quoted}); COMP_CWORD={len(words) - 1}; _budgetctl; "
                       'echo "${COMPREPLY[*]}"')
    done = subprocess.run(["bash", "-euo", "pipefail", "-c", "\n".join(program)],
                          capture_output=True, text=True, check=False)
    check(done.returncode == 0 and not done.stderr, f"the completion failed: {done.stderr}")
    answers = [line.split() for line in done.stdout.split("\n")[:-1]]
    check_equal(len(answers), len(lines), "answers of the completion")
    return answers


def check_completion(script, found):
    answers = complete(script, [("budgetctl", *path, "") for path, _ in found])
    for (path, text), answer in zip(found, answers):
        check_equal(answer, commands_of(text) + options_of(text),
                    f"completion of budgetctl {' '.join(path)}")
    cases = {
        ("budgetctl", "--output", "js"): ["json"],
        ("budgetctl", "--output", "=", "c"): ["csv"],
        ("budgetctl", "--output", "="): ["table", "json", "csv"],
        ("budgetctl", "--lang", "en", "pl"): ["plan"],
        ("budgetctl", "--server", "plan", "pay"): ["payment"],
        ("budgetctl", "warning", "list", "--output", "json", "--state", ""):
            ["open", "resolved", "all"],
        ("budgetctl", "review", "export", "-o", ""): [],  # a file
        ("budgetctl", "plan", "check", "plan"): [],  # a file
        ("budgetctl", "payment", "import", "--so"): ["--source"],
    }
    for words, answer in zip(cases, complete(script, list(cases))):
        check_equal(answer, cases[words], " ".join(words))


def test(bin_dir, _folder, arguments):
    package, source = map(pathlib.Path, arguments)
    tools = TOOLS.findall((source / "daemon/app/offline_tools.cc").read_text(encoding="utf-8"))
    check(len(tools) >= 3, f"offline tools: {tools}")
    check_page(page_of(package / "man/man8/budgetwatchd.8.gz"),
               helps(bin_dir / "budgetwatchd", "en", tools), "budgetwatchd(8)")
    for language, folder in (("en", "man1"), ("zh", "zh_CN/man1")):
        check_page(page_of(package / f"man/{folder}/budgetctl.1.gz"),
                   helps(bin_dir / "budgetctl", language), f"budgetctl(1) in {language}")
    check_config_page(page_of(package / "man/man5/budgetwatchd.yaml.5.gz"),
                      source / "deploy/budgetwatchd.yaml")
    check_completion(package / "completions/budgetctl", helps(bin_dir / "budgetctl", "en"))


if __name__ == "__main__":
    main(test, __doc__, (2,))
