"""A PostgreSQL server of one's own, tuned as the peer, on a socket in a temporary folder."""
import contextlib
import os
import pathlib
import pwd
import signal
import shutil
import subprocess

from harness import check, daemon, wait_for

BIN_DIR = pathlib.Path("/usr/lib/postgresql/15/bin")
USER = "postgres"

SETTINGS = {
    "listen_addresses": "''",
    "max_connections": 300,
    "shared_buffers": "2GB",
    "max_wal_size": "32GB",
    "checkpoint_timeout": "15min",
    "wal_buffers": "64MB",
    "wal_compression": "lz4",
    "fsync": "on",
    "synchronous_commit": "on",
    "jit": "off",
}
SMALL = {"shared_buffers": "64MB", "max_wal_size": "1GB", "max_connections": 40}


def missing(programs):
    """Why there can be no peer here, or None."""
    if not (BIN_DIR / "initdb").exists():
        return f"PostgreSQL 15 is not installed ({BIN_DIR}); deploy/install-deps.sh --bench does"
    if not (programs / "postgres_load").exists():
        return "postgres_load is not built: libpq-dev was not installed at configuration"
    if os.getuid() == 0 and USER not in {user.pw_name for user in pwd.getpwall()}:
        return f"there is no user {USER}, and PostgreSQL does not run as root"
    return None


def as_user(command):
    """PostgreSQL refuses to run as root."""
    if os.getuid() != 0:
        return command
    return ["setpriv", f"--reuid={USER}", f"--regid={USER}", "--clear-groups", *command]


@contextlib.contextmanager
def server(bench):
    """Runs it; yields the folder of its socket."""
    # Its user must reach the folder, which lies in one of ours.
    os.chmod(bench.folder, 0o711)
    with bench.temporary("postgres") as folder:
        data = folder / "data"
        data.mkdir(mode=0o700)
        if os.getuid() == 0:
            shutil.chown(folder, USER, USER)
            shutil.chown(data, USER, USER)
        done = subprocess.run(
            as_user([str(BIN_DIR / "initdb"), "-D", str(data), "-U", USER, "--auth=trust",
                     "--encoding=UTF8", "--locale=C"]),
            capture_output=True, check=False, cwd=folder)
        check(done.returncode == 0, f"initdb failed: {done.stderr.decode()}")
        settings = SETTINGS | (SMALL if bench.scale == "smoke" else {})
        with open(data / "postgresql.conf", "a", encoding="utf-8") as file:
            file.writelines(f"{name} = {value}\n" for name, value in settings.items())
        command = as_user([str(BIN_DIR / "postgres"), "-D", str(data), "-k", str(folder)])
        with daemon.Process(command, bench.folder, "postgres-server") as process:
            def ready():
                check(process.process.poll() is None, f"PostgreSQL ended: {process.log()[-2000:]}")
                return subprocess.run([str(BIN_DIR / "pg_isready"), "-q", "-h", str(folder), "-U",
                                       USER],
                                      check=False).returncode == 0

            wait_for(ready, "PostgreSQL's readiness", 60)
            yield folder
            process.process.send_signal(signal.SIGINT)  # ends sessions, then itself
            process.wait(60)
