#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace budgetwatch {

// Years that the ledger takes: nobody's budget lies outside, a typing error does.
inline constexpr int kFirstYear = 1950;
inline constexpr int kLastYear = 2199;

// A day of the proleptic Gregorian calendar, without a time or a zone.
// Immutable value.
class Date {
 public:
  // 1970-01-01.
  constexpr Date() = default;

  // Days since 1970-01-01.
  static constexpr Date FromDayNumber(int32_t day_number) { return Date(day_number); }

  // The day, or nothing when the calendar has no such day.
  static std::optional<Date> FromCivil(int year, int month, int day);

  // Reads exactly "YYYY-MM-DD" with an existing day; nothing otherwise.
  static std::optional<Date> Parse(std::string_view text);

  static Date FirstOfYear(int year);
  static Date LastOfYear(int year);
  static Date LastOfMonth(int year, int month);

  constexpr int32_t day_number() const { return day_number_; }
  int year() const;
  int month() const;  // 1 to 12
  int day() const;    // 1 to 31

  constexpr Date AddDays(int32_t days) const { return Date(day_number_ + days); }

  // "YYYY-MM-DD".
  std::string ToString() const;

  friend constexpr auto operator<=>(Date, Date) = default;

 private:
  explicit constexpr Date(int32_t day_number) : day_number_(day_number) {}

  int32_t day_number_ = 0;
};

}  // namespace budgetwatch
