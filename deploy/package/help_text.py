"""Reads the help that CLI11 prints: usage, groups of options, commands."""
import os
import pathlib
import re
import subprocess

COLUMN = 30  # where CLI11 starts its descriptions
GLOBAL_GROUPS = ("Global options", "通用选项")
# Anything else that looks like a group is text of the program's own.
GROUPS = ("Positionals", "Options", "Subcommands", *GLOBAL_GROUPS)
# What stands between the names of an option and its description, and is no value.
NO_VALUE = re.compile(r"\b(?:REQUIRED|(?:Needs|Excludes): .*)")


class Entry:
    """An option, an argument or a command."""

    def __init__(self, label, description):
        first, _, kind = label.partition(" ")
        self.names = first
        self.kind = kind
        self.description = description
        self.options = [name for name in first.split(",") if name.startswith("-")]
        self.takes_value = bool(NO_VALUE.sub("", kind).strip())

    @property
    def choices(self):
        """The words that the option takes, where its help lists all of them."""
        match = re.search(r"\{([^{}]+)\}", self.kind)
        if match:
            return match[1].split(",")
        match = re.search(r"(?<![\w|])[a-z]+(?:\|[a-z]+)+(?![\w|])", self.description)
        return match[0].split("|") if match else []


class Group:
    def __init__(self, title, entries=None):
        self.title = title
        self.entries = entries or []

    @property
    def is_commands(self):
        return self.title == "Subcommands"


class Command:
    def __init__(self, program, path, text):
        self.name = " ".join((program, *path))
        self.path = path
        self.groups = []
        before, found, after = text.partition("Usage: ")
        if not found:
            raise ValueError(f"{self.name} --help has no usage:\n{text}")
        self.description = before.strip()
        usage, _, rest = after.partition("\n")
        # The program's name as it was called may have a folder.
        self.usage = re.sub(r"^\S+", program, usage)
        self.footer = self._read(rest)
        self.commands = []

    def _read(self, text):
        """Groups into self.groups; what stands behind them is returned."""
        footer = []
        for line in text.split("\n"):
            if footer:
                footer.append(line)
            elif line.startswith(" " * COLUMN):
                self.groups[-1].entries[-1].description += "\n" + line.strip()
            elif line.startswith("  "):
                # A label that is too long has its description on the next line.
                fits = len(line) > COLUMN and line[COLUMN - 1] == " "
                label, rest = (line[:COLUMN], line[COLUMN:]) if fits else (line, "")
                self.groups[-1].entries.append(Entry(label.strip(), rest.strip()))
            elif line.endswith(":") and line[:-1] in GROUPS:
                self.groups.append(Group(line[:-1]))
            elif line:
                footer.append(line)
        for group in self.groups:
            for entry in group.entries:
                entry.description = entry.description.strip()
        return "\n".join(footer).strip()


def read_command(program, path, language):
    """A command with all commands below it."""
    name = pathlib.Path(program).name
    environment = {**os.environ, "BUDGETWATCH_LANG": language}
    done = subprocess.run([program, *path, "--help"], capture_output=True, text=True, check=True,
                          encoding="utf-8", env=environment)
    command = Command(name, tuple(path), done.stdout)
    names = [entry.names for group in command.groups if group.is_commands
             for entry in group.entries]
    if not path:
        # Tools of the daemon that its options do not lead to; its footer names them.
        names += re.findall(rf"{name} ([a-z]+)\b", command.footer)
    command.commands = [read_command(program, (*path, below), language) for below in names]
    for below in command.commands:
        if below.usage == command.usage:
            raise ValueError(f"{below.name} is no command: it prints the help of {command.name}")
    return command
