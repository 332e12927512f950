// Goal: every record of an observation file comes out exactly once, as a value of the
// kind that stands there or as a rejection that names row, column and cure; nothing is
// guessed at.
// Method: tables of good and bad files, random bytes, and the example of deploy/.

#include "import/observation_csv.h"

#include <gtest/gtest.h>

#include <random>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "base/text.h"
#include "import/plan_file.h"

namespace budgetwatch {
namespace {

const char kHeader[] =
    "observation_id,project_code,indicator_id,observed_date,value,unit,satisfied,asked,percent,"
    "evidence,note,observed_by,corrects_observation_id\n";

Result<std::unique_ptr<ObservationCsvReader>> OpenText(const std::string& text) {
  return ObservationCsvReader::FromStream(std::make_unique<std::istringstream>(text),
                                          static_cast<int64_t>(text.size()));
}

std::vector<ObservationRecord> ReadAll(ObservationCsvReader* reader) {
  std::vector<ObservationRecord> records;
  while (true) {
    auto next = reader->Next();
    EXPECT_TRUE(next.ok());
    if (!next.ok() || !next.value()) break;
    records.push_back(*std::move(next.value()));
  }
  return records;
}

struct ValueWords {
  std::string operator()(const NumberValue& value) const { return "number " + value.decimal; }
  std::string operator()(const YesNoValue& value) const { return value.yes ? "yes" : "no"; }
  std::string operator()(const AchievementValue& value) const {
    return "degree " + std::to_string(static_cast<int>(value.degree)) + " " + value.percent;
  }
  std::string operator()(const SurveyValue& value) const {
    return std::to_string(value.satisfied_count) + "/" + std::to_string(value.asked_count);
  }
  std::string operator()(const CompletionValue& value) const {
    return "done " + value.date.ToString();
  }
};

// One line for each record: "2 id|project|indicator|date|value|unit|evidence|note|by|
// corrects", or "2 REASON column".
std::string Summary(const std::string& text) {
  auto reader = OpenText(text);
  EXPECT_TRUE(reader.ok()) << reader.error().message;
  if (!reader.ok()) return "";
  std::string summary;
  for (const ObservationRecord& record : ReadAll(reader.value().get())) {
    if (const auto* rejection = std::get_if<RowRejection>(&record)) {
      EXPECT_FALSE(rejection->message.empty());
      EXPECT_TRUE(IsValidUtf8(rejection->message));
      summary += std::to_string(rejection->row_number) + " " + rejection->reason + " " +
                 rejection->field + "\n";
      continue;
    }
    const auto& row = std::get<ObservationRow>(record);
    summary += std::to_string(row.row_number) + " " + row.observation_id + "|" + row.project_code +
               "|" + row.indicator_id + "|" + row.observed_date + "|" +
               std::visit(ValueWords(), row.value) + "|" + row.unit + "|" + row.evidence + "|" +
               row.note + "|" + row.observed_by + "|" + row.corrects_observation_id + "\n";
  }
  return summary;
}

TEST(ObservationCsvTest, ReadsEveryColumn) {
  EXPECT_EQ(Summary(std::string(kHeader) + "o1,990-1,2,2020-06-30,92.5,%,,,,文号 3,备注,甲科,\n"
                                           "o2,990-1,3,2020-06-30,,,57,60,,,,,o0\n"),
            "2 o1|990-1|2|2020-06-30|number 92.5|%|文号 3|备注|甲科|\n"
            "3 o2|990-1|3|2020-06-30|57/60|||||o0\n");
}

TEST(ObservationCsvTest, ReadsEveryKindOfValue) {
  const struct {
    const char* cells;  // value,unit,satisfied,asked,percent
    const char* value;
  } kCases[] = {
      {"0,,,,", "number 0"},
      {"-0.5,,,,", "number -0.5"},
      {"999999999999999999.999999999,,,,", "number 999999999999999999.999999999"},
      {"是,,,,", "yes"},
      {"否,,,,", "no"},
      {"达成,,,,", "degree 1 "},
      {"部分达成,,,,75.5", "degree 2 75.5"},
      {"未达成,,,,30", "degree 3 30"},
      {"2020-10-31,,,,", "done 2020-10-31"},
      {"2020,,,,", "number 2020"},
      {",,0,1,", "0/1"},
      {",,200,200,", "200/200"},
  };
  for (const auto& test_case : kCases) {
    const std::string summary =
        Summary(std::string(kHeader) + "o,p,1,d," + test_case.cells + ",,,,\n");
    EXPECT_NE(summary.find("2 o|p|1|d|" + std::string(test_case.value) + "|"), std::string::npos)
        << test_case.cells << ": " << summary;
  }
}

TEST(ObservationCsvTest, FormDoesNotMatter) {
  const std::string expected = "2 o|p|1|d|yes|||||\n";
  const std::string required = "observation_id,project_code,indicator_id,observed_date,value";
  EXPECT_EQ(Summary(required + "\no,p,1,d,是\n"), expected);
  EXPECT_EQ(Summary("\xef\xbb\xbf" + required + "\r\no,p,1,d,是\r\n"), expected);
  EXPECT_EQ(Summary("value,observed_date,indicator_id,project_code,observation_id\n是,d,1,p,o"),
            expected);
  EXPECT_EQ(Summary("asked,value,observed_date,indicator_id,project_code,observation_id,satisfied"
                    "\n60,,d,1,p,o,57\n"),
            "2 o|p|1|d|57/60|||||\n");
}

TEST(ObservationCsvTest, RejectsWhatCannotBeDecoded) {
  const std::string long_cell(CsvReader::kMaxCellBytes + 1, '9');
  const struct {
    std::string cells;  // value,unit,satisfied,asked,percent
    const char* rejection;
  } kCases[] = {
      {",,,,", "MISSING_VALUE value"},
      {",%,,,80", "MISSING_VALUE value"},
      {"92,,57,60,", "INVALID_SURVEY value"},
      {"92,,,60,", "INVALID_SURVEY value"},
      {",,57,,", "INVALID_SURVEY asked"},
      {",,,60,", "INVALID_SURVEY satisfied"},
      {",,0,0,", "INVALID_SURVEY asked"},
      {",,61,60,", "INVALID_SURVEY satisfied"},
      {",,-1,60,", "INVALID_SURVEY satisfied"},
      {",,57.0,60,", "INVALID_SURVEY satisfied"},
      {",,57,六十,", "INVALID_SURVEY asked"},
      {",,57,99999999999999999999,", "INVALID_SURVEY asked"},
      {",, 57,60,", "INVALID_SURVEY satisfied"},
      {"完成,,,,", "INVALID_VALUE value"},
      {"已完成,,,,", "INVALID_VALUE value"},
      {"yes,,,,", "INVALID_VALUE value"},
      {"92.5%,,,,", "INVALID_VALUE value"},
      {"92.5％,,,,", "INVALID_VALUE value"},
      {"\"1,000\",,,,", "INVALID_VALUE value"},
      {"1e9,,,,", "INVALID_VALUE value"},
      {"NaN,,,,", "INVALID_VALUE value"},
      {"９２,,,,", "INVALID_VALUE value"},
      {" 92,,,,", "INVALID_VALUE value"},
      {"1000000000000000000,,,,", "INVALID_VALUE value"},
      {"0.0000000001,,,,", "INVALID_VALUE value"},
      {"2020-02-30,,,,", "INVALID_VALUE value"},
      {"2020/10/31,,,,", "INVALID_VALUE value"},
      {"92,,,,80", "INVALID_VALUE percent"},
      {",,57,60,80", "INVALID_VALUE percent"},
      {"达成,,,,80%", "INVALID_VALUE percent"},
      {"\xff,,,,", "INVALID_UTF8 value"},
      {"92,\xc0\x80,,,", "INVALID_UTF8 unit"},
      {"92,\"a\"b,,,", "INVALID_FIELD unit"},
      {"92,,,", "INVALID_FIELD "},
      {"92,,,,,", "INVALID_FIELD "},
      {long_cell + ",,,,", "FIELD_TOO_LONG value"},
      {long_cell.substr(0, 100'000) + ",,,,", "INVALID_VALUE value"},
  };
  const std::string good = "q,p,1,d,1,,,,,,,,\n";
  for (const auto& test_case : kCases) {
    EXPECT_EQ(Summary(kHeader + good + "o,p,1,d," + test_case.cells + ",,,,\n" + good),
              "2 q|p|1|d|number 1|||||\n3 " + std::string(test_case.rejection) +
                  "\n4 q|p|1|d|number 1|||||\n")
        << test_case.cells.substr(0, 60);
  }
}

TEST(ObservationCsvTest, RefusesABadHeader) {
  const struct {
    std::string header;
    const char* reason;
    const char* field;
  } kCases[] = {
      {"", "FILE_EMPTY", "file"},
      {"observation_id,project_code,indicator_id,observed_date", "INVALID_FIELD", "value"},
      {"project_code,indicator_id,observed_date,value", "INVALID_FIELD", "observation_id"},
      {"observation_id,project_code,indicator_id,observed_date,value,colour", "INVALID_FIELD",
       "colour"},
      {"observation_id,project_code,indicator_id,observed_date,value,unit,unit", "INVALID_FIELD",
       "unit"},
      {"编号,项目,指标,日期,完成值", "INVALID_FIELD", "编号"},
      {"o1,990-1,1,2020-06-30,92", "INVALID_FIELD", "o1"},
      {"\xff,b", "INVALID_FIELD", "header"},
      {"PK\x03\x04", "FILE_FORMAT_UNKNOWN", "file"},
  };
  for (const auto& test_case : kCases) {
    const auto reader = OpenText(test_case.header);
    ASSERT_FALSE(reader.ok()) << test_case.header;
    EXPECT_EQ(reader.error().reason, test_case.reason) << test_case.header;
    EXPECT_EQ(reader.error().field, test_case.field) << test_case.header;
    EXPECT_FALSE(reader.error().message.empty());
  }
}

TEST(ObservationCsvTest, SurvivesRandomBytes) {
  const std::vector<std::string> pieces = {
      "1", ",", "\"", "\n", "\r", "是", "%", "60", ",,,,,,,,,,,,\n", "\xff", "示"};
  for (unsigned seed = 1; seed <= 3000; ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937 random(seed);
    std::string text = kHeader;
    for (uint_fast32_t i = 0, count = random() % 60; i < count; ++i) {
      text += pieces[random() % pieces.size()];
    }
    auto reader = OpenText(text);
    ASSERT_TRUE(reader.ok());
    int64_t row_number = 1;
    for (const ObservationRecord& record : ReadAll(reader.value().get())) {
      const int64_t number =
          std::visit([](const auto& either) { return either.row_number; }, record);
      EXPECT_GT(number, row_number);
      row_number = number;
    }
    EXPECT_EQ(reader.value()->bytes_consumed(), static_cast<int64_t>(text.size()));
  }
}

TEST(ObservationCsvTest, TheExampleFitsTheExamplePlan) {
  const std::string folder = BW_DEPLOY_DIR "/examples/";
  const auto plan = ReadPlanFile(folder + "plan-2020.yaml");
  ASSERT_TRUE(plan.ok());
  std::set<std::string> indicators;
  for (const Project& project : plan.value().plan.projects) {
    for (const Indicator& indicator : project.indicators) {
      indicators.insert(project.project_code + "#" + indicator.indicator_id);
    }
  }
  auto reader = ObservationCsvReader::Open(folder + "observations-2020.csv");
  ASSERT_TRUE(reader.ok()) << reader.error().message;
  const auto records = ReadAll(reader.value().get());
  EXPECT_EQ(records.size(), 107u);
  std::set<std::string> ids;
  std::set<std::string> observed;
  std::vector<std::string> unknown;
  for (const ObservationRecord& record : records) {
    const auto* row = std::get_if<ObservationRow>(&record);
    ASSERT_NE(row, nullptr) << std::get<RowRejection>(record).message;
    EXPECT_TRUE(ids.insert(row->observation_id).second) << row->observation_id;
    const auto date = Date::Parse(row->observed_date);
    ASSERT_TRUE(date.has_value()) << row->observed_date;
    EXPECT_EQ(date->year(), 2020);
    if (!row->corrects_observation_id.empty()) {
      EXPECT_TRUE(ids.contains(row->corrects_observation_id)) << row->observation_id;
    }
    const std::string indicator = row->project_code + "#" + row->indicator_id;
    if (indicators.contains(indicator)) {
      observed.insert(indicator);
    } else {
      unknown.push_back(row->observation_id);
    }
  }
  // As deploy/examples/README.md says.
  EXPECT_EQ(unknown, (std::vector<std::string>{"OB-2020-0107"}));
  EXPECT_EQ(indicators.size(), 62u);
  EXPECT_EQ(observed.size(), 60u);
  EXPECT_FALSE(observed.contains("122-0701-JBN-OPUB#3"));
  EXPECT_FALSE(observed.contains("122-0601-JBN-GGD9#2"));
}

}  // namespace
}  // namespace budgetwatch
