#include "storage/acknowledged_mark.h"

#include <rocksdb/env.h>
#include <rocksdb/listener.h>
#include <xxhash.h>

#include <array>
#include <charconv>
#include <cstdio>

#include "base/clock.h"
#include "storage/key_codec.h"
#include "storage/status_map.h"

namespace budgetwatch {
namespace {

constexpr size_t kFieldBytes = 8;
constexpr size_t kSlotBytes = 5 * kFieldBytes;
constexpr int64_t kSyncNanos = 1'000'000'000;
constexpr std::string_view kManifestPrefix = "MANIFEST-";

std::string Encode(uint64_t value) { return EncodeInt64(static_cast<int64_t>(value)); }

std::string EncodeSlot(const MarkContent& content, uint64_t write_count) {
  std::string slot = EncodeInt64(content.sequence) + Encode(write_count) +
                     Encode(content.manifest_number) + Encode(content.manifest_bytes);
  slot += Encode(XXH3_64bits(slot.data(), slot.size()));
  return slot;
}

// Tells the mark of changes of the manifest.
class ManifestListener : public rocksdb::EventListener {
 public:
  explicit ManifestListener(std::shared_ptr<AcknowledgedMark> mark) : mark_(std::move(mark)) {}

  void OnFlushCompleted(rocksdb::DB*, const rocksdb::FlushJobInfo&) override {
    mark_->NoteManifest();
  }
  void OnCompactionCompleted(rocksdb::DB*, const rocksdb::CompactionJobInfo&) override {
    mark_->NoteManifest();
  }
  void OnExternalFileIngested(rocksdb::DB*, const rocksdb::ExternalFileIngestionInfo&) override {
    mark_->NoteManifest();
  }

 private:
  const std::shared_ptr<AcknowledgedMark> mark_;
};

}  // namespace

uint64_t CurrentManifestNumber(const std::string& directory, rocksdb::Env* env) {
  std::string current;
  if (!rocksdb::ReadFileToString(env, directory + "/CURRENT", &current).ok()) return 0;
  if (!current.starts_with(kManifestPrefix)) return 0;
  uint64_t number = 0;
  const char* const begin = current.data() + kManifestPrefix.size();
  const auto read = std::from_chars(begin, current.data() + current.size(), number);
  return read.ec == std::errc() ? number : 0;
}

std::string ManifestPath(const std::string& directory, uint64_t number) {
  std::array<char, 32> digits = {};
  std::snprintf(digits.data(), digits.size(), "%06llu", static_cast<unsigned long long>(number));
  return directory + "/" + std::string(kManifestPrefix) + digits.data();
}

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
  std::unique_ptr<AcknowledgedMark> mark(new AcknowledgedMark(directory, env, std::move(file)));
  mark->Read();
  return mark;
}

AcknowledgedMark::AcknowledgedMark(std::string directory, rocksdb::Env* env,
                                   std::unique_ptr<rocksdb::RandomRWFile> file)
    : directory_(std::move(directory)), env_(env), file_(std::move(file)) {}

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

void AcknowledgedMark::NoteManifest() {
  const uint64_t number = CurrentManifestNumber(directory_, env_);
  const std::string path = ManifestPath(directory_, number);
  uint64_t bytes = 0;
  std::unique_ptr<rocksdb::RandomRWFile> manifest;
  // Its end may have been written by another thread just now: sync what was measured.
  if (number == 0 || !env_->GetFileSize(path, &bytes).ok() ||
      !env_->NewRandomRWFile(path, &manifest, rocksdb::EnvOptions()).ok() ||
      !manifest->Sync().ok()) {
    return;
  }
  const MutexLock lock(mutex_);
  if (number < content_.manifest_number ||
      (number == content_.manifest_number && bytes <= content_.manifest_bytes)) {
    return;
  }
  content_.manifest_number = number;
  content_.manifest_bytes = bytes;
  Write();
}

std::shared_ptr<rocksdb::EventListener> AcknowledgedMark::ListenerOf(
    const std::shared_ptr<AcknowledgedMark>& mark) {
  return std::make_shared<ManifestListener>(mark);
}

}  // namespace budgetwatch
