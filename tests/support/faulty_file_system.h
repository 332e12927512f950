#pragma once

#include <rocksdb/env.h>
#include <rocksdb/file_system.h>

#include <array>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "support/seeded_random.h"

namespace budgetwatch {

// What a file is to RocksDB, told by its name.
enum class FileKind { kLog, kTable, kManifest, kCurrent, kOther };
inline constexpr int kFileKindCount = 5;
FileKind FileKindOf(const std::string& path);
const char* FileKindName(FileKind kind);

// Those before kRead change what is on the disk.
enum class FileOperation { kCreate, kWrite, kSync, kRename, kDelete, kSyncDirectory, kRead, kOpen };
inline constexpr int kFileOperationCount = 8;
const char* FileOperationName(FileOperation operation);

// Calls that fail although the power is on.
struct Fault {
  FileOperation operation = FileOperation::kWrite;
  std::optional<FileKind> kind;  // absent: any
  int64_t skip = 0;              // calls that still succeed before
  int64_t count = INT64_MAX;     // calls that fail then
  bool no_space = false;         // else an I/O error
  bool after_create = false;     // not before the next file of its kind is created
};

// Real files of the default file system behind a disk that can lose its power, run
// full and fail. Everything is done at once, and a read sees it; beside that it is
// recorded what would be lost.
//
// 1. Data is safe from its file's sync on. What a power loss leaves of later data is
//    drawn: nothing, a part, a part that ends in other bytes, or some pages of it; of
//    what replaced safe data, some pages or a part of one.
// 2. Creating, renaming, linking and deleting is safe from a sync of the directory
//    on, whatever was synced of the file. A power loss undoes some of the last ones:
//    they stay in order, as in a file system with a journal of its own.
// 3. What was there before this object was made is safe.
//
// The draws follow from the seed; the order of operations is that of the threads.
// Thread-safe. Outlives the databases on it.
class FaultyFileSystem : public rocksdb::FileSystemWrapper {
 public:
  // `attic` is a directory of the same file system, for what is deleted but may come
  // back; it is created.
  FaultyFileSystem(uint64_t seed, std::filesystem::path attic);
  ~FaultyFileSystem() override;

  // What a full disk says of a file.
  static rocksdb::IOStatus NoSpace(const std::string& text, const std::string& path);

  static const char* kClassName() { return "FaultyFileSystem"; }
  const char* Name() const override { return kClassName(); }

  // Cuts the power: from now on every change fails. Reads go on: what the program makes
  // of them, it cannot keep.
  void CutPower();
  // Cuts it at the change with this number from now; 1 is the next one. Whether that
  // one still happens is drawn.
  void CutPowerAtChange(int64_t number);
  // The same, of the changes of one kind.
  void CutPowerAtCall(FileOperation operation, FileKind kind, int64_t number);
  bool has_power() const;
  // Loses what was not safe and switches the power on. REQUIRES: the power is off and
  // every file is closed.
  void RestorePower();

  // The disk tells that it has synced data of this kind, but has not.
  void SetLyingSync(std::optional<FileKind> kind);

  void Inject(const Fault& fault);
  void ClearFaults();
  // Room for data; absent: as much as the real disk has.
  void SetFreeBytes(std::optional<int64_t> bytes);
  std::optional<int64_t> free_bytes() const;

  int64_t CallCount(FileOperation operation, FileKind kind) const;
  int64_t change_count() const;
  // Calls that failed by faults or for lack of room.
  int64_t failed_count() const;
  // Files of a kind that power losses left with a part of what was not safe.
  int64_t torn_count(FileKind kind) const;

  rocksdb::IOStatus NewSequentialFile(const std::string& path, const rocksdb::FileOptions& options,
                                      std::unique_ptr<rocksdb::FSSequentialFile>* result,
                                      rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus NewRandomAccessFile(const std::string& path,
                                        const rocksdb::FileOptions& options,
                                        std::unique_ptr<rocksdb::FSRandomAccessFile>* result,
                                        rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus NewWritableFile(const std::string& path, const rocksdb::FileOptions& options,
                                    std::unique_ptr<rocksdb::FSWritableFile>* result,
                                    rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus ReopenWritableFile(const std::string& path, const rocksdb::FileOptions& options,
                                       std::unique_ptr<rocksdb::FSWritableFile>* result,
                                       rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus ReuseWritableFile(const std::string& path, const std::string& old_path,
                                      const rocksdb::FileOptions& options,
                                      std::unique_ptr<rocksdb::FSWritableFile>* result,
                                      rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus NewRandomRWFile(const std::string& path, const rocksdb::FileOptions& options,
                                    std::unique_ptr<rocksdb::FSRandomRWFile>* result,
                                    rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus NewDirectory(const std::string& path, const rocksdb::IOOptions& options,
                                 std::unique_ptr<rocksdb::FSDirectory>* result,
                                 rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus DeleteFile(const std::string& path, const rocksdb::IOOptions& options,
                               rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus Truncate(const std::string& path, size_t size,
                             const rocksdb::IOOptions& options,
                             rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus RenameFile(const std::string& from, const std::string& to,
                               const rocksdb::IOOptions& options,
                               rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus LinkFile(const std::string& from, const std::string& to,
                             const rocksdb::IOOptions& options,
                             rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus GetFreeSpace(const std::string& path, const rocksdb::IOOptions& options,
                                 uint64_t* free_space, rocksdb::IODebugContext* debug) override;

 private:
  class ReadFile;
  class RandomReadFile;
  class WrittenFile;
  class OverwrittenFile;
  class Directory;

  // What a write that is not safe yet replaced.
  struct Overwritten {
    uint64_t begin = 0;
    std::string bytes;
  };

  // What is safe of one file, under all of its names.
  struct Inode {
    uint64_t size = 0;
    uint64_t safe_size = 0;
    std::vector<Overwritten> overwritten;  // of the safe bytes, in order
    bool sync_failed = false;              // nothing more will be safe
  };
  using InodePtr = std::shared_ptr<Inode>;

  // A change of a directory that a power loss may undo.
  struct DirectoryChange {
    FileOperation operation = FileOperation::kCreate;
    std::string path;                // made, deleted, or the old name
    std::string new_path;            // of a rename
    std::filesystem::path replaced;  // what was there before, in the attic, or empty
    InodePtr replaced_inode;
  };

  // Whether an operation happens, and what its caller is told.
  struct Verdict {
    bool happens = true;
    rocksdb::IOStatus status = rocksdb::IOStatus::OK();
  };

  static rocksdb::IOStatus PowerIsOff();
  // Counts the call and draws what becomes of it. Under mutex_.
  Verdict Judge(FileOperation operation, const std::string& path);
  // The same for a call that changes nothing; takes the lock.
  rocksdb::IOStatus JudgeReading(FileOperation operation, const std::string& path) const;
  // Takes room; the number of bytes that fit. Under mutex_.
  uint64_t TakeRoom(uint64_t size);
  void ReturnRoom(const std::string& path);
  InodePtr InodeOf(const std::string& path);
  std::filesystem::path MoveToAttic(const std::string& path);
  rocksdb::IOStatus Create(const std::string& path, Verdict* verdict);
  // Writes data, or a part of them, by `write`; adds what it wrote to `*end`.
  using WriteBytes = std::function<rocksdb::IOStatus(const rocksdb::Slice&)>;
  rocksdb::IOStatus Write(const std::string& path, const InodePtr& inode, uint64_t begin,
                          const rocksdb::Slice& data, const WriteBytes& write, uint64_t* end);
  rocksdb::IOStatus Sync(const std::string& path, const InodePtr& inode);
  rocksdb::IOStatus SyncDirectory(const std::string& path);
  void Undo(const DirectoryChange& change);
  void LoseData(const std::string& path, Inode* inode);
  void TearTail(const std::string& path, const Inode& inode);
  bool LoseOverwritten(const std::string& path, const Overwritten& overwritten);

  // A cut that is due at a change; count 0: none.
  struct DueCut {
    int64_t count = 0;
    std::optional<std::pair<FileOperation, FileKind>> call;  // absent: any change
  };

  const std::filesystem::path attic_;
  mutable std::mutex mutex_;
  SeededRandom random_;
  bool has_power_ = true;
  DueCut due_cut_;
  std::optional<FileKind> lying_kind_;
  mutable std::vector<Fault> faults_;
  std::optional<int64_t> free_bytes_;
  std::map<std::string, InodePtr> inodes_;
  std::vector<DirectoryChange> pending_;  // in order
  mutable std::array<std::array<int64_t, kFileKindCount>, kFileOperationCount> calls_{};
  int64_t change_count_ = 0;
  mutable int64_t failed_count_ = 0;
  std::array<int64_t, kFileKindCount> torn_counts_{};
  int64_t attic_count_ = 0;
};

}  // namespace budgetwatch
