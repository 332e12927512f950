#pragma once

#include <optional>
#include <ostream>
#include <string>
#include <vector>

namespace budgetwatch::ctl {

enum class Align { kLeft, kRight };

struct Column {
  std::string heading;
  Align align = Align::kLeft;
  // Columns that must stay when the table is too wide for its terminal; 0: the
  // column is never shortened.
  int shrink_min = 0;
};

// A table of text, aligned by display width. Thread-compatible.
class Table {
 public:
  explicit Table(std::vector<Column> columns);

  // Missing cells are empty. REQUIRES: no more cells than columns.
  void AddRow(std::vector<std::string> cells);

  // A line across the table.
  void AddRule();

  // A line of text across the columns, such as a heading of the rows below it.
  void AddLine(std::string text);

  bool empty() const { return rows_.empty(); }

  // The table, a line each, with its headings. With a `width` that it would pass,
  // the gaps between columns and then the columns that may shrink are narrowed;
  // figures never are. Without one (a pipe, a file) nothing is cut.
  std::string Render(std::optional<int> width) const;

 private:
  struct Row {
    std::vector<std::string> cells;  // empty: a line of text, or a rule without text
    std::string line;
  };

  std::vector<int> NaturalWidths() const;
  void AppendLine(const std::vector<std::string>& cells, const std::vector<int>& widths, int gap,
                  std::string* text) const;

  std::vector<Column> columns_;
  std::vector<Row> rows_;
};

// Prints a name and its value on a line, the value from column `column` on; nothing
// without a value.
void PrintField(std::ostream& out, const std::string& name, const std::string& value, int column);

}  // namespace budgetwatch::ctl
