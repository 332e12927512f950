// Goal: tables are aligned with Chinese and figures mixed, and are only cut for a
// terminal that is too narrow.

#include "budgetctl/table.h"

#include <gtest/gtest.h>

#include <sstream>

#include "budgetctl/display_width.h"

namespace budgetwatch::ctl {
namespace {

Table Example() {
  Table table({{"项目", Align::kLeft, 6}, {"预算", Align::kRight, 0}, {"状态", Align::kLeft, 0}});
  table.AddRow({"道路养护和维修", "1,004.60", "滞后"});
  table.AddRow({"A", "9.70", "正常"});
  return table;
}

TEST(TableTest, AlignsByDisplayWidth) {
  EXPECT_EQ(Example().Render(std::nullopt),
            "项目                预算  状态\n"
            "──────────────────────────────\n"
            "道路养护和维修  1,004.60  滞后\n"
            "A                   9.70  正常\n");
}

TEST(TableTest, APipeIsNeverCut) {
  Table table({{"名称", Align::kLeft, 4}});
  table.AddRow({std::string(500, 'x')});
  EXPECT_NE(table.Render(std::nullopt).find(std::string(500, 'x')), std::string::npos);
}

TEST(TableTest, NarrowTerminalShortensNamesAndKeepsFigures) {
  const std::string text = Example().Render(24);
  EXPECT_NE(text.find("道路养护…"), std::string::npos) << text;
  EXPECT_NE(text.find("1,004.60"), std::string::npos) << text;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) EXPECT_LE(DisplayWidth(line), 24) << line;
}

TEST(TableTest, FiguresStayWholeEvenWhenNothingFits) {
  const std::string text = Example().Render(5);
  EXPECT_NE(text.find("1,004.60"), std::string::npos) << text;
}

TEST(TableTest, ALineStandsAcrossAndIsCutForATerminalOnly) {
  Table table({{"a", Align::kLeft, 0}});
  table.AddLine("道路养护和维修");
  table.AddRow({"x"});
  EXPECT_EQ(table.Render(std::nullopt), "a\n─\n道路养护和维修\nx\n");
  EXPECT_EQ(table.Render(9), "a\n─\n道路养护…\nx\n");
}

TEST(TableTest, CellsStayOnTheirLine) {
  Table table({{"a", Align::kLeft, 0}});
  table.AddRow({"x\ny"});
  EXPECT_EQ(table.Render(std::nullopt), "a\n───\nx y\n");
}

}  // namespace
}  // namespace budgetwatch::ctl
