#include "support/random_events.h"

#include <algorithm>
#include <cstdlib>

#include "domain/money.h"
#include "support/builders.h"

namespace budgetwatch {
namespace {

std::string Id(int number) { return "id" + std::to_string(number); }

}  // namespace

uint64_t NumberFromEnvironment(const char* name, uint64_t otherwise) {
  const char* text = std::getenv(name);
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

std::string RandomDate(Random* random) {
  // Few days, so that events meet on one.
  static constexpr const char* kDays[] = {"-01-01", "-02-29", "-03-31", "-06-30",
                                          "-07-01", "-10-31", "-12-31"};
  const std::string year = kRandomYears[random->Below(2)];
  const std::string date = year + kDays[random->Below(7)];
  return Date::Parse(date) ? date : year + "-02-28";
}

RawPaymentEvent SentEvent::Raw() const {
  RawPaymentEvent raw;
  raw.payment_id = event.id;
  raw.kind = event.kind == "refund" ? 2 : event.kind == "correction" ? 3 : 1;
  if (negative) raw.kind = 0;
  raw.project_code = event.project;
  raw.pay_date = event.date;
  raw.amount_fen = negative ? -event.amount_fen : event.amount_fen;
  raw.memo = event.memo;
  raw.original_payment_id = event.original;
  return raw;
}

SentEvent EventMaker::Make(const std::string& source) {
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
  event.project = "P" + std::to_string(random_.Below(kRandomProjectCount));
  event.date = RandomDate(&random_);
  event.amount_fen = 1 + random_.Below(40) * 25;
  const int kind = random_.Below(10);
  if (kind < 3) MakeRefund(&made);
  if (kind == 3 || kind == 4) MakeCorrection(&event);
  if (random_.OneIn(12)) Spoil(&made);
  if (made.malformed.empty()) sent_.push_back(made);
  return made;
}

std::string EventMaker::RecentId() {
  return Id(std::max(0, next_id_ - random_.Below(12) + (random_.OneIn(3) ? 4 : 0)));
}

void EventMaker::MakeRefund(SentEvent* made) {
  made->event.kind = "refund";
  made->negative = random_.OneIn(2);
  if (random_.OneIn(4)) return;
  made->event.original = RecentId();
  if (random_.OneIn(2)) made->event.project.clear();
  made->event.amount_fen = 1 + random_.Below(10) * 25;
}

void EventMaker::MakeCorrection(ReferenceLedger::Event* event) {
  event->kind = "correction";
  event->original = RecentId();
}

void EventMaker::Spoil(SentEvent* made) {
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

RandomPlan MakeRandomPlan(Random* random) {
  const int which = random->Below(2);
  RandomPlan made;
  ReferenceLedger::PlanRevision& revision = made.revision;
  revision.department = kRandomDepartments[which];
  if (which == 1) revision.parent = kRandomDepartments[0];
  revision.effective_date = RandomDate(random);
  made.plan = MakePlan(revision.department, {}, Day(revision.effective_date).year());
  made.plan.parent_department_code = revision.parent;
  for (int i = 0; i < 3; ++i) {
    if (random->OneIn(3)) continue;
    static constexpr const char* kShares[] = {"", "33.3333", "50", "70"};
    const int first = random->Below(4);
    const int second = random->OneIn(2) ? 0 : first + random->Below(4 - first);
    const std::string code = "P" + std::to_string(which * 3 + i);
    const Project project =
        MakeProject(code, random->Below(5) * 1001, {kShares[first], kShares[second], "", "100"},
                    made.plan.fiscal_year);
    ReferenceLedger::Line line{code, project.budget_fen, {}};
    for (const Checkpoint& checkpoint : project.checkpoints) {
      line.checkpoints.emplace_back(checkpoint.date.ToString(),
                                    checkpoint.cumulative_ppm.value_or(-1));
    }
    made.plan.projects.push_back(project);
    revision.lines.push_back(line);
  }
  return made;
}

std::pair<std::string, int64_t> ExpectedOutcome(const SentEvent& sent, ReferenceLedger* reference) {
  if (!sent.malformed.empty()) return {sent.malformed, 0};
  return reference->Decide(sent.event);
}

}  // namespace budgetwatch
