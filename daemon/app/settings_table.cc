#include <type_traits>

#include "app/settings.h"
#include "service/payments.h"

namespace budgetwatch {
namespace {

using Kind = TextForm::Kind;

constexpr bool kReloads = true;
constexpr bool kRestarts = false;
constexpr int64_t kDay = 86'400;
constexpr int64_t kMebibyte = 1 << 20;

// `Member` gives the place of the number in Options.
template <typename Member>
NumberForm Number(int64_t first, int64_t last, std::string_view unit, Member) {
  return {first, last, unit,
          [](const Options& options) { return static_cast<int64_t>(Member{}(options)); },
          [](Options& options, int64_t value) {
            auto& number = Member{}(options);
            number = static_cast<std::remove_reference_t<decltype(number)>>(value);
          }};
}

#define BW_NUMBER(first, last, unit, member) \
  Number(                                    \
      first, last, unit, [](auto& options) -> auto& { return options.member; })

std::vector<Setting> FilesAndAddresses() {
  return {
      {"Files", "data_dir", "--data-dir", "Directory of the store",
       "Created when missing. One daemon at a time.", kRestarts,
       TextForm{Kind::kPath, &Options::data_dir}},
      {"Files", "backup_dir", "", "Directory of the backups that `budgetctl admin backup` makes",
       "Empty for one beside the data directory, named like it with -backups at its end. It should "
       "lie on another disk than data_dir, or be copied to one. One ledger a directory. Back up "
       "every day (cron, a systemd timer), and alert on budgetwatch_backup_last_timestamp_seconds. "
       "Under systemd, a directory elsewhere needs ReadWritePaths.",
       kRestarts, TextForm{Kind::kOptionalPath, &Options::backup_dir}},
      {"Files", "backups_kept", "", "Backups to keep",
       "0 keeps all. Older ones are removed after a good new one.", kRestarts,
       BW_NUMBER(0, 10'000, "backups", backups_kept)},
      {"Files", "profile", "--profile",
       "Profile file with thresholds, days, floors, scoring rules and form wording",
       "Empty for the built-in one, mof-2020. A reload reads the file again; a change of the "
       "profile is recorded in the ledger and leaves earlier reports as they are.",
       kReloads, TextForm{Kind::kOptionalPath, &Options::profile_file}},
      {"Addresses", "listen", "--listen", "Address of the gRPC API",
       "There is no authentication: keep it on loopback, or behind a proxy that has one. Port 0 "
       "picks a free port. Under systemd, IPAddressAllow says who else may come.",
       kRestarts, TextForm{Kind::kAddress, &Options::listen}},
      {"Addresses", "metrics_listen", "--metrics-listen",
       "Address of the metrics endpoint, at the path /metrics",
       "It is answered on 16 threads, and a client has 5 seconds for its request and for reading "
       "the answer. More than 16 clients that do nothing delay scrapes by as much; keep the port "
       "on loopback or behind a firewall. IPv4 only. Port 0 and systemd as above.",
       kRestarts, TextForm{Kind::kAddress, &Options::metrics_listen}},
      {"Time and log", "time_zone", "", "Time zone of the business date",
       "A name of the tz database.", kRestarts, TextForm{Kind::kTimeZone, &Options::time_zone}},
      {"Time and log", "today", "--today", "Fixed business date, for demonstrations and tests",
       "Empty for today.", kRestarts, DateForm{&Options::today}},
      {"Time and log", "log_level", "", "What the log on standard error tells at least",
       "It names no payees and no memos, whatever the level.", kReloads,
       TextForm{Kind::kLogLevel, &Options::log_level}},
      {"Time and log", "stop_timeout_seconds", "",
       "How long a stop waits for calls that are under way",
       "On SIGTERM the daemon takes no new connections and calls, answers what it has accepted and "
       "ends with exit code 0. Calls that are not over after so many seconds are cut, and the log "
       "says how many. A second SIGTERM, or ten seconds more, ends it at once, with exit code 1. "
       "What was acknowledged is durable in any case.",
       kReloads, BW_NUMBER(0, 3600, "seconds", stop_timeout_seconds)},
  };
}

std::vector<Setting> Memory() {
  return {
      {"Memory", "memory_limit_mib", "", "Memory that the daemon may take beside mapped files",
       "A sixth each is for requests and answers under way and for gRPC's buffers, a quarter each "
       "for the store and for filters of payment ids, seldom all at once; the rest is for the "
       "ledger's state, which follows projects and days, not payments. From 60 % on, freed memory "
       "is given back to the system. Past 65 % all connections are broken, and none is taken until "
       "memory has come down or no call is under way any more: clients come back, a killed daemon "
       "does not. budgetwatch_memory_bytes shows what is in use; a ledger that needs half of the "
       "limit by itself needs a higher one. MemoryMax of the systemd unit should be half as much "
       "again.",
       kRestarts, BW_NUMBER(256, kMebibyte, "MiB", memory_limit_mib)},
      {"Memory", "max_queued_mib", "", "Requests and answers under way",
       "0 for a sixth of memory_limit_mib; at most half of it. An event counts with its bytes and "
       "512 more, a call with 24 KiB, an open stream with 128 KiB. Past it, calls are refused with "
       "RESOURCE_EXHAUSTED (QUEUE_FULL) and a retry hint. Reports that may take more than a "
       "twelfth of it, counted with 3 KiB a project and 1.5 KiB an indicator, are made when "
       "memory_limit_mib leaves room for them, and refused with FAILED_PRECONDITION "
       "(ANSWER_TOO_LARGE) otherwise.",
       kRestarts, BW_NUMBER(0, kMebibyte, "MiB", max_queued_mib)},
      {"Memory", "index_filter_mib", "", "Filters that tell without the disk that an id is new",
       "0 for a quarter of memory_limit_mib; at most half of it. Two bytes for each payment, and "
       "twice as much for a moment when files of the index are merged. When there are more "
       "payments, those of the oldest have none: each new id is then looked up on the disk too, "
       "which makes batches several times slower, and a payment takes 0.2 bytes of memory. A file "
       "whose filter alone was too large when it was written gets one when it is merged next.",
       kRestarts, BW_NUMBER(0, kMebibyte, "MiB", index_filter_mib)},
      {"Memory", "max_message_bytes", "", "Size of one message",
       "At most a quarter of what may be queued; a larger one is refused with RESOURCE_EXHAUSTED. "
       "10,000 events with long texts fit into 16 MiB.",
       kRestarts, BW_NUMBER(4096, 256 * kMebibyte, "bytes", server.max_message_bytes)},
  };
}

std::vector<Setting> Recording() {
  return {
      {"Recording", "max_queued_events", "", "Payment events that may wait to be written",
       "More are refused with RESOURCE_EXHAUSTED (QUEUE_FULL) and a retry hint.", kRestarts,
       BW_NUMBER(1, 100'000'000, "events", committer.max_queued_events)},
      {"Recording", "max_group_events", "",
       "Payment events that are written with one sync of the disk, at most", "", kRestarts,
       BW_NUMBER(1, 1'000'000, "events", committer.max_group_events)},
      {"Recording", "max_batch_events", "", "Events of one batch",
       "A larger one is refused with INVALID_ARGUMENT (BATCH_TOO_LARGE).", kRestarts,
       BW_NUMBER(1, int64_t{kMaxBatchEvents}, "events", server.max_batch_events)},
      {"Recording", "max_batches_per_stream", "",
       "Batches of one stream between being read and their answer being taken",
       "Then the stream is not read until its client has read answers.", kRestarts,
       BW_NUMBER(1, 65'536, "batches", server.max_batches_per_stream)},
      {"Recording", "max_source_events_per_second", "", "Payment events a second from one source",
       "0 for any number. Bursts of a second's worth pass, and so does a larger batch when nothing "
       "was sent before; what is too fast is refused with RESOURCE_EXHAUSTED (RATE_LIMITED) and a "
       "hint that says when to try again.",
       kReloads, BW_NUMBER(0, 1'000'000'000, "events a second", server.source_events_per_second)},
      {"Recording", "max_peer_events_per_second", "", "Payment events a second from one machine",
       "Likewise. Behind a proxy all clients are one machine.", kReloads,
       BW_NUMBER(0, 1'000'000'000, "events a second", server.peer_events_per_second)},
      {"Recording", "checkpoint_entries", "", "Journal entries between two checkpoints of totals",
       "A start reads the journal behind the last one; fewer make it quicker and cost writes.",
       kRestarts, BW_NUMBER(1'000, 100'000'000, "entries", committer.checkpoint_interval)},
      {"Recording", "index_memory_payments", "",
       "Payments that the indexes hold in memory before they go to a file",
       "In the order of 100 bytes each. Fewer make more and smaller files, which are merged later.",
       kRestarts, BW_NUMBER(1'000, 100'000'000, "payments", index_memory_payments)},
  };
}

std::vector<Setting> Clients() {
  return {
      {"Clients", "max_connections", "", "Connections of clients",
       "One more is closed at once. The daemon needs 1024 open files beside them, raises its soft "
       "limit by itself, and does not start when the hard limit (LimitNOFILE of systemd, ulimit "
       "-Hn) is too low. 10,000 connections that do nothing take 200 MiB: raise memory_limit_mib "
       "with them.",
       kRestarts, BW_NUMBER(1, 100'000, "connections", server.max_connections)},
      {"Clients", "max_calls_per_connection", "", "Calls at once on one connection",
       "Further ones wait at the client. A connection that gets more than twice as many across by "
       "resetting them is broken.",
       kRestarts, BW_NUMBER(1, 1'000'000, "calls", server.max_calls_per_connection)},
      {"Clients", "max_streams", "", "Streams of payments and of warnings that are open at once",
       "More are refused with RESOURCE_EXHAUSTED (QUEUE_FULL) and a retry hint.", kRestarts,
       BW_NUMBER(1, 100'000, "streams", server.max_streams)},
      {"Clients", "handshake_timeout_seconds", "", "Time that a connection has to speak HTTP/2", "",
       kRestarts, BW_NUMBER(1, 3600, "seconds", server.handshake_seconds)},
      {"Clients", "keepalive_seconds", "",
       "Silence after which a client is asked for a sign of life",
       "A client that takes not a byte of what was sent to it for as long as this and the next "
       "together is cut as well.",
       kRestarts, BW_NUMBER(1, kDay, "seconds", server.keepalive_seconds)},
      {"Clients", "keepalive_timeout_seconds", "", "Time that it has to give the sign of life",
       "Then its connection is closed.", kRestarts,
       BW_NUMBER(1, 3600, "seconds", server.keepalive_timeout_seconds)},
      {"Clients", "idle_connection_seconds", "",
       "Time without a call after which a connection is closed",
       "Clients of gRPC connect again by themselves.", kRestarts,
       BW_NUMBER(1, kDay, "seconds", server.idle_connection_seconds)},
      {"Clients", "stall_timeout_seconds", "",
       "Time that an answer may wait for its client to read it", "Then the call is cut.", kRestarts,
       BW_NUMBER(1, kDay, "seconds", server.stall_seconds)},
  };
}

}  // namespace

const std::vector<Setting>& AllSettings() {
  static const std::vector<Setting> settings = [] {
    std::vector<Setting> all;
    for (const auto& part : {FilesAndAddresses(), Memory(), Recording(), Clients()}) {
      all.insert(all.end(), part.begin(), part.end());
    }
    return all;
  }();
  return settings;
}

}  // namespace budgetwatch
