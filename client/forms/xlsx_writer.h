#pragma once

#include <string>

#include "forms/form.h"

namespace budgetwatch::forms {

// The form as the bytes of an .xlsx workbook, A4 across and one page wide when
// printed; the same form gives the same bytes. Texts stay texts: none of them becomes
// a formula or a link. The library works on files, so it needs room in the folder for
// temporary ones. On failure returns false and says why in `error`.
bool WriteXlsx(const Form& form, std::string* bytes, std::string* error);

}  // namespace budgetwatch::forms
