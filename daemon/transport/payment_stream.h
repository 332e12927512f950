#pragma once

#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/server_callback.h>

#include <deque>
#include <optional>

#include "base/mutex.h"
#include "service/payments.h"
#include "transport/call.h"

namespace budgetwatch {

// One StreamPayments call: reads a batch, hands it to the committer, and writes its
// outcomes in order. Deletes itself when the call is over.
//
// At most kMaxUnderWay batches are between their reading and the end of writing
// their answer; then reading waits, so that a client that does not read its answers
// stalls only itself.
class PaymentStream final : public grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer> {
 public:
  static constexpr int kMaxUnderWay = 16;

  PaymentStream(Payments& payments, RpcObserver& observer);

  void OnReadDone(bool ok) override;
  void OnWriteDone(bool ok) override;
  void OnCancel() override;
  void OnDone() override;

 private:
  // What to do once the lock is released: gRPC may call back at once.
  struct Next {
    bool read = false;
    const grpc::ByteBuffer* write = nullptr;
    std::optional<grpc::Status> finish;
  };

  void HandIn();
  void OnOutcomes(int64_t batch, Result<std::vector<PaymentOutcome>> outcomes);
  Next Decide() BW_REQUIRES(mutex_);
  void Do(Next next);

  Payments& payments_;
  const Call call_;
  grpc::ByteBuffer incoming_;  // of the read under way

  Mutex mutex_;
  std::deque<grpc::ByteBuffer> outgoing_ BW_GUARDED_BY(mutex_);  // front is being written
  std::optional<grpc::Status> failure_ BW_GUARDED_BY(mutex_);    // of failed_batch_
  int64_t failed_batch_ BW_GUARDED_BY(mutex_) = INT64_MAX;       // the first of them
  int64_t batches_read_ BW_GUARDED_BY(mutex_) = 0;
  int committing_ BW_GUARDED_BY(mutex_) = 0;
  // From the start of a read until its batch is handed in, so that batches are handed
  // in in their order.
  bool reading_ BW_GUARDED_BY(mutex_) = false;
  bool writing_ BW_GUARDED_BY(mutex_) = false;
  bool reads_over_ BW_GUARDED_BY(mutex_) = false;
  bool broken_ BW_GUARDED_BY(mutex_) = false;  // cancelled, or a write failed
  bool finished_ BW_GUARDED_BY(mutex_) = false;
  // Threads between deciding on a read or write and having started it. The call is
  // not finished before they are through, since it may be deleted then.
  int starting_ BW_GUARDED_BY(mutex_) = 0;
};

}  // namespace budgetwatch
