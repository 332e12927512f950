#pragma once

#include <string>

#include "forms/form.h"

namespace budgetwatch::forms {

// The form as one HTML file without scripts or links to other files, a page of A4
// across for each sheet when printed. Every text is escaped.
std::string WriteHtml(const Form& form);

}  // namespace budgetwatch::forms
