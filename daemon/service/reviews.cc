#include "service/reviews.h"

#include <chrono>
#include <utility>

#include "base/text.h"
#include "base/thread_name.h"

namespace budgetwatch {
namespace {

// How often the business date is looked at, and a failed review tried again.
constexpr std::chrono::milliseconds kPeriod(500);
// After failures it becomes longer: making all that is due takes a while.
constexpr std::chrono::seconds kLongestPause(10);

// Whether the review is about the warning: it was open when the review was frozen, or is
// measured at its date.
bool Concerns(const RecordedReview& review, const Warning& warning) {
  if (warning.department_code != review.entry.id.department_code ||
      warning.id.fiscal_year != review.entry.id.fiscal_year) {
    return false;
  }
  return warning.id.checkpoint == review.entry.id.as_of ||
         WarningAsOf(warning, review.sequence).open;
}

}  // namespace

Reviews::Reviews(const Ledger& ledger, Committer& committer, const Reports& reports,
                 Warnings& warnings, const BusinessCalendar& calendar, const ReviewFormat& format)
    : ledger_(ledger),
      committer_(committer),
      reports_(reports),
      warnings_(warnings),
      calendar_(calendar),
      format_(format) {}

Reviews::~Reviews() { Stop(); }

void Reviews::Start() {
  BW_CHECK(!thread_.joinable());
  thread_ = std::thread([this] {
    NameThread("reviews");
    Loop();
  });
}

void Reviews::Stop() {
  {
    const MutexLock lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void Reviews::LookAgain() {
  {
    const MutexLock lock(mutex_);
    look_again_ = true;
  }
  wake_.notify_all();
}

void Reviews::Loop() {
  std::optional<Date> done;
  SteadyTime::duration pause = kPeriod;
  while (true) {
    const Date today = calendar_.Today();
    if (done != today) {
      const bool ok = RunSchedule().ok();
      if (ok) done = today;
      pause = ok ? kPeriod : std::min<SteadyTime::duration>(2 * pause, kLongestPause);
    }
    MutexLock lock(mutex_);
    const auto next = SteadyNow() + pause;
    while (!stopping_ && !look_again_ && SteadyNow() < next) lock.WaitUntil(wake_, next);
    if (stopping_) return;
    if (std::exchange(look_again_, false)) done.reset();
  }
}

std::vector<DueReview> Reviews::FindDue(Date business_date) const {
  return ledger_.View([&](const LedgerState& state) {
    std::vector<DueReview> due = ScheduledReviews(state, business_date);
    std::erase_if(due, [&state](const DueReview& review) {
      return state.reviews().WasScheduled(review.fiscal_year, review.department_code, review.as_of);
    });
    return due;
  });
}

Status Reviews::RunSchedule() {
  const std::vector<DueReview> due = FindDue(calendar_.Today());
  if (due.empty()) return {};
  // The review opens no warning twice: those of its date are there before it.
  Status result = warnings_.EvaluatePending();
  if (!result.ok()) return result;
  const Sequence known_at =
      ledger_.View([](const LedgerState& state) { return state.last_fact(); });
  for (const DueReview& review : due) {
    const auto frozen = Freeze(review, known_at, ReviewTrigger::kSchedule);
    if (!frozen.ok() && result.ok()) result = frozen.error();
    // The others could not be recorded either.
    if (!frozen.ok() && frozen.error().reason == ReasonName(Reason::kStoreFailed)) break;
  }
  return result;
}

Result<Reviews::Frozen> Reviews::Run(const Reports::Request& request) {
  const auto date = reports_.DateOf(request);
  if (!date.ok()) return date.error();
  const Date today = calendar_.Today();
  if (date.value() > today) {
    return Refusal(Reason::kDateInFuture, "as_of_date",
                   "as_of_date " + date.value().ToString() + " lies after the business date " +
                       today.ToString() + "; review a date that has come");
  }
  const auto resolved = reports_.Resolve(request.known_at);
  if (!resolved.ok()) return resolved.error();
  if (Status status = warnings_.EvaluatePending(); !status.ok()) return status.error();
  const Sequence last_fact =
      ledger_.View([](const LedgerState& state) { return state.last_fact(); });
  return Freeze({request.department_code, request.fiscal_year, date.value()},
                std::min(resolved.value(), last_fact), ReviewTrigger::kByHand);
}

Result<Reviews::Frozen> Reviews::Freeze(const DueReview& due, Sequence known_at,
                                        ReviewTrigger trigger) {
  const auto content = reports_.Review(due.department_code, due.fiscal_year, due.as_of, known_at);
  if (!content.ok()) return content.error();
  ReviewEntry entry;
  entry.id = {due.fiscal_year, due.department_code, due.as_of, 1};
  entry.known_at = known_at;
  entry.trigger = trigger;
  entry.profile_name = content.value().profile.name;
  entry.content = format_.Encode(content.value());
  entry.content_hash = format_.HashOf(entry.content);
  Frozen frozen;
  frozen.content = entry.content;
  ReviewId id;
  const auto done =
      committer_.Run([&](const LedgerState& state) -> Result<std::vector<JournalEntry>> {
        const RecordedReview* last =
            state.reviews().FindLast(due.fiscal_year, due.department_code, due.as_of);
        const bool scheduled =
            trigger == ReviewTrigger::kSchedule &&
            state.reviews().WasScheduled(due.fiscal_year, due.department_code, due.as_of);
        const bool same = trigger == ReviewTrigger::kByHand && last != nullptr &&
                          last->entry.content_hash == entry.content_hash;
        if (scheduled || same) {
          id = last->entry.id;
          return std::vector<JournalEntry>();
        }
        if (last != nullptr) entry.id.number = last->entry.id.number + 1;
        id = entry.id;
        frozen.created = true;
        std::vector<JournalEntry> entries;
        entries.emplace_back(std::move(entry));
        return entries;
      });
  if (!done.ok()) return done.error();
  frozen.review = ledger_.View([&](const LedgerState& state) { return *state.reviews().Find(id); });
  return frozen;
}

Reviews::Page Reviews::List(const Filter& filter, const std::optional<ReviewId>& after,
                            size_t limit) const {
  return ledger_.View([&](const LedgerState& state) {
    Page page;
    const auto& all = state.reviews().all();
    for (auto position = after ? all.upper_bound(*after) : all.begin(); position != all.end();
         ++position) {
      const auto& [id, review] = *position;
      if (filter.fiscal_year != 0 && id.fiscal_year != filter.fiscal_year) continue;
      if (!filter.department_code.empty() && id.department_code != filter.department_code) continue;
      if (page.reviews.size() == limit) {
        page.next = page.reviews.back().entry.id;
        break;
      }
      page.reviews.push_back(review);
    }
    return page;
  });
}

Result<Reviews::Detail> Reviews::Get(const std::string& review_id) const {
  const auto id = ReviewId::Parse(review_id);
  Detail detail;
  const bool found = id && ledger_.View([&](const LedgerState& state) {
    const RecordedReview* review = state.reviews().Find(*id);
    if (review == nullptr) return false;
    detail.review = *review;
    for (const auto& [warning_id, warning] : state.warnings().all()) {
      if (Concerns(*review, warning)) detail.warnings.push_back(warning);
    }
    FillCurrentFigures(state, calendar_.Today(), &detail.warnings);
    return true;
  });
  if (!found) {
    return Refusal(
        Reason::kReviewNotFound, "review_id",
        "no review \"" + Abbreviate(review_id, 256) + "\"; list the reviews for their ids");
  }
  return detail;
}

Result<std::string> Reviews::ReadContent(const RecordedReview& review) const {
  const auto item = ledger_.store().ReadEntry(review.sequence);
  if (!item.ok()) return item.error();
  const auto* entry = ControlOf<ReviewEntry>(item.value().entry);
  if (entry == nullptr) {
    return Refusal(Reason::kDataDamaged, "",
                   "journal sequence " + std::to_string(review.sequence) + " is no review");
  }
  return entry->content;
}

}  // namespace budgetwatch
