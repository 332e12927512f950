#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "forms/form.h"

namespace budgetwatch::forms {

// Fills a sheet row by row from the top. Texts are cleaned on the way in, so that no
// other place has to. Thread-compatible.
class SheetBuilder {
 public:
  SheetBuilder(std::string name, std::vector<double> column_widths);

  int row() const { return sheet_.row_count; }
  int column_count() const { return static_cast<int>(sheet_.column_widths.size()); }

  // A cell of the current row.
  void Put(int column, int column_count, Role role, const Value& value, int row_count = 1);
  // The same in a row of its own choice, for what reaches over rows that are there.
  void PutAt(int row, int column, int column_count, Role role, const Value& value, int row_count);

  // Ends the current row.
  void EndRow() { ++sheet_.row_count; }

  // A row that is one cell across the sheet.
  void PutRow(Role role, const Value& value);

  // Rows from `first` up to the current one are repeated on each page.
  void RepeatFrom(int first);

  // Ends the sheet; this must not be used after it.
  Sheet Take();

 private:
  Sheet sheet_;
};

}  // namespace budgetwatch::forms
