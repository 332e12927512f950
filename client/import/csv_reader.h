#pragma once

#include <cstdint>
#include <istream>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/result.h"

namespace budgetwatch {

// The columns of a kind of file.
struct CsvColumns {
  std::vector<std::string_view> names;
  size_t required_count = 0;  // the first so many must stand in the header
};

// One record of a file whose header named its columns. Cells are well-formed UTF-8.
struct CsvRow {
  // Number of the record in the file; the header is record 1. A record whose
  // quoted cell runs over several lines counts once, and a blank line counts
  // too, so that the number is the row a spreadsheet shows.
  int64_t row_number = 0;
  // By the order of CsvColumns; empty without the column.
  std::vector<std::string> cells;
};

// A record that could not be decoded.
struct RowRejection {
  int64_t row_number = 0;
  std::string reason;   // a name of ErrorReason; of this reader INVALID_UTF8,
                        // FIELD_TOO_LONG or INVALID_FIELD
  std::string field;    // column at fault; empty: the record as a whole
  std::string message;  // a sentence with the cure
};

using CsvRecord = std::variant<CsvRow, RowRejection>;

// Reads a CSV file (RFC 4180, UTF-8 with or without byte order mark, lines ending in
// CRLF, LF or CR) record by record. The header names the columns, in any order.
// Memory does not grow with the file: a cell longer than kMaxCellBytes is skipped to
// its end and its record rejected. Thread-compatible.
class CsvReader {
 public:
  static constexpr size_t kMaxCellBytes = size_t{1} << 20;

  // Opens the file at `path` and reads its header. Errors: FILE_NOT_FOUND,
  // FILE_UNREADABLE, FILE_EMPTY, FILE_FORMAT_UNKNOWN for a file that is no text
  // (a workbook, say), and INVALID_FIELD for a header with a missing, unknown or
  // doubled column, which `field` names.
  static Result<std::unique_ptr<CsvReader>> Open(const std::string& path, CsvColumns columns);

  // The same from a stream, of which `bytes_total` bytes will come (0: unknown).
  static Result<std::unique_ptr<CsvReader>> FromStream(std::unique_ptr<std::istream> stream,
                                                       int64_t bytes_total, CsvColumns columns);

  ~CsvReader();
  CsvReader(const CsvReader&) = delete;
  CsvReader& operator=(const CsvReader&) = delete;

  // The next record, or nothing at the end of the file. Blank lines are skipped.
  // Error: FILE_UNREADABLE, after which only more of it comes.
  Result<std::optional<CsvRecord>> Next();

  // Bytes of the file behind the reader, for a progress bar.
  int64_t bytes_consumed() const;

  // Bytes of the whole file, 0 when unknown.
  int64_t bytes_total() const;

 private:
  class Impl;
  explicit CsvReader(std::unique_ptr<Impl> impl);

  const std::unique_ptr<Impl> impl_;
};

// The next record as `decode` makes it of a row; rejections pass as they are.
template <typename Record, typename Decode>
Result<std::optional<Record>> DecodeNext(CsvReader* csv, Decode decode) {
  Result<std::optional<CsvRecord>> next = csv->Next();
  if (!next.ok()) return next.error();
  if (!next.value()) return std::optional<Record>();
  std::optional<Record> record;
  if (auto* rejection = std::get_if<RowRejection>(&*next.value())) {
    record.emplace(std::move(*rejection));
  } else {
    record.emplace(decode(std::get<CsvRow>(std::move(*next.value()))));
  }
  return record;
}

}  // namespace budgetwatch
