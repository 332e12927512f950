#include "transport/warning_stream.h"

#include <iterator>

#include "transport/convert.h"

namespace budgetwatch {
namespace {

constexpr size_t kPageChanges = 64;
// That are looked through at once, most of them of other departments perhaps.
constexpr int kPagesAtOnce = 16;
constexpr int64_t kWaitMillis = 500;

// What a watch costs that waits, and a change that waits to be sent.
constexpr size_t kStreamBytes = 16u << 10;
constexpr size_t kChangeBytes = 256;
// Bytes in memory of a warning that is being sent, for each byte of its encoding.
constexpr size_t kOutgoingCost = 4;

grpc::Status ShuttingDown() {
  return ToGrpcStatus(Refusal(Reason::kShuttingDown, "", "the server stops; watch again later"));
}

}  // namespace

void WarningStreams::Start() {
  thread_ = std::thread([this] { Loop(); });
}

void WarningStreams::Stop() {
  {
    const MutexLock lock(mutex_);
    stopping_ = true;
  }
  for (const auto& stream : Streams()) stream->Close(ShuttingDown());
  if (thread_.joinable()) thread_.join();
}

void WarningStreams::Add(std::shared_ptr<WarningStream> stream) {
  bool stopping = false;
  {
    const MutexLock lock(mutex_);
    stopping = stopping_;
    if (!stopping) streams_.insert(stream);
  }
  if (stopping) stream->Close(ShuttingDown());
}

void WarningStreams::Remove(const std::shared_ptr<WarningStream>& stream) {
  const MutexLock lock(mutex_);
  streams_.erase(stream);
}

// A copy, since gRPC may end a call, and so call Remove, on the thread that pumps it.
std::vector<std::shared_ptr<WarningStream>> WarningStreams::Streams() {
  const MutexLock lock(mutex_);
  return {streams_.begin(), streams_.end()};
}

void WarningStreams::Loop() {
  Sequence seen = 0;
  while (true) {
    warnings_.WaitForChange(seen, kWaitMillis);
    {
      const MutexLock lock(mutex_);
      if (stopping_) return;
    }
    seen = warnings_.last_change();
    for (const auto& stream : Streams()) stream->Pump();
  }
}

WarningStream* WarningStream::Start(Warnings& warnings, WarningStreams& streams, Calls& calls,
                                    grpc::CallbackServerContext* context,
                                    const v1::WatchWarningsRequest& request) {
  std::shared_ptr<WarningStream> stream(
      new WarningStream(warnings, streams, calls, context, request));
  stream->self_ = stream;
  if (const Status status = stream->Begin(request); !status.ok()) {
    stream->Close(ToGrpcStatus(status));
    return stream.get();
  }
  calls.open_calls().Add(stream);
  streams.Add(stream);
  if (!stream->PumpSoon()) stream->Close(Calls::TooManyCalls());
  return stream.get();
}

WarningStream::WarningStream(Warnings& warnings, WarningStreams& streams, Calls& calls,
                             grpc::CallbackServerContext* context,
                             const v1::WatchWarningsRequest& request)
    : OpenCall(context),
      warnings_(warnings),
      streams_(streams),
      calls_(calls),
      entry_(calls.census(), *context),
      call_(calls.observer(), "MonitorService/WatchWarnings"),
      department_code_(request.department_code()),
      fixed_bytes_(kStreamBytes + 2 * request.SpaceUsedLong()),  // gRPC keeps it as well
      sequence_(request.after_sequence()),
      snapshot_due_(!request.has_after_sequence()) {}

Status WarningStream::Begin(const v1::WatchWarningsRequest& request) {
  if (request.after_sequence() < 0) {
    return Refusal(Reason::kInvalidField, "after_sequence",
                   "after_sequence must be 0 or a sequence received");
  }
  auto hold = calls_.admission().AdmitStream(fixed_bytes_);
  if (!hold.ok()) return hold.error();
  const MutexLock lock(mutex_);
  hold_ = std::move(hold).value();
  return {};
}

// Not on gRPC's thread: what is open may be much, and the page asked for far ahead.
bool WarningStream::PumpSoon() {
  // Not self_, which the end of the call may just be taking away.
  return calls_.PostRead([stream = shared_from_this()] { stream->Pump(); });
}

// Returns whether there is more to look through before there is a page.
bool WarningStream::FillPage() {
  if (snapshot_due_) {
    snapshot_due_ = false;
    Warnings::Changes open = warnings_.OpenNow(department_code_);
    page_.assign(std::move_iterator(open.items.begin()), std::move_iterator(open.items.end()));
    sequence_ = open.scanned;
  }
  for (int page = 0; page_.empty(); ++page) {
    if (page == kPagesAtOnce) return true;
    const Sequence before = sequence_;
    Warnings::Changes changes = warnings_.ChangesAfter(sequence_, department_code_, kPageChanges);
    page_.assign(std::move_iterator(changes.items.begin()),
                 std::move_iterator(changes.items.end()));
    sequence_ = changes.scanned;
    if (sequence_ == before) break;
  }
  return false;
}

Status WarningStream::HoldPage() {
  if (hold_.Resize(fixed_bytes_ + page_.size() * kChangeBytes +
                   kOutgoingCost * outgoing_.ByteSizeLong())) {
    return {};
  }
  return Refusal(Reason::kQueueFull, "",
                 "too many warnings wait for their clients to read them; watch again later");
}

void WarningStream::Pump() {
  std::optional<grpc::Status> refused;
  bool more = false;
  bool has_next = false;
  {
    const MutexLock lock(mutex_);
    if (writing_ || finished_ || closing_) return;
    if (page_.empty()) more = FillPage();
    outgoing_ = v1::WatchWarningsResponse();  // keeps no memory of the last one
    has_next = !page_.empty();
    if (has_next) {
      *outgoing_.mutable_warning() = ToMessage(warnings_.AfterChange(page_.front()));
      outgoing_.set_sequence(page_.front().sequence);
      page_.pop_front();
    }
    if (const Status status = HoldPage(); !status.ok()) {
      refused = ToGrpcStatus(status);
    } else {
      writing_ = has_next;
    }
  }
  if (refused) {
    Close(*refused);
  } else if (more) {
    (void)PumpSoon();  // when too much waits there, WarningStreams comes back
  } else if (has_next) {
    BeginWait();
    StartWrite(&outgoing_);
  }
}

void WarningStream::OnWriteDone(bool ok) {
  EndWait();
  std::optional<grpc::Status> closing;
  {
    const MutexLock lock(mutex_);
    writing_ = false;
    if (!ok && !closing_) closing_ = grpc::Status::CANCELLED;
    closing = closing_;
  }
  if (closing) {
    Close(*closing);
  } else {
    Pump();
  }
}

void WarningStream::Close(const grpc::Status& status) {
  {
    const MutexLock lock(mutex_);
    if (!closing_) closing_ = status;
    // The end of the write under way closes the call.
    if (writing_ || finished_) return;
    finished_ = true;
  }
  call_.Done(status);
  Finish(status);
}

void WarningStream::OnDone() {
  MarkOver();
  streams_.Remove(self_);
  calls_.open_calls().Remove(this);
  {
    const MutexLock lock(mutex_);
    hold_ = Hold();
  }
  // The last owner may be another thread that is just looking at it.
  const std::shared_ptr<WarningStream> last = std::move(self_);
}

}  // namespace budgetwatch
