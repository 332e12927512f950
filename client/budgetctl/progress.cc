#include "budgetctl/progress.h"

#include <algorithm>

#include "budgetctl/display_width.h"

namespace budgetwatch::ctl {
namespace {

constexpr int kBarWidth = 24;
constexpr std::chrono::milliseconds kInterval{100};

}  // namespace

ProgressBar::ProgressBar(std::ostream& out, std::optional<int> width) : out_(out), width_(width) {}

ProgressBar::~ProgressBar() {
  if (drawn_) out_ << "\r\033[K" << std::flush;
}

void ProgressBar::Update(int64_t done, int64_t total, const std::string& text) {
  if (!width_) return;
  const auto now = std::chrono::steady_clock::now();
  if (now < next_) return;
  next_ = now + kInterval;
  std::string line;
  if (total > 0) {
    const double share = std::clamp(static_cast<double>(done) / static_cast<double>(total), 0., 1.);
    const int full = static_cast<int>(share * kBarWidth);
    line += '[';
    for (int i = 0; i < kBarWidth; ++i) line += i < full ? '#' : '.';
    line += "] " + std::to_string(static_cast<int>(share * 100)) + "% ";
  }
  // One column stays free: some terminals wrap when the last one is written.
  out_ << "\r\033[K" << Shorten(line + text, std::max(1, *width_ - 1)) << std::flush;
  drawn_ = true;
}

}  // namespace budgetwatch::ctl
