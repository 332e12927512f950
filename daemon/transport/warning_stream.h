#pragma once

#include <grpcpp/support/server_callback.h>

#include <deque>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "base/mutex.h"
#include "budgetwatch/v1/monitor_service.pb.h"
#include "service/warnings.h"
#include "transport/call.h"

namespace budgetwatch {

class WarningStream;

// Wakes the WatchWarnings calls when warnings change. Thread-safe.
class WarningStreams {
 public:
  explicit WarningStreams(Warnings& warnings) : warnings_(warnings) {}
  ~WarningStreams() { Stop(); }

  void Start();

  // Ends every call with UNAVAILABLE and refuses new ones. Idempotent.
  void Stop();

  void Add(std::shared_ptr<WarningStream> stream);
  void Remove(const std::shared_ptr<WarningStream>& stream);

 private:
  void Loop();
  std::vector<std::shared_ptr<WarningStream>> Streams();

  Warnings& warnings_;
  Mutex mutex_;
  std::set<std::shared_ptr<WarningStream>> streams_ BW_GUARDED_BY(mutex_);
  bool stopping_ BW_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

// One WatchWarnings call. It owns itself until the call is over. It remembers which
// warnings are open at its start, then one page of changes at a time, and makes a warning
// when it is sent, so that a slow client costs the server nothing more.
class WarningStream final : public grpc::ServerWriteReactor<v1::WatchWarningsResponse>,
                            public OpenCall,
                            public std::enable_shared_from_this<WarningStream> {
 public:
  // Starts the call.
  static WarningStream* Start(Warnings& warnings, WarningStreams& streams, Calls& calls,
                              grpc::CallbackServerContext* context,
                              const v1::WatchWarningsRequest& request);

  // Looks for changes, through a bounded number of them, and sends the next one. With more
  // to look through, it goes on at one of the threads that read.
  void Pump();

  // Ends the call.
  void Close(const grpc::Status& status);

  void OnWriteDone(bool ok) override;
  void OnCancel() override { Close(grpc::Status::CANCELLED); }
  void OnDone() override;

 private:
  WarningStream(Warnings& warnings, WarningStreams& streams, Calls& calls,
                grpc::CallbackServerContext* context, const v1::WatchWarningsRequest& request);

  Status Begin(const v1::WatchWarningsRequest& request);
  bool PumpSoon();
  bool FillPage() BW_REQUIRES(mutex_);
  Status HoldPage() BW_REQUIRES(mutex_);

  Warnings& warnings_;
  WarningStreams& streams_;
  Calls& calls_;
  const CallCensus::Entry entry_;
  const Call call_;
  const std::string department_code_;
  const size_t fixed_bytes_;             // held beside the page
  std::shared_ptr<WarningStream> self_;  // until OnDone

  Mutex mutex_;
  Sequence sequence_ BW_GUARDED_BY(mutex_) = 0;
  bool snapshot_due_ BW_GUARDED_BY(mutex_);
  Hold hold_ BW_GUARDED_BY(mutex_);
  std::deque<Warnings::Change> page_ BW_GUARDED_BY(mutex_);
  v1::WatchWarningsResponse outgoing_;
  bool writing_ BW_GUARDED_BY(mutex_) = false;
  bool finished_ BW_GUARDED_BY(mutex_) = false;
  std::optional<grpc::Status> closing_ BW_GUARDED_BY(mutex_);
};

}  // namespace budgetwatch
