#include "domain/review.h"

#include <charconv>

#include "base/check.h"

namespace budgetwatch {
namespace {

std::optional<int> ParseNumber(std::string_view text) {
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value < 1) return std::nullopt;
  return value;
}

}  // namespace

std::string ReviewId::ToString() const {
  return std::to_string(fiscal_year) + '/' + department_code + '/' + as_of.ToString() + '/' +
         std::to_string(number);
}

std::optional<ReviewId> ReviewId::Parse(std::string_view text) {
  // A department code may hold slashes: the other parts are taken from both ends.
  const size_t first = text.find('/');
  const size_t last = text.rfind('/');
  if (first == std::string_view::npos || last <= first) return std::nullopt;
  const size_t before_date = text.rfind('/', last - 1);
  if (before_date == std::string_view::npos || before_date <= first) return std::nullopt;
  const auto fiscal_year = ParseNumber(text.substr(0, first));
  const auto as_of = Date::Parse(text.substr(before_date + 1, last - before_date - 1));
  const auto number = ParseNumber(text.substr(last + 1));
  if (!fiscal_year || !as_of || !number) return std::nullopt;
  return ReviewId{*fiscal_year, std::string(text.substr(first + 1, before_date - first - 1)),
                  *as_of, *number};
}

std::string ReviewBook::WhyNot(const ReviewEntry& entry) const {
  const RecordedReview* last =
      FindLast(entry.id.fiscal_year, entry.id.department_code, entry.id.as_of);
  const int expected = last == nullptr ? 1 : last->entry.id.number + 1;
  return entry.id.number == expected ? "" : "numbers a review out of turn";
}

void ReviewBook::Apply(Sequence sequence, WallMicros recorded_time, const ReviewEntry& entry) {
  BW_CHECK(WhyNot(entry).empty());
  RecordedReview& review = reviews_[entry.id];
  review.entry = {entry.id,           entry.known_at,     entry.trigger,
                  entry.profile_name, entry.content_hash, {}};
  review.content_bytes = entry.content.size();
  review.sequence = sequence;
  review.recorded_time = recorded_time;
}

const RecordedReview* ReviewBook::Find(const ReviewId& id) const {
  const auto position = reviews_.find(id);
  return position == reviews_.end() ? nullptr : &position->second;
}

const RecordedReview* ReviewBook::FindLast(int fiscal_year, const std::string& department_code,
                                           Date as_of) const {
  auto position = reviews_.upper_bound({fiscal_year, department_code, as_of, INT32_MAX});
  if (position == reviews_.begin()) return nullptr;
  --position;
  const ReviewId& id = position->first;
  const bool same =
      id.fiscal_year == fiscal_year && id.department_code == department_code && id.as_of == as_of;
  return same ? &position->second : nullptr;
}

bool ReviewBook::WasScheduled(int fiscal_year, const std::string& department_code,
                              Date as_of) const {
  for (auto position = reviews_.lower_bound({fiscal_year, department_code, as_of, 0});
       position != reviews_.end(); ++position) {
    const ReviewId& id = position->first;
    if (id.fiscal_year != fiscal_year || id.department_code != department_code ||
        id.as_of != as_of) {
      break;
    }
    if (position->second.entry.trigger == ReviewTrigger::kSchedule) return true;
  }
  return false;
}

}  // namespace budgetwatch
