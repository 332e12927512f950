#pragma once

#include <cstdint>
#include <cstdlib>
#include <random>

namespace budgetwatch {

// A number set for a test run from outside, such as BUDGETWATCH_SEED.
inline uint64_t NumberFromEnvironment(const char* name, uint64_t otherwise) {
  const char* text = std::getenv(name);
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

// BUDGETWATCH_SEED, or a new one.
inline uint64_t SeedOfThisRun() {
  return NumberFromEnvironment("BUDGETWATCH_SEED", std::random_device()());
}

// Random numbers that a seed replays. Thread-compatible.
class SeededRandom {
 public:
  explicit SeededRandom(uint64_t seed) : engine_(seed) {}

  // From 0 to count - 1. REQUIRES: count > 0.
  int64_t Below(int64_t count) {
    return static_cast<int64_t>(engine_() % static_cast<uint64_t>(count));
  }
  bool OneIn(int64_t count) { return Below(count) == 0; }

 private:
  std::mt19937_64 engine_;
};

}  // namespace budgetwatch
