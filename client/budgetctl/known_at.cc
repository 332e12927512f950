#include "budgetctl/known_at.h"

#include <google/protobuf/util/time_util.h>

#include <algorithm>
#include <charconv>

namespace budgetwatch::ctl {

std::optional<v1::KnownAt> ParseKnownAt(const std::string& text) {
  if (text.empty()) return std::nullopt;
  v1::KnownAt known_at;
  if (std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; })) {
    int64_t sequence = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), sequence);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    known_at.set_sequence(sequence);
    return known_at;
  }
  if (!google::protobuf::util::TimeUtil::FromString(text, known_at.mutable_time())) {
    return std::nullopt;
  }
  return known_at;
}

}  // namespace budgetwatch::ctl
