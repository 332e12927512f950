// Goal: a ledger written by any earlier version is read by this one, and the other way
// round: the bytes of a record never change, they are only added to.
// Method: one commit with every field of every kind of entry against bytes that were
// kept (tests/golden). They are never made anew: a change that fails here needs a new
// format version and a migration.

#include <gtest/gtest.h>

#include <cctype>
#include <filesystem>
#include <fstream>

#include "storage/journal_chain.h"
#include "storage/record_codec.h"
#include "support/builders.h"

namespace budgetwatch {
namespace {

std::string ToHex(const std::string& bytes) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string hex;
  for (const char c : bytes) {
    hex += kDigits[static_cast<unsigned char>(c) >> 4];
    hex += kDigits[static_cast<unsigned char>(c) & 15];
  }
  return hex;
}

std::string FromHex(const std::string& hex) {
  const auto digit = [](char c) { return c <= '9' ? c - '0' : c - 'a' + 10; };
  std::string bytes;
  for (size_t i = 0; i + 1 < hex.size(); i += 2) {
    bytes += static_cast<char>(digit(hex[i]) * 16 + digit(hex[i + 1]));
  }
  return bytes;
}

// The digits of a golden file, without comments and line ends.
std::string ReadGolden(const std::string& name) {
  std::ifstream file(std::filesystem::path(BW_GOLDEN_DIR) / name);
  std::string hex;
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("#")) continue;
    for (const char c : line) {
      if (std::isxdigit(static_cast<unsigned char>(c)) != 0) hex += c;
    }
  }
  return hex;
}

std::vector<JournalEntry> Payments() {
  PaymentEntry payment = MakeEntry(MakePayment("id-1", "122-0601", "2020-02-29", 123'456));
  payment.event.payee = "收款人";
  payment.event.memo = "办案经费";
  payment.matched_refund_sequences = {3, 300};
  PaymentEntry refund = MakeEntry(MakeRefund("id-2", "", "2020-03-01", 40, "id-1"));
  refund.booked_project_code = "122-0601";
  refund.original_sequence = 41;
  PaymentEntry correction =
      MakeEntry(MakeCorrection("id-3", "122-0602", "2021-01-01", 100, "id-1"));
  correction.original_sequence = 41;
  correction.from_project_code = "122-0601";
  correction.from_date = Day("1969-12-31");
  correction.takes_rest = true;
  return {payment, refund, correction};
}

PlanEntry FullPlan() {
  Project project = MakeProject("122-0601", 1000, {"", "33.3333", "50", "100"});
  project.kind = ProjectKind::kThreePublic;
  project.fundings = {{FundingSource::kGeneral, 400}, {FundingSource::kOther, 600}};
  project.indicators = {{"1",
                         "产出指标",
                         "数量指标",
                         "人数",
                         "说明",
                         "1-2个",
                         {TargetKind::kDate, Comparator::kRange, "1", "2", "个", true, {"note"}},
                         "依据",
                         "10.5"},
                        {"2", "效益指标", "", "满意度", "", "好", Target(), "", ""}};
  Plan plan = MakePlan("122002", {project, MakeProject("122-0602", 0)});
  plan.parent_department_code = "122";
  plan.stated_totals = {{std::nullopt, std::nullopt, 1000},
                        {ProjectKind::kPublic, std::nullopt, 0},
                        {std::nullopt, FundingSource::kGovernmentFund, 600}};
  PlanEntry entry = MakePlanEntry(plan, "2020-05-01", 3);
  entry.reason = "调整";
  entry.document_number = "某财预〔2020〕1号";
  return entry;
}

std::vector<JournalEntry> WarningEntries() {
  WarningEntry opened;
  opened.id = {Rule::kPlanBackloaded, SubjectKind::kDepartment, "122", 2020, Day("2020-06-30")};
  opened.date = Day("2020-07-01");
  opened.department_code = "122";
  opened.subject_name = "某局";
  opened.severity = Severity::kCritical;
  opened.figures = {100, -5, Share{1, 3}, 38, 7};
  WarningEntry explained;
  explained.id = {Rule::kSuspensePending, SubjectKind::kSuspense, "", 2020, std::nullopt};
  explained.change = WarningChange::kExplained;
  explained.date = Day("2020-07-02");
  explained.explanation =
      Explanation{CauseClass::kFacility, "原因", "措施", Day("2020-09-01"), "财务科"};
  return {opened, explained};
}

// A profile as it was before results were scored: the rest is as built in.
ProfileEntry OldProfile() {
  Profile profile;
  profile.name = "某省";
  profile.tolerance_ppm = 1;
  profile.severe_ppm = 300'000;
  profile.backloaded_ppm = 400'000;
  profile.backloaded_after = {2, 29};
  profile.monitoring_days = {{1, 31}, {12, 31}};
  profile.floors = {{6, 30, 450'000}, {9, 30, 750'000}};
  return {profile};
}

Commit GoldenCommit() {
  Commit commit{41, 1'600'000'000'123'456, Payments(), {}};
  commit.entries.emplace_back(FullPlan());
  for (JournalEntry& entry : WarningEntries()) commit.entries.push_back(std::move(entry));
  commit.entries.emplace_back(ClosingEntry{2019});
  commit.entries.emplace_back(OldProfile());
  return commit;
}

// With rules of results.
Commit FullProfileCommit() {
  Profile profile = OldProfile().profile;
  profile.rush_ppm = 2;
  profile.shortfall_ppm = 3;
  profile.divergence_ppm = 1'000'000;
  profile.review_days = {{7, 31}};
  profile.score.execution_weight_centi = 1'250;
  profile.score.sections = {{"成本指标", {"成本", "费用"}, 2'000}, {"其他", {"产"}, 6'750}};
  profile.score.achieved_from_percent = 90;
  profile.score.partly_from_percent = 50;
  profile.score.grades = {{"合格", 6'000}, {"不合格", 0}};
  profile.wording = {"监控表", "自评表", "不可能"};
  return {7, 1'600'000'000'000'456, {ProfileEntry{profile}}, {}};
}

// The profile, which stands last, has more to say today.
TEST(Golden, JournalRecordsKeepTheirBytes) {
  const Commit commit = GoldenCommit();
  const std::string encoded = ToHex(EncodeJournalRecord(commit, 0, commit.entries.size() - 1));
  EXPECT_EQ(encoded, ReadGolden("journal_record.hex").substr(0, encoded.size()));
}

TEST(Golden, ProfilesKeepTheirBytes) {
  const Commit commit = FullProfileCommit();
  const std::string golden = ReadGolden("profile_record.hex");
  EXPECT_EQ(ToHex(EncodeJournalRecord(commit, 0, 1)), golden);
  const auto record = JournalRecord::Parse(FromHex(golden));
  ASSERT_TRUE(record.has_value());
  const auto item = record->Item(7);
  ASSERT_TRUE(item.has_value());
  EXPECT_TRUE(item->entry == commit.entries[0]);
}

// What is built in may change one day; what an old record stands for may not.
TEST(Golden, OldProfilesStandForTheValuesOfTheirTime) {
  const auto record = JournalRecord::Parse(FromHex(ReadGolden("journal_record.hex")));
  ASSERT_TRUE(record.has_value());
  const auto item = record->Item(record->last_sequence());
  ASSERT_TRUE(item.has_value());
  const Profile& profile = ControlOf<ProfileEntry>(item->entry)->profile;
  EXPECT_EQ(profile.name, "某省");
  EXPECT_EQ(profile.rush_ppm, 200'000);
  EXPECT_EQ(profile.shortfall_ppm, 100'000);
  EXPECT_EQ(profile.divergence_ppm, 200'000);
  EXPECT_EQ(profile.review_days, (std::vector<ReviewDay>{{6, 30}, {7, 31}}));
  EXPECT_EQ(profile.score.execution_weight_centi, 1'000);
  EXPECT_EQ(profile.score.sections,
            (std::vector<ScoreSection>{
                {"产出指标", {"产出", "数量", "质量", "时效", "成本"}, 5'000},
                {"满意度指标", {"满意度", "服务对象", "受益对象"}, 1'000},
                {"效益指标", {"效益", "效果", "经济", "社会", "生态", "可持续"}, 3'000}}));
  EXPECT_EQ(profile.score.achieved_from_percent, 80);
  EXPECT_EQ(profile.score.partly_from_percent, 60);
  EXPECT_EQ(profile.score.grades,
            (std::vector<Grade>{{"优", 9'000}, {"良", 8'000}, {"中", 6'000}, {"差", 0}}));
  EXPECT_EQ(profile.wording,
            (FormWording{"项目支出绩效目标执行监控表", "项目支出绩效自评表", "完全不可能"}));
}

TEST(Golden, OldJournalRecordsAreRead) {
  const Commit commit = GoldenCommit();
  const auto record = JournalRecord::Parse(FromHex(ReadGolden("journal_record.hex")));
  ASSERT_TRUE(record.has_value());
  EXPECT_EQ(record->recorded_time(), commit.recorded_time);
  ASSERT_EQ(record->first_sequence(), commit.first_sequence);
  ASSERT_EQ(record->last_sequence() - record->first_sequence() + 1,
            static_cast<Sequence>(commit.entries.size()));
  for (size_t i = 0; i < commit.entries.size(); ++i) {
    const auto item = record->Item(commit.first_sequence + static_cast<Sequence>(i));
    ASSERT_TRUE(item.has_value()) << i;
    EXPECT_TRUE(item->entry == commit.entries[i]) << i;
  }
}

// The digests were computed with another program: printf content | sha256sum.
TEST(Golden, RecordsAreChainedBySha256) {
  const ChainHash first = NextChainHash(kChainStart, "one");
  EXPECT_EQ(ChainHashText(first),
            "4e233ba6ac7032d3894ecea5974fd96176e564b024af45747eb46357af8d2401");
  const ChainHash second = NextChainHash(first, "two");
  EXPECT_EQ(ChainHashText(second),
            "b9f0cc527d38ea48d83c4c438121181ab01d99e83415306be2ac88792c40a8f3");
  std::string record = "two";
  AppendChainHash(second, &record);
  EXPECT_EQ(ToHex(record),
            "74776f"
            "2220" +
                ChainHashText(second));
  const auto parts = SplitChainedRecord(record);
  ASSERT_TRUE(parts.has_value());
  EXPECT_EQ(parts->content, "two");
  EXPECT_EQ(parts->hash, second);
  EXPECT_FALSE(SplitChainedRecord("two").has_value());
  EXPECT_FALSE(SplitChainedRecord(record + "x").has_value());
}

// Encoded by protoc.
TEST(Golden, TotalsKeepTheirBytes) {
  const std::string golden =
      "0a0696a0029aa0021203c80102"
      "1a020203";
  const std::vector<ProjectTotals::Day> days = {{Day("2020-06-30"), {100, 1}, 0},
                                                {Day("2020-07-02"), {1, -2}, 0}};
  EXPECT_EQ(ToHex(EncodeDayTotals(days)), golden);
  std::vector<ProjectTotals::Day> decoded;
  ASSERT_TRUE(DecodeDayTotals(FromHex(golden), [&decoded](Date date, const Total& total) {
    decoded.push_back({date, total, 0});
  }));
  EXPECT_EQ(decoded, days);
}

TEST(Golden, CheckpointsKeepTheirBytes) {
  StateCheckpoint checkpoint{9, 12'345, {{2019, 1}, {2020, 7}}, {}};
  checkpoint.unmatched_refunds[{"bank", "x"}] = {{3, "P1", Day("2020-05-05"), 40}};
  const std::string golden =
      "080910b9601a0508e30f10011a0508e40f100722150803120462616e6b1a01782202503128a69f023028";
  EXPECT_EQ(ToHex(EncodeCheckpoint(checkpoint)), golden);
  const auto decoded = DecodeCheckpoint(FromHex(golden));
  ASSERT_TRUE(decoded.has_value());
  EXPECT_EQ(decoded->payment_counts, checkpoint.payment_counts);
  EXPECT_EQ(decoded->unmatched_refunds, checkpoint.unmatched_refunds);
}

}  // namespace
}  // namespace budgetwatch
