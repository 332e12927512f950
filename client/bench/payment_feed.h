#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace budgetwatch::bench {

inline constexpr int kFeedProjectsMax = 26 * 26 * 26 * 26;
inline constexpr size_t kFeedTagBytes = 8;

struct FeedOptions {
  uint64_t seed = 1;
  int year = 2020;
  int project_count = 1'000;  // 1 to kFeedProjectsMax
  int day_count = 365;        // 1 to 365, from 1 January on
  // Share of the items that repeat an earlier one, word for word.
  int repeat_permille = 10;
  // A repeat follows its original by at least this many items, so that the original
  // is answered before the repeat is sent.
  int64_t repeat_distance = 0;
  // Start of every payment id, kFeedTagBytes characters; feeds with different tags
  // have no id in common.
  std::string tag = "00000000";
  // Ids in no order, instead of rising ones.
  bool scattered_ids = false;
};

// A tag for a run: of runs with other sources or seeds it differs.
std::string FeedTag(std::string_view source, uint64_t seed);

// What an item is made of.
struct FeedItem {
  int64_t original = 0;  // the item itself, or the one that it repeats
  bool repeat = false;
  int project = 0;  // 0-based
  int day = 0;      // 0-based
  int64_t amount_fen = 0;
};

// A sequence of up to 2^32 payment events, each computed from the seed and its place
// in the sequence, so that any program can make the same ones, in any order, with
// nothing kept. Every event has the same size, and is made as the bytes of a
// repeated field of RecordPaymentsRequest: a copy and a few patches, since a load
// generator shares its machine with what it measures. Immutable; thread-safe.
class PaymentFeed {
 public:
  // Where an encoded event has its texts.
  struct Field {
    size_t offset;
    size_t size;
  };
  static constexpr Field kId{4, kFeedTagBytes + 16};
  static constexpr Field kProject{32, 17};
  static constexpr Field kDate{51, 10};
  static constexpr Field kPayee{68, 18};
  static constexpr Field kMemo{88, 24};
  static constexpr size_t kEventBytes = 112;

  // REQUIRES: the limits of FeedOptions.
  explicit PaymentFeed(FeedOptions options);

  const FeedOptions& options() const { return options_; }

  FeedItem At(int64_t index) const;
  bool IsRepeat(int64_t index) const { return Resolve(index) != index; }

  // Writes kEventBytes: the field's tag and length, and the event of `item`.
  void Encode(const FeedItem& item, uint8_t* out) const;

  // The code of a project, such as "122-0601-JBN-AAAB".
  std::string_view ProjectCode(int project) const;

 private:
  int64_t Resolve(int64_t index) const;

  const FeedOptions options_;
  std::array<uint8_t, kEventBytes> template_;
  std::string codes_;  // of all projects, one after the other
  std::string dates_;
  std::string digits_;  // "000001…999"
};

// The text of an encoded event.
std::string_view TextOf(const uint8_t* event, PaymentFeed::Field field);

}  // namespace budgetwatch::bench
