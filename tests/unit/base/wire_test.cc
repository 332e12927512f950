#include "base/wire.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace budgetwatch {
namespace {

TEST(Wire, AVarintHasTheSizeThatIsToldBeforehand) {
  std::vector<uint64_t> values = {0, UINT64_MAX};
  for (int bit = 0; bit < 64; ++bit) {
    const uint64_t power = uint64_t{1} << bit;
    values.insert(values.end(), {power - 1, power, power + 1});
  }
  for (const uint64_t value : values) {
    std::string bytes;
    AppendVarint(value, &bytes);
    EXPECT_EQ(bytes.size(), VarintSize(value)) << value;
    EXPECT_LE(bytes.size(), kMaxVarintBytes);
    // As field 1 of a message it reads back.
    WireReader reader(bytes.insert(0, 1, '\x08'));
    ASSERT_TRUE(reader.Next() && reader.is_varint()) << value;
    EXPECT_EQ(reader.varint(), value);
    EXPECT_FALSE(reader.Next());
    EXPECT_TRUE(reader.done());
  }
}

}  // namespace
}  // namespace budgetwatch
