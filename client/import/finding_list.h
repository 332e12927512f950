#pragma once

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "domain/finding.h"

namespace budgetwatch {

// The findings of a reader, bounded: a file that is wrong in every line would
// otherwise cost more memory in findings than it has bytes.
class FindingList {
 public:
  static constexpr size_t kCountMax = 1000;

  void Add(Finding finding) {
    ++count_;
    if (findings_.size() < kCountMax) findings_.push_back(std::move(finding));
  }

  // The findings in the order of Add. Past the bound the last one says how many
  // more there are.
  std::vector<Finding> Take() {
    if (count_ > kCountMax) {
      const std::string more = std::to_string(count_ - kCountMax);
      findings_.push_back({"more_findings", Severity::kError, "", "",
                           "另有 " + more + " 个问题未列出；请先修正以上问题再检查",
                           more + " more findings are not listed; correct those above, then "
                                  "check again"});
    }
    return std::move(findings_);
  }

 private:
  size_t count_ = 0;
  std::vector<Finding> findings_;
};

}  // namespace budgetwatch
