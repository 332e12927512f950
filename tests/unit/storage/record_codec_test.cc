// Goal: every kind of entry comes back as it was written, and no bytes can stop the
// decoders.
// Method: one full example of each kind; flipped, cut and random bytes.

#include "storage/record_codec.h"

#include <google/protobuf/stubs/logging.h>
#include <gtest/gtest.h>

#include <random>

#include "budgetwatch/storage/v1/journal.pb.h"
#include "domain/money.h"
#include "support/builders.h"

namespace budgetwatch {
namespace {

Plan FullPlan() {
  Project project = MakeProject("P1", 1000, {"", "33.3333", "50", "100"});
  project.kind = ProjectKind::kThreePublic;
  project.fundings = {{FundingSource::kGeneral, 400}, {FundingSource::kOther, 600}};
  Indicator indicator;
  indicator.indicator_id = "1";
  indicator.level1 = "产出指标";
  indicator.level2 = "数量指标";
  indicator.level3 = "人数";
  indicator.description = "d";
  indicator.target_text = "≥90%";
  indicator.target = ReadTarget("≥90%");
  indicator.basis = "b";
  indicator.weight = "10.5";
  Indicator range = indicator;
  range.indicator_id = "2";
  range.target = {TargetKind::kQuantitative, Comparator::kRange, "1", "2", "个", true, {"note"}};
  project.indicators = {indicator, range};
  Plan plan = MakePlan("100", {project, MakeProject("P2", 0)});
  plan.parent_department_code = "1";
  plan.stated_totals = {{std::nullopt, std::nullopt, 1000},
                        {ProjectKind::kPublic, std::nullopt, 0},
                        {std::nullopt, FundingSource::kOther, 600}};
  return plan;
}

std::vector<JournalEntry> OneOfEachKind() {
  PaymentEntry payment = MakeEntry(MakePayment("a", "P1", "2020-02-29", 5));
  payment.event.payee = "payee";
  payment.event.memo = "第一\n行";
  payment.matched_refund_sequences = {3, 9};
  PaymentEntry refund = MakeEntry(MakeRefund("r", "", "2020-03-01", kMaxAmountFen, "a"));
  refund.booked_project_code = "P1";
  refund.original_sequence = 7;
  PaymentEntry correction = MakeEntry(MakeCorrection("c", "P2", "2021-01-01", 5, "a"));
  correction.original_sequence = 7;
  correction.from_project_code = "P1";
  correction.from_date = Day("2020-02-29");
  correction.takes_rest = true;
  PlanEntry plan = MakePlanEntry(FullPlan(), "2020-05-01", 3);
  plan.reason = "调整";
  plan.document_number = "1号";
  WarningEntry opened;
  opened.id = {Rule::kBelowFloor, SubjectKind::kDepartment, "100", 2020, Day("2020-06-30")};
  opened.date = Day("2020-07-01");
  opened.department_code = "100";
  opened.subject_name = "n";
  opened.severity = Severity::kCritical;
  opened.figures = {100, -5, Share{1, 3}, 38, 0};
  WarningEntry explained;
  explained.id = {Rule::kSuspensePending, SubjectKind::kSuspense, "", 2020, std::nullopt};
  explained.change = WarningChange::kExplained;
  explained.explanation = Explanation{CauseClass::kFacility, "t", "m", Day("2020-09-01"), "who"};
  Profile profile;
  profile.name = "冀";
  profile.tolerance_ppm = 1;
  profile.backloaded_after = {2, 29};
  profile.monitoring_days = {{1, 31}};
  profile.floors = {{6, 30, 450'000}, {9, 30, 750'000}};
  profile.review_days = {};
  profile.score.grades = {{"合格", 0}};
  profile.wording.impossible = "不可能";
  return {payment, refund,    correction,         plan,
          opened,  explained, ClosingEntry{2019}, ProfileEntry{profile}};
}

// All entries of a record; nothing when the record or any entry cannot be read.
std::optional<std::vector<JournalEntry>> DecodeAll(const std::string& bytes) {
  const auto record = JournalRecord::Parse(bytes);
  if (!record) return std::nullopt;
  std::vector<JournalEntry> entries;
  for (Sequence at = record->first_sequence(); at <= record->last_sequence(); ++at) {
    auto item = record->Item(at);
    if (!item) return std::nullopt;
    entries.push_back(std::move(item->entry));
  }
  return entries;
}

TEST(RecordCodec, EveryKindOfEntryRoundTrips) {
  const Commit commit{41, 1'600'000'000'123'456, OneOfEachKind(), {}};
  const std::string bytes = EncodeJournalRecord(commit, 0, commit.entries.size());
  const auto record = JournalRecord::Parse(bytes);
  ASSERT_TRUE(record.has_value());
  EXPECT_EQ(record->first_sequence(), 41);
  EXPECT_EQ(record->recorded_time(), commit.recorded_time);
  const auto entries = DecodeAll(bytes);
  ASSERT_TRUE(entries.has_value());
  ASSERT_EQ(entries->size(), commit.entries.size());
  for (size_t i = 0; i < commit.entries.size(); ++i) {
    EXPECT_TRUE((*entries)[i] == commit.entries[i]) << i;
  }
}

// The fields are written without the generated classes, which must read the same.
TEST(RecordCodec, TheGeneratedClassesReadTheSameBytes) {
  const Commit commit{41, 1'600'000'000'123'456, OneOfEachKind(), {}};
  const std::string bytes = EncodeJournalRecord(commit, 0, commit.entries.size());
  storage::v1::JournalRecord record;
  ASSERT_TRUE(record.ParseFromString(bytes));
  EXPECT_EQ(record.first_sequence(), 41);
  const auto& correction = record.entries(2).payment();
  EXPECT_EQ(correction.payment_id(), "c");
  EXPECT_EQ(correction.kind(), 3);
  EXPECT_EQ(correction.from_project_code(), "P1");
  EXPECT_EQ(correction.from_day(), Day("2020-02-29").day_number());
  EXPECT_TRUE(correction.takes_rest());
  EXPECT_EQ(record.entries(0).payment().matched_refund_sequences_size(), 2);
  EXPECT_EQ(record.SerializeAsString(), bytes);
}

TEST(RecordCodec, APartOfACommitKeepsItsSequences) {
  const Commit commit{41, 1, OneOfEachKind(), {}};
  const auto record = JournalRecord::Parse(EncodeJournalRecord(commit, 2, 4));
  ASSERT_TRUE(record.has_value());
  EXPECT_EQ(record->first_sequence(), 43);
  EXPECT_EQ(record->last_sequence(), 44);
  EXPECT_TRUE(record->Item(44)->entry == commit.entries[3]);
}

TEST(RecordCodec, CheckpointsRoundTrip) {
  StateCheckpoint checkpoint{9, 12345, {{2019, 1}, {2020, 7}}, {}};
  checkpoint.unmatched_refunds[{"bank", "x"}] = {{3, "P1", Day("2020-05-05"), 40}};
  checkpoint.unmatched_refunds[{"tax", "x"}] = {{4, "P2", Day("2019-05-05"), 41},
                                                {8, "P2", Day("2019-05-06"), 42}};
  const auto decoded = DecodeCheckpoint(EncodeCheckpoint(checkpoint));
  ASSERT_TRUE(decoded.has_value());
  EXPECT_EQ(decoded->sequence, 9);
  EXPECT_EQ(decoded->gross_fen, 12345);
  EXPECT_EQ(decoded->payment_counts, checkpoint.payment_counts);
  EXPECT_EQ(decoded->unmatched_refunds, checkpoint.unmatched_refunds);
}

TEST(RecordCodec, EmptyBytesAreNoRecord) {
  EXPECT_FALSE(JournalRecord::Parse("").has_value());
  EXPECT_FALSE(DecodeCheckpoint("").has_value());
  EXPECT_FALSE(JournalRecord::Parse("\xff\xff\xff").has_value());
}

TEST(RecordCodec, ProfilesThatNoFileCanHoldAreDamage) {
  const auto decodes = [](auto&& change) {
    Profile profile;
    change(profile);
    const Commit commit{1, 1, {ProfileEntry{profile}}, {}};
    return DecodeAll(EncodeJournalRecord(commit, 0, 1)).has_value();
  };
  EXPECT_TRUE(decodes([](Profile&) {}));
  EXPECT_TRUE(decodes([](Profile& profile) { profile.review_days.clear(); }));
  EXPECT_FALSE(decodes([](Profile& profile) { profile.review_days[0].month = 13; }));
  EXPECT_FALSE(decodes([](Profile& profile) { profile.monitoring_days[0].day = 0; }));
  EXPECT_FALSE(decodes([](Profile& profile) { profile.rush_ppm = -1; }));
  EXPECT_FALSE(decodes([](Profile& profile) { profile.shortfall_ppm = 1'000'001; }));
  EXPECT_FALSE(decodes([](Profile& profile) { profile.divergence_ppm = -1; }));
  EXPECT_FALSE(decodes([](Profile& profile) { profile.score.sections.clear(); }));
  EXPECT_FALSE(decodes([](Profile& profile) { profile.score.sections[0].weight_centi = 1; }));
  EXPECT_FALSE(decodes([](Profile& profile) { profile.score.grades.clear(); }));
  EXPECT_FALSE(decodes([](Profile& profile) { profile.score.partly_from_percent = 80; }));
}

TEST(RecordCodec, PlansThatNoCheckLetsThroughAreDamage) {
  const auto decodes = [](const Plan& plan) {
    const Commit commit{1, 1, {MakePlanEntry(plan, "2020-01-01")}, {}};
    return DecodeAll(EncodeJournalRecord(commit, 0, 1)).has_value();
  };
  Plan plan = MakePlan("100", {MakeProject("A", kMaxAmountFen), MakeProject("B", 0)});
  EXPECT_TRUE(decodes(plan));
  plan.projects[1].budget_fen = 1;
  EXPECT_FALSE(decodes(plan));
  plan.projects = {MakeProject("A", INT64_MAX), MakeProject("B", INT64_MAX)};
  EXPECT_FALSE(decodes(plan));
  plan.projects = {MakeProject("A", -1)};
  EXPECT_FALSE(decodes(plan));
  for (const int32_t ppm : {-1, kFullSharePpm + 1}) {
    plan.projects = {MakeProject("A", 5, {"", "", "", "100"})};
    plan.projects[0].checkpoints[0].cumulative_ppm = ppm;
    EXPECT_FALSE(decodes(plan));
  }
}

// Whatever a decoder makes of damaged bytes must be fit for the fold.
TEST(RecordCodec, DecodersSurviveDamagedBytes) {
  const google::protobuf::LogSilencer silencer;  // tells of every text that is damaged
  const Commit commit{1, 1, OneOfEachKind(), {}};
  const std::string record = EncodeJournalRecord(commit, 0, commit.entries.size());
  StateCheckpoint state{9, 12345, {{2019, 1}}, {}};
  state.unmatched_refunds[{"bank", "x"}] = {{3, "P1", Day("2020-05-05"), 40}};
  const std::string checkpoint = EncodeCheckpoint(state);
  std::mt19937_64 random(5);
  for (int i = 0; i < 20'000; ++i) {
    std::string bytes = i % 4 == 0 ? checkpoint : record;
    for (uint64_t flips = 1 + random() % 3; flips > 0; --flips) {
      bytes[random() % bytes.size()] = static_cast<char>(random());
    }
    if (random() % 5 == 0) bytes.resize(random() % bytes.size());
    (void)DecodeCheckpoint(bytes);
    const auto decoded = DecodeAll(bytes);
    if (!decoded) continue;
    LedgerState fold;
    Sequence sequence = 1;
    for (const JournalEntry& entry : *decoded) {
      if (!fold.Check(sequence, entry).ok()) break;
      fold.Apply(sequence++, 1, entry);
    }
  }
}

}  // namespace
}  // namespace budgetwatch
