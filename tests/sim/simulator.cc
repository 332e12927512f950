#include "sim/simulator.h"

#include <future>
#include <thread>

#include "support/builders.h"
#include "support/test_ledger.h"

namespace budgetwatch {
namespace {

constexpr size_t kTraceLines = 40;
constexpr WallMicros kSecond = 1'000'000;

template <typename T>
std::string AnswerText(const Result<T>& answer) {
  return answer.ok() ? "ok" : answer.error().reason;
}

std::string AnswerText(const Status& answer) { return answer.ok() ? "ok" : answer.error().reason; }

std::string EventText(const SentEvent& sent) {
  const ReferenceLedger::Event& event = sent.event;
  return event.kind + " " + event.id + (event.original.empty() ? "" : " of " + event.original) +
         " " + event.project + " " + event.date + " " + std::to_string(event.amount_fen);
}

}  // namespace

Simulator::Simulator(uint64_t seed, Store& base)
    : random_(seed),
      maker_(&random_),
      base_(base),
      store_(base, seed + 1),
      calendar_(Day("2020-05-15")) {
  options_.checkpoint_interval = 1 + random_.Below(20);
  options_.max_group_events = static_cast<size_t>(1 + random_.Below(8));
  options_.max_queued_events = static_cast<size_t>(4 + random_.Below(12));
  Open();
}

Simulator::~Simulator() = default;

void Simulator::Run(int steps) {
  for (int step = 0; step < steps && differences().empty(); ++step) Step();
  if (differences().empty()) Restart();
  if (differences().empty()) Verify();
}

void Simulator::Step() {
  switch (random_.Below(24)) {
    case 0: ChangeWeather(); break;
    case 1: MoveClock(); break;
    case 2:
    case 3: ApplyPlan(); break;
    case 4:
      if (random_.OneIn(6)) CloseYear();
      break;
    case 5: AdoptThresholds(); break;
    case 6:
    case 7: EvaluateWarnings(); break;
    case 8:
    case 9: AskForReport(); break;
    case 10: AskForOldReport(); break;
    case 11: AskForPayment(); break;
    case 12: ListPayments(); break;
    case 13: Restart(); break;
    default: SendBatches(); break;
  }
  clock_.Advance(random_.Below(3));
  if (differences().empty()) CheckAll();
}

void Simulator::Trace(const std::string& line) {
  for (const char byte : line + '\n') {
    trace_hash_ = (trace_hash_ ^ static_cast<unsigned char>(byte)) * 0x100000001b3u;
  }
  trace_.push_back(line);
  if (trace_.size() > kTraceLines) trace_.pop_front();
}

template <typename Ask>
auto Simulator::Await(const Ask& ask) {
  auto answer = std::async(std::launch::async, ask);
  while (answer.wait_for(std::chrono::seconds(0)) != std::future_status::ready) {
    if (!services_->committer().RunOnce()) std::this_thread::yield();
  }
  return answer.get();
}

void Simulator::ChangeWeather() {
  FaultyStore::Odds odds;
  if (random_.OneIn(3)) odds.reads = 2 + random_.Below(60);
  if (random_.OneIn(2)) odds.writes = 1 + random_.Below(8);
  if (random_.OneIn(2)) odds.checkpoints = 1 + random_.Below(3);
  store_.SetOdds(odds);
  if (random_.OneIn(2)) store_.Heal();
  Trace("odds " + std::to_string(odds.reads) + " " + std::to_string(odds.writes) + " " +
        std::to_string(odds.checkpoints));
}

void Simulator::MoveClock() {
  switch (random_.Below(4)) {
    case 0: clock_.Advance(-random_.Below(50) * kSecond); break;
    case 1: clock_.Advance(-random_.Below(20)); break;
    default: clock_.Advance(random_.Below(50) * kSecond); break;
  }
  // Mostly forwards; the year ends within a few moves.
  const int days = random_.OneIn(5) ? -random_.Below(40) : random_.Below(90);
  calendar_.Set(calendar_.Today().AddDays(days));
  Trace("clock " + std::to_string(clock_.Now()) + " today " + calendar_.Today().ToString());
}

void Simulator::SendBatches() {
  const int count = 1 + random_.Below(4);
  size_t queued = 0;
  for (int i = 0; i < count; ++i) {
    Waiting& batch = waiting_.emplace_back();
    batch.source = kRandomSources[random_.OneIn(3) ? 1 : 0];
    batch.events.resize(static_cast<size_t>(random_.Below(7)));
    for (SentEvent& sent : batch.events) sent = maker_.Make(batch.source);
    std::vector<RawPaymentEvent> raw;
    for (const SentEvent& sent : batch.events) raw.push_back(sent.Raw());
    const int64_t faults = store_.fault_count();
    services_->payments().Record(batch.source, raw, nullptr, 0, [&batch](auto outcomes) {
      batch.outcomes.emplace(std::move(outcomes));
    });
    // The store is asked about old payments before a batch waits.
    if (batch.outcomes && !batch.outcomes->ok() &&
        batch.outcomes->error().reason == "STORE_FAILED" && store_.fault_count() != faults) {
      Trace("not looked up");
      waiting_.pop_back();
      continue;
    }
    const size_t cost = std::max<size_t>(1, raw.size());
    const bool full = queued > 0 && queued + cost > options_.max_queued_events;
    if (!full) {
      queued += cost;
      continue;
    }
    if (!batch.outcomes || batch.outcomes->ok() || batch.outcomes->error().reason != "QUEUE_FULL") {
      auditor_.Differ("a batch of " + std::to_string(cost) + " was taken behind " +
                      std::to_string(queued) + " waiting events");
      return;
    }
    Trace("queue full");
    waiting_.pop_back();
  }
  // Some of what waits is still there when something else happens, even a restart.
  if (random_.OneIn(6)) {
    store_.Kill();
    Restart();
  } else {
    AnswerWaiting();
  }
}

void Simulator::AnswerWaiting() {
  while (!waiting_.empty() && differences().empty()) {
    const int64_t faults = store_.fault_count();
    if (!services_->committer().RunOnce()) {
      auditor_.Differ("batches wait, and the committer has nothing to do");
      return;
    }
    std::vector<Auditor::AnsweredBatch> group;
    while (!waiting_.empty() && waiting_.front().outcomes) {
      Waiting& batch = waiting_.front();
      Trace("batch of " + batch.source + ": " + AnswerText(*batch.outcomes));
      for (size_t i = 0; i < batch.events.size(); ++i) {
        Trace("  " + EventText(batch.events[i]) +
              (batch.outcomes->ok() ? ": " + OutcomeText(batch.outcomes->value()[i]) : ""));
      }
      group.push_back({batch.source, std::move(batch.events), *std::move(batch.outcomes)});
      waiting_.pop_front();
    }
    if (group.empty()) {
      auditor_.Differ("a group was done, and the oldest batch not answered");
      return;
    }
    auditor_.OnPayments(group, store_.fault_count() != faults);
  }
}

void Simulator::ApplyPlan() {
  static constexpr int kResentInOne = 4;
  RandomPlan sent = MakeRandomPlan(&random_);
  const bool has_errors = !sent.plan.projects.empty() && random_.OneIn(8);
  if (has_errors) sent.plan.projects.front().checkpoints.back().cumulative_ppm = 999'999;
  const int times = random_.OneIn(kResentInOne) ? 2 : 1;
  for (int i = 0; i < times; ++i) {
    const int64_t faults = store_.fault_count();
    const auto answer = Await([&] {
      return services_->plans().Apply({sent.plan, Day(sent.revision.effective_date), "", ""});
    });
    Trace("plan of " + sent.revision.department + " from " + sent.revision.effective_date + ": " +
          AnswerText(answer));
    auditor_.OnPlan(sent, has_errors, answer, store_.fault_count() != faults);
  }
}

void Simulator::CloseYear() {
  const std::string year = kRandomYears[random_.Below(2)];
  const int64_t faults = store_.fault_count();
  const auto answer = Await(
      [&] { return services_->administration().CloseFiscalYear(Day(year + "-01-01").year()); });
  Trace("close " + year + ": " + AnswerText(answer));
  auditor_.OnClosing(year, calendar_.Today().ToString(), answer, store_.fault_count() != faults);
}

void Simulator::AdoptThresholds() {
  const ReferenceLedger::Thresholds sent{50'000 + random_.Below(3) * 10'000, 200'000};
  Profile profile;
  profile.tolerance_ppm = static_cast<int32_t>(sent.tolerance);
  const int64_t faults = store_.fault_count();
  const auto adopted = Await([&] { return services_->administration().AdoptProfile(profile); });
  const Status answer = adopted.ok() ? Status() : adopted.error();
  Trace("tolerance " + std::to_string(sent.tolerance) + ": " + AnswerText(answer));
  auditor_.OnThresholds(sent, answer, store_.fault_count() != faults);
}

void Simulator::EvaluateWarnings() {
  const int64_t faults = store_.fault_count();
  const Status answer = Await([&] { return services_->warnings().EvaluatePending(); });
  Trace("evaluation: " + AnswerText(answer));
  services_->ledger().View([&](const LedgerState& state) {
    auditor_.OnEvaluation(answer, calendar_.Today().ToString(), state,
                          store_.fault_count() != faults);
  });
}

void Simulator::AskForReport() {
  Auditor::ReportQuestion question;
  question.department = kRandomDepartments[random_.Below(2)];
  question.as_of = RandomDate(&random_);
  const auto last = static_cast<int>(auditor_.reference().sequence());
  switch (random_.Below(3)) {
    case 0: break;
    case 1: question.known_at.sequence = random_.Below(last + 1); break;
    default: question.known_at.time = clock_.Now() - random_.Below(60); break;
  }
  Report(question);
}

void Simulator::AskForOldReport() {
  const Auditor::ReportQuestion* old = auditor_.OldQuestion(&random_);
  if (old == nullptr) return;
  const Auditor::ReportQuestion question = *old;
  Report(question);
}

void Simulator::Report(const Auditor::ReportQuestion& question) {
  const int64_t faults = store_.fault_count();
  const auto resolved = Await([&] { return services_->reports().Resolve(question.known_at); });
  const Date as_of = Day(question.as_of);
  const auto answer = Await([&] {
    return services_->reports().Execution(
        {question.department, as_of.year(), as_of, question.known_at});
  });
  Trace("report of " + question.department + " as of " + question.as_of + " known at " +
        (resolved.ok() ? std::to_string(resolved.value()) : resolved.error().reason) + ": " +
        (answer.ok() ? ReportText(answer.value()) : answer.error().reason));
  auditor_.OnReport(question, resolved, answer, clock_.Now(), store_.fault_count() != faults);
}

void Simulator::AskForPayment() {
  const PaymentKey key{kRandomSources[random_.Below(2)], maker_.RecentId()};
  const int64_t faults = store_.fault_count();
  const auto answer = services_->payments().Find(key);
  Trace("payment " + key.source + " " + key.payment_id + ": " + AnswerText(answer));
  auditor_.OnPayment(key, answer, store_.fault_count() != faults);
}

void Simulator::ListPayments() {
  PaymentFilter filter;
  filter.first = Day(RandomDate(&random_));
  filter.fiscal_year = filter.first.year();
  filter.last = Day(RandomDate(&random_));
  if (random_.OneIn(2)) {
    filter.project_code = "P" + std::to_string(random_.Below(kRandomProjectCount));
  }
  filter.suspended_only = random_.OneIn(3);
  const int64_t faults = store_.fault_count();
  const auto answer = AllPages(filter, static_cast<size_t>(1 + random_.Below(9)));
  Trace("list of " + filter.project_code + " from " + filter.first.ToString() + ": " +
        AnswerText(answer));
  auditor_.OnList(filter, answer, store_.fault_count() != faults);
}

Result<std::vector<RecordedPayment>> Simulator::AllPages(const PaymentFilter& filter,
                                                         size_t page_size) {
  std::vector<RecordedPayment> all;
  std::optional<BookingKey> after;
  do {
    auto page = services_->payments().List(filter, after, page_size);
    if (!page.ok()) return page.error();
    for (RecordedPayment& payment : page.value().payments) all.push_back(std::move(payment));
    after = page.value().next;
  } while (after);
  return all;
}

// A graceful end answers what waits first. A kill fails it, and what became of a write
// that was under way shows when the store is opened again.
void Simulator::Restart() {
  if (random_.OneIn(2)) store_.Kill();
  AnswerWaiting();
  if (!differences().empty()) return;
  services_.reset();
  store_.Reopen();
  if (random_.OneIn(3)) MoveClock();
  Open();
  ++restart_count_;
  Trace("restart");
  services_->ledger().View([this](const LedgerState& state) { auditor_.OnRestart(state, base_); });
}

// A start that meets a fault ends with an error, and is tried again.
void Simulator::Open() {
  static constexpr int kTries = 20;
  for (int i = 0; i < kTries; ++i) {
    const int64_t faults = store_.fault_count();
    auto services = Services::Open(store_, clock_, calendar_, options_);
    if (services.ok()) {
      services_ = std::move(services).value();
      return;
    }
    if (store_.fault_count() == faults) {
      auditor_.Differ("a start failed without a cause: " + services.error().message);
    }
    Trace("start: " + services.error().reason);
  }
  store_.SetOdds({});
  services_ = Services::Open(store_, clock_, calendar_, options_).value();
}

void Simulator::Verify() {
  store_.SetOdds({});
  const auto verification = VerifyLedger(services_->ledger());
  if (!verification.ok()) {
    auditor_.Differ("verification: " + verification.error().message);
    return;
  }
  for (const std::string& difference : verification.value().differences) {
    auditor_.Differ("verification: " + difference);
  }
}

void Simulator::CheckAll() {
  services_->ledger().View([this](const LedgerState& state) { auditor_.CheckAll(state, base_); });
}

}  // namespace budgetwatch
