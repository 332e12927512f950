#include "support/faulty_file_system.h"

#include <algorithm>
#include <fstream>
#include <utility>

#include "base/check.h"

namespace budgetwatch {
namespace {

using rocksdb::FileOptions;
using rocksdb::FSReadRequest;
using rocksdb::IODebugContext;
using rocksdb::IOOptions;
using rocksdb::IOStatus;
using rocksdb::Slice;

std::string DirectoryOf(const std::string& path) {
  return std::filesystem::path(path).lexically_normal().parent_path().string();
}

std::string ReadPart(const std::string& path, uint64_t begin, uint64_t size) {
  std::string part(size, '\0');
  std::ifstream file(path, std::ios::binary);
  file.seekg(static_cast<std::streamoff>(begin));
  file.read(part.data(), static_cast<std::streamsize>(size));
  BW_CHECK(file.good());
  return part;
}

}  // namespace

FileKind FileKindOf(const std::string& path) {
  const std::string name = std::filesystem::path(path).filename().string();
  if (name.ends_with(".log")) return FileKind::kLog;
  if (name.find(".sst") != std::string::npos) return FileKind::kTable;
  if (name.starts_with("MANIFEST")) return FileKind::kManifest;
  if (name == "CURRENT" || name.ends_with(".dbtmp")) return FileKind::kCurrent;
  return FileKind::kOther;
}

const char* FileKindName(FileKind kind) {
  switch (kind) {
    case FileKind::kLog: return "log";
    case FileKind::kTable: return "table";
    case FileKind::kManifest: return "manifest";
    case FileKind::kCurrent: return "current";
    case FileKind::kOther: return "other";
  }
  return "";
}

const char* FileOperationName(FileOperation operation) {
  switch (operation) {
    case FileOperation::kCreate: return "create";
    case FileOperation::kWrite: return "write";
    case FileOperation::kSync: return "sync";
    case FileOperation::kRename: return "rename";
    case FileOperation::kDelete: return "delete";
    case FileOperation::kSyncDirectory: return "sync directory";
    case FileOperation::kRead: return "read";
    case FileOperation::kOpen: return "open";
  }
  return "";
}

class FaultyFileSystem::ReadFile : public rocksdb::FSSequentialFileOwnerWrapper {
 public:
  ReadFile(const FaultyFileSystem& disk, std::string path,
           std::unique_ptr<rocksdb::FSSequentialFile> file)
      : FSSequentialFileOwnerWrapper(std::move(file)), disk_(disk), path_(std::move(path)) {}

  IOStatus Read(size_t size, const IOOptions& options, Slice* result, char* scratch,
                IODebugContext* debug) override {
    IOStatus status = disk_.JudgeReading(FileOperation::kRead, path_);
    return status.ok() ? FSSequentialFileWrapper::Read(size, options, result, scratch, debug)
                       : status;
  }

 private:
  const FaultyFileSystem& disk_;
  const std::string path_;
};

class FaultyFileSystem::RandomReadFile : public rocksdb::FSRandomAccessFileOwnerWrapper {
 public:
  RandomReadFile(const FaultyFileSystem& disk, std::string path,
                 std::unique_ptr<rocksdb::FSRandomAccessFile> file)
      : FSRandomAccessFileOwnerWrapper(std::move(file)), disk_(disk), path_(std::move(path)) {}

  IOStatus Read(uint64_t offset, size_t size, const IOOptions& options, Slice* result,
                char* scratch, IODebugContext* debug) const override {
    IOStatus status = disk_.JudgeReading(FileOperation::kRead, path_);
    return status.ok()
               ? FSRandomAccessFileWrapper::Read(offset, size, options, result, scratch, debug)
               : status;
  }
  IOStatus MultiRead(FSReadRequest* requests, size_t count, const IOOptions& options,
                     IODebugContext* debug) override {
    IOStatus status = disk_.JudgeReading(FileOperation::kRead, path_);
    return status.ok() ? FSRandomAccessFileWrapper::MultiRead(requests, count, options, debug)
                       : status;
  }

 private:
  const FaultyFileSystem& disk_;
  const std::string path_;
};

class FaultyFileSystem::WrittenFile : public rocksdb::FSWritableFileOwnerWrapper {
 public:
  WrittenFile(FaultyFileSystem* disk, std::string path, InodePtr inode,
              std::unique_ptr<rocksdb::FSWritableFile> file)
      : FSWritableFileOwnerWrapper(std::move(file)),
        disk_(*disk),
        path_(std::move(path)),
        inode_(std::move(inode)),
        end_(inode_->size) {}

  IOStatus Append(const Slice& data, const IOOptions& options, IODebugContext* debug) override {
    const auto write = [&](const Slice& part) { return target()->Append(part, options, debug); };
    return disk_.Write(path_, inode_, end_, data, write, &end_);
  }
  IOStatus Append(const Slice& data, const IOOptions& options, const rocksdb::DataVerificationInfo&,
                  IODebugContext* debug) override {
    return Append(data, options, debug);
  }
  IOStatus PositionedAppend(const Slice& data, uint64_t offset, const IOOptions& options,
                            IODebugContext* debug) override {
    const auto write = [&](const Slice& part) {
      return target()->PositionedAppend(part, offset, options, debug);
    };
    uint64_t end = offset;
    return disk_.Write(path_, inode_, offset, data, write, &end);
  }
  IOStatus Truncate(uint64_t size, const IOOptions& options, IODebugContext* debug) override {
    const std::lock_guard<std::mutex> lock(disk_.mutex_);
    if (!disk_.has_power_) return PowerIsOff();
    if (disk_.free_bytes_) *disk_.free_bytes_ += static_cast<int64_t>(inode_->size - size);
    inode_->size = size;
    inode_->safe_size = std::min(inode_->safe_size, size);
    return FSWritableFileWrapper::Truncate(size, options, debug);
  }
  IOStatus Sync(const IOOptions&, IODebugContext*) override { return disk_.Sync(path_, inode_); }
  IOStatus Fsync(const IOOptions&, IODebugContext*) override { return disk_.Sync(path_, inode_); }
  // A hint to the disk that promises nothing.
  IOStatus RangeSync(uint64_t, uint64_t, const IOOptions&, IODebugContext*) override {
    return IOStatus::OK();
  }
  void PrepareWrite(size_t, size_t, const IOOptions&, IODebugContext*) override {}
  IOStatus Allocate(uint64_t, uint64_t, const IOOptions&, IODebugContext*) override {
    return IOStatus::OK();
  }

 private:
  FaultyFileSystem& disk_;
  const std::string path_;  // by which it was opened
  const InodePtr inode_;
  uint64_t end_;  // where the next append goes
};

class FaultyFileSystem::OverwrittenFile : public rocksdb::FSRandomRWFileOwnerWrapper {
 public:
  OverwrittenFile(FaultyFileSystem* disk, std::string path, InodePtr inode,
                  std::unique_ptr<rocksdb::FSRandomRWFile> file)
      : FSRandomRWFileOwnerWrapper(std::move(file)),
        disk_(*disk),
        path_(std::move(path)),
        inode_(std::move(inode)) {}

  IOStatus Write(uint64_t offset, const Slice& data, const IOOptions& options,
                 IODebugContext* debug) override {
    const auto write = [&](const Slice& part) {
      return FSRandomRWFileWrapper::Write(offset, part, options, debug);
    };
    uint64_t end = offset;
    return disk_.Write(path_, inode_, offset, data, write, &end);
  }
  IOStatus Sync(const IOOptions&, IODebugContext*) override { return disk_.Sync(path_, inode_); }
  IOStatus Fsync(const IOOptions&, IODebugContext*) override { return disk_.Sync(path_, inode_); }

 private:
  FaultyFileSystem& disk_;
  const std::string path_;
  const InodePtr inode_;
};

class FaultyFileSystem::Directory : public rocksdb::FSDirectoryWrapper {
 public:
  Directory(FaultyFileSystem* disk, std::string path, std::unique_ptr<rocksdb::FSDirectory> target)
      : FSDirectoryWrapper(std::move(target)), disk_(*disk), path_(std::move(path)) {}

  IOStatus Fsync(const IOOptions&, IODebugContext*) override { return disk_.SyncDirectory(path_); }
  IOStatus FsyncWithDirOptions(const IOOptions&, IODebugContext*,
                               const rocksdb::DirFsyncOptions&) override {
    return disk_.SyncDirectory(path_);
  }

 private:
  FaultyFileSystem& disk_;
  const std::string path_;
};

std::filesystem::path FaultyFileSystem::MoveToAttic(const std::string& path) {
  ReturnRoom(path);
  std::filesystem::path kept = attic_ / std::to_string(attic_count_++);
  std::filesystem::rename(path, kept);
  return kept;
}

// Makes way for a new file and records it, when it is to happen.
IOStatus FaultyFileSystem::Create(const std::string& path, Verdict* verdict) {
  *verdict = Judge(FileOperation::kCreate, path);
  if (!verdict->happens) return verdict->status;
  DirectoryChange change{FileOperation::kCreate, path, "", {}, nullptr};
  if (std::filesystem::exists(path)) {
    change.replaced_inode = InodeOf(path);
    change.replaced = MoveToAttic(path);
  }
  inodes_[path] = std::make_shared<Inode>();
  pending_.push_back(std::move(change));
  for (Fault& fault : faults_) {
    if (!fault.kind || *fault.kind == FileKindOf(path)) fault.after_create = false;
  }
  return IOStatus::OK();
}

IOStatus FaultyFileSystem::NewWritableFile(const std::string& path, const FileOptions& options,
                                           std::unique_ptr<rocksdb::FSWritableFile>* result,
                                           IODebugContext* debug) {
  const std::lock_guard<std::mutex> lock(mutex_);
  Verdict verdict;
  if (IOStatus status = Create(path, &verdict); !status.ok()) return status;
  std::unique_ptr<rocksdb::FSWritableFile> file;
  IOStatus status = target()->NewWritableFile(path, options, &file, debug);
  if (!status.ok()) return status;
  if (!verdict.status.ok()) return verdict.status;
  *result = std::make_unique<WrittenFile>(this, path, inodes_[path], std::move(file));
  return status;
}

IOStatus FaultyFileSystem::ReopenWritableFile(const std::string& path, const FileOptions& options,
                                              std::unique_ptr<rocksdb::FSWritableFile>* result,
                                              IODebugContext* debug) {
  if (!std::filesystem::exists(path)) return NewWritableFile(path, options, result, debug);
  const std::lock_guard<std::mutex> lock(mutex_);
  if (!has_power_) return PowerIsOff();
  std::unique_ptr<rocksdb::FSWritableFile> file;
  IOStatus status = target()->ReopenWritableFile(path, options, &file, debug);
  if (!status.ok()) return status;
  *result = std::make_unique<WrittenFile>(this, path, InodeOf(path), std::move(file));
  return status;
}

IOStatus FaultyFileSystem::ReuseWritableFile(const std::string&, const std::string&,
                                             const FileOptions&,
                                             std::unique_ptr<rocksdb::FSWritableFile>*,
                                             IODebugContext*) {
  return IOStatus::NotSupported("recycled logs");
}

IOStatus FaultyFileSystem::NewRandomRWFile(const std::string& path, const FileOptions& options,
                                           std::unique_ptr<rocksdb::FSRandomRWFile>* result,
                                           IODebugContext* debug) {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (!has_power_) return PowerIsOff();
  if (!std::filesystem::exists(path)) return IOStatus::PathNotFound(path);
  std::unique_ptr<rocksdb::FSRandomRWFile> file;
  IOStatus status = target()->NewRandomRWFile(path, options, &file, debug);
  if (!status.ok()) return status;
  *result = std::make_unique<OverwrittenFile>(this, path, InodeOf(path), std::move(file));
  return status;
}

IOStatus FaultyFileSystem::Write(const std::string& path, const InodePtr& inode, uint64_t begin,
                                 const Slice& data, const WriteBytes& write, uint64_t* end) {
  const std::lock_guard<std::mutex> lock(mutex_);
  Verdict verdict = Judge(FileOperation::kWrite, path);
  uint64_t size = data.size();
  if (!verdict.happens) {
    if (!has_power_) return verdict.status;
    // A write that fails may have written a part.
    size = static_cast<uint64_t>(random_.Below(static_cast<int64_t>(size) + 1));
  }
  // Only what makes the file larger takes room.
  const uint64_t inside = std::min(size, inode->size - std::min(inode->size, begin));
  const uint64_t fits = inside + TakeRoom(size - inside);
  const uint64_t safe = std::min(fits, inode->safe_size - std::min(inode->safe_size, begin));
  if (safe > 0) inode->overwritten.push_back({begin, ReadPart(path, begin, safe)});
  IOStatus written = write(Slice(data.data(), fits));
  if (written.ok()) {
    *end += fits;
    inode->size = std::max(inode->size, begin + fits);
  }
  if (!verdict.status.ok()) return verdict.status;
  if (fits == data.size() || !written.ok()) return written;
  ++failed_count_;
  return NoSpace("no room left for this write", path);
}

IOStatus FaultyFileSystem::Sync(const std::string& path, const InodePtr& inode) {
  const std::lock_guard<std::mutex> lock(mutex_);
  Verdict verdict = Judge(FileOperation::kSync, path);
  if (verdict.happens && !inode->sync_failed && lying_kind_ != FileKindOf(path)) {
    inode->safe_size = inode->size;
    inode->overwritten.clear();
  }
  // As in Linux: what one sync could not write, the next one takes for written.
  if (!verdict.status.ok() && has_power_) inode->sync_failed = true;
  return verdict.status;
}

IOStatus FaultyFileSystem::SyncDirectory(const std::string& path) {
  const std::lock_guard<std::mutex> lock(mutex_);
  Verdict verdict = Judge(FileOperation::kSyncDirectory, path);
  if (!verdict.happens) return verdict.status;
  const std::string directory = DirectoryOf((std::filesystem::path(path) / "file").string());
  std::erase_if(pending_, [&directory](const DirectoryChange& change) {
    if (DirectoryOf(change.path) != directory) return false;
    if (!change.replaced.empty()) std::filesystem::remove(change.replaced);
    return true;
  });
  return verdict.status;
}

IOStatus FaultyFileSystem::DeleteFile(const std::string& path, const IOOptions&, IODebugContext*) {
  const std::lock_guard<std::mutex> lock(mutex_);
  Verdict verdict = Judge(FileOperation::kDelete, path);
  if (!verdict.happens) return verdict.status;
  if (!std::filesystem::exists(path)) return IOStatus::PathNotFound(path);
  const InodePtr inode = InodeOf(path);
  inodes_.erase(path);
  pending_.push_back({FileOperation::kDelete, path, "", MoveToAttic(path), inode});
  return verdict.status;
}

IOStatus FaultyFileSystem::Truncate(const std::string& path, size_t size, const IOOptions&,
                                    IODebugContext*) {
  const std::lock_guard<std::mutex> lock(mutex_);
  Verdict verdict = Judge(FileOperation::kWrite, path);
  if (!verdict.happens) return verdict.status;
  const InodePtr inode = InodeOf(path);
  inode->size = size;
  inode->safe_size = std::min<uint64_t>(inode->safe_size, size);
  std::filesystem::resize_file(path, size);
  return verdict.status;
}

IOStatus FaultyFileSystem::RenameFile(const std::string& from, const std::string& to,
                                      const IOOptions& options, IODebugContext* debug) {
  const std::lock_guard<std::mutex> lock(mutex_);
  Verdict verdict = Judge(FileOperation::kRename, to);
  if (!verdict.happens) return verdict.status;
  if (!std::filesystem::exists(from)) return IOStatus::PathNotFound(from);
  DirectoryChange change{FileOperation::kRename, from, to, {}, nullptr};
  if (std::filesystem::exists(to)) {
    change.replaced_inode = InodeOf(to);
    change.replaced = MoveToAttic(to);
  }
  IOStatus status = target()->RenameFile(from, to, options, debug);
  if (!status.ok()) return status;
  inodes_.erase(to);
  if (auto known = inodes_.extract(from); !known.empty()) {
    known.key() = to;
    inodes_.insert(std::move(known));
  }
  pending_.push_back(std::move(change));
  return verdict.status;
}

IOStatus FaultyFileSystem::LinkFile(const std::string& from, const std::string& to,
                                    const IOOptions& options, IODebugContext* debug) {
  const std::lock_guard<std::mutex> lock(mutex_);
  Verdict verdict = Judge(FileOperation::kCreate, to);
  if (!verdict.happens) return verdict.status;
  IOStatus status = target()->LinkFile(from, to, options, debug);
  if (!status.ok()) return status;
  inodes_[to] = InodeOf(from);
  pending_.push_back({FileOperation::kCreate, to, "", {}, nullptr});
  return verdict.status;
}

IOStatus FaultyFileSystem::NewDirectory(const std::string& path, const IOOptions& options,
                                        std::unique_ptr<rocksdb::FSDirectory>* result,
                                        IODebugContext* debug) {
  std::unique_ptr<rocksdb::FSDirectory> directory;
  IOStatus status = target()->NewDirectory(path, options, &directory, debug);
  if (!status.ok()) return status;
  *result = std::make_unique<Directory>(this, path, std::move(directory));
  return status;
}

IOStatus FaultyFileSystem::NewSequentialFile(const std::string& path, const FileOptions& options,
                                             std::unique_ptr<rocksdb::FSSequentialFile>* result,
                                             IODebugContext* debug) {
  IOStatus status = JudgeReading(FileOperation::kOpen, path);
  std::unique_ptr<rocksdb::FSSequentialFile> file;
  if (status.ok()) status = target()->NewSequentialFile(path, options, &file, debug);
  if (status.ok()) *result = std::make_unique<ReadFile>(*this, path, std::move(file));
  return status;
}

IOStatus FaultyFileSystem::NewRandomAccessFile(const std::string& path, const FileOptions& options,
                                               std::unique_ptr<rocksdb::FSRandomAccessFile>* result,
                                               IODebugContext* debug) {
  IOStatus status = JudgeReading(FileOperation::kOpen, path);
  std::unique_ptr<rocksdb::FSRandomAccessFile> file;
  if (status.ok()) status = target()->NewRandomAccessFile(path, options, &file, debug);
  if (status.ok()) *result = std::make_unique<RandomReadFile>(*this, path, std::move(file));
  return status;
}

IOStatus FaultyFileSystem::GetFreeSpace(const std::string& path, const IOOptions& options,
                                        uint64_t* free_space, IODebugContext* debug) {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (free_bytes_) {
      *free_space = static_cast<uint64_t>(*free_bytes_);
      return IOStatus::OK();
    }
  }
  return FileSystemWrapper::GetFreeSpace(path, options, free_space, debug);
}

}  // namespace budgetwatch
