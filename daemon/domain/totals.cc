#include "domain/totals.h"

#include <algorithm>

namespace budgetwatch {

void ProjectTotals::Prefetch(Date date) const {
  if (days_.empty() || date < days_.front().date) return;
  const auto offset = static_cast<size_t>(date.day_number() - days_.front().date.day_number());
  if (offset < days_.size()) __builtin_prefetch(&days_[offset], 1);
}

ProjectTotals::Day& ProjectTotals::Slot(Date date) {
  // Without gaps a day would stand as far from the first one as the calendar says;
  // with gaps it stands before that.
  auto last = days_.end();
  if (!days_.empty() && date >= days_.front().date) {
    const int32_t offset = date.day_number() - days_.front().date.day_number();
    if (static_cast<size_t>(offset) < days_.size()) {
      last = days_.begin() + offset;
      if (last->date == date) return *last;
    }
  }
  const auto position = std::lower_bound(
      days_.begin(), last, date, [](const Day& day, Date value) { return day.date < value; });
  if (position != days_.end() && position->date == date) return *position;
  return *days_.insert(position, Day{date, {}, 0});
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

void Totals::Prefetch(std::string_view project_code, Date date) const {
  const ProjectTotals* project = FindProject(date.year(), project_code);
  if (project != nullptr) project->Prefetch(date);
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
