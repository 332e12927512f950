#pragma once

#include "domain/date.h"

namespace budgetwatch {

// Tells the business date: the day in the ledger's time zone, or a fixed one for
// demonstrations and tests. Thread-safe.
class BusinessCalendar {
 public:
  virtual ~BusinessCalendar() = default;

  virtual Date Today() const = 0;

  // Whether the date is fixed.
  virtual bool fixed() const = 0;
};

}  // namespace budgetwatch
