// Goal: whatever a message holds, a log line stays one line of key=value.
// Method: texts with what would break it. The journal's form is tested with the daemon.

#include "app/log.h"

#include <gtest/gtest.h>

namespace budgetwatch {
namespace {

TEST(Log, QuotedTextsKeepToTheirValue) {
  EXPECT_EQ(Quoted(""), "\"\"");
  EXPECT_EQ(Quoted("two words"), "\"two words\"");
  EXPECT_EQ(Quoted("say \"listen\""), "\"say \\\"listen\\\"\"");
  EXPECT_EQ(Quoted("a\\b"), "\"a\\\\b\"");
  EXPECT_EQ(Quoted("line 1\nline 2\n"), "\"line 1\\nline 2\\n\"");
}

}  // namespace
}  // namespace budgetwatch
