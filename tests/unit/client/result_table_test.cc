// Goal: performance, scores and reviews read well in 80 columns, say what is not sure,
// and their CSV carries raw figures.

#include <gtest/gtest.h>

#include <functional>
#include <sstream>

#include "budgetctl/display_width.h"
#include "budgetctl/performance_table.h"
#include "budgetctl/review_table.h"
#include "budgetctl/score_table.h"
#include "budgetctl/warning_text.h"
#include "example_results.h"

namespace budgetwatch::ctl {
namespace {

std::string Performance(Language language, std::optional<int> width) {
  std::ostringstream out;
  PrintPerformance(out, Speech(language), ExamplePerformance(), width);
  return out.str();
}

std::string Score(Language language, std::optional<int> width) {
  std::ostringstream out;
  PrintScorecard(out, Speech(language), ExampleScorecard(), width);
  return out.str();
}

std::string Review(Language language, std::optional<int> width) {
  std::ostringstream out;
  PrintReview(out, Speech(language), ExampleReview(), width);
  return out.str();
}

void ExpectParts(const std::string& text, const std::vector<std::string>& parts) {
  for (const std::string& part : parts) {
    EXPECT_NE(text.find(part), std::string::npos) << part << "\n" << text;
  }
}

// The lines of a CSV as cells; the example has no cell that needs quotes.
std::vector<std::vector<std::string>> Cells(const std::string& csv) {
  std::vector<std::vector<std::string>> rows;
  std::istringstream lines(csv);
  for (std::string line; std::getline(lines, line);) {
    EXPECT_EQ(line.find('"'), std::string::npos) << line;
    if (line.ends_with('\r')) line.pop_back();
    std::vector<std::string>& row = rows.emplace_back(1);
    for (const char c : line) {
      if (c == ',') {
        row.emplace_back();
      } else {
        row.back() += c;
      }
    }
  }
  return rows;
}

std::string CellOf(const std::vector<std::vector<std::string>>& rows, size_t row,
                   const std::string& column) {
  for (size_t i = 0; i < rows[0].size(); ++i) {
    if (rows[0][i] == column) return rows[row][i];
  }
  return "no such column";
}

TEST(ResultTableTest, FitEightyColumnsOnATerminal) {
  for (const Language language : {Language::kChinese, Language::kEnglish}) {
    for (const auto& print : {Performance, Score, Review}) {
      std::istringstream lines(print(language, 80));
      for (std::string line; std::getline(lines, line);) EXPECT_LE(DisplayWidth(line), 80) << line;
    }
  }
}

TEST(ResultTableTest, PerformanceReadsLikeThis) {
  EXPECT_EQ(Performance(Language::kChinese, 80),
            "绩效目标实现程度  990002 示例局\n"
            "年度 2020，截至 2020-06-30，序时进度 50.00%\n"
            "计划第 1 版，账本序号 42\n"
            "\n"
            "编号 指标            指标值 完成值           天前    实现 状态   趋势 可能性\n"
            "────────────────────────────────────────────────────────────────────────────────\n"
            "990-0601-JBN-ABCD  某市城区道路及附属设施日常养护和维修工程\n"
            "1    需换装辅警人数  253个  169 个             15  66.80% 未达标 ↑    有可能\n"
            "2    受访着装人员和… ≥95%   95.00 %（57/60）    0 100.00% 达标*       完全不可能\n"
            "3    是否提高工作效… 是     未监测                      - 未知        -\n"
            "  指标 3：达标 1，未达标 1，未知 1（未监测 1）；实现 83.40%，执行 10.00%\n"
            "────────────────────────────────────────────────────────────────────────────────\n"
            "下级 990002001  示例所\n"
            "  指标 4：达标 0，未达标 0，未知 0；实现 -，执行 -\n"
            "合计\n"
            "  指标 3：达标 1，未达标 1，未知 1（未监测 1）；实现 83.40%，执行 10.00%\n"
            "* 调查样本太小，不能确定是否达标。\n"
            "待核（未对应任何指标）：2 条完成值\n"
            "\n"
            "未达标和未知的原因：\n"
            "- 未达标  990-0601-JBN-ABCD#1  需换装辅警人数\n"
            "    还差 84 个。\n"
            "\n"
            "全年预计执行数（万元）：\n"
            "项目编码          项目名称  预计  最低   最高 其中年底 可能性 依据\n"
            "────────────────────────────────────────────────────────────────────────────────\n"
            "990-0601-JBN-ABCD 某市城…  80.00 70.00 100.46    20.00 有可能 按资金支出计划和…\n"
            "\n"
            "发现的问题：\n"
            "- 警告  成效快于资金  990-0601-JBN-ABCD 某市城区道路及附属设施日常养护和维修工程\n"
            "    目标实现 83.40%，支出 10.00%。\n");
}

TEST(ResultTableTest, TotalsKeepTheirFiguresOnANarrowTerminal) {
  v1::PerformanceReport report = ExamplePerformance();
  report.mutable_totals()->set_indicator_count(123'456);
  std::ostringstream out;
  PrintPerformance(out, Speech(Language::kChinese), report, 80);
  EXPECT_NE(out.str().find("合计\n  指标 123456：达标 1，未达标 1，未知 1（未监测 1）；实现 "
                           "83.40%，执行 10.00%\n"),
            std::string::npos)
      << out.str();
}

TEST(ResultTableTest, PerformanceSaysWhatIsUnsureAndUnobserved) {
  const std::string text = Performance(Language::kChinese, std::nullopt);
  ExpectParts(text, {"66.80%", "未达标", "↑", "有可能", "达标*", "样本太小", "未监测", "完全不可能",
                     "受访着装人员和沿线居民的总体满意程度",
                     "指标 3：达标 1，未达标 1，未知 1（未监测 1）；实现 83.40%，执行 10.00%",
                     "下级 990002001  示例所", "待核（未对应任何指标）：2 条", "80.00", "100.46",
                     "按资金支出计划和上半年实际进度推算。", "成效快于资金",
                     "目标实现 83.40%，支出 10.00%。"});
  // A line without indicators has nothing to show.
  EXPECT_EQ(text.find("990002-RY"), std::string::npos) << text;
  ExpectParts(Performance(Language::kEnglish, std::nullopt),
              {"met*", "too small", "none", "Not met or unknown, and why:", "84 are missing.",
               "3 indicators: 1 met, 1 not met, 1 unknown", "results outpace money",
               "From the schedule and the pace so far."});
}

TEST(ResultTableTest, PerformanceCsvHasARowPerIndicatorWithRawFigures) {
  std::ostringstream out;
  WritePerformanceCsv(out, ExamplePerformance());
  const auto rows = Cells(out.str());
  ASSERT_EQ(rows.size(), 4u);
  for (const auto& row : rows) EXPECT_EQ(row.size(), rows[0].size());
  EXPECT_EQ(CellOf(rows, 1, "observed_date"), "2020-06-15");
  EXPECT_EQ(CellOf(rows, 1, "comparator"), "COMPARATOR_GE");
  EXPECT_EQ(CellOf(rows, 1, "comparator_assumed"), "true");
  EXPECT_EQ(CellOf(rows, 1, "attainment_ratio"), "0.6679841897");
  EXPECT_EQ(CellOf(rows, 1, "attainment_fraction"), "169/253");
  EXPECT_EQ(CellOf(rows, 1, "state"), "TARGET_STATE_NOT_MET");
  EXPECT_EQ(CellOf(rows, 1, "trend"), "TREND_IMPROVING");
  EXPECT_EQ(CellOf(rows, 1, "survey_certain"), "");
  EXPECT_EQ(CellOf(rows, 2, "satisfied"), "57");
  EXPECT_EQ(CellOf(rows, 2, "survey_low_ratio"), "0.863");
  EXPECT_EQ(CellOf(rows, 2, "survey_certain"), "false");
  EXPECT_EQ(CellOf(rows, 3, "observed_date"), "");
  EXPECT_EQ(CellOf(rows, 3, "age_days"), "");
  EXPECT_EQ(CellOf(rows, 3, "attainment_ratio"), "");
}

TEST(ResultTableTest, ScorecardReadsLikeThis) {
  EXPECT_EQ(Score(Language::kChinese, 80),
            "绩效自评得分  990002 示例局\n"
            "年度 2020，截至 2020-06-30，账本序号 42\n"
            "评分规则 default\n"
            "\n"
            "编号  类别      指标            指标值  完成值   分值   得分\n"
            "────────────────────────────────────────────────────────────\n"
            "990-0601-JBN-ABCD  某市城区道路及附属设施日常养护和维修工程\n"
            "                预算执行率                      10.00   1.00\n"
            "1     产出指标  需换装辅警人数  253个   169 个  90.00  60.00\n"
            "  得分 61.00/100.00  中；未监测 1 项，计 0 分\n"
            "部门得分（按预算加权） 61.00  中\n"
            "\n"
            "扣分原因：\n"
            "- 1.00/10.00  990-0601-JBN-ABCD  预算执行率\n"
            "    执行率 10.00%。\n"
            "- 60.00/90.00  990-0601-JBN-ABCD#1  需换装辅警人数\n"
            "    完成 169 个，目标 253 个。\n"
            "\n"
            "说明：\n"
            "- 未监测的指标计 0 分。\n"
            "- 990-0601-JBN-ABCD：计划没有权重，平均分配。\n");
}

TEST(ResultTableTest, ScoreCsvHasARowPerItem) {
  std::ostringstream out;
  WriteScoreCsv(out, ExampleScorecard());
  const auto rows = Cells(out.str());
  ASSERT_EQ(rows.size(), 3u);
  EXPECT_EQ(CellOf(rows, 1, "kind"), "SCORE_ITEM_KIND_EXECUTION");
  EXPECT_EQ(CellOf(rows, 1, "lost_reason_en"), "10.00% paid.");
  EXPECT_EQ(CellOf(rows, 2, "indicator_id"), "1");
  EXPECT_EQ(CellOf(rows, 2, "score"), "60.00");
  EXPECT_EQ(CellOf(rows, 2, "project_grade"), "中");
}

TEST(ResultTableTest, ADepartmentWithoutLinesHasNoScore) {
  std::ostringstream out;
  PrintScorecard(out, Speech(Language::kChinese), v1::Scorecard(), 80);
  ExpectParts(out.str(), {"本级没有可评分的项目。"});
}

TEST(ResultTableTest, ReviewShowsMoneyResultsScoresAndExplanations) {
  ExpectParts(
      Review(Language::kChinese, std::nullopt),
      {"绩效运行监控  990002 示例局", "2020/990002/2020-06-30/1", "到期自动", std::string(64, 'a'),
       "严重滞后", "83.40%", "61.00", "目标未达成", "990-0601-JBN-ABCD#1 需换装辅警人数",
       "经费保障", "到货延期", "措施：催促供货", "整改已完成：已全部到货", "共 1 条。"});
  ExpectParts(Review(Language::kEnglish, std::nullopt),
              {"scheduled", "target missed", "Carried out: 已全部到货", "1 warnings."});
}

TEST(ResultTableTest, ReviewCsvJoinsMoneyResultsAndScores) {
  std::ostringstream out;
  WriteReviewCsv(out, ExampleReview());
  const auto rows = Cells(out.str());
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_EQ(CellOf(rows, 1, "initial_budget_yuan"), "1000000.00");
  EXPECT_EQ(CellOf(rows, 1, "budget_yuan"), "1004600.00");
  EXPECT_EQ(CellOf(rows, 1, "execution_ratio"), "0.1");
  EXPECT_EQ(CellOf(rows, 1, "met_count"), "1");
  EXPECT_EQ(CellOf(rows, 1, "score"), "61.00");
  EXPECT_EQ(CellOf(rows, 1, "warning_count"), "1");
}

TEST(ResultTableTest, WarningsCsvCarriesTheRectificationAndTheTarget) {
  std::ostringstream out;
  WriteWarningsCsvHeader(out);
  WriteWarningCsv(out, ExampleReview().warnings(0), "", "");
  const auto rows = Cells(out.str());
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_EQ(rows[0].size(), rows[1].size());
  EXPECT_EQ(CellOf(rows, 1, "measure_done"), "true");
  EXPECT_EQ(CellOf(rows, 1, "measure_result"), "已全部到货");
  EXPECT_EQ(CellOf(rows, 1, "attainment_ratio"), "0.75");
  EXPECT_EQ(CellOf(rows, 1, "indicator_count"), "");
  EXPECT_EQ(CellOf(rows, 1, "target_text"), "253个");
}

}  // namespace
}  // namespace budgetwatch::ctl
