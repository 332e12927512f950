#pragma once

#include <string>

namespace budgetwatch {

// Values are on disk and on the wire: never reuse one.
enum class Severity {
  kInfo = 1,
  kWarning = 2,
  kError = 3,
  kCritical = 4,
};

// Something a check found in a plan. Both messages say what is wrong, by how
// much, and what to do.
struct Finding {
  std::string id;  // stable, snake_case
  Severity severity = Severity::kWarning;
  std::string project_code;  // empty: the plan as a whole
  std::string place;         // line of a file, table and cell, or field
  std::string message_zh;
  std::string message_en;
};

}  // namespace budgetwatch
