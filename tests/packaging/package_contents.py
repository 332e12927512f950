#!/usr/bin/python3 -B
"""Goal: the Debian package holds what it should, owned by root, with the right modes, control
fields and scripts, and lintian finds no error.
Method: CPack packs what is built; dpkg-deb tells what is inside.

usage: package_contents.py BUILD_DIR SOURCE_DIR
"""
import pathlib
import re
import shutil
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "integration"))
from daemon import check, check_equal, main

PACK_SECONDS = 240

# Every file of the package: a pattern, and how many files it is for at least.
FILES = (
    (r"/etc/budgetwatch/budgetwatchd\.yaml", 1),
    (r"/lib/systemd/system/budgetwatchd\.service", 1),
    (r"/usr/bin/(?:budgetwatchd|budgetctl)", 2),
    (r"/usr/share/bash-completion/completions/budgetctl", 1),
    (r"/usr/share/budgetwatch/alertmanager/alertmanager\.yml", 1),
    (r"/usr/share/budgetwatch/examples/[\w-]+\.(?:csv|yaml|md)", 4),
    (r"/usr/share/budgetwatch/examples/clients/[\w.-]+\.(?:py|mjs|json|proto)", 5),
    (r"/usr/share/budgetwatch/examples/clients/\.npmrc", 1),
    (r"/usr/share/budgetwatch/grafana/README\.md", 1),
    (r"/usr/share/budgetwatch/grafana/dashboards/\w+\.json", 4),
    (r"/usr/share/budgetwatch/grafana/provisioning/\w+/\w+\.yml", 2),
    (r"/usr/share/budgetwatch/profiles/[\w-]+\.yaml", 3),
    (r"/usr/share/budgetwatch/prometheus/\w+\.yml", 5),
    (r"/usr/share/budgetwatch/proto/budgetwatch/v1/\w+\.proto", 10),
    (r"/usr/share/budgetwatch/(?:runbook|integration)\.md", 2),
    (r"/usr/share/doc/budgetwatch/(?:README\.md|copyright|changelog(?:\.Debian)?\.gz)", 4),
    (r"/usr/share/man/man1/budgetctl\.1\.gz", 1),
    (r"/usr/share/man/man5/budgetwatchd\.yaml\.5\.gz", 1),
    (r"/usr/share/man/man8/budgetwatchd\.8\.gz", 1),
    (r"/usr/share/man/zh_CN/man1/budgetctl\.1\.gz", 1),
)
LIBRARIES = ("libc6", "libgrpc++1.51", "libprotobuf32", "librocksdb7.8", "libyaml-cpp0.7",
             "libprometheus-cpp-core1.0", "libsystemd0", "libxlsxwriter4")
SCRIPTS = ("postinst", "prerm", "postrm")


def output(*arguments):
    done = subprocess.run([str(argument) for argument in arguments], capture_output=True,
                          text=True, check=False, timeout=PACK_SECONDS)
    check(done.returncode == 0, f"{arguments[0]} ended with exit code {done.returncode}:\n"
                                f"{done.stdout[-2000:]}{done.stderr[-2000:]}")
    return done.stdout


def pack(build, folder):
    """The one package that CPack makes of what is built."""
    output("cpack", "--config", build / "CPackConfig.cmake", "-G", "DEB", "-B", folder)
    packages = list(folder.glob("*.deb"))
    check_equal(len(packages), 1, "packages")
    return packages[0]


def check_files(package):
    wrong = []
    files = []
    for line in output("dpkg-deb", "-c", package).splitlines():
        mode, owner, _, _, _, path = line.split(maxsplit=5)
        expected = "drwxr-xr-x" if mode.startswith("d") else (
            "-rwxr-xr-x" if path.startswith("./usr/bin/") else "-rw-r--r--")
        if (mode, owner) != (expected, "root/root"):
            wrong.append(f"{path} is {mode} {owner}, expected {expected} root/root")
        if not mode.startswith("d"):
            files.append(path[1:])
    for pattern, count in FILES:
        matching = [path for path in files if re.fullmatch(pattern, path)]
        if len(matching) < count:
            wrong.append(f"{len(matching)} files like {pattern}, expected {count}")
        files = [path for path in files if path not in matching]
    wrong += [f"unexpected {path}" for path in files]
    check(not wrong, "contents: " + "; ".join(wrong))


def check_nothing_left_over(build, source, folder):
    """What following integration.md leaves in the checkout is not packed: the rules of the
    installation, run on a copy of the examples that somebody has run."""
    script = (build / "deploy/package/cmake_install.cmake").read_text(encoding="utf-8")
    rules = re.search(r'file\(INSTALL DESTINATION "[^"]*share/budgetwatch" '
                      r'TYPE DIRECTORY FILES[^)]*\)', script)
    check(rules, "cmake_install.cmake: no rule for share/budgetwatch")
    copy, target = folder / "deploy", folder / "installed"
    shutil.copytree(source / "deploy", copy)
    for name in ("examples/clients/node_modules/x/index.js", "examples/clients/__pycache__/x.pyc"):
        (copy / name).parent.mkdir(parents=True, exist_ok=True)
        (copy / name).write_text("", encoding="utf-8")
    text = rules[0].replace(str(source.resolve() / "deploy"), str(copy))
    text = re.sub(r'DESTINATION "[^"]*"', f'DESTINATION "{target}"', text)
    (folder / "install.cmake").write_text(text, encoding="utf-8")
    output("cmake", "-P", folder / "install.cmake")
    check((target / "examples/clients/push_payments.mjs").is_file(), "no examples were installed")
    left = [str(path) for name in ("node_modules", "__pycache__") for path in target.rglob(name)]
    check(not left, f"the package would hold {left}")


def check_control(package, version):
    def field(name):
        return output("dpkg-deb", "-f", package, name).strip()

    check_equal(field("Package"), "budgetwatch", "Package")
    check_equal(field("Version"), f"{version}-1", "Version")
    check_equal(field("Architecture"), output("dpkg", "--print-architecture").strip(),
                "Architecture")
    check_equal(package.name, f"budgetwatch_{version}-1_{field('Architecture')}.deb", "file name")
    check(re.fullmatch(r"[^<>]+ <[^<>@]+@[^<>@]+>", field("Maintainer")),
          f"Maintainer: {field('Maintainer')}")
    check(int(field("Installed-Size")) > 5000, "Installed-Size is not that of two programs")
    depends = {name.split()[0] for name in field("Depends").split(", ")}
    missing = {"adduser", "tzdata", *LIBRARIES} - depends
    check(not missing, f"Depends lacks {sorted(missing)}")
    check("-dev" not in field("Depends"), f"Depends on a -dev package: {field('Depends')}")
    text = field("Description").split("\n")
    check(len(text) > 4 and all(line.startswith(" ") and len(line) <= 80 for line in text[1:]),
          f"Description: {text}")


def check_scripts(package, folder):
    control = folder / "control"
    output("dpkg-deb", "-e", package, control)
    check_equal((control / "conffiles").read_text(encoding="utf-8"),
                "/etc/budgetwatch/budgetwatchd.yaml\n", "conffiles")
    check_equal({path.name for path in control.iterdir()},
                {"conffiles", "control", "md5sums", *SCRIPTS}, "control files")
    for name in SCRIPTS:
        check_equal((control / name).stat().st_mode & 0o777, 0o755, f"mode of {name}")
        output("bash", "-n", control / name)


def check_unit(package, folder):
    """What the unit starts is in the package, and stripped of what only a debugger needs."""
    output("dpkg-deb", "-x", package, folder)
    unit = (folder / "lib/systemd/system/budgetwatchd.service").read_text(encoding="utf-8")
    command = re.search(r"^ExecStart=(\S+) --config (\S+)$", unit, re.MULTILINE)
    check(command, "the unit has no ExecStart that names a configuration")
    for path in command.groups():
        check((folder / path[1:]).is_file(), f"the unit names {path}, which is not there")
    check("not stripped" not in output("file", folder / command[1][1:]), "the program has symbols")


def check_lintian(package):
    if not shutil.which("lintian"):
        print("lintian is not installed: left out")
        return
    done = subprocess.run(["lintian", "--fail-on", "error", "--allow-root", "--no-cfg", package],
                          capture_output=True, text=True, check=False, timeout=PACK_SECONDS)
    print(done.stdout + done.stderr)
    check(done.returncode == 0, f"lintian found errors:\n{done.stdout}{done.stderr}")


def test(build, folder, arguments):
    source = pathlib.Path(arguments[0])
    version = re.search(r"^project\(budgetwatch VERSION ([\d.]+)",
                        (source / "CMakeLists.txt").read_text(encoding="utf-8"), re.MULTILINE)[1]
    package = pack(build, folder / "pack")
    check_files(package)
    check_nothing_left_over(build, source, folder / "left")
    check_control(package, version)
    check_scripts(package, folder)
    check_unit(package, folder / "files")
    check_lintian(package)


if __name__ == "__main__":
    main(test, __doc__, (1,))
