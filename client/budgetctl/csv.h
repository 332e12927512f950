#pragma once

#include <string>

#include "forms/csv_record.h"

namespace budgetwatch::ctl {

using forms::WriteCsvRecord;

// Reads back as the same share: "0.27164", without needless digits.
std::string CsvRatio(double ratio);

// "true" or "false".
std::string CsvBool(bool value);

}  // namespace budgetwatch::ctl
