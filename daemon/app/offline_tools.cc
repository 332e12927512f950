#include "app/offline_tools.h"

#include <absl/time/time.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <charconv>
#include <cstdio>
#include <iostream>
#include <string>

#include "app/restore.h"
#include "domain/money.h"
#include "storage/rocksdb_backups.h"

namespace budgetwatch {
namespace {

constexpr int kDone = 0;
constexpr int kFailed = 1;
constexpr int kWrongUsage = 2;
constexpr int kFound = 3;

int Fail(const Error& error) {
  std::cerr << "budgetwatchd: " << error.message << '\n';
  return kFailed;
}

// As budgetctl admin verify prints it.
void Print(const Verification& verification) {
  const std::string sequence = std::to_string(verification.verified_sequence);
  std::cout << "Verified up to sequence " << sequence << ": " << verification.payment_count
            << " payments, " << FormatYuan(verification.amount_fen, true) << " yuan net\n";
  if (!verification.chain_hash.empty()) {
    std::cout << "Chain hash at sequence " << sequence << ": " << verification.chain_hash << '\n';
  }
  for (const std::string& difference : verification.differences) {
    std::cout << "- " << difference << '\n';
  }
  std::cout << (verification.differences.empty()
                    ? "The ledger is consistent.\n"
                    : "The ledger is NOT consistent. Keep the data directory, and restore a "
                      "backup or ask the maintainers.\n");
}

int Verify(const std::string& data_dir, const std::optional<NotedPoint>& noted) {
  if (noted) {
    if (const Status status = CheckNotedPoint(*noted); !status.ok()) {
      std::cerr << "budgetwatchd: " << status.error().message << '\n';
      return kWrongUsage;
    }
  }
  const auto verification = VerifyDirectory(data_dir, noted);
  if (!verification.ok()) return Fail(verification.error());
  Print(verification.value());
  return verification.value().differences.empty() ? kDone : kFound;
}

int List(const std::string& backup_dir) {
  const auto list = ListBackups(backup_dir);
  if (!list.ok()) return Fail(list.error());
  std::printf("%6s  %-27s  %12s  %14s  %s\n", "ID", "TIME", "SEQUENCE", "SIZE_BYTES", "CHAIN_HASH");
  for (const BackupInfo& backup : list.value().backups) {
    std::printf("%6lld  %-27s  %12lld  %14lld  %s\n", static_cast<long long>(backup.id),
                FormatWallTime(backup.created_time).c_str(),
                static_cast<long long>(backup.point.sequence),
                static_cast<long long>(backup.size_bytes), backup.point.chain_hash.c_str());
  }
  for (const int64_t id : list.value().damaged_ids) {
    std::printf("%6lld  is damaged: its description cannot be read\n", static_cast<long long>(id));
  }
  return list.value().damaged_ids.empty() ? kDone : kFound;
}

// A sequence or a time; false when it is neither.
bool ReadKnownAt(const std::string& text, KnownAt* known_at) {
  Sequence sequence = 0;
  const char* const end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, sequence);
  if (read.ec == std::errc() && read.ptr == end && sequence >= 1) {
    known_at->sequence = sequence;
    return true;
  }
  absl::Time time;
  std::string error;
  if (!absl::ParseTime(absl::RFC3339_full, text, &time, &error)) return false;
  known_at->time = absl::ToUnixMicros(time);
  return true;
}

int RunRestore(RestoreRequest request, const std::string& known_at) {
  if (!known_at.empty() && !ReadKnownAt(known_at, &request.known_at)) {
    std::cerr << "budgetwatchd: --known-at \"" << known_at
              << "\" is neither a sequence from 1 on nor a time like 2020-06-30T08:00:00Z\n";
    return kWrongUsage;
  }
  const auto restored = Restore(request, SystemClock(), [](const std::string& what) {
    std::cerr << "budgetwatchd: " << what << '\n';
  });
  if (!restored.ok()) return Fail(restored.error());
  const Restored& done = restored.value();
  std::cout << "Restored backup " << done.backup.id << " of "
            << FormatWallTime(done.backup.created_time) << " into " << request.data_dir << '\n';
  if (!done.replaced_dir.empty()) {
    std::cout << "The former data directory is now " << done.replaced_dir << '\n';
  }
  Print(done.verification);
  return kDone;
}

}  // namespace

std::optional<int> RunOfflineTool(int argc, char** argv) {
  CLI::App app("Tools for the data files of a ledger while no daemon has them.", "budgetwatchd");
  app.require_subcommand(1);
  std::string data_dir;
  std::string backup_dir;
  std::string known_at;
  int64_t backup_id = 0;
  NotedPoint noted;
  RestoreRequest request;
  CLI::App* verify =
      app.add_subcommand("verify", "recompute the ledger in a data directory and compare");
  verify->add_option("--data-dir", data_dir, "directory of the store")->required();
  CLI::Option* sequence = verify->add_option(
      "--expect-sequence", noted.sequence, "a sequence that was noted down earlier, with its hash");
  CLI::Option* hash = verify->add_option("--expect-hash", noted.chain_hash,
                                         "the chain hash that was noted with it");
  sequence->needs(hash);
  hash->needs(sequence);
  CLI::App* restore = app.add_subcommand("restore", "restore a backup into a data directory");
  restore->add_option("--backup-dir", request.backup_dir, "directory of the backups")->required();
  restore->add_option("--data-dir", request.data_dir, "directory of the store")->required();
  const CLI::Option* chosen =
      restore->add_option("--backup", backup_id, "number of the backup, the last one by default")
          ->check(CLI::PositiveNumber);
  restore->add_option("--known-at", known_at,
                      "restore what was known at a sequence or a time (RFC 3339)");
  restore->add_flag("--replace", request.replace,
                    "set aside a data directory that is not empty, by renaming it");
  CLI::App* backups = app.add_subcommand("backups", "list the backups in a directory");
  backups->add_option("--backup-dir", backup_dir, "directory of the backups")->required();

  const auto tools = {verify, restore, backups};
  const bool named = argc > 1 && std::any_of(tools.begin(), tools.end(), [&](CLI::App* tool) {
                       return tool->get_name() == argv[1];
                     });
  if (!named) return std::nullopt;
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? kDone : kWrongUsage;
  }
  if (chosen->count() > 0) request.backup_id = backup_id;
  if (verify->parsed()) {
    return Verify(data_dir, hash->count() > 0 ? std::optional(noted) : std::nullopt);
  }
  return restore->parsed() ? RunRestore(std::move(request), known_at) : List(backup_dir);
}

}  // namespace budgetwatch
