#pragma once

#include <optional>
#include <string>

#include "budgetwatch/v1/known_at.pb.h"

namespace budgetwatch::ctl {

// Reads the value of --known-at: digits are a journal sequence, anything else a
// time by RFC 3339 such as "2020-07-01T09:00:00+08:00". Nothing when it is
// neither.
std::optional<v1::KnownAt> ParseKnownAt(const std::string& text);

}  // namespace budgetwatch::ctl
