#include "app/restore.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <memory>
#include <system_error>

#include "app/options.h"
#include "base/failpoint.h"
#include "service/journal_copy.h"
#include "storage/directory_sync.h"
#include "storage/rocksdb_backups.h"
#include "storage/rocksdb_store.h"

namespace budgetwatch {
namespace {

namespace fs = std::filesystem;

constexpr const char* kRestoring = ".restoring";
constexpr const char* kRebuilding = ".restoring-known-at";

constexpr RocksDbStore::Memory kForALook{.upkeep_at_start = false};

Error BadDirectory(const std::string& what) {
  return Refusal(Reason::kStoreFailed, "data_directory", what);
}

bool HoldsStore(const std::string& directory) {
  std::error_code error;
  return fs::exists(fs::path(directory) / "CURRENT", error);
}

// One restore at a time beside a data directory, whichever it is.
class ParentLock {
 public:
  static Result<std::unique_ptr<ParentLock>> Take(const std::string& path) {
    const fs::path parent = fs::path(path).parent_path();
    const std::string name = parent.empty() ? "." : parent.string();
    const int file = open(name.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (file < 0) {
      return BadDirectory("cannot open " + name + ": " + std::generic_category().message(errno) +
                          "; create it first");
    }
    std::unique_ptr<ParentLock> lock(new ParentLock(file));
    if (flock(file, LOCK_EX | LOCK_NB) != 0) {
      return BadDirectory("another restore is under way in " + name + "; wait for its end");
    }
    return lock;
  }
  ~ParentLock() { close(file_); }

 private:
  explicit ParentLock(int file) : file_(file) {}
  const int file_;
};

// "20200630T080000.000000Z".
std::string Stamp(WallMicros time) {
  std::string stamp = FormatWallTime(time);
  std::erase_if(stamp, [](char c) { return c == '-' || c == ':'; });
  return stamp;
}

class Restorer {
 public:
  Restorer(const RestoreRequest& request, const Clock& clock,
           const std::function<void(const std::string&)>& tell)
      : request_(request),
        clock_(clock),
        tell_(tell),
        target_(WithoutSlash(request.data_dir)),
        copy_(target_ + kRestoring),
        rebuilt_(target_ + kRebuilding) {}

  Result<Restored> Run() {
    auto alone = ParentLock::Take(target_);
    if (!alone.ok()) return alone.error();
    if (const Status status = CheckTarget(); !status.ok()) return status.error();
    if (const Status status = ChooseBackup(); !status.ok()) return status.error();
    Status status = RemoveLeftovers();
    if (status.ok()) status = MakeCopy();
    const bool whole = !request_.known_at.sequence && !request_.known_at.time;
    if (status.ok() && !whole) status = Rebuild();
    const std::string& proved = whole ? copy_ : rebuilt_;
    if (status.ok()) status = SyncTree(proved);
    if (status.ok()) status = PutInPlace(proved);
    // While neither the old nor the restored data are in place, what is left here keeps a
    // daemon from starting with an empty ledger.
    std::error_code error;
    if (!status.ok() && in_use_ != nullptr && !fs::exists(target_, error)) return status.error();
    if (const Status removed = RemoveLeftovers(); status.ok() && !removed.ok()) {
      tell_(removed.error().message);
    }
    if (!status.ok()) return status.error();
    return std::move(restored_);
  }

 private:
  Status CheckTarget() {
    std::error_code error;
    // Renaming would act on the link, perhaps on another disk than the data.
    if (fs::is_symlink(target_, error)) {
      return BadDirectory(target_ + " is a link; name the directory that it leads to");
    }
    if (!fs::exists(target_, error)) return {};
    if (!fs::is_directory(target_, error)) {
      return BadDirectory(target_ + " is not a directory; name another one");
    }
    const bool empty = fs::is_empty(target_, error);
    if (error) return BadDirectory("cannot read " + target_ + ": " + error.message());
    if (empty) return {};
    if (!request_.replace) {
      return BadDirectory(target_ +
                          " is not empty; name another directory, or use --replace, which "
                          "renames it to " +
                          target_ + ".replaced-TIME");
    }
    auto lock = StoreLock::Take(target_);
    if (!lock.ok()) return lock.error();
    in_use_ = std::move(lock).value();
    return {};
  }

  Status ChooseBackup() {
    auto list = ListBackups(request_.backup_dir);
    if (!list.ok()) return list.error();
    for (BackupInfo& backup : list.value().backups) {
      if (!request_.backup_id || backup.id == *request_.backup_id) {
        restored_.backup = std::move(backup);
      }
    }
    if (restored_.backup.id != 0) return {};
    return Refusal(
        Reason::kStoreFailed, "backup",
        (request_.backup_id
             ? "there is no backup " + std::to_string(*request_.backup_id) + " that can be read"
             : std::string("there is no backup that can be read")) +
            " in " + request_.backup_dir + "; budgetwatchd backups lists those that are there");
  }

  Status RemoveLeftovers() {
    for (const std::string& path : {copy_, rebuilt_}) {
      std::error_code error;
      fs::remove_all(path, error);
      if (error) return BadDirectory("cannot remove " + path + ": " + error.message());
    }
    return {};
  }

  Status MakeCopy() {
    const BackupInfo& backup = restored_.backup;
    tell_("copying backup " + std::to_string(backup.id) + " to " + copy_);
    if (Status status = CopyBackup(request_.backup_dir, backup.id, copy_); !status.ok()) {
      return status;
    }
    return Prove(copy_, {backup.point.sequence, backup.point.chain_hash});
  }

  Status Prove(const std::string& directory, const NotedPoint& noted) {
    tell_("verifying " + directory);
    auto verification =
        VerifyDirectory(directory, noted.sequence > 0 ? std::optional(noted) : std::nullopt);
    if (!verification.ok()) return verification.error();
    restored_.verification = std::move(verification).value();
    const auto& differences = restored_.verification.differences;
    if (differences.empty()) return {};
    return Refusal(Reason::kDataDamaged, "backup",
                   "backup " + std::to_string(restored_.backup.id) +
                       " is not consistent: " + differences.front() + "; restore another one");
  }

  Status Rebuild() {
    NotedPoint end;
    {
      const auto from = RocksDbStore::Open(copy_, nullptr, kForALook);
      if (!from.ok()) return from.error();
      const auto known = Resolve(*from.value());
      if (!known.ok()) return known.error();
      tell_("replaying the journal up to sequence " + std::to_string(known.value()) + " into " +
            rebuilt_);
      const auto to = RocksDbStore::Open(rebuilt_);
      if (!to.ok()) return to.error();
      const auto last = CopyJournal(*from.value(), known.value(),
                                    Committer::Options().checkpoint_interval, to.value().get());
      if (!last.ok()) return last.error();
      if (last.value() == 0) {
        return Refusal(Reason::kInvalidField, "known_at",
                       "no commit was whole at that moment; name a later one");
      }
      auto hash = from.value()->ChainHashAt(last.value());
      if (!hash.ok()) return hash.error();
      end = {last.value(), std::move(hash).value()};
    }
    return Prove(rebuilt_, end);
  }

  Result<Sequence> Resolve(const Store& store) const {
    if (request_.known_at.time) return store.SequenceAt(*request_.known_at.time);
    const Sequence sequence = *request_.known_at.sequence;
    if (sequence <= store.LastSequence()) return sequence;
    return Refusal(Reason::kKnownAtInFuture, "known_at",
                   "backup " + std::to_string(restored_.backup.id) + " ends at sequence " +
                       std::to_string(store.LastSequence()) + "; name an earlier one");
  }

  Status PutInPlace(const std::string& proved) {
    Status status;
    if (in_use_ != nullptr) {
      restored_.replaced_dir = target_ + ".replaced-" + Stamp(clock_.Now());
      status = RenameDurably(target_, restored_.replaced_dir);
    }
    BW_FAILPOINT("between_restore_renames");
    if (status.ok()) status = RenameDurably(proved, target_);
    if (status.ok() || in_use_ == nullptr) return status;
    // A rename may have been done although the disk did not confirm it.
    std::error_code error;
    if (!fs::exists(target_, error)) {
      const Status back = RenameDurably(restored_.replaced_dir, target_);
      if (!back.ok()) tell_(back.error().message);
    } else if (!fs::exists(proved, error)) {
      tell_("the restored ledger is in " + target_ + ", the former one in " +
            restored_.replaced_dir);
    }
    return status;
  }

  const RestoreRequest& request_;
  const Clock& clock_;
  const std::function<void(const std::string&)>& tell_;
  const std::string target_;
  const std::string copy_;
  const std::string rebuilt_;
  std::unique_ptr<StoreLock> in_use_;  // of the data directory that is replaced
  Restored restored_;
};

}  // namespace

Result<Restored> Restore(const RestoreRequest& request, const Clock& clock,
                         const std::function<void(const std::string&)>& tell) {
  return Restorer(request, clock, tell).Run();
}

Result<Verification> VerifyDirectory(const std::string& data_dir,
                                     const std::optional<NotedPoint>& noted) {
  if (!HoldsStore(data_dir)) {
    return BadDirectory("there is no ledger in " + data_dir + "; name its data directory");
  }
  const auto store = RocksDbStore::Open(data_dir, nullptr, kForALook);
  if (!store.ok()) return store.error();
  const auto ledger = Ledger::Open(*store.value());
  if (!ledger.ok()) return ledger.error();
  return VerifyLedger(*ledger.value(), noted);
}

Status RefuseUnfinishedRestore(const std::string& data_dir) {
  const std::string target = WithoutSlash(data_dir);
  std::error_code error;
  if (HoldsStore(target) || !fs::exists(target + kRestoring, error)) return {};
  return BadDirectory("a restore into " + target +
                      " is under way or was cut off; run it again, or remove " + target +
                      kRestoring + ". What it was to replace is in " + target + ".replaced-TIME");
}

}  // namespace budgetwatch
