// Input: a file of observations. Every record that is read is UTF-8 and reads the same
// when it is written as a file of its own; rows are numbered in rising order.

#include <sstream>
#include <vector>

#include "base/text.h"
#include "domain/rational.h"
#include "fuzz/fuzz_input.h"
#include "import/observation_csv.h"

namespace budgetwatch {
namespace {

std::unique_ptr<ObservationCsvReader> Reader(std::string_view text) {
  auto reader = ObservationCsvReader::FromStream(
      std::make_unique<std::istringstream>(std::string(text)), static_cast<int64_t>(text.size()));
  return reader.ok() ? std::move(reader).value() : nullptr;
}

// The cells value, satisfied, asked and percent.
struct ValueCells {
  std::vector<std::string> operator()(const NumberValue& value) const {
    BW_CHECK(ParseDecimal(value.decimal).has_value());
    return {value.decimal, "", "", ""};
  }
  std::vector<std::string> operator()(const YesNoValue& value) const {
    return {value.yes ? "是" : "否", "", "", ""};
  }
  std::vector<std::string> operator()(const AchievementValue& value) const {
    BW_CHECK(value.percent.empty() || ParseDecimal(value.percent).has_value());
    static constexpr const char* kDegrees[] = {"达成", "部分达成", "未达成"};
    return {kDegrees[static_cast<int>(value.degree) - 1], "", "", value.percent};
  }
  std::vector<std::string> operator()(const SurveyValue& value) const {
    BW_CHECK(value.satisfied_count >= 0);
    BW_CHECK(value.asked_count > 0 && value.satisfied_count <= value.asked_count);
    return {"", std::to_string(value.satisfied_count), std::to_string(value.asked_count), ""};
  }
  std::vector<std::string> operator()(const CompletionValue& value) const {
    return {value.date.ToString(), "", "", ""};
  }
};

std::string AsFile(const ObservationRow& row) {
  std::vector<std::string> cells = std::visit(ValueCells(), row.value);
  for (const std::string* text :
       {&row.observation_id, &row.project_code, &row.indicator_id, &row.observed_date, &row.unit,
        &row.evidence, &row.note, &row.observed_by, &row.corrects_observation_id}) {
    BW_CHECK(IsValidUtf8(*text));
    cells.push_back(*text);
  }
  std::string text =
      "value,satisfied,asked,percent,observation_id,project_code,indicator_id,observed_date,unit,"
      "evidence,note,observed_by,corrects_observation_id\n";
  for (size_t i = 0; i < cells.size(); ++i) {
    text += i == 0 ? "\"" : ",\"";
    for (const char c : cells[i]) {
      text += c;
      if (c == '"') text += c;
    }
    text += '"';
  }
  return text + "\r\n";
}

void CheckRow(const ObservationRow& row) {
  const auto reader = Reader(AsFile(row));
  BW_CHECK(reader != nullptr);
  const auto record = reader->Next();
  BW_CHECK(record.ok() && record.value().has_value());
  const auto* again = std::get_if<ObservationRow>(&*record.value());
  BW_CHECK(again != nullptr);
  BW_CHECK(again->observation_id == row.observation_id);
  BW_CHECK(again->project_code == row.project_code);
  BW_CHECK(again->indicator_id == row.indicator_id);
  BW_CHECK(again->observed_date == row.observed_date);
  BW_CHECK(again->value == row.value);
  BW_CHECK(again->unit == row.unit);
  BW_CHECK(again->evidence == row.evidence);
  BW_CHECK(again->note == row.note);
  BW_CHECK(again->observed_by == row.observed_by);
  BW_CHECK(again->corrects_observation_id == row.corrects_observation_id);
  const auto end = reader->Next();
  BW_CHECK(end.ok() && !end.value().has_value());
}

void ReadAll(std::string_view text) {
  const auto reader = Reader(text);
  if (reader == nullptr) return;
  int64_t last_row = 1;
  while (true) {
    const auto record = reader->Next();
    if (!record.ok() || !record.value()) break;
    if (const auto* row = std::get_if<ObservationRow>(&*record.value())) {
      BW_CHECK(row->row_number > last_row);
      last_row = row->row_number;
      CheckRow(*row);
    } else {
      const auto& rejection = std::get<RowRejection>(*record.value());
      BW_CHECK(rejection.row_number > last_row);
      BW_CHECK(!rejection.reason.empty());
      BW_CHECK(IsValidUtf8(rejection.message));
      last_row = rejection.row_number;
    }
  }
  BW_CHECK(reader->bytes_consumed() <= static_cast<int64_t>(text.size()));
}

}  // namespace
}  // namespace budgetwatch

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  budgetwatch::ReadAll(budgetwatch::FuzzInput(data, size).Rest());
  return 0;
}
