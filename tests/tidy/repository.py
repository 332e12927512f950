"""What the repository rules share: the files, C++ without comments, the report."""
import pathlib
import re
import subprocess
import sys


def root_from_arguments():
    """The tree to check: the first argument, or the checkout that this file is in."""
    if len(sys.argv) > 1:
        return pathlib.Path(sys.argv[1]).resolve()
    return pathlib.Path(__file__).resolve().parents[2]


def files(root):
    """Paths of the files that belong to the repository, relative to root and sorted.

    Those that git tracks or would track; without git, all but build folders.
    """
    if (root / ".git").exists():
        listed = subprocess.run(
            ["git", "-c", f"safe.directory={root}", "ls-files", "-z", "--cached", "--others",
             "--exclude-standard"], cwd=root, check=True, capture_output=True).stdout
        names = {pathlib.PurePath(name) for name in listed.decode().split("\0") if name}
    else:
        names = {path.relative_to(root) for path in root.rglob("*")}
        names = {name for name in names if not name.parts[0].startswith("build")}
    # A file that was deleted and not committed yet is still in the index.
    return sorted(name for name in names if (root / name).is_file())


_TOKEN = re.compile(
    r'//(?:[^\n\\]|\\.|\\\n)*'                  # line comment
    r'|/\*.*?\*/'                               # block comment
    r'|(?:u8|[uUL])?R"([^ ()\\\t\n]*)\(.*?\)\1"'  # raw string
    r'|"(?:[^"\\\n]|\\.)*"'                     # string
    r"|(?<![0-9a-zA-Z_])(?:u8|[uUL])?'(?:[^'\\\n]|\\.)+'"  # character, no digit separator
    r'|[0-9a-zA-Z_]+(?:\'[0-9a-zA-Z_]+)*',      # word or number with separators
    re.DOTALL)


def code_only(text):
    """C++ text with comments and the insides of literals blanked; lines stay."""
    def blank(match):
        token = match.group(0)
        if token[0].isalnum() or token[0] == "_":
            if '"' not in token and "'" not in token:
                return token
            if token[0].isdigit():
                return token
        return "".join("\n" if char == "\n" else " " for char in token)
    return _TOKEN.sub(blank, text)


def line_of(text, offset):
    return text.count("\n", 0, offset) + 1


class Report:
    """Collects violations and ends the program: 1 when there are any, or nothing was checked."""

    def __init__(self, rule_set):
        self._rule_set = rule_set
        self._violations = []
        self._checked = 0

    def checked(self, count=1):
        self._checked += count

    def add(self, path, line, message):
        self._violations.append((str(path), line, message))

    def finish(self):
        for path, line, message in sorted(self._violations):
            print(f"{path}:{line}: {message}")
        if self._checked == 0:
            print(f"{self._rule_set}: found nothing to check")
            sys.exit(1)
        print(f"{self._rule_set}: {self._checked} files, {len(self._violations)} violations")
        sys.exit(1 if self._violations else 0)
