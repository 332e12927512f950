#include "domain/date.h"

#include <charconv>
#include <chrono>
#include <cstdio>

namespace budgetwatch {
namespace {

std::chrono::year_month_day Civil(int32_t day_number) {
  return std::chrono::year_month_day(std::chrono::sys_days(std::chrono::days(day_number)));
}

// The number that all of `digits` spells; nothing when a character is no digit.
std::optional<int> ParseDigits(std::string_view digits) {
  int value = 0;
  for (const char c : digits) {
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + (c - '0');
  }
  return value;
}

}  // namespace

std::optional<Date> Date::FromCivil(int year, int month, int day) {
  if (month < 1 || month > 12 || day < 1 || day > 31) return std::nullopt;
  const std::chrono::year_month_day civil(std::chrono::year(year),
                                          std::chrono::month(static_cast<unsigned>(month)),
                                          std::chrono::day(static_cast<unsigned>(day)));
  if (!civil.ok()) return std::nullopt;
  return Date(static_cast<int32_t>(std::chrono::sys_days(civil).time_since_epoch().count()));
}

std::optional<Date> Date::Parse(std::string_view text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return std::nullopt;
  const auto year = ParseDigits(text.substr(0, 4));
  const auto month = ParseDigits(text.substr(5, 2));
  const auto day = ParseDigits(text.substr(8, 2));
  if (!year || !month || !day) return std::nullopt;
  return FromCivil(*year, *month, *day);
}

Date Date::FirstOfYear(int year) { return *FromCivil(year, 1, 1); }

Date Date::LastOfYear(int year) { return *FromCivil(year, 12, 31); }

Date Date::LastOfMonth(int year, int month) {
  const std::chrono::year_month_day_last last(
      std::chrono::year(year),
      std::chrono::month_day_last(std::chrono::month(static_cast<unsigned>(month))));
  return *FromCivil(year, month, static_cast<int>(static_cast<unsigned>(last.day())));
}

int Date::year() const { return static_cast<int>(Civil(day_number_).year()); }

int Date::month() const {
  return static_cast<int>(static_cast<unsigned>(Civil(day_number_).month()));
}

int Date::day() const { return static_cast<int>(static_cast<unsigned>(Civil(day_number_).day())); }

std::string Date::ToString() const {
  const auto civil = Civil(day_number_);
  char buffer[16];
  std::snprintf(buffer, sizeof buffer, "%04d-%02u-%02u", static_cast<int>(civil.year()),
                static_cast<unsigned>(civil.month()), static_cast<unsigned>(civil.day()));
  return buffer;
}

}  // namespace budgetwatch
