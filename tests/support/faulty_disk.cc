#include <algorithm>
#include <fstream>
#include <set>
#include <utility>

#include "base/check.h"
#include "support/faulty_file_system.h"

// What the disk under a FaultyFileSystem does: fails, runs full, loses its power.

namespace budgetwatch {
namespace {

using rocksdb::IOStatus;

constexpr uint64_t kPageBytes = 4096;

// Replaces bytes [begin, end) of a file.
void Overwrite(const std::string& path, uint64_t begin, const std::string& bytes) {
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  file.seekp(static_cast<std::streamoff>(begin));
  file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  BW_CHECK(file.good());
}

// The failure that the first fault in `faults` to fit the call makes of it.
std::optional<IOStatus> FailureOf(std::vector<Fault>* faults, FileOperation operation,
                                  const std::string& path) {
  for (Fault& fault : *faults) {
    if (fault.operation != operation || fault.count == 0 || fault.after_create) continue;
    if (fault.kind && *fault.kind != FileKindOf(path)) continue;
    if (fault.skip > 0) {
      --fault.skip;
      continue;
    }
    --fault.count;
    const std::string text = "injected fault of " + std::string(FileOperationName(operation));
    return fault.no_space ? FaultyFileSystem::NoSpace(text, path) : IOStatus::IOError(text, path);
  }
  return std::nullopt;
}

}  // namespace

// As the default file system tells it.
IOStatus FaultyFileSystem::NoSpace(const std::string& text, const std::string& path) {
  IOStatus status = IOStatus::NoSpace(text, path);
  status.SetRetryable(true);
  return status;
}

IOStatus FaultyFileSystem::PowerIsOff() { return IOStatus::IOError("the power is off"); }

FaultyFileSystem::FaultyFileSystem(uint64_t seed, std::filesystem::path attic)
    : FileSystemWrapper(FileSystem::Default()), attic_(std::move(attic)), random_(seed) {
  std::filesystem::create_directories(attic_);
}

FaultyFileSystem::~FaultyFileSystem() = default;

void FaultyFileSystem::CutPower() {
  const std::lock_guard<std::mutex> lock(mutex_);
  has_power_ = false;
}

void FaultyFileSystem::CutPowerAtChange(int64_t number) {
  BW_CHECK(number > 0);
  const std::lock_guard<std::mutex> lock(mutex_);
  due_cut_ = {number, std::nullopt};
}

void FaultyFileSystem::CutPowerAtCall(FileOperation operation, FileKind kind, int64_t number) {
  BW_CHECK(number > 0 && operation < FileOperation::kRead);
  const std::lock_guard<std::mutex> lock(mutex_);
  due_cut_ = {number, std::pair(operation, kind)};
}

bool FaultyFileSystem::has_power() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return has_power_;
}

void FaultyFileSystem::RestorePower() {
  const std::lock_guard<std::mutex> lock(mutex_);
  BW_CHECK(!has_power_);
  const auto kept = static_cast<size_t>(random_.Below(static_cast<int64_t>(pending_.size()) + 1));
  while (pending_.size() > kept) {
    Undo(pending_.back());
    pending_.pop_back();
  }
  pending_.clear();
  std::set<const Inode*> done;
  for (const auto& [path, inode] : inodes_) {
    if (done.insert(inode.get()).second) LoseData(path, inode.get());
  }
  inodes_.clear();
  std::filesystem::remove_all(attic_);
  std::filesystem::create_directories(attic_);
  due_cut_ = {};
  has_power_ = true;
}

void FaultyFileSystem::SetLyingSync(std::optional<FileKind> kind) {
  const std::lock_guard<std::mutex> lock(mutex_);
  lying_kind_ = kind;
}

void FaultyFileSystem::Inject(const Fault& fault) {
  const std::lock_guard<std::mutex> lock(mutex_);
  faults_.push_back(fault);
}

void FaultyFileSystem::ClearFaults() {
  const std::lock_guard<std::mutex> lock(mutex_);
  faults_.clear();
}

void FaultyFileSystem::SetFreeBytes(std::optional<int64_t> bytes) {
  const std::lock_guard<std::mutex> lock(mutex_);
  free_bytes_ = bytes;
}

std::optional<int64_t> FaultyFileSystem::free_bytes() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return free_bytes_;
}

int64_t FaultyFileSystem::CallCount(FileOperation operation, FileKind kind) const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return calls_[static_cast<size_t>(operation)][static_cast<size_t>(kind)];
}

int64_t FaultyFileSystem::change_count() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return change_count_;
}

int64_t FaultyFileSystem::failed_count() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return failed_count_;
}

int64_t FaultyFileSystem::torn_count(FileKind kind) const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return torn_counts_[static_cast<size_t>(kind)];
}

FaultyFileSystem::Verdict FaultyFileSystem::Judge(FileOperation operation,
                                                  const std::string& path) {
  ++calls_[static_cast<size_t>(operation)][static_cast<size_t>(FileKindOf(path))];
  if (!has_power_) return {false, PowerIsOff()};
  ++change_count_;
  const bool counts = due_cut_.count > 0 &&
                      (!due_cut_.call || due_cut_.call == std::pair(operation, FileKindOf(path)));
  if (counts && --due_cut_.count == 0) {
    has_power_ = false;
    return {random_.OneIn(2), PowerIsOff()};
  }
  auto failure = FailureOf(&faults_, operation, path);
  if (!failure) return {};
  ++failed_count_;
  return {false, *std::move(failure)};
}

IOStatus FaultyFileSystem::JudgeReading(FileOperation operation, const std::string& path) const {
  const std::lock_guard<std::mutex> lock(mutex_);
  ++calls_[static_cast<size_t>(operation)][static_cast<size_t>(FileKindOf(path))];
  if (!has_power_) return IOStatus::OK();
  auto failure = FailureOf(&faults_, operation, path);
  if (!failure) return IOStatus::OK();
  ++failed_count_;
  return *std::move(failure);
}

uint64_t FaultyFileSystem::TakeRoom(uint64_t size) {
  if (!free_bytes_) return size;
  const uint64_t fits = std::min(size, static_cast<uint64_t>(*free_bytes_));
  *free_bytes_ -= static_cast<int64_t>(fits);
  return fits;
}

void FaultyFileSystem::ReturnRoom(const std::string& path) {
  std::error_code error;
  // A name of several gives nothing back.
  if (!free_bytes_ || std::filesystem::hard_link_count(path, error) > 1) return;
  const uint64_t size = std::filesystem::file_size(path, error);
  if (!error) *free_bytes_ += static_cast<int64_t>(size);
}

FaultyFileSystem::InodePtr FaultyFileSystem::InodeOf(const std::string& path) {
  InodePtr& inode = inodes_[path];
  if (inode == nullptr) {
    inode = std::make_shared<Inode>();
    std::error_code error;
    const uint64_t size = std::filesystem::file_size(path, error);
    if (!error) inode->size = inode->safe_size = size;
  }
  return inode;
}

void FaultyFileSystem::Undo(const DirectoryChange& change) {
  std::string place = change.path;
  switch (change.operation) {
    case FileOperation::kCreate:
      std::filesystem::remove(change.path);
      inodes_.erase(change.path);
      break;
    case FileOperation::kRename:
      std::filesystem::rename(change.new_path, change.path);
      inodes_.erase(change.path);
      if (auto known = inodes_.extract(change.new_path); !known.empty()) {
        known.key() = change.path;
        inodes_.insert(std::move(known));
      }
      place = change.new_path;
      break;
    default: break;
  }
  if (change.replaced.empty()) return;
  std::filesystem::rename(change.replaced, place);
  inodes_[place] = change.replaced_inode;
}

void FaultyFileSystem::LoseData(const std::string& path, Inode* inode) {
  bool torn = false;
  for (auto write = inode->overwritten.rbegin(); write != inode->overwritten.rend(); ++write) {
    torn |= LoseOverwritten(path, *write);
  }
  if (torn) ++torn_counts_[static_cast<size_t>(FileKindOf(path))];
  if (inode->size > inode->safe_size) TearTail(path, *inode);
}

// Puts back what was there before of some pages, or of a part of one; whether of any.
bool FaultyFileSystem::LoseOverwritten(const std::string& path, const Overwritten& overwritten) {
  const uint64_t end =
      std::min<uint64_t>(overwritten.begin + overwritten.bytes.size(),
                         std::filesystem::file_size(path));  // it may have been cut since
  bool lost = false;
  for (uint64_t begin = overwritten.begin; begin < end;) {
    const uint64_t page_end = std::min(end, (begin / kPageBytes + 1) * kPageBytes);
    if (random_.OneIn(2)) {
      const auto size = static_cast<int64_t>(page_end - begin);
      const uint64_t kept = random_.OneIn(4) ? static_cast<uint64_t>(random_.Below(size)) : 0;
      Overwrite(
          path, begin + kept,
          overwritten.bytes.substr(begin + kept - overwritten.begin, page_end - begin - kept));
      lost = true;
    }
    begin = page_end;
  }
  return lost;
}

void FaultyFileSystem::TearTail(const std::string& path, const Inode& inode) {
  const auto tail = static_cast<int64_t>(inode.size - inode.safe_size);
  const int64_t way = random_.Below(4);
  if (way != 0) ++torn_counts_[static_cast<size_t>(FileKindOf(path))];
  switch (way) {
    case 0: std::filesystem::resize_file(path, inode.safe_size); break;
    case 1:
      std::filesystem::resize_file(path,
                                   inode.safe_size + static_cast<uint64_t>(random_.Below(tail)));
      break;
    case 2: {
      const int64_t kept = 1 + random_.Below(tail);
      const int64_t spoilt = 1 + random_.Below(std::min<int64_t>(kept, kPageBytes));
      std::string bytes(static_cast<size_t>(spoilt), '\0');
      for (char& byte : bytes) byte = static_cast<char>(random_.Below(256));
      std::filesystem::resize_file(path, inode.safe_size + static_cast<uint64_t>(kept));
      Overwrite(path, inode.safe_size + static_cast<uint64_t>(kept - spoilt), bytes);
      break;
    }
    default:
      // Pages reach the disk in any order; those that have not are zero.
      for (uint64_t begin = inode.safe_size; begin < inode.size;) {
        const uint64_t end = std::min(inode.size, (begin / kPageBytes + 1) * kPageBytes);
        if (random_.OneIn(2)) Overwrite(path, begin, std::string(end - begin, '\0'));
        begin = end;
      }
      break;
  }
}

}  // namespace budgetwatch
