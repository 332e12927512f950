"""A bare Debian 12 in a folder: entered with chroot, or booted with systemd-nspawn."""
import contextlib
import os
import pathlib
import re
import shutil
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "integration"))
from daemon import Failure, check, wait_for

RELEASE = "bookworm"
COMMAND_SECONDS = 900
BOOT_SECONDS = 120
STOP_SECONDS = 60
PATH = "/usr/sbin:/usr/bin:/sbin:/bin"
# Loopback only, and up: the daemon has its own ports there, whatever else the machine runs.
LOOPBACK_UP = """
import fcntl, os, socket, struct, sys
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
    fcntl.ioctl(any_socket, 0x8914, struct.pack("16sh14x", b"lo", 0x1))  # SIOCSIFFLAGS, IFF_UP
os.execvp(sys.argv[1], sys.argv[1:])
"""


def mirror():
    """Where this machine has Debian from; BUDGETWATCH_MIRROR names another place."""
    if os.environ.get("BUDGETWATCH_MIRROR"):
        return os.environ["BUDGETWATCH_MIRROR"]
    done = subprocess.run(
        ["apt-get", "indextargets", "--format", "$(REPO_URI) $(CODENAME) $(COMPONENT)"],
        capture_output=True, text=True, check=True)
    for line in done.stdout.splitlines():
        uri, codename, component = line.split()
        if (codename, component) == (RELEASE, "main"):
            return uri
    raise Failure(f"apt has no source of {RELEASE}; name one in BUDGETWATCH_MIRROR")


class Machine:
    """Commands and what they say go to `log`."""

    def __init__(self, root, log):
        self.root = root
        self.log = log
        self.inside = ["chroot", root]
        self.environment = {
            "PATH": PATH, "HOME": "/", "LANG": "C.UTF-8", "TERM": "dumb",
            "DEBIAN_FRONTEND": "noninteractive",
            **{name: value for name, value in os.environ.items()
               if name.lower().endswith("_proxy")}}

    def host(self, *arguments):
        """A command of this machine, which must succeed."""
        self.note(f"# {' '.join(map(str, arguments))}")
        done = subprocess.run([*map(str, arguments)], stdin=subprocess.DEVNULL, check=False,
                              stdout=self.log, stderr=subprocess.STDOUT, timeout=COMMAND_SECONDS)
        check(done.returncode == 0, f"{arguments[0]} ended with exit code {done.returncode}")

    def note(self, line):
        self.log.write(line.encode() + b"\n")
        self.log.flush()

    def ask(self, *arguments):
        """A command inside: its exit code, standard output and error, both also in the log."""
        self.note(f"machine# {' '.join(arguments)}")
        done = subprocess.run([*map(str, self.inside), *arguments], stdin=subprocess.DEVNULL,
                              capture_output=True, check=False, env=self.environment,
                              timeout=COMMAND_SECONDS)
        self.log.write(done.stdout + done.stderr)
        self.log.flush()
        return done.returncode, done.stdout.decode(), done.stderr.decode()

    def run(self, *arguments):
        """A command inside that must succeed; its standard output and error."""
        code, out, error = self.ask(*arguments)
        check(code == 0, f"{' '.join(arguments)} ended with exit code {code}: {out[-1000:]}{error}")
        return out + error

    def bootstrap(self, packages):
        source = mirror()
        include = [f"--include={','.join(packages)}"] if packages else []
        self.host("debootstrap", "--variant=minbase", *include, RELEASE, self.root, source)
        (self.root / "etc/apt/sources.list").write_text(f"deb {source} {RELEASE} main\n")
        for name in ("/etc/resolv.conf", "/etc/hosts"):
            shutil.copyfile(name, self.root / name[1:])
        # How this machine reaches its mirror.
        for path in pathlib.Path("/etc/apt/apt.conf.d").iterdir():
            if re.search(r"^\s*Acquire", path.read_text(encoding="utf-8"), re.MULTILINE):
                shutil.copyfile(path, self.root / "etc/apt/apt.conf.d" / path.name)
        self.run("apt-get", "-q", "update")

    def exists(self, path):
        return os.path.lexists(self.root / path[1:])

    def files(self):
        """Every file, folder and link of the disk."""
        found = set()
        for folder, folders, names in os.walk(self.root):
            if pathlib.Path(folder) == self.root:
                folders[:] = [name for name in folders
                              if name not in ("proc", "sys", "dev", "run", "tmp")]
            found.update("/" + os.path.relpath(os.path.join(folder, name), self.root)
                         for name in folders + names)
        return found

    @contextlib.contextmanager
    def mounted(self):
        """/proc, which the programs of an installation ask."""
        self.host("mount", "-t", "proc", "proc", self.root / "proc")
        try:
            yield
        finally:
            self.host("umount", "-l", self.root / "proc")

    @contextlib.contextmanager
    def booted(self):
        """systemd is the first process, with a network of its own that has loopback only.
        Commands run in it."""
        arguments = ["systemd-nspawn", "--quiet", "--boot", "--register=no", "--keep-unit",
                     "--private-network", "--resolv-conf=off", "--timezone=off",
                     "--console=read-only", "-D", str(self.root)]
        self.note(f"# {' '.join(arguments)}")
        process = subprocess.Popen(arguments, stdin=subprocess.DEVNULL, stdout=self.log,
                                   stderr=subprocess.STDOUT, env={**os.environ, "TERM": "dumb"})
        former = self.inside
        try:
            leader = wait_for(lambda: self._leader(process), "the first process", BOOT_SECONDS)
            self.inside = ["nsenter", "-t", str(leader), "-m", "-u", "-i", "-n", "-p", "-C", "-r",
                           "-w"]
            # "degraded" is a system in which some unit of Debian does not work in a container.
            wait_for(lambda: self.ask("systemctl", "is-system-running")[1].strip() in
                     ("running", "degraded"), "the end of the boot", BOOT_SECONDS)
            yield
        finally:
            if process.poll() is None:
                self.ask("systemctl", "--no-block", "poweroff")
                try:
                    process.wait(STOP_SECONDS)
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.wait()
            self.inside = former

    def _leader(self, process):
        """The number of the systemd that nspawn started."""
        check(process.poll() is None, "systemd-nspawn ended; the log says why")
        children = pathlib.Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text()
        for child in children.split():
            with contextlib.suppress(OSError):
                if pathlib.Path(f"/proc/{child}/comm").read_text().strip() == "systemd":
                    return child
        return None
