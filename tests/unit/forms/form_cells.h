#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "forms/amount.h"
#include "forms/form.h"

namespace budgetwatch::forms {

inline std::string Shown(const Cell& cell) {
  const auto* number = std::get_if<Number>(&cell.value);
  return number == nullptr ? std::get<std::string>(cell.value) : Format(*number);
}

inline bool Covers(const Cell& cell, int row, int column) {
  return cell.row <= row && row < cell.row + cell.row_count && cell.column <= column &&
         column < cell.column + cell.column_count;
}

// What a reader sees at (row, column); "(no cell)" where there is none.
inline std::string At(const Sheet& sheet, int row, int column) {
  for (const Cell& cell : sheet.cells) {
    if (Covers(cell, row, column)) return Shown(cell);
  }
  return "(no cell)";
}

// The first cell with exactly this text; null without one.
inline const Cell* FindCell(const Sheet& sheet, const std::string& text) {
  const auto found = std::find_if(sheet.cells.begin(), sheet.cells.end(),
                                  [&](const Cell& cell) { return Shown(cell) == text; });
  return found == sheet.cells.end() ? nullptr : &*found;
}

inline int RowOf(const Sheet& sheet, const std::string& text) {
  const Cell* cell = FindCell(sheet, text);
  return cell == nullptr ? -1 : cell->row;
}

// Whatever a sheet's invariants say, checked; the first thing that is wrong.
inline std::string WrongIn(const Sheet& sheet) {
  const int columns = static_cast<int>(sheet.column_widths.size());
  std::vector<int> covered(static_cast<size_t>(sheet.row_count * columns));
  int last = -1;
  for (const Cell& cell : sheet.cells) {
    const std::string where = sheet.name + ", row " + std::to_string(cell.row) + ", column " +
                              std::to_string(cell.column);
    if (cell.row < 0 || cell.column < 0 || cell.row_count < 1 || cell.column_count < 1 ||
        cell.row + cell.row_count > sheet.row_count || cell.column + cell.column_count > columns) {
      return where + ": outside";
    }
    if (cell.row * columns + cell.column <= last) return where + ": out of order";
    last = cell.row * columns + cell.column;
    for (int row = cell.row; row < cell.row + cell.row_count; ++row) {
      for (int column = cell.column; column < cell.column + cell.column_count; ++column) {
        if (covered[static_cast<size_t>(row * columns + column)]++ > 0) return where + ": overlap";
      }
    }
  }
  for (size_t i = 0; i < covered.size(); ++i) {
    if (covered[i] == 0) {
      return sheet.name + ": a hole at row " + std::to_string(static_cast<int>(i) / columns) +
             ", column " + std::to_string(static_cast<int>(i) % columns);
    }
  }
  return "";
}

}  // namespace budgetwatch::forms
