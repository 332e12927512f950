#pragma once

#include <functional>
#include <optional>
#include <string>

#include "base/clock.h"
#include "service/backups.h"
#include "service/ledger.h"
#include "service/verify.h"

namespace budgetwatch {

struct RestoreRequest {
  std::string backup_dir;
  std::string data_dir;
  std::optional<int64_t> backup_id;  // absent: the last one that can be read
  KnownAt known_at;                  // neither: all that the backup holds
  bool replace = false;              // a data directory that is not empty may be set aside
};

struct Restored {
  BackupInfo backup;
  Verification verification;  // without differences
  std::string replaced_dir;   // where the former data is now; empty when there was none
};

// Restores a backup, without a daemon. Everything is done and proved in a directory
// beside, <data_dir>.restoring: checksums of the files, the sequence and hash that the
// backup was described with, and a full verification. Only then is it renamed to
// data_dir; a former data directory is renamed, never deleted. A restore that was cut off
// is repeated by calling this again; until then RefuseUnfinishedRestore keeps a daemon
// from starting with an empty ledger.
//
// With `known_at` the journal is replayed into a new store up to the last commit that the
// moment knows whole; a time means the last entry recorded by then.
//
// `tell` hears what is being done. Errors: STORE_FAILED, DATA_DAMAGED, INVALID_FIELD,
// KNOWN_AT_IN_FUTURE; nothing has been replaced then, unless the disk failed in the renames:
// `tell` hears where what is now.
Result<Restored> Restore(const RestoreRequest& request, const Clock& clock,
                         const std::function<void(const std::string&)>& tell);

// Opens the store in a directory and verifies it. Errors: STORE_FAILED when there is none
// or another process has it, DATA_DAMAGED.
Result<Verification> VerifyDirectory(const std::string& data_dir,
                                     const std::optional<NotedPoint>& noted = std::nullopt);

// Refuses a data directory without a store beside which a restore was cut off.
Status RefuseUnfinishedRestore(const std::string& data_dir);

}  // namespace budgetwatch
