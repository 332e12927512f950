// The peer: the same feed into PostgreSQL, doing the same job: insert once by id, keep the
// sum and number of each project and day, answer when it is durable. Prints figures as
// JSON, after comparing what the tables hold with what was sent.
//
// Ways, each the quickest that libpq offers for its size, with binary parameters:
//   single  one prepared statement per event, connections driven by one thread
//   unnest  one prepared statement per batch, a thread per connection
//   copy    COPY to a temporary table, then the same statement from there
// The answer to a batch is only how many events were new, which is less than budgetwatch
// says of each event. Batches and totals are written in the order of their keys, so that
// connections do not wait for each other in a circle.
// usage: postgres_load --host SOCKET_DIR [--way single|unnest|copy] [--connections N]
//                      [the flags of load_program.h]

#include <libpq-fe.h>
#include <poll.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstring>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "load_program.h"

namespace budgetwatch::bench {
namespace {

using std::chrono::steady_clock;

constexpr Oid kTextOid = 25;
constexpr Oid kBigintOid = 20;
constexpr Oid kDateOid = 1082;
constexpr Oid kTypes[] = {kTextOid, kTextOid, kDateOid, kBigintOid, kTextOid, kTextOid};
constexpr Oid kArrayTypes[] = {1009, 1009, 1182, 1016, 1009, 1009};
constexpr int kColumns = 6;
constexpr int kBinary[] = {1, 1, 1, 1, 1, 1};

constexpr char kSchema[] =
    "DROP TABLE IF EXISTS payment, project_day_total;"
    "CREATE TABLE payment (event_id text PRIMARY KEY, project_code text NOT NULL,"
    " pay_date date NOT NULL, amount_fen bigint NOT NULL, payee text NOT NULL,"
    " memo text NOT NULL);"
    "CREATE TABLE project_day_total (project_code text, pay_date date,"
    " sum_fen bigint NOT NULL, n bigint NOT NULL, PRIMARY KEY (project_code, pay_date))"
    " WITH (fillfactor = 70)";

// What follows the source of new rows, with one event and with many.
constexpr char kBookOne[] =
    " ON CONFLICT (event_id) DO NOTHING RETURNING project_code, pay_date, amount_fen)"
    " INSERT INTO project_day_total AS t SELECT project_code, pay_date, amount_fen, 1 FROM new"
    " ON CONFLICT (project_code, pay_date) DO UPDATE"
    " SET sum_fen = t.sum_fen + excluded.sum_fen, n = t.n + excluded.n";
constexpr char kBookMany[] =
    " ON CONFLICT (event_id) DO NOTHING RETURNING project_code, pay_date, amount_fen),"
    " booked AS (INSERT INTO project_day_total AS t"
    " SELECT project_code, pay_date, sum(amount_fen)::bigint, count(*) FROM new"
    " GROUP BY 1, 2 ORDER BY 1, 2 ON CONFLICT (project_code, pay_date) DO UPDATE"
    " SET sum_fen = t.sum_fen + excluded.sum_fen, n = t.n + excluded.n)"
    " SELECT count(*) FROM new";
constexpr char kStage[] = "CREATE TEMPORARY TABLE stage (LIKE payment) ON COMMIT DELETE ROWS";

struct ConnectionEnd {
  void operator()(PGconn* connection) const { PQfinish(connection); }
};
struct ResultEnd {
  void operator()(PGresult* result) const { PQclear(result); }
};
using Connection = std::unique_ptr<PGconn, ConnectionEnd>;
using Answer = std::unique_ptr<PGresult, ResultEnd>;

void RequireState(PGconn* connection, const Answer& answer, ExecStatusType state) {
  Require(PQresultStatus(answer.get()) == state, PQerrorMessage(connection));
}

Answer Execute(PGconn* connection, const char* sql, ExecStatusType state) {
  Answer answer(PQexec(connection, sql));
  RequireState(connection, answer, state);
  return answer;
}

int64_t Number(PGconn* connection, const char* sql) {
  const Answer answer = Execute(connection, sql, PGRES_TUPLES_OK);
  return std::stoll(PQgetvalue(answer.get(), 0, 0));
}

Connection Connect(const std::string& host) {
  Connection connection(PQconnectdb(("host=" + host + " user=postgres dbname=postgres").c_str()));
  Require(PQstatus(connection.get()) == CONNECTION_OK, PQerrorMessage(connection.get()));
  for (const char* setting : {"SHOW fsync", "SHOW synchronous_commit"}) {
    const Answer answer = Execute(connection.get(), setting, PGRES_TUPLES_OK);
    Require(std::string(PQgetvalue(answer.get(), 0, 0)) == "on",
            std::string(setting) + " is not on: its answers would not be durable");
  }
  return connection;
}

void Append(std::string* out, uint64_t value, int bytes) {
  for (int i = bytes - 1; i >= 0; --i) *out += static_cast<char>(value >> (8 * i));
}

// Days from 2000-01-01, as PostgreSQL counts.
int32_t DaysOf(std::string_view date) {
  const std::chrono::year_month_day day(
      std::chrono::year(std::stoi(std::string(date.substr(0, 4)))),
      std::chrono::month(static_cast<unsigned>(std::stoi(std::string(date.substr(5, 2))))),
      std::chrono::day(static_cast<unsigned>(std::stoi(std::string(date.substr(8, 2))))));
  const std::chrono::sys_days epoch(std::chrono::year(2000) / 1 / 1);
  return static_cast<int32_t>((std::chrono::sys_days(day) - epoch).count());
}

// The events of a batch in the order of their ids, in PostgreSQL's binary format.
class Rows {
 public:
  Rows(const LoadFlags& flags, const PaymentFeed& feed)
      : first_day_(DaysOf(std::to_string(flags.feed.year) + "-01-01")), feed_(feed) {}

  void Fill(int64_t first, int64_t count) {
    items_.resize(static_cast<size_t>(count));
    bytes_.resize(static_cast<size_t>(count) * PaymentFeed::kEventBytes);
    for (size_t i = 0; i < items_.size(); ++i) {
      items_[i] = {feed_.At(first + static_cast<int64_t>(i)),
                   bytes_.data() + i * PaymentFeed::kEventBytes};
      feed_.Encode(items_[i].item, items_[i].event);
    }
    std::sort(items_.begin(), items_.end(), [](const Row& a, const Row& b) {
      return TextOf(a.event, PaymentFeed::kId) < TextOf(b.event, PaymentFeed::kId);
    });
  }

  size_t count() const { return items_.size(); }

  // A value with its length before it.
  void AppendValue(size_t row, int column, std::string* out) const {
    const Row& r = items_[row];
    static constexpr PaymentFeed::Field kTexts[] = {PaymentFeed::kId,    PaymentFeed::kProject,
                                                    PaymentFeed::kDate,  PaymentFeed::kDate,
                                                    PaymentFeed::kPayee, PaymentFeed::kMemo};
    if (kTypes[column] == kDateOid) {
      Append(out, 4, 4);
      Append(out, static_cast<uint64_t>(first_day_ + r.item.day), 4);
    } else if (kTypes[column] == kBigintOid) {
      Append(out, 8, 4);
      Append(out, static_cast<uint64_t>(r.item.amount_fen), 8);
    } else {
      const std::string_view text = TextOf(r.event, kTexts[column]);
      Append(out, text.size(), 4);
      *out += text;
    }
  }

  // The bytes of PQsendQueryPrepared's parameters: of the only row, or arrays of all.
  void MakeParameters(bool arrays) {
    for (int column = 0; column < kColumns; ++column) {
      std::string& value = parameters_[column];
      value.clear();
      if (arrays) {
        Append(&value, 1, 4);  // dimensions
        Append(&value, 0, 4);  // no nulls
        Append(&value, kTypes[column], 4);
        Append(&value, count(), 4);
        Append(&value, 1, 4);  // lower bound
      }
      for (size_t row = 0; row < count(); ++row) AppendValue(row, column, &value);
      const size_t skipped = arrays ? 0 : 4;  // a single value's length goes beside it
      values_[column] = value.data() + skipped;
      lengths_[column] = static_cast<int>(value.size() - skipped);
    }
  }
  const char* const* values() const { return values_; }
  const int* lengths() const { return lengths_; }

 private:
  struct Row {
    FeedItem item;
    uint8_t* event = nullptr;
  };

  const int32_t first_day_;
  const PaymentFeed& feed_;
  std::vector<Row> items_;
  std::vector<uint8_t> bytes_;
  std::string parameters_[kColumns];
  const char* values_[kColumns] = {};
  int lengths_[kColumns] = {};
};

struct Outcome {
  double seconds = 0;
  int64_t new_count = 0;  // as answered
  LatencyHistogram latency;
};

void Prepare(PGconn* connection, const std::string& way) {
  std::string sql = "WITH new AS (INSERT INTO payment ";
  const Oid* types = nullptr;
  int type_count = kColumns;
  if (way == "single") {
    sql += std::string("VALUES ($1, $2, $3, $4, $5, $6)") + kBookOne;
    types = kTypes;
  } else if (way == "unnest") {
    sql += std::string("SELECT * FROM unnest($1, $2, $3, $4, $5, $6)") + kBookMany;
    types = kArrayTypes;
  } else {
    sql += std::string("SELECT * FROM stage") + kBookMany;
    type_count = 0;
    Execute(connection, kStage, PGRES_COMMAND_OK);
  }
  const Answer answer(PQprepare(connection, "record", sql.c_str(), type_count, types));
  RequireState(connection, answer, PGRES_COMMAND_OK);
}

int64_t RecordByUnnest(PGconn* connection, Rows* rows) {
  rows->MakeParameters(true);
  const Answer answer(
      PQexecPrepared(connection, "record", kColumns, rows->values(), rows->lengths(), kBinary, 0));
  RequireState(connection, answer, PGRES_TUPLES_OK);
  return std::stoll(PQgetvalue(answer.get(), 0, 0));
}

int64_t RecordByCopy(PGconn* connection, const Rows& rows, std::string* buffer) {
  Execute(connection, "BEGIN; COPY stage FROM STDIN (FORMAT binary)", PGRES_COPY_IN);
  buffer->assign("PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0\0", 19);
  for (size_t row = 0; row < rows.count(); ++row) {
    Append(buffer, kColumns, 2);
    for (int column = 0; column < kColumns; ++column) rows.AppendValue(row, column, buffer);
  }
  Append(buffer, 0xffff, 2);
  Require(PQputCopyData(connection, buffer->data(), static_cast<int>(buffer->size())) == 1 &&
              PQputCopyEnd(connection, nullptr) == 1,
          "COPY was refused");
  while (const Answer answer{PQgetResult(connection)}) {
    RequireState(connection, answer, PGRES_COMMAND_OK);
  }
  const Answer answer(PQexecPrepared(connection, "record", 0, nullptr, nullptr, nullptr, 0));
  RequireState(connection, answer, PGRES_TUPLES_OK);
  const int64_t new_count = std::stoll(PQgetvalue(answer.get(), 0, 0));
  Execute(connection, "COMMIT", PGRES_COMMAND_OK);
  return new_count;
}

// A thread per connection; each takes the next batch until there is none.
Outcome RunBatches(const LoadFlags& flags, const PaymentFeed& feed,
                   const std::vector<Connection>& connections) {
  const bool copy = flags.Own("way") == "copy";
  Outcome outcome;
  std::mutex mutex;
  std::atomic<int64_t> next{0};
  std::vector<std::thread> threads;
  const auto started = steady_clock::now();
  for (const Connection& connection : connections) {
    threads.emplace_back([&, connection = connection.get()] {
      Rows rows(flags, feed);
      std::string buffer;
      for (int64_t batch = next++; batch < flags.BatchCount(); batch = next++) {
        const auto sent = steady_clock::now();
        rows.Fill(batch * flags.batch_size, flags.CountOf(batch));
        const int64_t new_count =
            copy ? RecordByCopy(connection, rows, &buffer) : RecordByUnnest(connection, &rows);
        const std::lock_guard<std::mutex> lock(mutex);
        outcome.latency.Add(steady_clock::now() - sent);
        outcome.new_count += new_count;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  outcome.seconds = std::chrono::duration<double>(steady_clock::now() - started).count();
  return outcome;
}

// One thread, an event under way on each connection.
Outcome RunSingles(const LoadFlags& flags, const PaymentFeed& feed,
                   const std::vector<Connection>& connections) {
  Outcome outcome;
  Rows rows(flags, feed);
  std::vector<pollfd> waits;
  std::vector<steady_clock::time_point> sent(connections.size());
  int64_t next = 0;
  size_t under_way = 0;
  const auto send = [&](size_t i) {
    PGconn* connection = connections[i].get();
    waits[i].events = 0;
    if (next == flags.payment_count) return;
    rows.Fill(next++, 1);
    rows.MakeParameters(false);
    sent[i] = steady_clock::now();
    Require(PQsendQueryPrepared(connection, "record", kColumns, rows.values(), rows.lengths(),
                                kBinary, 0) == 1 &&
                PQflush(connection) == 0,
            PQerrorMessage(connection));
    waits[i].events = POLLIN;
    ++under_way;
  };
  for (const Connection& connection : connections) {
    waits.push_back({PQsocket(connection.get()), 0, 0});
  }
  const auto started = steady_clock::now();
  for (size_t i = 0; i < connections.size(); ++i) send(i);
  while (under_way > 0) {
    Require(poll(waits.data(), waits.size(), 60'000) > 0, "PostgreSQL does not answer");
    for (size_t i = 0; i < connections.size(); ++i) {
      if (waits[i].events == 0 || waits[i].revents == 0) continue;
      PGconn* connection = connections[i].get();
      Require(PQconsumeInput(connection) == 1, PQerrorMessage(connection));
      while (PQisBusy(connection) == 0) {
        const Answer answer(PQgetResult(connection));
        if (answer == nullptr) {
          outcome.latency.Add(steady_clock::now() - sent[i]);
          --under_way;
          send(i);
          break;
        }
        RequireState(connection, answer, PGRES_COMMAND_OK);
        outcome.new_count += std::stoll(PQcmdTuples(answer.get()));
      }
    }
  }
  outcome.seconds = std::chrono::duration<double>(steady_clock::now() - started).count();
  return outcome;
}

void Verify(const LoadFlags& flags, const PaymentFeed& feed, const Outcome& outcome,
            PGconn* connection) {
  const Expected expected = ExpectedOf(feed, flags.payment_count);
  const auto check = [](const std::string& what, int64_t actual, int64_t wanted) {
    Require(actual == wanted,
            what + " is " + std::to_string(actual) + ", expected " + std::to_string(wanted));
  };
  check("the number of events answered as new", outcome.new_count, expected.new_count);
  check("the number of payments", Number(connection, "SELECT count(*) FROM payment"),
        expected.new_count);
  check("the sum of payments", Number(connection, "SELECT sum(amount_fen) FROM payment"),
        expected.new_fen);
  check("the number in the totals", Number(connection, "SELECT sum(n) FROM project_day_total"),
        expected.new_count);
  check("days whose total is not that of their payments",
        Number(connection,
               "SELECT count(*) FROM (SELECT project_code, pay_date, sum(amount_fen) AS s,"
               " count(*) AS c FROM payment GROUP BY 1, 2) AS p FULL JOIN project_day_total AS t"
               " USING (project_code, pay_date)"
               " WHERE (p.s = t.sum_fen AND p.c = t.n) IS NOT TRUE"),
        0);
}

int Main(int argc, char** argv) {
  const LoadFlags flags =
      ParseLoadFlags(argc, argv, {{"host", ""}, {"way", "unnest"}, {"connections", "1"}});
  Require(!flags.Own("host").empty(), "--host is missing");
  const PaymentFeed feed(flags.feed);
  const Connection admin = Connect(flags.Own("host"));
  Execute(admin.get(), "SET client_min_messages = warning", PGRES_COMMAND_OK);
  Execute(admin.get(), kSchema, PGRES_COMMAND_OK);
  Execute(admin.get(), "CHECKPOINT", PGRES_COMMAND_OK);
  std::vector<Connection> connections;
  for (int i = 0; i < std::stoi(flags.Own("connections")); ++i) {
    connections.push_back(Connect(flags.Own("host")));
    Prepare(connections.back().get(), flags.Own("way"));
  }
  const Outcome outcome = flags.Own("way") == "single" ? RunSingles(flags, feed, connections)
                                                       : RunBatches(flags, feed, connections);
  Verify(flags, feed, outcome, admin.get());
  const int64_t disk_bytes = Number(admin.get(),
                                    "SELECT pg_total_relation_size('payment')"
                                    " + pg_total_relation_size('project_day_total')");
  PrintFigures(flags, outcome.seconds, outcome.latency,
               "\"diskBytes\": " + std::to_string(disk_bytes));
  return 0;
}

}  // namespace
}  // namespace budgetwatch::bench

int main(int argc, char** argv) { return budgetwatch::bench::Main(argc, argv); }
