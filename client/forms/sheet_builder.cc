#include "forms/sheet_builder.h"

#include <algorithm>
#include <tuple>

#include "forms/form_text.h"

namespace budgetwatch::forms {

SheetBuilder::SheetBuilder(std::string name, std::vector<double> column_widths) {
  sheet_.name = std::move(name);
  sheet_.column_widths = std::move(column_widths);
}

void SheetBuilder::Put(int column, int column_count, Role role, const Value& value, int row_count) {
  PutAt(row(), column, column_count, role, value, row_count);
}

void SheetBuilder::PutAt(int row, int column, int column_count, Role role, const Value& value,
                         int row_count) {
  Cell cell{.row = row,
            .column = column,
            .row_count = row_count,
            .column_count = column_count,
            .role = role,
            .value = value};
  if (const auto* text = std::get_if<std::string>(&value)) cell.value = CleanText(*text);
  sheet_.cells.push_back(std::move(cell));
}

void SheetBuilder::PutRow(Role role, const Value& value) {
  Put(0, column_count(), role, value);
  EndRow();
}

void SheetBuilder::RepeatFrom(int first) {
  sheet_.repeated_row_first = first;
  sheet_.repeated_row_end = row();
}

Sheet SheetBuilder::Take() {
  std::sort(sheet_.cells.begin(), sheet_.cells.end(), [](const Cell& a, const Cell& b) {
    return std::tie(a.row, a.column) < std::tie(b.row, b.column);
  });
  return std::move(sheet_);
}

}  // namespace budgetwatch::forms
