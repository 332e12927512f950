#include "budgetctl/table.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "base/check.h"
#include "budgetctl/display_width.h"

namespace budgetwatch::ctl {
namespace {

int TotalWidth(const std::vector<int>& widths, int gap) {
  return std::accumulate(widths.begin(), widths.end(), 0) +
         gap * (static_cast<int>(widths.size()) - 1);
}

}  // namespace

Table::Table(std::vector<Column> columns) : columns_(std::move(columns)) {
  BW_CHECK(!columns_.empty());
}

void Table::AddRow(std::vector<std::string> cells) {
  BW_CHECK(cells.size() <= columns_.size());
  cells.resize(columns_.size());
  for (std::string& cell : cells) cell = OneLine(cell);
  rows_.push_back(Row{std::move(cells), ""});
}

void Table::AddRule() { rows_.push_back(Row{}); }

void Table::AddLine(std::string text) { rows_.push_back(Row{{}, OneLine(text)}); }

std::vector<int> Table::NaturalWidths() const {
  std::vector<int> widths;
  for (const Column& column : columns_) widths.push_back(DisplayWidth(column.heading));
  for (const Row& row : rows_) {
    for (size_t i = 0; i < row.cells.size(); ++i) {
      widths[i] = std::max(widths[i], DisplayWidth(row.cells[i]));
    }
  }
  return widths;
}

void Table::AppendLine(const std::vector<std::string>& cells, const std::vector<int>& widths,
                       int gap, std::string* text) const {
  std::string line;
  for (size_t i = 0; i < cells.size(); ++i) {
    if (i > 0) line.append(static_cast<size_t>(gap), ' ');
    const std::string cell = Shorten(cells[i], std::max(widths[i], 1));
    const auto padding = static_cast<size_t>(std::max(0, widths[i] - DisplayWidth(cell)));
    if (columns_[i].align == Align::kRight) line.append(padding, ' ');
    line += cell;
    if (columns_[i].align == Align::kLeft) line.append(padding, ' ');
  }
  line.erase(line.find_last_not_of(' ') + 1);
  *text += line + '\n';
}

std::string Table::Render(std::optional<int> width) const {
  std::vector<int> widths = NaturalWidths();
  int gap = 2;
  if (width && TotalWidth(widths, gap) > *width) {
    gap = 1;
    for (size_t i = 0; i < widths.size(); ++i) {
      const int excess = TotalWidth(widths, gap) - *width;
      if (excess <= 0) break;
      if (columns_[i].shrink_min == 0) continue;
      widths[i] = std::max(std::min(widths[i], columns_[i].shrink_min), widths[i] - excess);
    }
  }
  std::vector<std::string> headings;
  for (const Column& column : columns_) headings.push_back(column.heading);
  std::string rule;
  for (int i = 0; i < TotalWidth(widths, gap); ++i) rule += "─";
  rule += '\n';

  std::string text;
  AppendLine(headings, widths, gap, &text);
  text += rule;
  for (const Row& row : rows_) {
    if (!row.cells.empty()) {
      AppendLine(row.cells, widths, gap, &text);
    } else if (!row.line.empty()) {
      text += (width ? Shorten(row.line, *width) : row.line) + '\n';
    } else {
      text += rule;
    }
  }
  return text;
}

void PrintField(std::ostream& out, const std::string& name, const std::string& value, int column) {
  if (value.empty()) return;
  const int padding = std::max(0, column - DisplayWidth(name));
  out << name << std::string(static_cast<size_t>(padding), ' ') << OneLine(value) << '\n';
}

}  // namespace budgetwatch::ctl
