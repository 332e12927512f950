#pragma once

#include <google/protobuf/struct.pb.h>
#include <google/protobuf/util/json_util.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "budgetctl/app.h"

namespace budgetwatch::ctl {

// How a command ended.
struct Ran {
  int code = 0;
  std::string out;
  std::string err;
};

// Runs a command in this process, as in a pipe.
inline Ran Execute(const std::vector<std::string>& arguments, const std::string& input = "",
                   const std::string& environment_server = "127.0.0.1:1") {
  std::istringstream in(input);
  std::ostringstream out;
  std::ostringstream err;
  Terminal terminal{
      .in = in, .out = out, .err = err, .out_width = std::nullopt, .err_width = std::nullopt};
  const ExitCode code = RunBudgetctl(arguments, environment_server, "", &terminal);
  return Ran{static_cast<int>(code), out.str(), err.str()};
}

inline google::protobuf::Struct Json(const std::string& text) {
  google::protobuf::Struct value;
  EXPECT_TRUE(google::protobuf::util::JsonStringToMessage(text, &value).ok()) << text;
  return value;
}

// Cases with a folder of their own.
class InFolderTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (std::filesystem::temp_directory_path() / "bw-ctl-XXXXXX").string();
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::string Write(const std::string& name, const std::string& content) {
    std::ofstream(folder_ / name, std::ios::binary) << content;
    return folder_ / name;
  }

  std::filesystem::path folder_;
};

}  // namespace budgetwatch::ctl
