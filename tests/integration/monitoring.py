"""Starts and asks the real Prometheus and Alertmanager, on loopback and free ports."""
import json
import shutil
import socket
import urllib.error
import urllib.parse

from daemon import COMMAND_SECONDS, HTTP, Process, check, wait_for

# As the rules and the dashboards expect it.
JOB = "budgetwatch"
READY_SECONDS = 60


def require_programs(*names):
    for name in names:
        check(shutil.which(name), f"{name} is not installed; run deploy/install-deps.sh --test")


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class WebProgram(Process):
    """A program with an HTTP interface on a free port; ready when the block is entered."""

    def __init__(self, arguments, folder, name, address):
        self.address = address
        super().__init__(arguments, folder, name)

    def __enter__(self):
        try:
            wait_for(self._ready, f"{self.name} is ready", READY_SECONDS)
        except BaseException as error:
            self.__exit__(type(error), error, None)
            raise
        return self

    def _ready(self):
        check(self.process.poll() is None,
              f"{self.name} ended with exit code {self.process.returncode}")
        try:
            return self.get("/-/ready")
        except OSError:
            return None

    def get(self, path, **parameters):
        query = f"?{urllib.parse.urlencode(parameters)}" if parameters else ""
        with HTTP.open(f"http://{self.address}{path}{query}", timeout=COMMAND_SECONDS) as answer:
            return answer.read()

    def metric(self, name):
        """Sum of the samples of one of its own metrics."""
        lines = self.get("/metrics").decode().split("\n")
        return sum(float(line.rsplit(" ", 1)[1]) for line in lines
                   if line.split("{")[0].split(" ")[0] == name)


class Prometheus(WebProgram):
    """Scrapes the daemons at `targets` each second, and evaluates rules as often."""

    def __init__(self, folder, targets, rule_files=(), alertmanager=None, flags=()):
        address = f"127.0.0.1:{free_port()}"
        # JSON is YAML, and needs no quoting by hand.
        config = {
            "global": {"scrape_interval": "1s", "evaluation_interval": "1s"},
            "rule_files": [str(path) for path in rule_files],
            "scrape_configs": [{"job_name": JOB, "static_configs": [{"targets": list(targets)}]}]}
        if alertmanager:
            config["alerting"] = {
                "alertmanagers": [{"static_configs": [{"targets": [alertmanager]}]}]}
        config_path = folder / "prometheus-config.yaml"
        config_path.write_text(json.dumps(config), encoding="utf-8")
        super().__init__(["prometheus", f"--config.file={config_path}",
                          f"--web.listen-address={address}",
                          f"--storage.tsdb.path={folder / 'prometheus-data'}", *flags],
                         folder, "prometheus", address)

    def api(self, path, **parameters):
        """What /api/v1/PATH answers; what is wrong with the question, as a failure."""
        try:
            answer = json.loads(self.get(f"/api/v1/{path}", **parameters))
        except urllib.error.HTTPError as error:
            answer = json.loads(error.read())
        check(answer["status"] == "success", f"{path} {parameters}: {answer.get('error')}")
        return answer["data"]

    def query(self, expression, **parameters):
        """The samples of an instant vector: pairs of labels and value."""
        result = self.api("query", query=expression, **parameters)["result"]
        return [(sample["metric"], float(sample["value"][1])) for sample in result]


class Alertmanager(WebProgram):
    """With a configuration given as a value."""

    def __init__(self, folder, config):
        address = f"127.0.0.1:{free_port()}"
        config_path = folder / "alertmanager-config.yaml"
        config_path.write_text(json.dumps(config), encoding="utf-8")
        super().__init__(["prometheus-alertmanager", f"--config.file={config_path}",
                          f"--web.listen-address={address}", "--cluster.listen-address=",
                          f"--storage.path={folder / 'alertmanager-data'}"],
                         folder, "alertmanager", address)

    def alerts(self):
        """What it holds, by the name of the alert."""
        return {alert["labels"]["alertname"]: alert
                for alert in json.loads(self.get("/api/v2/alerts"))}
