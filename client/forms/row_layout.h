#pragma once

#include <vector>

#include "forms/form.h"

namespace budgetwatch::forms {

// Where the rows of a sheet come to lie in a spreadsheet, whose rows have a greatest
// height: a row that needs more becomes several, and its cells reach over all of them.
struct RowLayout {
  std::vector<int> first;         // of each row of the sheet, and the end of the last
  std::vector<double> height_pt;  // of each row of the spreadsheet

  int FirstOf(const Cell& cell) const { return first[static_cast<size_t>(cell.row)]; }
  int EndOf(const Cell& cell) const {
    return first[static_cast<size_t>(cell.row + cell.row_count)];
  }
};

inline constexpr double kRowHeightPtMax = 400;  // Excel's is 409.5

// Size of the font of a role.
double FontPt(Role role);

// Heights at which every text can be read, wrapped into the width of its cell.
RowLayout LayOutRows(const Sheet& sheet);

}  // namespace budgetwatch::forms
