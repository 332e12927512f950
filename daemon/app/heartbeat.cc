#include "app/heartbeat.h"

#include "service/committer.h"

namespace budgetwatch {

bool Heartbeat::Beat() {
  const bool arrived = arrived_ != nullptr && *arrived_;
  if (arrived_ != nullptr && !arrived) return false;
  arrived_ = std::make_shared<std::atomic<bool>>(false);
  committer_.Pass([flag = arrived_] { *flag = true; });
  return arrived;
}

}  // namespace budgetwatch
