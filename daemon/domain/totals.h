#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "domain/date.h"
#include "domain/sequence.h"
#include "domain/string_map.h"

namespace budgetwatch {

// Net money and number of payments booked somewhere.
struct Total {
  int64_t amount_fen = 0;
  int64_t payment_count = 0;

  friend bool operator==(const Total&, const Total&) = default;
};

// What was booked on one project in one fiscal year, by day. Thread-compatible.
//
// The sums cannot overflow: the ledger bounds the sum of all magnitudes.
class ProjectTotals {
 public:
  struct Day {
    Date date;
    Total total;
    // Of the last entry that changed it; 0 when set. No part of its value.
    Sequence changed_at = 0;

    friend bool operator==(const Day& a, const Day& b) {
      return a.date == b.date && a.total == b.total;
    }
  };

  void Add(Date date, const Total& change, Sequence changed_at = 0);

  // Starts loading what Add on `date` will change.
  void Prefetch(Date date) const;

  // Replaces what is booked on `date`.
  void Set(Date date, const Total& total);

  // Everything dated up to and including `as_of`.
  Total SumUpTo(Date as_of) const;

  // Booked on `date`.
  Total At(Date date) const;

  // Rising dates.
  const std::vector<Day>& days() const { return days_; }

  friend bool operator==(const ProjectTotals&, const ProjectTotals&) = default;

 private:
  size_t Guess(Date date) const;
  Day& Slot(Date date);

  std::vector<Day> days_;
  // Day numbers of its ends, so that a guess needs nothing of it.
  int32_t first_day_ = 0;
  int32_t last_day_ = 0;
};

// What was booked in one fiscal year, by project code.
using YearTotals = StableStringMap<ProjectTotals>;

// What was booked, by fiscal year. Thread-compatible.
class Totals {
 public:
  void Add(std::string_view project_code, Date date, const Total& change, Sequence changed_at = 0);
  void Set(std::string_view project_code, Date date, const Total& total);

  // Null when nothing was ever booked in the year.
  const YearTotals* FindYear(int fiscal_year) const;

  // Null when nothing was ever booked on the project in the year.
  const ProjectTotals* FindProject(int fiscal_year, std::string_view project_code) const;

  const std::map<int, YearTotals>& years() const { return years_; }

  friend bool operator==(const Totals&, const Totals&) = default;

 private:
  ProjectTotals& Slot(std::string_view project_code, Date date);

  std::map<int, YearTotals> years_;
};

}  // namespace budgetwatch
