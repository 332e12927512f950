#include "load_program.h"

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <string_view>
#include <utility>

namespace budgetwatch::bench {
namespace {

[[noreturn]] void Usage(const char* program, const std::map<std::string, std::string>& own) {
  std::fprintf(stderr,
               "usage: %s [--payments N] [--batch B] [--in-flight W] [--source S] [--seed S]"
               " [--projects P] [--days D] [--duplicates PERMILLE] [--ids rising|scattered]",
               program);
  for (const auto& [name, value] : own) {
    std::fprintf(stderr, " [--%s %s]", name.c_str(), value.empty() ? "VALUE" : value.c_str());
  }
  std::fprintf(stderr, "\n");
  std::exit(2);
}

bool ReadNumber(const std::string& text, int64_t min, int64_t max, int64_t* number) {
  const char* end = text.data() + text.size();
  const auto parsed = std::from_chars(text.data(), end, *number);
  return parsed.ec == std::errc() && parsed.ptr == end && *number >= min && *number <= max;
}

}  // namespace

const std::string& LoadFlags::Own(const std::string& name) const { return own.at(name); }

int64_t LoadFlags::CountOf(int64_t batch) const {
  return std::min(batch_size, payment_count - batch * batch_size);
}

LoadFlags ParseLoadFlags(int argc, char** argv, std::map<std::string, std::string> own) {
  LoadFlags flags;
  int64_t seed = 1;
  int64_t projects = flags.feed.project_count;
  int64_t days = flags.feed.day_count;
  int64_t repeats = flags.feed.repeat_permille;
  const std::map<std::string_view, std::pair<int64_t*, int64_t>> numbers = {
      {"--payments", {&flags.payment_count, 1'000'000'000}},
      {"--batch", {&flags.batch_size, 10'000}},
      {"--in-flight", {&flags.in_flight, 10'000}},
      {"--seed", {&seed, INT64_MAX}},
      {"--projects", {&projects, kFeedProjectsMax}},
      {"--days", {&days, 365}},
      {"--duplicates", {&repeats, 900}}};
  for (int i = 1; i < argc; i += 2) {
    if (i + 1 == argc) Usage(argv[0], own);
    const std::string name = argv[i];
    const std::string value = argv[i + 1];
    const auto number = numbers.find(name);
    if (number != numbers.end()) {
      const int64_t min = name == "--duplicates" ? 0 : 1;
      if (!ReadNumber(value, min, number->second.second, number->second.first)) {
        Usage(argv[0], own);
      }
    } else if (name == "--source") {
      flags.source = value;
    } else if (name == "--ids" && (value == "rising" || value == "scattered")) {
      flags.feed.scattered_ids = value == "scattered";
    } else if (name.starts_with("--") && own.contains(name.substr(2))) {
      own[name.substr(2)] = value;
    } else {
      Usage(argv[0], own);
    }
  }
  flags.feed.seed = static_cast<uint64_t>(seed);
  flags.feed.project_count = static_cast<int>(projects);
  flags.feed.day_count = static_cast<int>(days);
  flags.feed.repeat_permille = static_cast<int>(repeats);
  flags.feed.repeat_distance = 2 * flags.in_flight * flags.batch_size;
  flags.feed.tag = FeedTag(flags.source, flags.feed.seed);
  flags.own = std::move(own);
  return flags;
}

Expected ExpectedOf(const PaymentFeed& feed, int64_t payment_count) {
  Expected expected;
  for (int64_t i = 0; i < payment_count; ++i) {
    const FeedItem item = feed.At(i);
    if (item.repeat) continue;
    ++expected.new_count;
    expected.new_fen += item.amount_fen;
  }
  return expected;
}

void PrintFigures(const LoadFlags& flags, double seconds, const LatencyHistogram& latency,
                  const std::string& more) {
  std::printf(
      "{\"paymentCount\": %lld, \"elapsedSeconds\": %.6f, \"paymentsPerSecond\": %.1f, "
      "\"p50Ms\": %.3f, \"p99Ms\": %.3f, \"maxMs\": %.3f%s%s}\n",
      static_cast<long long>(flags.payment_count), seconds,
      static_cast<double>(flags.payment_count) / seconds, latency.QuantileMillis(0.5),
      latency.QuantileMillis(0.99), latency.MaxMillis(), more.empty() ? "" : ", ", more.c_str());
}

void Require(bool condition, const std::string& reason) {
  if (condition) return;
  std::fprintf(stderr, "%s\n", reason.c_str());
  std::exit(1);
}

}  // namespace budgetwatch::bench
