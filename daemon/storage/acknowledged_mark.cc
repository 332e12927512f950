#include "storage/acknowledged_mark.h"

#include <rocksdb/env.h>
#include <xxhash.h>

#include "base/clock.h"
#include "storage/key_codec.h"
#include "storage/status_map.h"

namespace budgetwatch {
namespace {

constexpr size_t kFieldBytes = 8;
constexpr size_t kSlotBytes = 5 * kFieldBytes;
constexpr int64_t kSyncNanos = 1'000'000'000;

bool IsZero(const std::string& bytes) { return bytes.find_first_not_of('\0') == std::string::npos; }

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
  std::string bytes;
  if (status.ok()) {
    const rocksdb::Status read = rocksdb::ReadFileToString(env, path, &bytes);
    if (!read.IsNotFound() && !read.IsPathNotFound()) status = read;
  }
  if (status.ok() && bytes.size() < 2 * kSlotBytes && IsZero(bytes)) {
    bytes.clear();
    std::unique_ptr<rocksdb::WritableFile> created;
    status = env->NewWritableFile(path, &created, rocksdb::EnvOptions());
    if (status.ok()) status = created->Append(std::string(2 * kSlotBytes, '\0'));
    if (status.ok()) status = created->Sync();
    if (status.ok()) status = created->Close();
  }
  std::unique_ptr<rocksdb::RandomRWFile> file;
  if (status.ok()) status = env->NewRandomRWFile(path, &file, rocksdb::EnvOptions());
  // What a killed process has left is not durable yet.
  if (status.ok()) status = file->Sync();
  if (!status.ok()) {
    return Refusal(Reason::kStoreFailed, "data_directory",
                   "cannot use " + path + ": " + status.ToString() +
                       "; check the disk and the rights of the directory, then start again");
  }
  std::unique_ptr<AcknowledgedMark> mark(new AcknowledgedMark(std::move(file)));
  if (!mark->Read(bytes)) {
    return Refusal(Reason::kDataDamaged, "data_directory",
                   path +
                       " is damaged, so that nobody can tell whether the end of the journal is "
                       "missing; keep a copy of the directory and restore a backup, or remove "
                       "the file if what was acknowledged last is known to be there");
  }
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

// A slot that a crash tore is passed over: the other one is the last that was durable, or
// was never written.
bool AcknowledgedMark::Read(const std::string& bytes) {
  if (bytes.empty()) return true;
  if (bytes.size() < 2 * kSlotBytes) return false;
  const MutexLock lock(mutex_);
  bool known = false;
  for (size_t at = 0; at < 2 * kSlotBytes; at += kSlotBytes) {
    const std::string slot = bytes.substr(at, kSlotBytes);
    const auto field = [&slot](size_t index) {
      const auto value = DecodeInt64({slot.data() + index * kFieldBytes, kFieldBytes});
      return static_cast<uint64_t>(value.value_or(0));
    };
    const MarkContent content{static_cast<Sequence>(field(0)), field(2), field(3)};
    const bool whole = EncodeSlot(content, field(1)) == slot;
    if (whole || IsZero(slot)) known = true;
    if (!whole || field(1) <= write_count_) continue;
    write_count_ = field(1);
    content_ = content;
    slot_ = at == 0 ? 1 : 0;
  }
  return known;
}

void AcknowledgedMark::Write() {
  ++write_count_;
  const rocksdb::Status written =
      file_->Write(slot_ * kSlotBytes, EncodeSlot(content_, write_count_));
  const int64_t now = MonotonicNanos();
  if (!written.ok() || now - synced_nanos_ < kSyncNanos) return;
  synced_nanos_ = now;
  if (file_->Sync().ok()) slot_ = 1 - slot_;
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
