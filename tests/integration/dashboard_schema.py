"""What every dashboard of deploy/grafana must be, apart from its data."""
import re

from daemon import check, check_equal

COLUMNS = 24
CHINESE = re.compile(r"[\u4e00-\u9fff]")
DATASOURCE = {"type": "prometheus", "uid": "${datasource}"}
# What Grafana and the data source know besides the dashboard's variables.
BUILT_IN = {"__rate_interval", "__range", "__interval", "datasource"}


def check_grid(name, panels):
    """Panels lie within the grid and on no other one."""
    taken = {}
    for panel in panels:
        place = panel["gridPos"]
        check(place["w"] > 0 and place["h"] > 0 and place["x"] >= 0
              and place["x"] + place["w"] <= COLUMNS,
              f"{name}: panel {panel['title']} leaves the grid")
        for x in range(place["x"], place["x"] + place["w"]):
            for y in range(place["y"], place["y"] + place["h"]):
                check((x, y) not in taken, f"{name}: {panel['title']} overlaps {taken.get((x, y))}")
                taken[x, y] = panel["title"]


def check_panel(name, panel):
    where = f"{name}: panel {panel.get('title')!r}"
    check(CHINESE.search(panel["title"]), f"{where}: the title is not in Chinese")
    if panel["type"] == "row":
        return
    check(CHINESE.search(panel.get("description", "")), f"{where}: no description in Chinese")
    check_equal(panel["datasource"], DATASOURCE, f"{where}: data source")
    check(panel["fieldConfig"]["defaults"].get("unit"), f"{where}: no unit")
    for text in strings(panel["fieldConfig"]):
        check(not text.endswith("IfToday"), f"{where}: {text} shows today's date as 08:00:00")
    check(panel["targets"], f"{where}: no query")
    references = [target["refId"] for target in panel["targets"]]
    check_equal(len(set(references)), len(references), f"{where}: different refIds")
    for target in panel["targets"]:
        check_equal(target["datasource"], DATASOURCE, f"{where}: data source of a query")
        check(target["expr"].strip(), f"{where}: empty query")
        check(target["instant"] != target["range"], f"{where}: either an instant or a range")


def check_variables(name, board):
    variables = board["templating"]["list"]
    names = [variable["name"] for variable in variables]
    check_equal(len(set(names)), len(names), f"{name}: different variables")
    check_equal((variables[0]["name"], variables[0]["type"], variables[0]["query"]),
                ("datasource", "datasource", "prometheus"), f"{name}: the first variable")
    known = BUILT_IN.copy()
    for variable in variables[1:]:
        where = f"{name}: variable {variable['name']}"
        check_equal(variable["datasource"], DATASOURCE, f"{where}: data source")
        check(CHINESE.search(variable["label"]), f"{where}: the label is not in Chinese")
        check_equal(variable["definition"], variable["query"]["query"], f"{where}: definition")
        used = set(re.findall(r"\$(\w+)", variable["definition"]))
        check(used <= known, f"{where} uses {used - known}, which come later or never")
        known.add(variable["name"])
    for panel in board["panels"]:
        for target in panel.get("targets", []):
            used = set(re.findall(r"\$(\w+)", target["expr"]))
            check(used <= known, f"{name}: {panel['title']} uses unknown variables {used - known}")


def strings(value):
    """All texts in a value of JSON."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, (list, dict)):
        for item in value.values() if isinstance(value, dict) else value:
            yield from strings(item)


def check_links(name, board, boards_by_uid):
    """Links lead to dashboards that there are, with variables that they have."""
    for url in (text for text in strings(board) if text.startswith("/d/")):
        uid = url.removeprefix("/d/").split("?")[0]
        check(uid in boards_by_uid, f"{name}: a link leads to the unknown dashboard {uid}")
        has = {variable["name"] for variable in boards_by_uid[uid]["templating"]["list"]}
        given = set(re.findall(r"[?&]var-(\w+)=", url))
        check(given and given <= has, f"{name}: {uid} has {sorted(has)}, a link sets {sorted(given)}")


def check_boards(boards):
    """boards: content by the name of the file."""
    boards_by_uid = {}
    for name, board in boards.items():
        for field in ("uid", "title", "schemaVersion", "panels", "templating", "time", "tags"):
            check(board.get(field), f"{name}: no {field}")
        check(CHINESE.search(board["title"]), f"{name}: the title is not in Chinese")
        check(board["uid"] not in boards_by_uid, f"{name}: the uid {board['uid']} is taken")
        boards_by_uid[board["uid"]] = board
        numbers = [panel["id"] for panel in board["panels"]]
        check_equal(len(set(numbers)), len(numbers), f"{name}: different ids of panels")
        check_grid(name, board["panels"])
        for panel in board["panels"]:
            check_panel(name, panel)
        check_variables(name, board)
    for name, board in boards.items():
        check_links(name, board, boards_by_uid)
