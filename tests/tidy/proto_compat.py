#!/usr/bin/python3 -B
"""Compatibility of the API: what a client was built with stays as it was.

Compares proto/budgetwatch/v1 with tests/golden/api_descriptor.txt, a line for each element.
A line that is gone is an element that was removed, renamed, renumbered or retyped, and
breaks clients. A new line breaks nobody, but from now on it is a promise too: add it with
--update, which refuses while a line is gone.
usage: proto_compat.py [--update] [ROOT]
"""
import pathlib
import subprocess
import sys
import tempfile

from google.protobuf import descriptor_pb2

import repository

FOLDER = pathlib.PurePath("proto/budgetwatch/v1")
GOLDEN = pathlib.PurePath("tests/golden/api_descriptor.txt")
HEADER = """\
# The API, an element on a line; tests/tidy/proto_compat.py compares. Lines are added with
# proto_compat.py --update and never changed or removed.
"""

Field = descriptor_pb2.FieldDescriptorProto


def compiled(root):
    """The files of the API, or none."""
    names = sorted(str(path.relative_to(root / "proto"))
                   for path in (root / FOLDER).glob("*.proto"))
    if not names:
        return []
    with tempfile.TemporaryDirectory() as folder:
        out = pathlib.Path(folder) / "set.pb"
        subprocess.run(["protoc", "-I", str(root / "proto"), f"--descriptor_set_out={out}",
                        *names], check=True)
        return descriptor_pb2.FileDescriptorSet.FromString(out.read_bytes()).file


def type_of(field):
    if field.type_name:
        return field.type_name.lstrip(".")
    return Field.Type.Name(field.type).removeprefix("TYPE_").lower()


def label_of(field):
    if field.label == Field.LABEL_REPEATED:
        return "repeated "
    return "optional " if field.proto3_optional else ""


def message_lines(scope, message):
    name = f"{scope}.{message.name}"
    yield f"message {name}"
    for field in message.field:
        choice = ""
        if field.HasField("oneof_index") and not field.proto3_optional:
            choice = f" in {message.oneof_decl[field.oneof_index].name}"
        json_name = f" json {field.json_name}" if field.json_name else ""
        yield (f"field {name} {field.number} {label_of(field)}{type_of(field)} "
               f"{field.name}{choice}{json_name}")
    for enum in message.enum_type:
        yield from enum_lines(name, enum)
    for nested in message.nested_type:
        yield from message_lines(name, nested)


def enum_lines(scope, enum):
    name = f"{scope}.{enum.name}"
    yield f"enum {name}"
    for value in enum.value:
        yield f"value {name} {value.number} {value.name}"


def service_lines(scope, service):
    name = f"{scope}.{service.name}"
    yield f"service {name}"
    for rpc in service.method:
        request = "stream " * rpc.client_streaming + rpc.input_type.lstrip(".")
        response = "stream " * rpc.server_streaming + rpc.output_type.lstrip(".")
        yield f"rpc {name}/{rpc.name} ({request}) returns ({response})"


def file_lines(file):
    for message in file.message_type:
        yield from message_lines(file.package, message)
    for enum in file.enum_type:
        yield from enum_lines(file.package, enum)
    for service in file.service:
        yield from service_lines(file.package, service)


def sort_key(line):
    """Elements of one thing stand together, by number."""
    kind, name, *rest = line.split(" ")
    name, _, rpc = name.partition("/")
    number = int(rest[0]) if kind in ("field", "value") else -1
    return name, number, kind in ("field", "value", "rpc"), rpc, line


def golden_lines(root):
    path = root / GOLDEN
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    return [line for line in text.split("\n") if line and not line.startswith("#")]


def main():
    update = "--update" in sys.argv[1:]
    sys.argv = [argument for argument in sys.argv if argument != "--update"]
    root = repository.root_from_arguments()
    report = repository.Report("proto compatibility")
    files = compiled(root)
    report.checked(len(files))
    current = sorted({line for file in files for line in file_lines(file)}, key=sort_key)
    golden = golden_lines(root)
    for number, line in enumerate(golden, 1 + HEADER.count("\n")):
        if line not in current:
            report.add(GOLDEN, number, f"the API no longer has: {line}")
    gone = any(line not in current for line in golden)
    if update and files and not gone:
        (root / GOLDEN).write_text(HEADER + "\n".join(current) + "\n", encoding="utf-8")
        golden = current
    for line in current:
        if line not in golden:
            report.add(GOLDEN, 1, f"add with --update: {line}")
    report.finish()


if __name__ == "__main__":
    main()
