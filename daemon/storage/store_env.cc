#include "storage/store_env.h"

#include <rocksdb/env.h>
#include <rocksdb/file_system.h>

#include <atomic>
#include <map>
#include <utility>

#include "base/mutex.h"
#include "storage/manifest.h"
#include "storage/sorted_runs.h"

namespace budgetwatch {
namespace {

using rocksdb::FileOptions;
using rocksdb::IODebugContext;
using rocksdb::IOOptions;
using rocksdb::IOStatus;
using rocksdb::Slice;

}  // namespace

class StoreFileSystem : public rocksdb::FileSystemWrapper {
 public:
  StoreFileSystem(rocksdb::Env* base, std::string directory, StoreEnv::ManifestSynced synced)
      : FileSystemWrapper(base->GetFileSystem()),
        base_(base),
        directory_(std::move(directory)),
        synced_(std::move(synced)) {}

  const char* Name() const override { return "StoreFileSystem"; }

  void Detach() { detached_ = true; }
  bool detached() const { return detached_; }

  // Says of an error for lack of room that it may be tried again.
  IOStatus Retryable(IOStatus status) const {
    if (!status.IsNoSpace()) return status;
    IOStatus retryable = IOStatus::IOError("the disk is full", status.ToString());
    retryable.SetRetryable(true);
    return retryable;
  }

  // Whether data of that size leaves room for changes of the manifest.
  IOStatus CheckRoom(size_t size) const {
    constexpr uint64_t kManifestRoom = 16u << 10;
    uint64_t free = 0;
    const IOStatus told = target()->GetFreeSpace(directory_, IOOptions(), &free, nullptr);
    if (!told.ok() || free >= size + kManifestRoom) return IOStatus::OK();
    return Retryable(IOStatus::NoSpace("the last room is left to the manifest"));
  }

  void ManifestIsSynced(uint64_t number, uint64_t bytes) {
    const MutexLock lock(mutex_);
    manifest_bytes_[number] = bytes;
    if (number == current_number_) synced_(number, bytes);
  }

  // CURRENT may name another manifest now, durably.
  void DirectoryIsSynced() {
    const uint64_t number = CurrentManifestNumber(directory_, base_);
    const MutexLock lock(mutex_);
    const auto manifest = manifest_bytes_.find(number);
    if (manifest == manifest_bytes_.end() || number == current_number_) return;
    current_number_ = number;
    manifest_bytes_.erase(manifest_bytes_.begin(), manifest);
    synced_(number, manifest->second);
  }

  IOStatus NewWritableFile(const std::string& path, const FileOptions& options,
                           std::unique_ptr<rocksdb::FSWritableFile>* result,
                           IODebugContext* debug) override;
  IOStatus ReopenWritableFile(const std::string& path, const FileOptions& options,
                              std::unique_ptr<rocksdb::FSWritableFile>* result,
                              IODebugContext* debug) override;
  // The wrapped one would open its file by itself.
  IOStatus NewLogger(const std::string& path, const IOOptions& options,
                     std::shared_ptr<rocksdb::Logger>* result, IODebugContext* debug) override {
    return FileSystem::NewLogger(path, options, result, debug);
  }
  IOStatus NewDirectory(const std::string& path, const IOOptions& options,
                        std::unique_ptr<rocksdb::FSDirectory>* result,
                        IODebugContext* debug) override;
  IOStatus RenameFile(const std::string& from, const std::string& to, const IOOptions& options,
                      IODebugContext* debug) override {
    if (detached_) return IOStatus::OK();
    return Retryable(FileSystemWrapper::RenameFile(from, to, options, debug));
  }
  IOStatus LinkFile(const std::string& from, const std::string& to, const IOOptions& options,
                    IODebugContext* debug) override {
    if (detached_) return IOStatus::OK();
    return Retryable(FileSystemWrapper::LinkFile(from, to, options, debug));
  }
  IOStatus DeleteFile(const std::string& path, const IOOptions& options,
                      IODebugContext* debug) override {
    if (detached_) return IOStatus::OK();
    return FileSystemWrapper::DeleteFile(path, options, debug);
  }

 private:
  rocksdb::Env* const base_;
  const std::string directory_;
  const StoreEnv::ManifestSynced synced_;
  std::atomic<bool> detached_ = false;
  Mutex mutex_;
  uint64_t current_number_ BW_GUARDED_BY(mutex_) = 0;
  std::map<uint64_t, uint64_t> manifest_bytes_ BW_GUARDED_BY(mutex_);  // by number
};

namespace {

class WritableFile : public rocksdb::FSWritableFileOwnerWrapper {
 public:
  WritableFile(StoreFileSystem* file_system, std::unique_ptr<rocksdb::FSWritableFile> file)
      : FSWritableFileOwnerWrapper(std::move(file)), file_system_(*file_system) {}

  IOStatus Append(const Slice& data, const IOOptions& options, IODebugContext* debug) override {
    return detached() ? IOStatus::OK() : Told(FSWritableFileWrapper::Append(data, options, debug));
  }
  IOStatus Append(const Slice& data, const IOOptions& options,
                  const rocksdb::DataVerificationInfo& verification,
                  IODebugContext* debug) override {
    return detached() ? IOStatus::OK()
                      : Told(FSWritableFileWrapper::Append(data, options, verification, debug));
  }
  IOStatus Truncate(uint64_t size, const IOOptions& options, IODebugContext* debug) override {
    return detached() ? IOStatus::OK()
                      : Told(FSWritableFileWrapper::Truncate(size, options, debug));
  }
  IOStatus Close(const IOOptions& options, IODebugContext* debug) override {
    return Told(FSWritableFileWrapper::Close(options, debug));
  }
  IOStatus Flush(const IOOptions& options, IODebugContext* debug) override {
    return detached() ? IOStatus::OK() : Told(FSWritableFileWrapper::Flush(options, debug));
  }
  IOStatus Sync(const IOOptions& options, IODebugContext* debug) override {
    return detached() ? IOStatus::OK() : Told(FSWritableFileWrapper::Sync(options, debug));
  }
  IOStatus Fsync(const IOOptions& options, IODebugContext* debug) override {
    return detached() ? IOStatus::OK() : Told(FSWritableFileWrapper::Fsync(options, debug));
  }

 protected:
  bool detached() const { return file_system_.detached(); }
  IOStatus Told(const IOStatus& status) const { return file_system_.Retryable(status); }

  StoreFileSystem& file_system_;
};

// The file that RocksDB writes its messages to. It ends the process when it writes on
// after an error, which it does not look at (RocksDB 7.8: EnvLogger).
class MessageFile : public WritableFile {
 public:
  using WritableFile::WritableFile;

  IOStatus Append(const Slice& data, const IOOptions& options, IODebugContext* debug) override {
    return Unheeded(WritableFile::Append(data, options, debug));
  }
  IOStatus Append(const Slice& data, const IOOptions& options,
                  const rocksdb::DataVerificationInfo& verification,
                  IODebugContext* debug) override {
    return Unheeded(WritableFile::Append(data, options, verification, debug));
  }
  IOStatus Flush(const IOOptions& options, IODebugContext* debug) override {
    return Unheeded(WritableFile::Flush(options, debug));
  }
  IOStatus Sync(const IOOptions& options, IODebugContext* debug) override {
    return Unheeded(WritableFile::Sync(options, debug));
  }
  IOStatus Fsync(const IOOptions& options, IODebugContext* debug) override {
    return Unheeded(WritableFile::Fsync(options, debug));
  }

 private:
  static IOStatus Unheeded(const IOStatus& status) {
    status.PermitUncheckedError();
    return IOStatus::OK();
  }
};

// A file that is nowhere.
class DetachedFile : public rocksdb::FSWritableFile {
 public:
  IOStatus Append(const Slice&, const IOOptions&, IODebugContext*) override {
    return IOStatus::OK();
  }
  IOStatus Append(const Slice&, const IOOptions&, const rocksdb::DataVerificationInfo&,
                  IODebugContext*) override {
    return IOStatus::OK();
  }
  IOStatus Close(const IOOptions&, IODebugContext*) override { return IOStatus::OK(); }
  IOStatus Flush(const IOOptions&, IODebugContext*) override { return IOStatus::OK(); }
  IOStatus Sync(const IOOptions&, IODebugContext*) override { return IOStatus::OK(); }
};

// Data, which leave the last room to the manifest. Going on after an error, RocksDB waits for
// ever when a table fits and the change of the manifest that names it does not (7.8:
// WaitForFlushMemTables), while it tries again when the table or the log fails.
class DataFile : public WritableFile {
 public:
  using WritableFile::WritableFile;

  IOStatus Append(const Slice& data, const IOOptions& options, IODebugContext* debug) override {
    const IOStatus room = CheckRoom(data);
    return room.ok() ? WritableFile::Append(data, options, debug) : room;
  }
  IOStatus Append(const Slice& data, const IOOptions& options,
                  const rocksdb::DataVerificationInfo& verification,
                  IODebugContext* debug) override {
    const IOStatus room = CheckRoom(data);
    return room.ok() ? WritableFile::Append(data, options, verification, debug) : room;
  }

 private:
  IOStatus CheckRoom(const Slice& data) const {
    return detached() ? IOStatus::OK() : file_system_.CheckRoom(data.size());
  }
};

// A log. Small appends go where zeros were written before: a sync then writes the data alone,
// and not the file's size, which takes a quarter to a third less time.
class LogFile : public DataFile {
 public:
  using DataFile::DataFile;

  IOStatus Append(const Slice& data, const IOOptions& options, IODebugContext* debug) override {
    IOStatus status = ZeroAhead(data.size(), options, debug);
    return status.ok() ? Counted(data.size(), DataFile::Append(data, options, debug)) : status;
  }
  IOStatus Append(const Slice& data, const IOOptions& options,
                  const rocksdb::DataVerificationInfo& verification,
                  IODebugContext* debug) override {
    IOStatus status = ZeroAhead(data.size(), options, debug);
    return status.ok() ? Counted(data.size(), DataFile::Append(data, options, verification, debug))
                       : status;
  }
  uint64_t GetFileSize(const IOOptions&, IODebugContext*) override { return size_; }
  IOStatus Close(const IOOptions& options, IODebugContext* debug) override {
    if (zeroed_end_ > size_) Truncate(size_, options, debug).PermitUncheckedError();
    return DataFile::Close(options, debug);
  }

 private:
  // Zeros are written twice, which is dear for what is large or lies between large ones.
  static constexpr uint64_t kSmallBytes = 32u << 10;
  static constexpr int kSmallAppends = 8;
  static constexpr uint64_t kZeroBytes = 256u << 10;

  IOStatus ZeroAhead(uint64_t bytes, const IOOptions& options, IODebugContext* debug) {
    small_appends_ = bytes <= kSmallBytes ? small_appends_ + 1 : 0;
    const uint64_t end = size_ + bytes;
    if (detached() || end <= zeroed_end_ || small_appends_ < kSmallAppends) return IOStatus::OK();
    static const std::string zeros(kZeroBytes, '\0');
    if (!file_system_.CheckRoom(bytes + kZeroBytes).ok()) return IOStatus::OK();
    const IOStatus status =
        Told(FSWritableFileWrapper::PositionedAppend(zeros, size_, options, debug));
    if (status.ok()) zeroed_end_ = size_ + kZeroBytes;
    return status;
  }

  IOStatus Counted(uint64_t bytes, IOStatus status) {
    if (status.ok()) size_ += bytes;
    return status;
  }

  uint64_t size_ = 0;        // as RocksDB knows it
  uint64_t zeroed_end_ = 0;  // zeros are on the disk up to here
  int small_appends_ = 0;    // since the last large one
};

bool HoldsData(const std::string& path) {
  return path.ends_with(".sst") || path.ends_with(kUnfinishedRunSuffix);
}

// Counts its bytes. After an error nothing more of it is taken for durable.
class ManifestFile : public WritableFile {
 public:
  ManifestFile(StoreFileSystem* file_system, uint64_t number,
               std::unique_ptr<rocksdb::FSWritableFile> file)
      : WritableFile(file_system, std::move(file)), number_(number) {}

  IOStatus Append(const Slice& data, const IOOptions& options, IODebugContext* debug) override {
    return Counted(data.size(), WritableFile::Append(data, options, debug));
  }
  IOStatus Append(const Slice& data, const IOOptions& options,
                  const rocksdb::DataVerificationInfo& verification,
                  IODebugContext* debug) override {
    return Counted(data.size(), WritableFile::Append(data, options, verification, debug));
  }
  IOStatus Sync(const IOOptions& options, IODebugContext* debug) override {
    return Synced(WritableFile::Sync(options, debug));
  }
  IOStatus Fsync(const IOOptions& options, IODebugContext* debug) override {
    return Synced(WritableFile::Fsync(options, debug));
  }

 private:
  IOStatus Counted(size_t size, IOStatus status) {
    bytes_ += size;
    if (!status.ok()) failed_ = true;
    return status;
  }
  IOStatus Synced(IOStatus status) {
    if (!status.ok()) failed_ = true;
    if (!failed_ && !detached()) file_system_.ManifestIsSynced(number_, bytes_);
    return status;
  }

  const uint64_t number_;
  uint64_t bytes_ = 0;
  bool failed_ = false;
};

class Directory : public rocksdb::FSDirectoryWrapper {
 public:
  Directory(StoreFileSystem* file_system, std::unique_ptr<rocksdb::FSDirectory> directory)
      : FSDirectoryWrapper(std::move(directory)), file_system_(*file_system) {}

  IOStatus Fsync(const IOOptions& options, IODebugContext* debug) override {
    if (file_system_.detached()) return IOStatus::OK();
    return Synced(FSDirectoryWrapper::Fsync(options, debug));
  }
  IOStatus FsyncWithDirOptions(const IOOptions& options, IODebugContext* debug,
                               const rocksdb::DirFsyncOptions& reason) override {
    if (file_system_.detached()) return IOStatus::OK();
    return Synced(FSDirectoryWrapper::FsyncWithDirOptions(options, debug, reason));
  }

 private:
  IOStatus Synced(const IOStatus& status) {
    if (status.ok() && !file_system_.detached()) file_system_.DirectoryIsSynced();
    return file_system_.Retryable(status);
  }

  StoreFileSystem& file_system_;
};

}  // namespace

IOStatus StoreFileSystem::NewWritableFile(const std::string& path, const FileOptions& options,
                                          std::unique_ptr<rocksdb::FSWritableFile>* result,
                                          IODebugContext* debug) {
  if (detached_) {
    *result = std::make_unique<DetachedFile>();
    return IOStatus::OK();
  }
  std::unique_ptr<rocksdb::FSWritableFile> file;
  IOStatus status = FileSystemWrapper::NewWritableFile(path, options, &file, debug);
  if (!status.ok()) return Retryable(status);
  if (const uint64_t number = ManifestNumber(path); number != 0) {
    *result = std::make_unique<ManifestFile>(this, number, std::move(file));
  } else if (path.ends_with(".log")) {
    *result = std::make_unique<LogFile>(this, std::move(file));
  } else if (HoldsData(path)) {
    *result = std::make_unique<DataFile>(this, std::move(file));
  } else if (path.ends_with("/LOG")) {
    *result = std::make_unique<MessageFile>(this, std::move(file));
  } else {
    *result = std::make_unique<WritableFile>(this, std::move(file));
  }
  return status;
}

IOStatus StoreFileSystem::ReopenWritableFile(const std::string& path, const FileOptions& options,
                                             std::unique_ptr<rocksdb::FSWritableFile>* result,
                                             IODebugContext* debug) {
  std::unique_ptr<rocksdb::FSWritableFile> file;
  IOStatus status = FileSystemWrapper::ReopenWritableFile(path, options, &file, debug);
  if (status.ok()) *result = std::make_unique<WritableFile>(this, std::move(file));
  return Retryable(status);
}

IOStatus StoreFileSystem::NewDirectory(const std::string& path, const IOOptions& options,
                                       std::unique_ptr<rocksdb::FSDirectory>* result,
                                       IODebugContext* debug) {
  std::unique_ptr<rocksdb::FSDirectory> directory;
  IOStatus status = FileSystemWrapper::NewDirectory(path, options, &directory, debug);
  if (status.ok()) *result = std::make_unique<Directory>(this, std::move(directory));
  return status;
}

StoreEnv::StoreEnv(rocksdb::Env* base, const std::string& directory, ManifestSynced synced)
    : file_system_(std::make_shared<StoreFileSystem>(base, directory, std::move(synced))),
      env_(rocksdb::NewCompositeEnv(file_system_)) {}

StoreEnv::~StoreEnv() = default;

void StoreEnv::Detach() { file_system_->Detach(); }

}  // namespace budgetwatch
