#include "forms/csv_writer.h"

#include <sstream>
#include <string_view>
#include <vector>

#include "forms/amount.h"
#include "forms/csv_record.h"

namespace budgetwatch::forms {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

// Spreadsheets take these for the start of a formula, the wide ones in some
// languages too, also behind white space.
bool LooksLikeFormula(std::string_view text) {
  const size_t first = text.find_first_not_of(" \t\n");
  if (first == std::string_view::npos) return false;
  text.remove_prefix(first);
  for (const std::string_view start : {"=", "+", "-", "@", "＝", "＋", "－", "＠"}) {
    if (text.starts_with(start)) return true;
  }
  return false;
}

std::string CsvText(const Value& value) {
  if (const auto* number = std::get_if<Number>(&value)) return Format(*number);
  const std::string& text = std::get<std::string>(value);
  return LooksLikeFormula(text) ? "'" + text : text;
}

bool IsBody(Role role) {
  return role == Role::kText || role == Role::kCentre || role == Role::kNumber;
}

void WriteSheet(const Sheet& sheet, std::ostream& out) {
  std::vector<std::vector<std::string>> rows(static_cast<size_t>(sheet.row_count),
                                             std::vector<std::string>(sheet.column_widths.size()));
  for (const Cell& cell : sheet.cells) {
    const int rows_filled = IsBody(cell.role) ? cell.row_count : 1;
    for (int i = 0; i < rows_filled; ++i) {
      rows[static_cast<size_t>(cell.row + i)][static_cast<size_t>(cell.column)] =
          CsvText(cell.value);
    }
  }
  for (const auto& row : rows) WriteCsvRecord(out, row);
}

}  // namespace

std::string WriteCsv(const Form& form) {
  std::ostringstream out;
  out << kByteOrderMark;
  bool first = true;
  for (const Sheet& sheet : form.sheets) {
    if (!first) WriteCsvRecord(out, std::vector<std::string>(sheet.column_widths.size()));
    first = false;
    WriteSheet(sheet, out);
  }
  return std::move(out).str();
}

}  // namespace budgetwatch::forms
