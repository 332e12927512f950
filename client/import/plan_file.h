#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "import/plan_reading.h"

namespace budgetwatch {

// Largest file that is read as a plan.
inline constexpr size_t kMaxPlanFileBytes = size_t{64} << 20;

// Reads a plan from the file at `path`, in either format: a YAML plan, known by
// its key budgetwatch_plan, or a published document as text. Indicators are
// numbered and their targets read (FillIndicators).
//
// What is wrong inside the plan is in the findings; an Error means that the file
// could not be read at all. Its reason is one of FILE_NOT_FOUND,
// FILE_UNREADABLE, FILE_EMPTY, FILE_TOO_LARGE, FILE_NOT_UTF8 and
// FILE_FORMAT_UNKNOWN; these never travel over the wire.
Result<PlanReading> ReadPlanFile(const std::string& path);

// The same for the bytes of a file. `name` stands for the file in messages.
Result<PlanReading> ReadPlanBytes(std::string_view bytes, const std::string& name);

}  // namespace budgetwatch
