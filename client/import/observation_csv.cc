#include "import/observation_csv.h"

#include <charconv>
#include <utility>
#include <vector>

#include "base/text.h"
#include "domain/rational.h"

namespace budgetwatch {
namespace {

enum Column : size_t {
  kObservationId,
  kProjectCode,
  kIndicatorId,
  kObservedDate,
  kValue,
  kUnit,
  kSatisfied,
  kAsked,
  kPercent,
  kEvidence,
  kNote,
  kObservedBy,
  kCorrectsObservationId,
};

CsvColumns Columns() {
  return {{"observation_id", "project_code", "indicator_id", "observed_date", "value", "unit",
           "satisfied", "asked", "percent", "evidence", "note", "observed_by",
           "corrects_observation_id"},
          kUnit};
}

// A value, or why there is none.
struct Reading {
  std::optional<ObservedValue> value;
  const char* reason = "";  // of ErrorReason
  const char* field = "";
  std::string message;
};

Reading Read(ObservedValue value) {
  Reading reading;
  reading.value = std::move(value);
  return reading;
}

Reading Refuse(const char* reason, const char* field, std::string message) {
  return Reading{std::nullopt, reason, field, std::move(message)};
}

std::optional<AchievementDegree> ParseDegree(std::string_view text) {
  if (text == "达成") return AchievementDegree::kAchieved;
  if (text == "部分达成") return AchievementDegree::kPartly;
  if (text == "未达成") return AchievementDegree::kNotAchieved;
  return std::nullopt;
}

std::optional<int64_t> ParseCount(std::string_view text) {
  int64_t count = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  if (error != std::errc() || end != text.data() + text.size() || count < 0) return std::nullopt;
  return count;
}

Reading ReadSurvey(std::string_view satisfied_text, std::string_view asked_text) {
  constexpr const char* kReason = "INVALID_SURVEY";
  const auto satisfied = ParseCount(satisfied_text);
  if (!satisfied) {
    return Refuse(kReason, "satisfied",
                  "a survey needs the number of satisfied answers; write a whole number from 0 up");
  }
  const auto asked = ParseCount(asked_text);
  if (!asked) {
    return Refuse(kReason, "asked",
                  "a survey needs the number of answers; write a whole number from 1 up");
  }
  if (*asked == 0) {
    return Refuse(kReason, "asked",
                  "nobody answered, so there is no share; leave the row out until somebody has");
  }
  if (*satisfied > *asked) {
    return Refuse(kReason, "satisfied",
                  "more are satisfied than answered; check whether the two are interchanged");
  }
  return Read(SurveyValue{*satisfied, *asked});
}

Reading ReadValue(const std::string& text) {
  if (ParseDecimal(text)) return Read(NumberValue{text});
  if (text == "是" || text == "否") return Read(YesNoValue{text == "是"});
  if (const auto degree = ParseDegree(text)) return Read(AchievementValue{*degree, ""});
  if (const auto date = Date::Parse(text)) return Read(CompletionValue{*date});
  if (text.ends_with('%') || text.ends_with("％")) {
    return Refuse("INVALID_VALUE", "value",
                  "\"" + Abbreviate(text, 60) +
                      "\" holds its unit; write the number alone, and % in the column unit");
  }
  return Refuse("INVALID_VALUE", "value",
                "\"" + Abbreviate(text, 60) +
                    "\" is no value that can be compared; write a number without unit or "
                    "separators (at most 18 digits before and 9 behind the point), 是 or 否, "
                    "达成, 部分达成 or 未达成, or the day of completion such as 2020-10-31");
}

// The value of a row, in whichever columns it stands.
Reading ReadObserved(const std::vector<std::string>& cells) {
  const bool has_value = !cells[kValue].empty();
  const bool has_survey = !cells[kSatisfied].empty() || !cells[kAsked].empty();
  if (has_value && has_survey) {
    return Refuse("INVALID_SURVEY", "value",
                  "the row has a value and a survey; leave value empty for a survey, else "
                  "satisfied and asked");
  }
  if (!has_value && !has_survey) {
    return Refuse("MISSING_VALUE", "value",
                  "the row has no value; write what was measured, or satisfied and asked of a "
                  "survey");
  }
  Reading reading =
      has_survey ? ReadSurvey(cells[kSatisfied], cells[kAsked]) : ReadValue(cells[kValue]);
  if (!reading.value || cells[kPercent].empty()) return reading;
  auto* achievement = std::get_if<AchievementValue>(&*reading.value);
  if (achievement == nullptr) {
    return Refuse("INVALID_VALUE", "percent",
                  "a percent goes only with 达成, 部分达成 and 未达成; leave it empty, or write a "
                  "number as the value");
  }
  if (!ParseDecimal(cells[kPercent])) {
    return Refuse("INVALID_VALUE", "percent",
                  "\"" + Abbreviate(cells[kPercent], 60) +
                      "\" is no percent; write a decimal such as 85, without the sign");
  }
  achievement->percent = cells[kPercent];
  return reading;
}

ObservationRecord Decode(CsvRow csv) {
  std::vector<std::string>& cells = csv.cells;
  Reading reading = ReadObserved(cells);
  if (!reading.value) {
    return RowRejection{csv.row_number, reading.reason, reading.field, std::move(reading.message)};
  }
  ObservationRow row;
  row.row_number = csv.row_number;
  row.observation_id = std::move(cells[kObservationId]);
  row.project_code = std::move(cells[kProjectCode]);
  row.indicator_id = std::move(cells[kIndicatorId]);
  row.observed_date = std::move(cells[kObservedDate]);
  row.value = std::move(*reading.value);
  row.unit = std::move(cells[kUnit]);
  row.evidence = std::move(cells[kEvidence]);
  row.note = std::move(cells[kNote]);
  row.observed_by = std::move(cells[kObservedBy]);
  row.corrects_observation_id = std::move(cells[kCorrectsObservationId]);
  return row;
}

}  // namespace

ObservationCsvReader::ObservationCsvReader(std::unique_ptr<CsvReader> csv) : csv_(std::move(csv)) {}

Result<std::unique_ptr<ObservationCsvReader>> ObservationCsvReader::Open(const std::string& path) {
  auto csv = CsvReader::Open(path, Columns());
  if (!csv.ok()) return csv.error();
  return std::unique_ptr<ObservationCsvReader>(new ObservationCsvReader(std::move(csv).value()));
}

Result<std::unique_ptr<ObservationCsvReader>> ObservationCsvReader::FromStream(
    std::unique_ptr<std::istream> stream, int64_t bytes_total) {
  auto csv = CsvReader::FromStream(std::move(stream), bytes_total, Columns());
  if (!csv.ok()) return csv.error();
  return std::unique_ptr<ObservationCsvReader>(new ObservationCsvReader(std::move(csv).value()));
}

Result<std::optional<ObservationRecord>> ObservationCsvReader::Next() {
  return DecodeNext<ObservationRecord>(csv_.get(), Decode);
}

}  // namespace budgetwatch
