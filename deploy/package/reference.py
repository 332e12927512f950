#!/usr/bin/python3 -B
"""Man pages and bash completion, made from what the programs say of themselves.

Commands and options come from --help, the configuration from the comments of its example,
so that no second description of them can fall behind.

usage: reference.py man PROGRAM LANGUAGE FILE
       reference.py config EXAMPLE VERSION FILE
       reference.py completion PROGRAM FILE
"""
import pathlib
import re
import subprocess
import sys

import help_text
from help_text import GLOBAL_GROUPS, read_command

SECTIONS = {"budgetwatchd": 8, "budgetctl": 1}
SEE_ALSO = {
    "budgetwatchd": "budgetctl(1), budgetwatchd.yaml(5), /usr/share/doc/budgetwatch/README.md",
    "budgetctl": "budgetwatchd(8), budgetwatchd.yaml(5), /usr/share/budgetwatch/examples",
    "budgetwatchd.yaml": "budgetwatchd(8), budgetctl(1)",
}
TITLES = {
    "en": {"name": "NAME", "synopsis": "SYNOPSIS", "description": "DESCRIPTION",
           "options": "OPTIONS", "commands": "COMMANDS", "notes": "NOTES", "see": "SEE ALSO",
           "keys": "KEYS", "default": "Default"},
    "zh": {"name": "名称", "synopsis": "概要", "description": "描述", "options": "选项",
           "commands": "命令", "notes": "说明", "see": "另见"},
}


def roff(text):
    """Text as it stands, whatever it holds; a line must not look like a request."""
    text = text.replace("\\", "\\e").replace("-", "\\-")
    # Lists without blanks, and Chinese, may be broken behind their punctuation.
    text = re.sub(r"([,|，；。：、）])(?=\S)", r"\1\\:", text)
    return re.sub(r"^([.'])", r"\\&\1", text, flags=re.MULTILINE)


def header(name, section, version):
    return [f'.\\" Made by deploy/package/reference.py; changes here are lost.',
            f'.TH "{name.upper()}" "{section}" "" "{version}"', ".nh", ".ad l"]


def entries(group):
    lines = []
    for entry in group.entries:
        lines += [".TP", f"\\fB{roff(entry.names)}\\fR {roff(entry.kind)}".rstrip(),
                  roff(entry.description) or "\\&"]
    return lines


def own_groups(command):
    """What a command has beside the options that all of them share."""
    for group in command.groups:
        if group.title in GLOBAL_GROUPS or group.is_commands:
            continue
        rest = [entry for entry in group.entries if "--help" not in entry.names]
        if rest:
            yield help_text.Group(group.title, rest)


def subsection(command):
    lines = [f'.SS "{roff(command.name)}"', roff(command.description), ".PP",
             f"\\fB{roff(command.usage)}\\fR"]
    for group in own_groups(command):
        lines += entries(group)
    return lines


def below(command):
    """All commands below, each before those that it leads to."""
    for child in command.commands:
        yield child
        yield from below(child)


def man_page(program, language):
    top = read_command(program, (), language)
    title = TITLES[language]
    version = subprocess.run([program, "--version"], capture_output=True, text=True,
                             check=True).stdout.strip()
    summary = top.description.split("\n")[0].rstrip(".")
    if summary.startswith(top.name + " "):
        summary = summary[len(top.name) + 1:]
    lines = header(top.name, SECTIONS[top.name], version)
    lines += [f'.SH "{title["name"]}"', f"{roff(top.name)} \\- {roff(summary)}",
              f'.SH "{title["synopsis"]}"', f"\\fB{roff(top.usage)}\\fR",
              f'.SH "{title["description"]}"', roff(top.description)]
    lines += [f'.SH "{title["options"]}"']
    for group in top.groups:
        if not group.is_commands:
            lines += entries(group)
    if top.commands:
        lines += [f'.SH "{title["commands"]}"']
        for command in below(top):
            lines += subsection(command)
    if top.footer:
        # Lists keep their lines.
        lines += [f'.SH "{title["notes"]}"', ".nf" if "\n" in top.footer else ".PP",
                  roff(top.footer), ".fi"]
    lines += [f'.SH "{title["see"]}"', roff(SEE_ALSO[top.name])]
    return "\n".join(lines) + "\n"


def config_page(example, version):
    """Each key with the comment above it; a comment with an empty line below is about all."""
    title = TITLES["en"]
    lines = header("budgetwatchd.yaml", 5, f"budgetwatchd {version}")
    lines += [f'.SH "{title["name"]}"',
              "budgetwatchd.yaml \\- configuration of budgetwatchd",
              f'.SH "{title["description"]}"']
    comment, keys = [], []
    for line in example.read_text(encoding="utf-8").split("\n"):
        match = re.fullmatch(r"([a-z_]+):(.*)", line)
        if line.startswith("#"):
            comment.append(line[1:].strip())
        elif match:
            keys += [".TP", f"\\fB{roff(match[1])}\\fR", *([roff("\n".join(comment))] * bool(comment)),
                     ".br", f"{title['default']}: {roff(match[2].strip())}"]
            comment = []
        else:
            lines += [roff("\n".join(comment)), ".PP"] if comment and not keys else []
            comment = []
    lines += [f'.SH "{title["keys"]}"', *keys,
              f'.SH "{title["see"]}"', roff(SEE_ALSO["budgetwatchd.yaml"])]
    return "\n".join(lines) + "\n"


COMPLETION = r"""# bash completion for @NAME@; made by deploy/package/reference.py from --help.
_@NAME@() {
    local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]}
    local command='' word i words='' values=''
    # "--option=value" comes as three words.
    [[ $current == '=' ]] && current=''
    [[ $previous == '=' && $COMP_CWORD -ge 2 ]] && previous=${COMP_WORDS[COMP_CWORD-2]}
    [[ ${COMP_WORDS[COMP_CWORD]} == '=' ]] && previous=${COMP_WORDS[COMP_CWORD-1]}
    for ((i = 1; i < COMP_CWORD; i++)); do
        word=${COMP_WORDS[i]}
        case "$command ${COMP_WORDS[i-1]}" in
            @VALUED@|*' =') continue ;;
        esac
        case "$command $word" in
            @COMMANDS@) command="${command:+$command }$word" ;;
        esac
    done
    COMPREPLY=()
    case "$command $previous" in
@CHOICES@
    esac
    if [[ -n $values ]]; then
        mapfile -t COMPREPLY < <(compgen -W "$values" -- "$current")
        return
    fi
    case "$command $previous" in
        @VALUED@) return ;;
    esac
    case "$command" in
@WORDS@
    esac
    mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
}
complete -o default -F _@NAME@ @NAME@
"""


def value_patterns(command, shared):
    """Patterns of "COMMAND OPTION" that a value follows, each with the words it may be."""
    for group in command.groups:
        for entry in group.entries:
            if not entry.options or not entry.takes_value or entry.names in shared:
                continue
            # What the first level knows, every level knows.
            start = "*" if not command.path else ""
            yield [f"{start}'{' '.join(command.path)} {option}'"
                   for option in entry.options], entry.choices


def completion(program):
    top = read_command(program, (), "en")
    shared = [entry.names for group in top.groups for entry in group.entries]
    commands, valued, choices, words = [], [], [], []
    pending = [top]
    while pending:
        command = pending.pop(0)
        pending += command.commands
        path = " ".join(command.path)
        known = [below.path[-1] for below in command.commands]
        commands += [f"'{path} {name}'" for name in known]
        known += [option for group in command.groups for entry in group.entries
                  for option in entry.options]
        words.append(f"        '{path}') words='{' '.join(known)}' ;;")
        for patterns, values in value_patterns(command, shared if command.path else ()):
            valued += patterns
            if values:
                choices.append(f"        {'|'.join(patterns)}) values='{' '.join(values)}' ;;")
    text = COMPLETION
    for name, value in (("COMMANDS", "|".join(commands)), ("VALUED", "|".join(valued)),
                        ("CHOICES", "\n".join(choices)), ("WORDS", "\n".join(words)),
                        ("NAME", top.name)):
        text = text.replace(f"@{name}@", value)
    return text


def main():
    match sys.argv[1:]:
        case ["man", program, ("en" | "zh") as language, file]:
            text = man_page(program, language)
        case ["config", example, version, file]:
            text = config_page(pathlib.Path(example), version)
        case ["completion", program, file]:
            text = completion(program)
        case _:
            print(__doc__, file=sys.stderr)
            sys.exit(2)
    pathlib.Path(file).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
