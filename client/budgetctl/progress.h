#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <ostream>
#include <string>

namespace budgetwatch::ctl {

// A line on a terminal that shows how much of a long work is done. Thread-compatible.
class ProgressBar {
 public:
  // Draws only with a `width`, that of the terminal behind `out`.
  ProgressBar(std::ostream& out, std::optional<int> width);

  // Removes what it drew.
  ~ProgressBar();
  ProgressBar(const ProgressBar&) = delete;
  ProgressBar& operator=(const ProgressBar&) = delete;

  // Shows done/total (total 0: unknown) with `text`, at most ten times a second.
  void Update(int64_t done, int64_t total, const std::string& text);

 private:
  std::ostream& out_;
  const std::optional<int> width_;
  std::chrono::steady_clock::time_point next_;
  bool drawn_ = false;
};

}  // namespace budgetwatch::ctl
