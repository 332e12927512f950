#include "transport/call_census.h"

namespace budgetwatch {

CallCensus::Entry::Entry(CallCensus& census, const grpc::CallbackServerContext& context)
    : census_(census) {
  if (++census_.calls_ <= census_.max_calls_per_connection_) return;
  peer_ = context.peer();
  const int too_many = 2 * census_.max_calls_per_connection_ + 1;
  {
    const MutexLock lock(census_.mutex_);
    // Once for a connection: its calls end soon after it is cut.
    if (++census_.calls_of_[peer_] != too_many) return;
  }
  ++census_.cut_connections_;
  census_.connections_.Cut(peer_);
}

CallCensus::Entry::~Entry() {
  --census_.calls_;
  if (peer_.empty()) return;
  const MutexLock lock(census_.mutex_);
  const auto position = census_.calls_of_.find(peer_);
  if (--position->second == 0) census_.calls_of_.erase(position);
}

}  // namespace budgetwatch
