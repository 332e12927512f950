#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace budgetwatch::forms {

// A form as paper: sheets of cells, without a file format. Built once from a review
// and written by each writer (xlsx_writer.h, html_writer.h, csv_writer.h). Plain
// values; thread-compatible.

enum class NumberKind {
  kDecimal,  // two decimals; the value counts hundredths: 10090 is 100.90
  kPercent,  // the same in percent: 10090 is 100.90 %
  kCount,    // a whole number
};

struct Number {
  int64_t value = 0;
  NumberKind kind = NumberKind::kDecimal;

  bool operator==(const Number&) const = default;
};

// What stands in a cell. An empty text is a blank to be filled in by hand.
using Value = std::variant<std::string, Number>;

// What a cell is for; each writer gives every role one look.
enum class Role {
  kTitle,    // of the sheet, without a frame
  kCaption,  // centred below the title, without a frame
  kLeft,     // to the left above or below the table, without a frame
  kRight,    // the same to the right
  kLabel,    // printed part of the form, in a frame like the rest
  kText,     // to the left
  kCentre,   // centred
  kNumber,   // to the right
};

// A cell at (row, column), both from 0, that covers `row_count` × `column_count`.
struct Cell {
  int row = 0;
  int column = 0;
  int row_count = 1;
  int column_count = 1;
  Role role = Role::kText;
  Value value;
};

// Invariants: cells do not overlap, lie within the sheet, and stand in the order of
// their rows, then columns. Texts are UTF-8 without control characters other than
// line feeds.
struct Sheet {
  std::string name;                   // distinct within the form, as Excel allows it
  std::vector<double> column_widths;  // in characters of a spreadsheet
  int row_count = 0;
  // Rows that are repeated on top of each printed page, [first, end); none when equal.
  int repeated_row_first = 0;
  int repeated_row_end = 0;
  std::vector<Cell> cells;
};

struct Form {
  std::string title;
  std::string page_header;     // a line for the top of each printed page
  std::string page_footer;     // the same for the bottom, beside the page number
  int64_t created_second = 0;  // Unix time at which the review was frozen
  std::vector<Sheet> sheets;   // at least one
};

}  // namespace budgetwatch::forms
