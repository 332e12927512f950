#include "forms/row_layout.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "forms/form_text.h"

namespace budgetwatch::forms {
namespace {

// A column of n characters has 7n + 5 pixels of 0.75 pt, at the default font; some of
// them lie between the text and the frame.
constexpr double kPtPerCharacter = 5.25;
constexpr double kFramePt = 4;
// Chinese fonts differ; this is enough for the tallest of them.
constexpr double kLineFactor = 1.4;
constexpr double kPaddingPt = 5;
constexpr double kRowHeightPtMin = 20;

double WidthPt(const Sheet& sheet, const Cell& cell) {
  double characters = 0;
  for (int i = 0; i < cell.column_count; ++i) {
    characters += sheet.column_widths[static_cast<size_t>(cell.column + i)];
  }
  return std::max(characters * kPtPerCharacter - kFramePt, FontPt(cell.role));
}

double NeededPt(const Sheet& sheet, const Cell& cell) {
  const auto* text = std::get_if<std::string>(&cell.value);
  const double font_pt = FontPt(cell.role);
  const int lines = text == nullptr ? 1 : LineCount(*text, WidthPt(sheet, cell) / font_pt);
  return std::max(kRowHeightPtMin, lines * font_pt * kLineFactor + kPaddingPt);
}

}  // namespace

double FontPt(Role role) {
  switch (role) {
    case Role::kTitle: return 18;
    case Role::kCaption: return 11;
    default: return 10;
  }
}

RowLayout LayOutRows(const Sheet& sheet) {
  std::vector<double> needed_pt(static_cast<size_t>(sheet.row_count), kRowHeightPtMin);
  const auto grow = [&](const Cell& cell) {
    const auto begin = needed_pt.begin() + cell.row;
    const auto end = begin + cell.row_count;
    double have_pt = 0;
    for (auto row = begin; row != end; ++row) have_pt += *row;
    const double missing_pt = NeededPt(sheet, cell) - have_pt;
    if (missing_pt <= 0) return;
    for (auto row = begin; row != end; ++row) *row += missing_pt / cell.row_count;
  };
  // First what one row must hold by itself, then what several hold together.
  for (const Cell& cell : sheet.cells) {
    if (cell.row_count == 1) grow(cell);
  }
  for (const Cell& cell : sheet.cells) {
    if (cell.row_count > 1) grow(cell);
  }

  RowLayout layout;
  for (const double row_pt : needed_pt) {
    layout.first.push_back(static_cast<int>(layout.height_pt.size()));
    const int parts = static_cast<int>(std::ceil(row_pt / kRowHeightPtMax));
    layout.height_pt.insert(layout.height_pt.end(), static_cast<size_t>(parts), row_pt / parts);
  }
  layout.first.push_back(static_cast<int>(layout.height_pt.size()));
  return layout;
}

}  // namespace budgetwatch::forms
