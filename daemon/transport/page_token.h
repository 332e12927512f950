#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace budgetwatch {

// Page size to serve: 100 for 0, at most 1,000. Errors: INVALID_FIELD for a
// negative one.
Result<size_t> PageSize(int requested);

// An opaque token that carries `position` and is bound to `filter`, the request
// without its paging fields: a token is only good for the same list.
std::string EncodePageToken(std::string_view filter, std::string_view position);

// The position of a token. Errors: INVALID_PAGE_TOKEN for a token of another list
// or of no list.
Result<std::string> DecodePageToken(std::string_view filter, std::string_view token);

}  // namespace budgetwatch
