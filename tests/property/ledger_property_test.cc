// Goal: the laws of the ledger hold for any sequence of events: each outcome, every
// total, every report at any date and any moment of knowledge, across checkpoints
// and restarts; what was once reported stays the same for ever.
// Method: random commands against a ReferenceLedger, which reads everything each
// time, compared after each step. BUDGETWATCH_SEED replays a failure and
// BUDGETWATCH_ROUNDS sets the number of sequences.

#include <gtest/gtest.h>

#include <cstdlib>
#include <future>
#include <random>

#include "property/reference_ledger.h"
#include "storage/memory_store.h"
#include "storage/rocksdb_store.h"
#include "support/builders.h"
#include "support/temporary_directory.h"
#include "support/test_ledger.h"

namespace budgetwatch {
namespace {

constexpr int kStepsPerRound = 60;
constexpr const char* kDepartments[] = {"100", "100001"};  // the second is below the first
constexpr const char* kYears[] = {"2020", "2021"};

uint64_t NumberFromEnvironment(const char* name, uint64_t otherwise) {
  const char* text = std::getenv(name);
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

class Random {
 public:
  explicit Random(uint64_t seed) : engine_(seed) {}

  // From 0 to count - 1.
  int Below(int count) { return static_cast<int>(engine_() % static_cast<uint64_t>(count)); }
  bool OneIn(int count) { return Below(count) == 0; }

 private:
  std::mt19937_64 engine_;
};

std::string DateText(Random* random) {
  // Few days, so that events meet on one.
  static constexpr const char* kDays[] = {"-01-01", "-02-29", "-03-31", "-06-30",
                                          "-07-01", "-10-31", "-12-31"};
  const std::string year = kYears[random->Below(2)];
  const std::string date = year + kDays[random->Below(7)];
  return Date::Parse(date) ? date : year + "-02-28";
}

// An event as it is sent, and what makes it malformed, if anything.
struct SentEvent {
  ReferenceLedger::Event event;
  std::string malformed;
  bool negative = false;  // a refund sent as a payment below zero

  RawPaymentEvent Raw() const {
    RawPaymentEvent raw;
    raw.payment_id = event.id;
    raw.kind = event.kind == "refund" ? 2 : event.kind == "correction" ? 3 : 1;
    if (event.kind == "odd") raw.kind = 9;
    if (negative) raw.kind = 0;
    raw.project_code = event.project;
    raw.pay_date = event.date;
    raw.amount_fen = negative ? -event.amount_fen : event.amount_fen;
    raw.memo = event.memo;
    raw.original_payment_id = event.original;
    return raw;
  }
};

class EventMaker {
 public:
  explicit EventMaker(Random* random) : random_(*random) {}

  SentEvent Make(const std::string& source) {
    if (!sent_.empty() && random_.OneIn(8)) {
      SentEvent again = sent_[static_cast<size_t>(random_.Below(static_cast<int>(sent_.size())))];
      again.event.source = source;
      if (random_.OneIn(3)) again.event.memo += '!';
      return again;
    }
    SentEvent made;
    ReferenceLedger::Event& event = made.event;
    event.source = source;
    event.id = Id(random_.OneIn(4) ? next_id_ + random_.Below(5) : next_id_++);
    event.kind = "payment";
    event.project = "P" + std::to_string(random_.Below(7));
    event.date = DateText(&random_);
    event.amount_fen = 1 + random_.Below(40) * 25;
    const int kind = random_.Below(10);
    if (kind < 3) MakeRefund(&made);
    if (kind == 3 || kind == 4) MakeCorrection(&event);
    if (random_.OneIn(12)) Spoil(&made);
    if (made.malformed.empty()) sent_.push_back(made);
    return made;
  }

 private:
  static std::string Id(int number) { return "id" + std::to_string(number); }

  // Mostly an id that was sent lately, at times one that may come later.
  std::string Original() {
    return Id(std::max(0, next_id_ - random_.Below(12) + (random_.OneIn(3) ? 4 : 0)));
  }

  void MakeRefund(SentEvent* made) {
    made->event.kind = "refund";
    made->negative = random_.OneIn(2);
    if (random_.OneIn(4)) return;
    made->event.original = Original();
    if (random_.OneIn(2)) made->event.project.clear();
    made->event.amount_fen = 1 + random_.Below(10) * 25;
  }

  void MakeCorrection(ReferenceLedger::Event* event) {
    event->kind = "correction";
    event->original = Original();
  }

  void Spoil(SentEvent* made) {
    ReferenceLedger::Event& event = made->event;
    switch (random_.Below(8)) {
      case 0:
        event.id.clear();
        made->malformed = "MISSING_PAYMENT_ID";
        break;
      case 1:
        event.memo.assign(2000, 'x');
        made->malformed = "FIELD_TOO_LONG";
        break;
      case 2:
        event.memo = "\xff";
        made->malformed = "INVALID_UTF8";
        break;
      case 3:
        event.id += '\n';
        made->malformed = "CONTROL_CHARACTER";
        break;
      case 4: event.date = "2021-02-29"; break;
      case 5: event.date = "1949-12-31"; break;
      case 6: event.amount_fen = 0; break;
      default: event.amount_fen = kMaxAmountFen + 1; break;
    }
    // These come after a missing project code in the order of reasons.
    if (!made->malformed.empty()) return;
    const bool may_lack_project = event.kind == "refund" && !event.original.empty() &&
                                  (!made->negative || event.amount_fen > 0);
    if (event.project.empty() && !may_lack_project) {
      made->malformed = "MISSING_PROJECT_CODE";
    } else if (event.date == "2021-02-29") {
      made->malformed = "INVALID_DATE";
    } else if (event.date == "1949-12-31") {
      made->malformed = "YEAR_OUT_OF_RANGE";
    } else {
      made->malformed = event.amount_fen == 0 ? "ZERO_AMOUNT" : "AMOUNT_OUT_OF_RANGE";
    }
  }

  Random& random_;
  int next_id_ = 0;
  std::vector<SentEvent> sent_;
};

const char* StatusText(ExecutionStatus status) {
  switch (status) {
    case ExecutionStatus::kOverspent: return "overspent";
    case ExecutionStatus::kSeverelyBehind: return "severely behind";
    case ExecutionStatus::kBehind: return "behind";
    case ExecutionStatus::kAhead: return "ahead";
    case ExecutionStatus::kCompleted: return "completed";
    case ExecutionStatus::kNotDue: return "not due";
    case ExecutionStatus::kOnTrack: return "on track";
  }
  return "";
}

// One random sequence of commands on one store.
class Round {
 public:
  Round(uint64_t seed, bool on_disk) : random_(seed), maker_(&random_), on_disk_(on_disk) {
    options_.checkpoint_interval = 1 + random_.Below(20);
    options_.max_group_events = static_cast<size_t>(1 + random_.Below(6));
    OpenAll();
  }

  void Run() {
    for (int step = 0; step < kStepsPerRound && !testing::Test::HasFailure(); ++step) {
      ledger_->clock().Advance(random_.Below(3));
      switch (random_.Below(16)) {
        case 0:
        case 1:
        case 2: ApplyPlan(); break;
        case 3: Restart(); break;
        case 4:
          if (random_.OneIn(6)) CloseYear();
          break;
        case 5: EvaluateWarnings(); break;
        default: SendBatches(); break;
      }
      CompareTotals();
      CompareReport();
      RecheckOne();
    }
    for (const Remembered& remembered : remembered_) Recheck(remembered);
    const auto verification = VerifyLedger(ledger_->ledger());
    ASSERT_TRUE(verification.ok()) << verification.error().message;
    EXPECT_EQ(verification.value().differences, std::vector<std::string>());
    EXPECT_EQ(verification.value().payment_count, static_cast<int64_t>(reference_.payment_count()));
  }

 private:
  struct Remembered {
    std::string department, as_of, text;
    KnownAt known_at;
  };

  void OpenAll() {
    if (on_disk_) {
      auto opened = RocksDbStore::Open(directory_.path().string());
      BW_CHECK(opened.ok());
      store_ = std::move(opened).value();
    } else if (store_ == nullptr) {
      store_ = std::make_unique<MemoryStore>();
    }
    ledger_ = std::make_unique<TestLedger>(*store_, options_);
    ledger_->calendar().Set(Day("2022-06-01"));
  }

  void Restart() {
    const WallMicros now = ledger_->clock().Now();
    ledger_.reset();
    if (on_disk_) store_.reset();
    OpenAll();
    ledger_->clock().Set(now + 1);
    ASSERT_EQ(ledger_->sequence(), reference_.sequence());
  }

  // One or several batches handed in at once, so that they may share a group.
  void SendBatches() {
    std::vector<std::vector<SentEvent>> batches(static_cast<size_t>(1 + random_.Below(3)));
    std::vector<std::promise<Result<std::vector<PaymentOutcome>>>> answers(batches.size());
    for (size_t i = 0; i < batches.size(); ++i) {
      const std::string source = random_.OneIn(3) ? "tax" : "bank";
      std::vector<RawPaymentEvent> raw;
      batches[i].resize(static_cast<size_t>(random_.Below(7)));
      for (SentEvent& sent : batches[i]) sent = maker_.Make(source);
      for (const SentEvent& sent : batches[i]) raw.push_back(sent.Raw());
      ledger_->payments().Record(source, raw, 0, [&answers, i](auto outcomes) {
        answers[i].set_value(std::move(outcomes));
      });
    }
    for (size_t i = 0; i < batches.size(); ++i) {
      const auto outcomes = answers[i].get_future().get();
      ASSERT_TRUE(outcomes.ok()) << outcomes.error().message;
      ASSERT_EQ(outcomes.value().size(), batches[i].size());
      for (size_t j = 0; j < batches[i].size(); ++j) {
        const SentEvent& sent = batches[i][j];
        const auto expected = sent.malformed.empty()
                                  ? reference_.Decide(sent.event)
                                  : std::pair<std::string, int64_t>(sent.malformed, 0);
        EXPECT_EQ(OutcomeText(outcomes.value()[j]), expected.first)
            << sent.event.kind << ' ' << sent.event.id << " of " << sent.event.original;
        EXPECT_EQ(outcomes.value()[j].sequence, expected.second) << sent.event.id;
      }
    }
  }

  void ApplyPlan() {
    const int which = random_.Below(2);
    ReferenceLedger::PlanRevision revision;
    revision.department = kDepartments[which];
    if (which == 1) revision.parent = kDepartments[0];
    revision.effective_date = DateText(&random_);
    const std::string year = revision.effective_date.substr(0, 4);
    Plan plan = MakePlan(revision.department, {}, Day(revision.effective_date).year());
    plan.parent_department_code = revision.parent;
    for (int i = 0; i < 3; ++i) {
      if (random_.OneIn(3)) continue;
      static constexpr const char* kShares[] = {"", "33.3333", "50", "70"};
      const int first = random_.Below(4);
      const int second = random_.OneIn(2) ? 0 : first + random_.Below(4 - first);
      const std::string code = "P" + std::to_string(which * 3 + i);
      const Project project =
          MakeProject(code, random_.Below(5) * 1001, {kShares[first], kShares[second], "", "100"},
                      plan.fiscal_year);
      ReferenceLedger::Line line{code, project.budget_fen, {}};
      for (const Checkpoint& checkpoint : project.checkpoints) {
        line.checkpoints.emplace_back(checkpoint.date.ToString(),
                                      checkpoint.cumulative_ppm.value_or(-1));
      }
      plan.projects.push_back(project);
      revision.lines.push_back(line);
    }
    const auto applied = ledger_->plans().Apply({plan, Day(revision.effective_date), "", ""});
    if (reference_.IsClosed(year)) {
      ASSERT_FALSE(applied.ok());
      EXPECT_EQ(applied.error().reason, "FISCAL_YEAR_CLOSED");
      return;
    }
    ASSERT_TRUE(applied.ok()) << applied.error().message;
    ASSERT_TRUE(applied.value().applied);
    if (!applied.value().unchanged) reference_.ApplyPlan(revision);
  }

  void CloseYear() {
    const std::string year = kYears[random_.Below(2)];
    const auto was_closed = ledger_->administration().CloseFiscalYear(Day(year + "-01-01").year());
    ASSERT_TRUE(was_closed.ok());
    EXPECT_EQ(was_closed.value(), reference_.IsClosed(year));
    reference_.CloseYear(year);
  }

  // Warnings are entries of their own between the others.
  void EvaluateWarnings() {
    ASSERT_TRUE(ledger_->warnings().EvaluatePending().ok());
    reference_.SkipTo(ledger_->sequence());
  }

  void CompareTotals() {
    ReferenceLedger::Cells booked;
    size_t unmatched = 0;
    ledger_->ledger().View([&](const LedgerState& state) {
      for (const auto& [year, projects] : state.totals().years()) {
        for (const auto& [code, totals] : projects) {
          for (const ProjectTotals::Day& day : totals.days()) {
            booked[{std::to_string(year), code, day.date.ToString()}] = {day.total.amount_fen,
                                                                         day.total.payment_count};
          }
        }
      }
      for (const auto& [original, refunds] : state.unmatched_refunds()) unmatched += refunds.size();
    });
    EXPECT_TRUE(booked == reference_.Booked(INT64_MAX));
    EXPECT_EQ(unmatched, reference_.UnmatchedCount());
    EXPECT_EQ(ledger_->sequence(), reference_.sequence());
  }

  void CompareReport() {
    const std::string department = kDepartments[random_.Below(2)];
    const std::string as_of = DateText(&random_);
    KnownAt known_at;
    Sequence sequence = ledger_->sequence();
    if (random_.OneIn(3)) {
      known_at.time = ledger_->clock().Now() - random_.Below(40);
      const auto fixed = ledger_->reports().Resolve(known_at);
      ASSERT_TRUE(fixed.ok());
      sequence = fixed.value();
    } else if (random_.OneIn(2)) {
      sequence = random_.Below(static_cast<int>(sequence) + 1);
    }
    if (!known_at.time) known_at.sequence = sequence;
    const auto report =
        ledger_->reports().Execution(department, Day(as_of).year(), Day(as_of), known_at);
    const auto expected = reference_.MakeReport(department, as_of, sequence);
    ASSERT_EQ(report.ok(), expected.has_value());
    if (!report.ok()) return;
    Compare(report.value(), *expected);
    remembered_.push_back({department, as_of, ReportText(report.value()), known_at});
  }

  static void Compare(const ExecutionReport& report, const ReferenceLedger::Report& expected) {
    EXPECT_EQ(report.totals.budget_fen, expected.budget_fen);
    EXPECT_EQ(report.totals.disbursed_fen, expected.disbursed_fen);
    EXPECT_EQ(report.totals.planned_fen, expected.planned_fen);
    EXPECT_EQ(report.suspense.amount_fen, expected.suspense.amount_fen);
    EXPECT_EQ(report.suspense.payment_count, expected.suspense.count);
    ASSERT_EQ(report.projects.size(), expected.own_lines.size());
    for (size_t i = 0; i < report.projects.size(); ++i) {
      const ProjectReport& line = report.projects[i];
      const ReferenceLedger::LineReport& other = expected.own_lines[i];
      EXPECT_EQ(line.project->project_code, other.code);
      EXPECT_EQ(line.execution.figures.budget_fen, other.budget_fen);
      EXPECT_EQ(line.execution.figures.planned_fen, other.planned_fen);
      EXPECT_EQ(line.execution.figures.disbursed_fen, other.disbursed.amount_fen);
      EXPECT_EQ(line.execution.payment_count, other.disbursed.count);
      EXPECT_EQ(StatusText(line.execution.status), other.status) << other.code;
    }
  }

  void RecheckOne() {
    if (remembered_.empty()) return;
    Recheck(remembered_[static_cast<size_t>(random_.Below(static_cast<int>(remembered_.size())))]);
  }

  void Recheck(const Remembered& remembered) {
    const Date as_of = Day(remembered.as_of);
    const auto report = ledger_->reports().Execution(remembered.department, as_of.year(), as_of,
                                                     remembered.known_at);
    ASSERT_TRUE(report.ok()) << report.error().message;
    EXPECT_EQ(ReportText(report.value()), remembered.text);
  }

  Random random_;
  EventMaker maker_;
  const bool on_disk_;
  Committer::Options options_;
  TemporaryDirectory directory_;
  std::unique_ptr<Store> store_;
  std::unique_ptr<TestLedger> ledger_;
  ReferenceLedger reference_;
  std::vector<Remembered> remembered_;
};

void RunRounds(bool on_disk, uint64_t default_rounds) {
  const uint64_t first = NumberFromEnvironment("BUDGETWATCH_SEED", std::random_device()());
  const bool replay = std::getenv("BUDGETWATCH_SEED") != nullptr;
  const uint64_t rounds = NumberFromEnvironment("BUDGETWATCH_ROUNDS", replay ? 1 : default_rounds);
  for (uint64_t seed = first; seed < first + rounds; ++seed) {
    SCOPED_TRACE("replay with BUDGETWATCH_SEED=" + std::to_string(seed));
    Round(seed, on_disk).Run();
    if (testing::Test::HasFailure()) return;
  }
}

TEST(LedgerProperty, AgreesWithTheReferenceInMemory) { RunRounds(false, 200); }

TEST(LedgerProperty, AgreesWithTheReferenceOnDisk) { RunRounds(true, 10); }

}  // namespace
}  // namespace budgetwatch
