#include "domain/totals.h"

#include <algorithm>

namespace budgetwatch {

// Where the day would stand if the gaps were spread evenly. REQUIRES: some days.
size_t ProjectTotals::Guess(Date date) const {
  const int32_t span = last_day_ - first_day_;
  const int32_t offset = std::clamp(date.day_number() - first_day_, 0, span);
  const auto last = static_cast<int32_t>(days_.size()) - 1;
  if (last == span) return static_cast<size_t>(offset);  // no gaps
  return static_cast<size_t>(int64_t{offset} * last / span);
}

void ProjectTotals::Prefetch(Date date) const {
  if (days_.empty()) return;
  const Day* day = &days_[Guess(date)];
  __builtin_prefetch(day, 1);
  __builtin_prefetch(&day->changed_at, 1);  // maybe in the next cache line
}

ProjectTotals::Day& ProjectTotals::Slot(Date date) {
  // The guess is seldom off by more than a few days, which are in the same cache lines.
  size_t at = days_.empty() ? 0 : Guess(date);
  if (at < days_.size() && days_[at].date == date) return days_[at];
  while (at < days_.size() && days_[at].date < date) ++at;
  while (at > 0 && days_[at - 1].date >= date) --at;
  if (at < days_.size() && days_[at].date == date) return days_[at];
  // First twofold, then by an eighth: large ledgers consist of these, and a year has few days.
  const size_t count = days_.size();
  if (count == days_.capacity()) days_.reserve(count + std::clamp(count, size_t{1}, count / 8 + 4));
  Day& added = *days_.insert(days_.begin() + static_cast<ptrdiff_t>(at), Day{date, {}, 0});
  first_day_ = days_.front().date.day_number();
  last_day_ = days_.back().date.day_number();
  return added;
}

void ProjectTotals::Add(Date date, const Total& change, Sequence changed_at) {
  Day& day = Slot(date);
  day.total.amount_fen += change.amount_fen;
  day.total.payment_count += change.payment_count;
  day.changed_at = changed_at;
}

void ProjectTotals::Set(Date date, const Total& total) { Slot(date) = {date, total, 0}; }

Total ProjectTotals::SumUpTo(Date as_of) const {
  Total sum;
  for (const Day& day : days_) {
    if (day.date > as_of) break;
    sum.amount_fen += day.total.amount_fen;
    sum.payment_count += day.total.payment_count;
  }
  return sum;
}

Total ProjectTotals::At(Date date) const {
  for (const Day& day : days_) {
    if (day.date == date) return day.total;
  }
  return {};
}

ProjectTotals& Totals::Slot(std::string_view project_code, Date date) {
  YearTotals& year = years_[date.year()];
  const auto position = year.find(project_code);
  if (position != year.end()) return position->second;
  return year.emplace(std::string(project_code), ProjectTotals()).first->second;
}

void Totals::Add(std::string_view project_code, Date date, const Total& change,
                 Sequence changed_at) {
  Slot(project_code, date).Add(date, change, changed_at);
}

void Totals::Set(std::string_view project_code, Date date, const Total& total) {
  Slot(project_code, date).Set(date, total);
}

const YearTotals* Totals::FindYear(int fiscal_year) const {
  const auto position = years_.find(fiscal_year);
  return position == years_.end() ? nullptr : &position->second;
}

const ProjectTotals* Totals::FindProject(int fiscal_year, std::string_view project_code) const {
  const YearTotals* year = FindYear(fiscal_year);
  if (year == nullptr) return nullptr;
  const auto position = year->find(project_code);
  return position == year->end() ? nullptr : &position->second;
}

}  // namespace budgetwatch
