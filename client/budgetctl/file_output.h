#pragma once

#include <string>
#include <string_view>

namespace budgetwatch::ctl {

// Replaces the file at `path` by one with `bytes`: at every moment, also after a
// crash, the path holds the old content or all of the new. Returns why it failed,
// in the system's words, or nothing. A failure leaves the old file.
std::string ReplaceFile(const std::string& path, std::string_view bytes);

}  // namespace budgetwatch::ctl
