#!/usr/bin/python3 -B
"""Style of the API in proto/budgetwatch/v1: buf's STANDARD rules and our own on top.

Ours: every element is explained, money is int64 in *_fen, shares are double in *_ratio,
no unsigned integers, lists have pages.
usage: proto_lint.py [ROOT]
"""
import pathlib
import re
import subprocess
import tempfile

from google.protobuf import descriptor_pb2

import repository

FOLDER = pathlib.PurePath("proto/budgetwatch/v1")

Field = descriptor_pb2.FieldDescriptorProto
LOWER_SNAKE = re.compile(r"[a-z][a-z0-9]*(?:_[a-z0-9]+)*")
UPPER_SNAKE = re.compile(r"[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*")
PASCAL = re.compile(r"(?:[A-Z][a-z0-9]*)+")
VERSION = re.compile(r"v[1-9][0-9]*(?:(?:alpha|beta)[1-9][0-9]*)?")
MONEY_WORDS = {"amount", "budget", "disbursed", "planned", "gap", "money", "yuan", "fen"}
UNSIGNED = {Field.TYPE_UINT32, Field.TYPE_UINT64, Field.TYPE_FIXED32, Field.TYPE_FIXED64}
SAME_OPTIONS = ("go_package", "java_package", "java_multiple_files", "csharp_namespace",
                "php_namespace", "ruby_package", "swift_prefix")


def upper_snake(pascal):
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", pascal).upper()


def compile_protos(root, names):
    with tempfile.TemporaryDirectory() as folder:
        out = pathlib.Path(folder) / "set.pb"
        subprocess.run(["protoc", "-I", str(root / "proto"), "--include_imports",
                        "--include_source_info", f"--descriptor_set_out={out}", *names], check=True)
        files = descriptor_pb2.FileDescriptorSet.FromString(out.read_bytes()).file
    return {file.name: file for file in files}


class Linter:
    """Walks one file; paths are those of descriptor.proto's SourceCodeInfo."""

    def __init__(self, report, file, all_files):
        self._report = report
        self._file = file
        self._all_files = all_files
        self._places = {tuple(place.path): place
                        for place in file.source_code_info.location}
        self._used_types = set()

    def run(self):
        self._check_file()
        for index, message in enumerate(self._file.message_type):
            self._check_message(message, (4, index))
        for index, enum in enumerate(self._file.enum_type):
            self._check_enum(enum, (5, index))
        for index, service in enumerate(self._file.service):
            self._check_service(service, (6, index))
        self._check_imports()

    def _add(self, path, text):
        place = self._places.get(tuple(path))
        line = place.span[0] + 1 if place else 1
        self._report.add(pathlib.PurePath("proto") / self._file.name, line, text)

    def _check_name(self, path, name, pattern, style):
        if not pattern.fullmatch(name):
            self._add(path, f"{name} is not {style}")

    def _check_comment(self, path, name):
        place = self._places.get(tuple(path))
        comment = place.leading_comments.strip() if place else ""
        if not comment:
            self._add(path, f"{name} has no comment above it")
        elif not comment.endswith((".", "。")):
            self._add(path, f"the comment of {name} does not end with a full stop")

    def _check_file(self):
        folder, _, name = self._file.name.rpartition("/")
        self._check_name((), name.removesuffix(".proto"), LOWER_SNAKE, "a lower_snake_case file")
        if self._file.syntax != "proto3":
            self._add((12,), "syntax is not proto3")
        if self._file.package != folder.replace("/", "."):
            self._add((2,), f"package {self._file.package} does not match its folder {folder}")
        if not VERSION.fullmatch(self._file.package.rpartition(".")[2]):
            self._add((2,), f"package {self._file.package} does not end in a version")

    def _check_message(self, message, path):
        self._check_name(path, message.name, PASCAL, "PascalCase")
        if message.options.map_entry:
            return
        self._check_comment(path, message.name)
        for index, field in enumerate(message.field):
            self._check_field(message, field, (*path, 2, index))
        synthetic = {field.oneof_index for field in message.field if field.proto3_optional}
        for index, oneof in enumerate(message.oneof_decl):
            if index not in synthetic:
                self._check_name((*path, 8, index), oneof.name, LOWER_SNAKE, "lower_snake_case")
                self._check_comment((*path, 8, index), f"{message.name}.{oneof.name}")
        for index, nested in enumerate(message.nested_type):
            self._check_message(nested, (*path, 3, index))
        for index, enum in enumerate(message.enum_type):
            self._check_enum(enum, (*path, 4, index))

    def _check_field(self, message, field, path):
        name = f"{message.name}.{field.name}"
        self._used_types.add(field.type_name)
        self._check_name(path, field.name, LOWER_SNAKE, "lower_snake_case")
        self._check_comment(path, name)
        if field.type in UNSIGNED:
            self._add(path, f"{name} is unsigned; use int32 or int64")
        if field.type == Field.TYPE_FLOAT:
            self._add(path, f"{name} is a float; use double")
        if (field.type == Field.TYPE_DOUBLE) != field.name.endswith("_ratio"):
            self._add(path, f"{name}: a share is a double named *_ratio, and nothing else is")
        if field.name.endswith("_fen"):
            if field.type != Field.TYPE_INT64:
                self._add(path, f"{name}: money is int64")
        elif field.type in (Field.TYPE_INT64, Field.TYPE_INT32):
            if MONEY_WORDS & set(field.name.split("_")):
                self._add(path, f"{name}: money is named *_fen")

    def _check_enum(self, enum, path):
        self._check_name(path, enum.name, PASCAL, "PascalCase")
        self._check_comment(path, enum.name)
        if enum.options.allow_alias:
            self._add(path, f"{enum.name} gives one number two names")
        prefix = upper_snake(enum.name) + "_"
        for index, value in enumerate(enum.value):
            place = (*path, 2, index)
            self._check_comment(place, value.name)
            self._check_name(place, value.name, UPPER_SNAKE, "UPPER_SNAKE_CASE")
            if not value.name.startswith(prefix):
                self._add(place, f"{value.name} does not start with {prefix}")
            if (value.number == 0) != (value.name == prefix + "UNSPECIFIED"):
                self._add(place, f"{value.name}: the zero value, and no other, is "
                                 f"{prefix}UNSPECIFIED")

    def _check_service(self, service, path):
        self._check_name(path, service.name, PASCAL, "PascalCase")
        self._check_comment(path, service.name)
        if not service.name.endswith("Service"):
            self._add(path, f"{service.name} does not end in Service")
        for index, method in enumerate(service.method):
            self._check_method(service, method, (*path, 2, index))

    def _check_method(self, service, method, path):
        self._used_types.update((method.input_type, method.output_type))
        self._check_name(path, method.name, PASCAL, "PascalCase")
        self._check_comment(path, f"{service.name}.{method.name}")
        for type_name, suffix in ((method.input_type, "Request"), (method.output_type, "Response")):
            allowed = {prefix + method.name + suffix for prefix in ("", service.name)}
            if type_name.rpartition(".")[2] not in allowed:
                self._add(path, f"{method.name} uses {type_name}, not {method.name}{suffix}")
        if method.name.startswith("List"):
            self._check_pages(method, path)

    def _check_pages(self, method, path):
        wanted = ((method.input_type, "page_size", Field.TYPE_INT32),
                  (method.input_type, "page_token", Field.TYPE_STRING),
                  (method.output_type, "next_page_token", Field.TYPE_STRING))
        for type_name, name, kind in wanted:
            fields = {field.name: field for field in self._fields_of(type_name)}
            if name not in fields or fields[name].type != kind:
                self._add(path, f"{type_name} has no {name} of the right type")
        first = [field for field in self._fields_of(method.output_type) if field.number == 1]
        if not first or first[0].label != Field.LABEL_REPEATED:
            self._add(path, f"field 1 of {method.output_type} is not the list")

    def _fields_of(self, type_name):
        for file in self._all_files.values():
            for message in file.message_type:
                if f".{file.package}.{message.name}" == type_name:
                    return message.field
        return []

    def _check_imports(self):
        for index, name in enumerate(self._file.dependency):
            if index in self._file.public_dependency or index in self._file.weak_dependency:
                self._add((3, index), f"import of {name} is public or weak")
            if not self._used_types & types_of(self._all_files[name]):
                self._add((3, index), f"import of {name} is not used")


def types_of(file):
    """Full names of every message and enum of a file, nested ones too."""
    names = {f".{file.package}.{enum.name}" for enum in file.enum_type}
    rest = [(f".{file.package}", message) for message in file.message_type]
    while rest:
        scope, message = rest.pop()
        name = f"{scope}.{message.name}"
        names.add(name)
        names.update(f"{name}.{enum.name}" for enum in message.enum_type)
        rest += [(name, nested) for nested in message.nested_type]
    return names


def check_across_files(report, files):
    """A request or response belongs to one RPC; files of a package share their options."""
    owners = {}
    for file in files:
        for service in file.service:
            for method in service.method:
                for type_name in (method.input_type, method.output_type):
                    if type_name in owners:
                        report.add(pathlib.PurePath("proto") / file.name, 1,
                                   f"{type_name} serves {owners[type_name]} and {method.name}")
                    owners[type_name] = method.name
        for option in SAME_OPTIONS:
            if getattr(file.options, option) != getattr(files[0].options, option):
                report.add(pathlib.PurePath("proto") / file.name, 1,
                           f"option {option} differs from {files[0].name}")


def main():
    root = repository.root_from_arguments()
    report = repository.Report("proto lint")
    names = [str(path.relative_to("proto")) for path in repository.files(root)
             if path.parent == FOLDER and path.suffix == ".proto"]
    if names:
        all_files = compile_protos(root, names)
        for name in names:
            report.checked()
            Linter(report, all_files[name], all_files).run()
        check_across_files(report, [all_files[name] for name in names])
    report.finish()


if __name__ == "__main__":
    main()
