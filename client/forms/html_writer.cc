#include "forms/html_writer.h"

#include <algorithm>
#include <numeric>
#include <string_view>
#include <vector>

#include "forms/amount.h"

namespace budgetwatch::forms {
namespace {

// The policy lets nothing run or load, whatever a text from outside brings along.
constexpr std::string_view kHead =
    "<meta charset=\"utf-8\">\n"
    "<meta http-equiv=\"Content-Security-Policy\" "
    "content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
    "<meta name=\"viewport\" content=\"width=device-width\">\n";

constexpr std::string_view kStyle = R"(<style>
@page {
  size: A4 landscape;
  margin: 8mm 8mm 12mm;
  @bottom-center {
    content: "第 " counter(page) " 页，共 " counter(pages) " 页";
    font: 9pt "SimSun", "宋体", "Songti SC", "Noto Serif CJK SC", serif;
  }
}
body {
  margin: 0 auto;
  max-width: 297mm;
  padding: 8mm;
  color: #000;
  background: #fff;
  font: 9.5pt/1.4 "SimSun", "宋体", "Songti SC", "Noto Serif CJK SC", serif;
}
section { margin-bottom: 14mm; }
table { width: 100%; border-collapse: collapse; table-layout: fixed; }
table + table { margin-top: -0.75pt; }
td, th {
  padding: 2pt 3pt;
  vertical-align: middle;
  font-weight: normal;
  white-space: pre-line;
  overflow-wrap: anywhere;
}
tr { break-inside: avoid; }
.label, .text, .centre, .number { border: 0.75pt solid #000; }
.title {
  padding-bottom: 4pt;
  text-align: center;
  font: 18pt "SimHei", "黑体", "Heiti SC", "Noto Sans CJK SC", sans-serif;
}
.caption, .label, .centre { text-align: center; }
.label { background: #f2f2f2; print-color-adjust: exact; }
.left, .text { text-align: left; }
.right, .number { text-align: right; }
.number { white-space: nowrap; font-variant-numeric: tabular-nums; }
.goes-on { border-bottom: none; vertical-align: bottom; }
.from-above { border-top: none; }
footer { text-align: right; font-size: 8pt; }
@media print {
  body { max-width: none; padding: 0 1mm; font-size: 8pt; line-height: 1.25; }
  td, th { padding: 1pt 2pt; }
  section { margin: 0; }
  section + section { break-before: page; }
}
</style>
)";

std::string Escape(std::string_view text) {
  std::string escaped;
  escaped.reserve(text.size());
  for (const char c : text) {
    switch (c) {
      case '&': escaped += "&amp;"; break;
      case '<': escaped += "&lt;"; break;
      case '>': escaped += "&gt;"; break;
      case '"': escaped += "&quot;"; break;
      case '\'': escaped += "&#39;"; break;
      default: escaped += c;
    }
  }
  return escaped;
}

std::string_view ClassOf(Role role) {
  switch (role) {
    case Role::kTitle: return "title";
    case Role::kCaption: return "caption";
    case Role::kLeft: return "left";
    case Role::kRight: return "right";
    case Role::kLabel: return "label";
    case Role::kText: return "text";
    case Role::kCentre: return "centre";
    case Role::kNumber: return "number";
  }
  return "";
}

std::string Text(const Value& value) {
  if (const auto* number = std::get_if<Number>(&value)) return Format(*number);
  return Escape(std::get<std::string>(value));
}

std::string Span(std::string_view name, int count) {
  return count == 1 ? "" : " " + std::string(name) + "=\"" + std::to_string(count) + "\"";
}

// One sheet as tables: a browser repeats a table's head on each page, and a head only
// stands at the start.
class SheetWriter {
 public:
  SheetWriter(const Sheet& sheet, std::string* html) : sheet_(sheet), html_(html) {}

  void Write() {
    const int first = sheet_.repeated_row_first;
    const int end = sheet_.repeated_row_end;
    if (first == end) {
      WriteTable(0, 0, sheet_.row_count);
      return;
    }
    WriteTable(0, 0, first);
    WriteTable(first, end, sheet_.row_count);
  }

 private:
  // Rows [first, end), those before `head_end` as its head.
  void WriteTable(int first, int head_end, int end) {
    if (first == end) return;
    *html_ += "<table>\n";
    WriteColumns();
    if (head_end > first) WriteRows("thead", "th", first, head_end);
    WriteRows("tbody", "td", std::max(first, head_end), end);
    *html_ += "</table>\n";
  }

  void WriteColumns() {
    const auto& widths = sheet_.column_widths;
    const double sum = std::accumulate(widths.begin(), widths.end(), 0.0);
    *html_ += "<colgroup>";
    for (const double width : widths) {
      // Thousandths of the whole, in digits that no locale changes.
      const int share = static_cast<int>(width / sum * 1000);
      *html_ += "<col style=\"width:" + Format(Number{share * 10, NumberKind::kPercent}) + "\">";
    }
    *html_ += "</colgroup>\n";
  }

  void WriteRows(std::string_view group, std::string_view tag, int first, int end) {
    *html_ += "<" + std::string(group) + ">\n";
    for (int row = first; row < end; ++row) {
      *html_ += "<tr>";
      for (const Cell* cell : CellsOf(row, row == first)) {
        WriteCell(*cell, tag, std::max(first, cell->row), std::min(end, EndOf(*cell)));
      }
      *html_ += "</tr>\n";
    }
    *html_ += "</" + std::string(group) + ">\n";
  }

  // Cells that begin in `row`, in the order of their columns; `with_above` also those
  // that reach into it: a cell of the head goes on below as one without text.
  std::vector<const Cell*> CellsOf(int row, bool with_above) const {
    std::vector<const Cell*> cells;
    for (auto cell = FirstOf(row); cell != sheet_.cells.end() && cell->row == row; ++cell) {
      cells.push_back(&*cell);
    }
    if (!with_above) return cells;
    for (auto cell = sheet_.cells.begin(); cell != FirstOf(row); ++cell) {
      if (EndOf(*cell) > row) cells.push_back(&*cell);
    }
    std::sort(cells.begin(), cells.end(),
              [](const Cell* a, const Cell* b) { return a->column < b->column; });
    return cells;
  }

  std::vector<Cell>::const_iterator FirstOf(int row) const {
    return std::lower_bound(sheet_.cells.begin(), sheet_.cells.end(), row,
                            [](const Cell& cell, int wanted) { return cell.row < wanted; });
  }

  static int EndOf(const Cell& cell) { return cell.row + cell.row_count; }

  // The part of a cell in the rows [first, end).
  void WriteCell(const Cell& cell, std::string_view tag, int first, int end) {
    std::string classes(ClassOf(cell.role));
    if (end < EndOf(cell)) classes += " goes-on";
    if (first > cell.row) classes += " from-above";
    *html_ += "<" + std::string(tag) + " class=\"" + classes + "\"" +
              Span("colspan", cell.column_count) + Span("rowspan", end - first) + ">" +
              (first > cell.row ? "" : Text(cell.value)) + "</" + std::string(tag) + ">";
  }

  const Sheet& sheet_;
  std::string* const html_;
};

}  // namespace

std::string WriteHtml(const Form& form) {
  std::string html = "<!DOCTYPE html>\n<html lang=\"zh-CN\">\n<head>\n";
  html += kHead;
  html += "<title>" + Escape(form.title + " " + form.page_header) + "</title>\n";
  html += kStyle;
  html += "</head>\n<body>\n";
  for (const Sheet& sheet : form.sheets) {
    html += "<section>\n";
    SheetWriter(sheet, &html).Write();
    if (!form.page_footer.empty()) {
      html += "<footer>" + Escape(form.page_footer) + "</footer>\n";
    }
    html += "</section>\n";
  }
  html += "</body>\n</html>\n";
  return html;
}

}  // namespace budgetwatch::forms
