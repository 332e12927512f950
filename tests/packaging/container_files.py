#!/usr/bin/python3 -B
"""Goal: the container files fit the repository, the package and the configurations that they
mount. No container can be built or run where the tests run, so this is what is left to check.
Method: reads the files; each rule is also tried on a file that breaks it.

usage: container_files.py SOURCE_DIR
"""
import json
import pathlib
import re
import sys

import yaml

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "integration"))
from daemon import Failure, check, check_equal, main

INSTRUCTIONS = {"FROM", "WORKDIR", "COPY", "RUN", "USER", "VOLUME", "EXPOSE", "STOPSIGNAL",
                "HEALTHCHECK", "ENTRYPOINT", "CMD", "ENV"}
SERVICE_KEYS = {"build", "image", "restart", "stop_grace_period", "mem_limit", "read_only",
                "cap_drop", "security_opt", "volumes", "command", "ports", "network_mode",
                "depends_on"}
CONFIG = "/etc/budgetwatch/budgetwatchd.yaml"
PACKAGE = "build/package/*.deb"  # what deploy/package/build.sh leaves


def instructions(text):
    """Each instruction with its arguments, continued lines put together."""
    lines = [line for line in text.split("\n") if line.strip() and not line.startswith("#")]
    found = []
    for line in re.sub(r"\\\n\s*", "", "\n".join(lines)).split("\n"):
        name, _, rest = line.partition(" ")
        check(name in INSTRUCTIONS, f"Containerfile: {name} is no instruction that is known here")
        found.append((name, rest.strip()))
    return found


def stages_of(text):
    """Per stage: its name, its base, and its instructions."""
    stages = []
    for name, rest in instructions(text):
        if name == "FROM":
            match = re.fullmatch(r"(\S+)(?: AS (\w+))?", rest)
            check(match, f"Containerfile: FROM {rest}")
            stages.append((match[2], match[1], []))
        else:
            check(stages, f"Containerfile: {name} before FROM")
            stages[-1][2].append((name, rest))
    return stages


def check_copies(stages, source):
    names = []
    for name, base, steps in stages:
        check(re.fullmatch(r"debian:bookworm(-slim)?", base), f"Containerfile: base {base}")
        folder = next((rest for step, rest in steps if step == "WORKDIR"), None)
        for step, rest in steps:
            if step != "COPY":
                continue
            words = rest.split()
            origin = re.fullmatch(r"--from=(\w+)", words[0])
            for path in words[1 if origin else 0:-1]:
                if origin:
                    check(origin[1] in names, f"Containerfile: no stage {origin[1]} before it")
                    work = next(rest for step, rest in stages[names.index(origin[1])][2]
                                if step == "WORKDIR")
                    check_equal(path, f"{work}/{PACKAGE}", "what is copied from the stage")
                else:
                    check((source / path).exists(), f"Containerfile: COPY {path}: not there")
        if folder:
            copied = {path for step, rest in steps if step == "COPY" for path in rest.split()[:-1]}
            scripts = [rest.split()[0] for step, rest in steps if step == "RUN"]
            for script in scripts:
                check((source / script).is_file(), f"Containerfile: RUN {script}: not there")
                check({script, script.split("/")[0]} & copied, f"Containerfile: {script} is not "
                                                               f"copied")
        names.append(name)


def check_final(stages, source):
    steps = dict(stages[-1][2])
    order = [name for name, _ in stages[-1][2]]
    check_equal(steps["USER"], "budgetwatch", "USER")
    check(order.index("USER") > max(i for i, name in enumerate(order) if name == "RUN"),
          "Containerfile: USER stands before RUN")
    unit = (source / "deploy/systemd/budgetwatchd.service").read_text(encoding="utf-8")
    state = re.search(r"^StateDirectory=(.*)$", unit, re.MULTILINE)[1].split()
    check_equal(steps["ENV"], re.search(r"^Environment=(.*)$", unit, re.MULTILINE)[1], "ENV")
    check_equal(json.loads(steps["VOLUME"]), [f"/var/lib/{name}" for name in state], "VOLUME")
    check_equal(json.loads(steps["ENTRYPOINT"]), ["budgetwatchd"], "ENTRYPOINT")
    options, _, probe = steps["HEALTHCHECK"].partition("CMD ")
    check("--start-period=" in options and "--timeout=" in options, f"HEALTHCHECK {options}")
    check_equal(json.loads(probe), ["budgetctl", "--lang", "en", "admin", "health"],
                "command of HEALTHCHECK")
    command = json.loads(steps["CMD"])
    ports = [word.rsplit(":", 1)[1] for word in command if re.fullmatch(r"[\d.]+:\d+", word)]
    check_equal(ports, steps["EXPOSE"].split(), "ports of CMD and EXPOSE")
    check_equal(ports, list(config_ports(source).values()), "ports of CMD and the configuration")
    check(CONFIG in command, f"CMD does not name {CONFIG}")
    check("--config" in command, "CMD has no --config")


def config_ports(source):
    config = yaml.safe_load((source / "deploy/budgetwatchd.yaml").read_text(encoding="utf-8"))
    return {name: config[name].rsplit(":", 1)[1] for name in ("listen", "metrics_listen")}


def mounts_of(service):
    """(source, target, read only) of each."""
    for mount in service.get("volumes", []):
        parts = mount.split(":")
        check(len(parts) in (2, 3) and parts[1].startswith("/"), f"compose.yaml: mount {mount}")
        yield parts[0], parts[1], parts[2:] == ["ro"]


def check_services(compose, folder):
    services = compose["services"]
    for name, service in services.items():
        unknown = set(service) - SERVICE_KEYS
        check(not unknown, f"compose.yaml: {name} has unknown keys {sorted(unknown)}")
        for origin, target, read_only in mounts_of(service):
            if origin.startswith("."):
                check((folder / origin).exists(), f"compose.yaml: {name} mounts {origin}, which "
                                                  f"is not there")
                check(read_only, f"compose.yaml: {name} could write {origin} ({target})")
            else:
                check(origin in compose["volumes"], f"compose.yaml: no volume {origin}")
        for needed in service.get("depends_on", {}):
            check(needed in services, f"compose.yaml: {name} depends on {needed}")
        if "network_mode" in service:
            check_equal(service["network_mode"], "service:budgetwatchd", f"network of {name}")
        if name != "budgetwatchd":
            check(re.fullmatch(r"[\w/]+:v?\d+\.\d+\.\d+", service["image"]),
                  f"compose.yaml: {service['image']} names no version")
    used = {origin for service in services.values() for origin, _, _ in mounts_of(service)}
    unused = set(compose["volumes"]) - used
    check(not unused, f"compose.yaml: unused volumes {sorted(unused)}")


def inside(service, path, folder):
    """The file of the repository that the service sees at `path`."""
    for origin, target, _ in mounts_of(service):
        if origin.startswith(".") and (path == target or path.startswith(target + "/")):
            file = folder / origin / path[len(target):].lstrip("/")
            check(file.exists(), f"compose.yaml: {path} would not be there")
            return file
    raise Failure(f"compose.yaml: nothing is mounted at {path}")


def flag(service, name):
    return next(word.split("=", 1)[1] for word in service["command"] if word.startswith(name))


def read_yaml(file):
    return yaml.safe_load(file.read_text(encoding="utf-8"))


def check_wiring(compose, folder, source):
    """Who asks whom at which port: in one network, on loopback."""
    services = compose["services"]
    daemon = services["budgetwatchd"]
    config = read_yaml(inside(daemon, daemon["command"][1], folder))
    check_equal(daemon["command"][0], "--config", "first flag of budgetwatchd")
    ports = config_ports(source)
    listen = daemon["command"][daemon["command"].index("--listen") + 1]
    check_equal(listen, f"0.0.0.0:{ports['listen']}", "--listen")
    prometheus = services["prometheus"]
    scrape = read_yaml(inside(prometheus, flag(prometheus, "--config.file"), folder))
    check_equal(scrape["scrape_configs"][0]["static_configs"][0]["targets"],
                [config["metrics_listen"]], "target of prometheus.yml")
    for name in scrape["rule_files"]:
        inside(prometheus, f"/etc/prometheus/{name}", folder)
    alertmanager = services["alertmanager"]
    inside(alertmanager, flag(alertmanager, "--config.file"), folder)
    targets = scrape["alerting"]["alertmanagers"][0]["static_configs"][0]["targets"]
    check_equal(targets, ["127.0.0.1:9093"], "Alertmanager of prometheus.yml")
    grafana = services["grafana"]
    provisioning = "/etc/grafana/provisioning"
    datasource = read_yaml(inside(grafana, f"{provisioning}/datasources/prometheus.yml", folder))
    check_equal(datasource["datasources"][0]["url"], "http://127.0.0.1:9090", "data source")
    boards = read_yaml(inside(grafana, f"{provisioning}/dashboards/budgetwatch.yml", folder))
    inside(grafana, boards["providers"][0]["options"]["path"] + "/department.json", folder)
    # 9090, 9093 and 3000 are the defaults of the three programs.
    check_equal(sorted(daemon["ports"]), sorted(
        f"127.0.0.1:{port}:{port}" for port in (ports["listen"], "9090", "9093", "3000")), "ports")
    volumes = {target for _, target, _ in mounts_of(daemon)}
    check({config["data_dir"], config["data_dir"] + "-backups"} <= volumes,
          f"the ledger or its backups have no volume: {volumes}")
    build = daemon["build"]
    check_equal((folder / build["context"]).resolve(), source, "context")
    check((source / build["dockerfile"]).is_file(), f"compose.yaml: no {build['dockerfile']}")


def check_containerfile(text, source):
    stages = stages_of(text)
    check(len(stages) == 2, f"Containerfile: {len(stages)} stages")
    check_copies(stages, source)
    check_final(stages, source)


def check_compose(text, folder, source):
    compose = yaml.safe_load(text)
    check_services(compose, folder)
    check_wiring(compose, folder, source)


def check_notices(checker, text, *arguments):
    """That the checks can fail."""
    for old, new in arguments:
        check(old in text, f"the file does not hold {old!r} any more")
        try:
            checker(text.replace(old, new, 1))
        except (Failure, ValueError):
            continue
        raise Failure(f"{new!r} in the place of {old!r} is not noticed")


def test(source, _folder, _arguments):
    folder = source / "deploy/container"
    text = (folder / "Containerfile").read_text(encoding="utf-8")
    compose = (folder / "compose.yaml").read_text(encoding="utf-8")
    for file in (text, compose):
        check("no container can be" in re.sub(r"\n# ?", " ", file), "it is not said what was run")
    check_containerfile(text, source)
    check_notices(lambda changed: check_containerfile(changed, source), text,
                  ("COPY proto proto", "COPY protos proto"), ("--from=build", "--from=builder"),
                  ("USER budgetwatch", "USER root"), ("EXPOSE 7470", "EXPOSE 7480"),
                  ("0.0.0.0:7471", "0.0.0.0:7472"), ("STOPSIGNAL", "STOPSIGNALS"),
                  ("hugetlb=1", "hugetlb=2"),
                  ('"admin", "health"]', '"admin", "health"'))
    check_compose(compose, folder, source)
    check_notices(lambda changed: check_compose(changed, folder, source), compose,
                  ("../alertmanager:", "../alertmanagers:"), ("0.0.0.0:7470", "0.0.0.0:7471"),
                  ("127.0.0.1:9090:9090", "127.0.0.1:9091:9090"),
                  ("  alertmanager:\n  grafana:\n", "  alertmanager:\n"),
                  ("prometheus/prometheus.yml", "prometheus/prometheus.yaml"),
                  (":/etc/grafana/provisioning:ro", ":/etc/grafana:ro"),
                  ("read_only: true", "readonly: true"), ("ledger:/var", "ledgers:/var"),
                  ("dashboards/budgetwatch:ro", "dashboards/budgetwatch"))


if __name__ == "__main__":
    main(test, __doc__)
