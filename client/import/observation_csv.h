#pragma once

#include <cstdint>
#include <istream>
#include <memory>
#include <optional>
#include <string>
#include <variant>

#include "base/result.h"
#include "domain/observation.h"
#include "import/csv_reader.h"

namespace budgetwatch {

// One observation as its row gives it. Texts are well-formed UTF-8 and otherwise
// unchecked: lengths, dates and whether the value fits its target are the server's to
// judge.
struct ObservationRow {
  int64_t row_number = 0;  // as CsvRow counts them
  std::string observation_id;
  std::string project_code;
  std::string indicator_id;
  std::string observed_date;
  ObservedValue value;
  std::string unit;  // empty without the column, like the five below
  std::string evidence;
  std::string note;
  std::string observed_by;
  std::string corrects_observation_id;
};

using ObservationRecord = std::variant<ObservationRow, RowRejection>;

// Reads an observation CSV, see CsvReader. Columns: observation_id, project_code,
// indicator_id, observed_date, value; optional unit, satisfied, asked, percent,
// evidence, note, observed_by, corrects_observation_id. Thread-compatible.
//
// 1. A value is a decimal number, 是 or 否, 达成, 部分达成 or 未达成, or a date such as
//    2020-10-31, the day of completion. Nothing else is guessed at.
// 2. A survey leaves value empty and gives satisfied and asked.
// 3. percent goes with a value in words: the degree within its tier.
//
// Besides the reasons of CsvReader, rows are rejected with MISSING_VALUE,
// INVALID_VALUE and INVALID_SURVEY.
class ObservationCsvReader {
 public:
  // As CsvReader.
  static Result<std::unique_ptr<ObservationCsvReader>> Open(const std::string& path);
  static Result<std::unique_ptr<ObservationCsvReader>> FromStream(
      std::unique_ptr<std::istream> stream, int64_t bytes_total);
  Result<std::optional<ObservationRecord>> Next();
  int64_t bytes_consumed() const { return csv_->bytes_consumed(); }
  int64_t bytes_total() const { return csv_->bytes_total(); }

 private:
  explicit ObservationCsvReader(std::unique_ptr<CsvReader> csv);

  const std::unique_ptr<CsvReader> csv_;
};

}  // namespace budgetwatch
