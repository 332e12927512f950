#pragma once

#include <absl/container/flat_hash_map.h>
#include <absl/container/flat_hash_set.h>
#include <absl/container/node_hash_map.h>
#include <absl/hash/hash.h>

#include <functional>
#include <string>
#include <string_view>

namespace budgetwatch {

// Maps and sets by text that are looked up by views, without a copy. They have no order
// that anybody may see: it differs from run to run.
struct StringHash {
  using is_transparent = void;
  size_t operator()(std::string_view text) const { return absl::HashOf(text); }
};

template <typename Value>
using StringMap = absl::flat_hash_map<std::string, Value, StringHash, std::equal_to<>>;

// Its values stay where they are.
template <typename Value>
using StableStringMap = absl::node_hash_map<std::string, Value, StringHash, std::equal_to<>>;

using StringSet = absl::flat_hash_set<std::string, StringHash, std::equal_to<>>;

}  // namespace budgetwatch
