#!/usr/bin/python3 -B
"""Goal: the exported forms say what the ledger says, in every format, and a failed export
leaves the file that was there.
Method: the real daemon with the example year; budgets and payments are added up here from
the example files, and the workbook is read with zipfile and an XML parser.

usage: review_export.py BIN_DIR EXAMPLES_DIR
"""
import csv
import decimal
import html.parser
import io
import pathlib
import re
import xml.etree.ElementTree
import zipfile

import yaml

from daemon import Daemon, check, check_equal, fen, main

DEPARTMENT = "122002"
AS_OF = "2020-06-30"
CAUSES = ["funding", "institution", "personnel", "facility", "other"]
TICK = "√"
SPREADSHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
FORMULA = re.compile(r"\s*[=+@-]")


def number_of(text):
    """A number as Excel reads it: 15 digits of a double."""
    return decimal.Context(prec=15).create_decimal(text)


class Sheet:
    """Cells of a worksheet by reference, and its merged ranges."""

    def __init__(self, archive, path, strings):
        root = xml.etree.ElementTree.fromstring(archive.read(path))
        self.cells = {}
        for cell in root.iter(SPREADSHEET + "c"):
            check(cell.find(SPREADSHEET + "f") is None, f"{path}: {cell.get('r')} is a formula")
            value = cell.find(SPREADSHEET + "v")
            if value is not None:
                self.cells[cell.get("r")] = (strings[int(value.text)] if cell.get("t") == "s"
                                             else number_of(value.text))
        self.merges = {merge.get("ref") for merge in root.iter(SPREADSHEET + "mergeCell")}
        page = root.find(SPREADSHEET + "pageSetup").attrib
        check_equal((page["paperSize"], page["orientation"], page["fitToHeight"]),
                    ("9", "landscape", "0"), f"{path}: paper")

    def row_of(self, text):
        rows = [int(re.sub(r"\D", "", at)) for at, value in self.cells.items() if value == text]
        check(rows, f"no cell says {text}")
        return rows[0]

    def at(self, column, row):
        return self.cells.get(f"{column}{row}", "")


def read_workbook(path):
    """Sheets by their names, in order."""
    with zipfile.ZipFile(path) as archive:
        check_equal(archive.testzip(), None, "damage in the workbook")
        items = xml.etree.ElementTree.fromstring(archive.read("xl/sharedStrings.xml"))
        strings = ["".join(text.text or "" for text in item.iter(SPREADSHEET + "t"))
                   for item in items.iter(SPREADSHEET + "si")]
        relations = xml.etree.ElementTree.fromstring(
            archive.read("xl/_rels/workbook.xml.rels"))
        targets = {relation.get("Id"): relation.get("Target") for relation in relations}
        book = xml.etree.ElementTree.fromstring(archive.read("xl/workbook.xml"))
        return {sheet.get("name"): Sheet(archive, "xl/" + targets[sheet.get(RELATION)], strings)
                for sheet in book.iter(SPREADSHEET + "sheet")}


class TextOfCells(html.parser.HTMLParser):
    """Texts of the cells of each section, and tags that have no place there."""

    def __init__(self, text):
        super().__init__()
        self.sections = []
        self.inside = False
        self.tags = set()
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        if tag == "section":
            self.sections.append([])
        if tag in ("td", "th"):
            self.inside = True
            self.sections[-1].append("")

    def handle_endtag(self, tag):
        if tag in ("td", "th"):
            self.inside = False

    def handle_data(self, data):
        if self.inside:
            self.sections[-1][-1] += data


def wan(amount_fen):
    """万元 with two decimals, half away from zero."""
    return (decimal.Decimal(amount_fen) / 1_000_000).quantize(decimal.Decimal("0.01"),
                                                              decimal.ROUND_HALF_UP)


def expected_money(examples):
    """Budget and disbursed in fen of each line of 项目支出, by its code."""
    plan = yaml.safe_load((examples / "plan-2020.yaml").read_text(encoding="utf-8"))
    unit_fen = {"元": 100, "万元": 1_000_000}[plan["unit"]]
    money = {project["code"]: [int(decimal.Decimal(str(project["budget"])) * unit_fen), 0]
             for project in plan["projects"]
             if project.get("kind", "项目") == "项目"}
    payments = {}
    with open(examples / "payments-2020.csv", newline="", encoding="utf-8-sig") as file:
        for row in csv.DictReader(file):
            if row["kind"] == "correction":
                payments.pop(row["original_payment_id"])
            sign = -1 if row["kind"] == "refund" else 1
            payments[row["payment_id"]] = (row["project_code"], row["pay_date"],
                                           sign * fen(row["amount"]))
    for code, day, amount_fen in payments.values():
        if day <= AS_OF and code in money:
            money[code][1] += amount_fen
    return money, {project["code"]: project["name"] for project in plan["projects"]}


def load(daemon, examples):
    daemon.ask("plan", "apply", examples / "plan-2020.yaml")
    daemon.load(examples / "payments-2020.csv")
    # Later days are refused.
    done = daemon.run("observation", "import", examples / "observations-2020.csv")
    check_equal(done.returncode, 3, "exit code of the observations' import")


def explain(daemon):
    """Explains a warning about an indicator; its project and indicator, and the text."""
    warnings = daemon.ask("warning", "list", "--department", DEPARTMENT, "--year", 2020)["warnings"]
    about = [warning for warning in warnings
             if warning["subject"]["kind"] == "SUBJECT_KIND_INDICATOR"]
    check(about, "the example has no warning about an indicator")
    text = "=1+1，<b>设备</b>尚未到货\n“𠮷”牌"
    daemon.ask("warning", "explain", about[0]["warningId"], "--cause", "facility", "--text", text,
               "--measure", "催促供货", "--due-date", "2020-09-30")
    return *about[0]["subject"]["code"].split("#"), text


def check_money(sheets, money, names):
    for code, (budget, disbursed) in money.items():
        sheet = next(sheet for sheet in list(sheets.values())[1:] if code in sheet.cells.values())
        row = sheet.row_of("年度资金总额")
        found = (sheet.at("E", row), sheet.at("G", row), sheet.at("K", row))
        check_equal(tuple(decimal.Decimal(value) for value in found[:2]),
                    (wan(budget), wan(disbursed)), f"budget and disbursed of {names[code]}")
        share = decimal.Decimal(disbursed) / budget
        check(abs(found[2] - share) <= decimal.Decimal("0.00005"),
              f"{names[code]}: {found[2]} is not {share}")
    summary = next(iter(sheets.values()))
    row = summary.row_of("项目支出合计")
    check_equal((summary.at("D", row), summary.at("F", row)),
                (wan(sum(budget for budget, _ in money.values())),
                 wan(sum(paid for _, paid in money.values()))), "totals of the summary")


def check_indicator(sheet, performance, text):
    """The row of the indicator that was explained."""
    row = sheet.row_of(text)
    check_equal([sheet.at(column, row) for column in "HIJKL"],
                [TICK if cause == "facility" else "" for cause in CAUSES], "ticked causes")
    likelihoods = ["LIKELIHOOD_CERTAIN", "LIKELIHOOD_POSSIBLE", "LIKELIHOOD_IMPOSSIBLE"]
    check_equal([sheet.at(column, row) for column in "NOP"],
                [TICK if name == performance["likelihood"] else "" for name in likelihoods],
                "ticked likelihood")
    check_equal(sheet.at("Q", row), "催促供货（完成时限：2020年9月30日）", "the measure")
    check_equal(sheet.at("E", row), performance["targetText"], "the target")


def check_workbook(path, money, names, performance, text):
    sheets = read_workbook(path)
    check_equal(len(sheets), 1 + len(money), "number of sheets")
    check_money(sheets, money, names)
    for name, sheet in sheets.items():
        check(sheet.merges, f"{name} has no merged cells")
        check_equal(sheet.at("A", 1).split("（")[0], "项目支出绩效目标执行监控表", "title")
    sheet = next(sheet for sheet in sheets.values() if text in sheet.cells.values())
    check("A1:Q1" in sheet.merges, f"the title is not merged: {sorted(sheet.merges)}")
    check_indicator(sheet, performance, text)


def check_csv(path, text):
    data = path.read_bytes()
    check(data.startswith(b"\xef\xbb\xbf"), "the CSV has no byte order mark")
    rows = list(csv.reader(io.StringIO(data[3:].decode(), newline="")))
    cells = {cell for row in rows for cell in row}
    check("'" + text in cells, "the explanation is not in the CSV as a text")
    formulas = [cell for cell in cells if FORMULA.match(cell)
                and not re.fullmatch(r"-\d+\.\d\d%?", cell)]
    check(not formulas, f"formulas in the CSV: {formulas}")


def check_html(path, sheet_count, text):
    page = TextOfCells(path.read_text(encoding="utf-8"))
    check_equal(len(page.sections), sheet_count, "sections of the page")
    check(any(text in section for section in page.sections), "the explanation is not on the page")
    strange = page.tags & {"b", "script", "img", "a", "link", "iframe"}
    check(not strange, f"tags out of texts: {strange}")


def check_failures(daemon, folder, review_id):
    """A failed export says why and changes nothing."""
    kept = folder / "kept.xlsx"
    kept.write_bytes(b"kept")
    for arguments, code, words in [
            (("2020/1/2020-06-30/1", "-o", kept), 1, "2020/1/2020-06-30/1"),
            ((review_id, "-o", folder / "form.pdf"), 2, "--format"),
            ((review_id, "-o", folder / "none/form.csv"), 1, "none/form.csv"),
            ((review_id, "--form", "annual", "-o", kept), 2, "annual"),
            ((review_id, "--format", "pdf", "-o", kept), 2, "pdf"),
            ((review_id,), 2, "-o")]:
        done = daemon.run("review", "export", *arguments)
        error = done.stderr.decode()
        check_equal(done.returncode, code, f"exit code of {arguments}, which says {error}")
        check(words in error, f"{arguments} does not say {words}: {error}")
    check_equal(kept.read_bytes(), b"kept", "the file of a failed export")
    check(not list(folder.glob("*.??????")), "a temporary file is left")


def test(bin_dir, folder, arguments):
    examples = pathlib.Path(arguments[0])
    money, names = expected_money(examples)
    with Daemon(bin_dir, folder / "data", "2020-07-01") as daemon:
        load(daemon, examples)
        project, indicator, text = explain(daemon)
        run = daemon.ask("review", "run", "--department", DEPARTMENT, "--year", 2020,
                         "--as-of", AS_OF)
        review_id = run["summary"]["reviewId"]
        performance = next(
            item for line in run["review"]["performance"]["projects"]
            if line["projectCode"] == project
            for item in line["indicators"] if item["indicatorId"] == indicator)
        files = {}
        for form in ("monitoring", "evaluation"):
            for extension in ("xlsx", "html", "csv"):
                path = files[form, extension] = folder / f"{form}.{extension}"
                answer = daemon.ask("review", "export", review_id, "--form", form, "-o", path)
                check_equal(int(answer["sheets"]), 1 + len(money), f"sheets of {path.name}")
                # The flag goes before the name, and the same review gives the same bytes.
                again = folder / "again.bin"
                daemon.ask("review", "export", review_id, "--form", form, "--format", extension,
                           "-o", again)
                check_equal(again.read_bytes() == path.read_bytes(), True, f"{path.name} again")
        check_workbook(files["monitoring", "xlsx"], money, names, performance, text)
        scores = read_workbook(files["evaluation", "xlsx"])
        total = next(iter(scores.values()))
        last = total.row_of("项目支出合计")
        score = decimal.Decimal(run["review"]["scorecard"]["score"])
        check_equal(total.at("K", last), score, "score of the year")
        rows = [(total.at("E", row), total.at("K", row)) for row in range(last - len(money), last)]
        mean = sum(budget * points for budget, points in rows) / sum(budget for budget, _ in rows)
        check(abs(mean - score) <= decimal.Decimal("0.01"),
              f"the rows of the summary have the mean {mean}, and its total says {score}")
        for form in ("monitoring", "evaluation"):
            check_html(files[form, "html"], 1 + len(money), text if form == "monitoring" else
                       next(cell for sheet in scores.values() for cell in sheet.cells.values()
                            if isinstance(cell, str) and text in cell))
        check_csv(files["monitoring", "csv"], text)
        check_failures(daemon, folder, review_id)
        daemon.stop()
    print(f"review_export: {len(money)} projects in 2 forms and 3 formats")


if __name__ == "__main__":
    main(test, __doc__, argument_counts=(1,))
