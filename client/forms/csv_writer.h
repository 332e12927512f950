#pragma once

#include <string>

#include "forms/form.h"

namespace budgetwatch::forms {

// The form as one CSV file, its sheets one below the other with an empty record
// between. Merged cells stand at their top left; those of the body that reach over
// several rows are repeated in each, so that the rows can be sorted and filtered.
//
// It begins with a byte order mark: without one, Excel and WPS on a Chinese Windows
// read the file as GBK. A text that a spreadsheet would take for a formula gets an
// apostrophe in front.
std::string WriteCsv(const Form& form);

}  // namespace budgetwatch::forms
