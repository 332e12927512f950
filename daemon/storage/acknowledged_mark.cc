#include "storage/acknowledged_mark.h"

#include <rocksdb/env.h>
#include <xxhash.h>

#include <array>

#include "base/clock.h"
#include "storage/key_codec.h"
#include "storage/status_map.h"

namespace budgetwatch {
namespace {

constexpr size_t kFieldBytes = 8;
constexpr size_t kSlotBytes = 5 * kFieldBytes;
constexpr int64_t kSyncNanos = 1'000'000'000;

std::string Encode(uint64_t value) { return EncodeInt64(static_cast<int64_t>(value)); }

std::string EncodeSlot(const MarkContent& content, uint64_t write_count) {
  std::string slot = EncodeInt64(content.sequence) + Encode(write_count) +
                     Encode(content.manifest_number) + Encode(content.manifest_bytes);
  slot += Encode(XXH3_64bits(slot.data(), slot.size()));
  return slot;
}

}  // namespace

Result<std::unique_ptr<AcknowledgedMark>> AcknowledgedMark::Open(const std::string& directory,
                                                                 rocksdb::Env* env) {
  const std::string path = directory + "/" + kFileName;
  rocksdb::Status status = env->CreateDirIfMissing(directory);
  uint64_t size = 0;
  if (status.ok() && (!env->GetFileSize(path, &size).ok() || size < 2 * kSlotBytes)) {
    std::unique_ptr<rocksdb::WritableFile> created;
    status = env->NewWritableFile(path, &created, rocksdb::EnvOptions());
    if (status.ok()) status = created->Append(std::string(2 * kSlotBytes, '\0'));
    if (status.ok()) status = created->Sync();
    if (status.ok()) status = created->Close();
  }
  std::unique_ptr<rocksdb::RandomRWFile> file;
  if (status.ok()) status = env->NewRandomRWFile(path, &file, rocksdb::EnvOptions());
  if (!status.ok()) {
    return Refusal(Reason::kStoreFailed, "data_directory",
                   "cannot write " + path + ": " + status.ToString() +
                       "; check the disk and the rights of the directory, then start again");
  }
  std::unique_ptr<AcknowledgedMark> mark(new AcknowledgedMark(std::move(file)));
  mark->Read();
  return mark;
}

AcknowledgedMark::AcknowledgedMark(std::unique_ptr<rocksdb::RandomRWFile> file)
    : file_(std::move(file)) {}

AcknowledgedMark::~AcknowledgedMark() {
  file_->Sync().PermitUncheckedError();
  file_->Close().PermitUncheckedError();
}

MarkContent AcknowledgedMark::content() const {
  const MutexLock lock(mutex_);
  return content_;
}

// A slot that cannot be read is passed over: the other one is the write before.
void AcknowledgedMark::Read() {
  const MutexLock lock(mutex_);
  for (size_t slot = 0; slot < 2; ++slot) {
    std::array<char, kSlotBytes> scratch = {};
    rocksdb::Slice bytes;
    const rocksdb::Status status =
        file_->Read(slot * kSlotBytes, kSlotBytes, &bytes, scratch.data());
    if (!status.ok() || bytes.size() != kSlotBytes) continue;
    const auto field = [&bytes](size_t index) {
      const auto value = DecodeInt64({bytes.data() + index * kFieldBytes, kFieldBytes});
      return static_cast<uint64_t>(value.value_or(0));
    };
    const MarkContent content{static_cast<Sequence>(field(0)), field(2), field(3)};
    if (EncodeSlot(content, field(1)) != bytes.ToString() || field(1) <= write_count_) continue;
    write_count_ = field(1);
    content_ = content;
  }
}

void AcknowledgedMark::Write() {
  ++write_count_;
  const rocksdb::Status written =
      file_->Write(write_count_ % 2 * kSlotBytes, EncodeSlot(content_, write_count_));
  const int64_t now = MonotonicNanos();
  if (!written.ok() || now - synced_nanos_ < kSyncNanos) return;
  synced_nanos_ = now;
  file_->Sync().PermitUncheckedError();
}

void AcknowledgedMark::Advance(Sequence sequence) {
  const MutexLock lock(mutex_);
  content_.sequence = sequence;
  Write();
}

void AcknowledgedMark::NoteManifest(uint64_t number, uint64_t bytes) {
  const MutexLock lock(mutex_);
  content_.manifest_number = number;
  content_.manifest_bytes = bytes;
  Write();
}

}  // namespace budgetwatch
