// Goal: the contract of the command line: flags before and after the noun, exit
// codes, what stands on standard output and what on standard error.
// Method: whole commands in this process, offline or against a fake ledger on a
// loopback port.

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <sstream>

#include "fake_payment_service.h"
#include "run_budgetctl.h"

namespace budgetwatch::ctl {
namespace {

using BudgetctlTest = InFolderTest;

constexpr char kPlan[] =
    "budgetwatch_plan: 1\n"
    "department_code: \"990001\"\n"
    "fiscal_year: 2020\n"
    "projects:\n"
    "  - code: \"990-0001\"\n"
    "    name: \"示例项目\"\n"
    "    budget: 12.50\n"
    "    checkpoints:\n"
    "      06-30: null\n"
    "      12-31: 100.00\n";

constexpr char kPayments[] =
    "payment_id,project_code,pay_date,amount,payee,memo\n"
    "p1,990-0001,2020-03-01,100.00,甲,\n"
    "p2,990-0001,2020-03-02,0,乙,\n"
    "p3,990-0001,2020-03-03,1.234,丙,\n"
    "p4,990-0001,2020-03-04,-5.00,丁,\n";

TEST_F(BudgetctlTest, WrongUsageIsTwo) {
  for (const std::vector<std::string>& arguments : std::vector<std::vector<std::string>>{
           {},
           {"plan"},
           {"plan", "check"},
           {"nonsense"},
           {"target", "read", "1", "--output", "xml"},
           {"target", "read", "1", "--lang", "fr"},
           {"target", "read", "1", "--timeout", "0"},
           {"report", "execution", "--department", "1"},
           {"report", "execution", "--department", "1", "--year", "20"},
           {"report", "execution", "--department", "1", "--year", "2020", "--as-of", "2020-02-30"},
           {"report", "execution", "--department", "1", "--year", "2020", "--known-at", "now"},
           {"warning", "explain", "x", "--cause", "weather", "--text", "t"},
           {"warning", "list", "--state", "any"}}) {
    const Ran run = Execute(arguments);
    EXPECT_EQ(run.code, 2) << run.err;
    EXPECT_EQ(run.out, "");
    EXPECT_NE(run.err, "");
  }
}

TEST_F(BudgetctlTest, HelpAndVersionAreDone) {
  EXPECT_EQ(Execute({"--help"}).code, 0);
  EXPECT_EQ(Execute({"--version"}).out.substr(0, 10), "budgetctl ");
  EXPECT_NE(Execute({"plan", "--help"}).out.find("下达"), std::string::npos);
  EXPECT_NE(Execute({"plan", "apply", "--help"}).out.find("显示帮助"), std::string::npos);
  EXPECT_EQ(Execute({"plan", "--help", "--lang", "en"}).out.find("下达"), std::string::npos);
}

TEST_F(BudgetctlTest, GlobalFlagsStandAnywhere) {
  const std::string expected = Execute({"--output", "json", "target", "read", "253个"}).out;
  EXPECT_NE(expected.find("\"value\":\"253\""), std::string::npos);
  EXPECT_EQ(expected.find("comparator\""), std::string::npos) << expected;
  EXPECT_EQ(Execute({"target", "--output", "json", "read", "253个"}).out, expected);
  EXPECT_EQ(Execute({"target", "read", "--output=json", "253个"}).out, expected);
  EXPECT_EQ(Execute({"target", "read", "253个", "--output", "json"}).out, expected);
}

TEST_F(BudgetctlTest, ATextThatSpellsANounIsAText) {
  const Ran run = Execute({"target", "read", "plan", "report", "--output", "json"});
  EXPECT_EQ(run.code, 0) << run.err;
  EXPECT_EQ(std::count(run.out.begin(), run.out.end(), '\n'), 2);
}

TEST_F(BudgetctlTest, TargetsOfStandardInputKeepTheirLines) {
  const Ran run = Execute({"--output", "json", "target", "read"}, "\xEF\xBB\xBF≥90%\r\n\n是");
  EXPECT_EQ(run.code, 0);
  EXPECT_EQ(std::count(run.out.begin(), run.out.end(), '\n'), 3);
  EXPECT_NE(run.out.find("COMPARATOR_GE"), std::string::npos) << run.out;
  EXPECT_EQ(Execute({"--output", "json", "target", "read"}, "≥1\n\xff\n").code, 3);
}

TEST_F(BudgetctlTest, PlanCheckPrintsPlanAndFindings) {
  const Ran run = Execute({"plan", "check", Write("plan.yaml", kPlan), "--output", "json"});
  EXPECT_EQ(run.code, 0) << run.out;
  const auto json = Json(run.out).fields();
  EXPECT_EQ(json.at("findings").kind_case(), google::protobuf::Value::kListValue);
  const auto& plan = json.at("plan").struct_value().fields();
  EXPECT_EQ(plan.at("departmentCode").string_value(), "990001");
  const auto& project = plan.at("projects").list_value().values(0).struct_value().fields();
  EXPECT_EQ(project.at("budgetFen").string_value(), "1250");
  const auto& checkpoints = project.at("checkpoints").list_value();
  EXPECT_EQ(checkpoints.values(0).struct_value().fields().count("cumulativePercent"), 0u);
  EXPECT_EQ(checkpoints.values(1).struct_value().fields().at("cumulativePercent").string_value(),
            "100.00");
}

// A person sees how each target is read, and how a reading of the file changes that.
TEST_F(BudgetctlTest, PlanCheckShowsEveryReading) {
  const std::string plan =
      std::string(kPlan) +
      "    indicators:\n"
      "      - {target: ≥90%}\n"
      "      - {target: '100'}\n"
      "      - {target: '100', reading: {kind: quantitative, comparator: ge, value: 95,"
      " unit: '%'}}\n";
  const Ran run = Execute({"plan", "check", Write("plan.yaml", plan), "--lang", "en"});
  EXPECT_EQ(run.code, 0) << run.out << run.err;
  std::vector<std::vector<std::string>> rows;
  std::istringstream lines(run.out);
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    rows.emplace_back(std::istream_iterator<std::string>(words),
                      std::istream_iterator<std::string>());
  }
  const auto has_row = [&rows](const std::vector<std::string>& end) {
    return std::any_of(rows.begin(), rows.end(), [&end](const std::vector<std::string>& row) {
      return row.size() == end.size() + 1 && std::equal(end.begin(), end.end(), row.begin() + 1);
    });
  };
  EXPECT_TRUE(has_row({"1", "≥90%", "quantitative", "≥", "yes", "90", "%"})) << run.out;
  EXPECT_TRUE(has_row({"2", "100", "quantitative", "-", "no", "100", "unit_missing"})) << run.out;
  EXPECT_TRUE(has_row({"3", "100", "quantitative", "≥", "yes", "95", "%"})) << run.out;
  const size_t doubt = run.out.find("ambiguous_target");
  EXPECT_NE(run.out.find("indicators[1].target_text", doubt), std::string::npos) << run.out;
  EXPECT_EQ(run.out.find("ambiguous_target", doubt + 1), std::string::npos) << run.out;
}

TEST_F(BudgetctlTest, PlanWithAnErrorIsThreeAndIsNotSent) {
  std::string plan = kPlan;
  plan.replace(plan.find("100.00"), 6, "90.00");
  const std::string path = Write("plan.yaml", plan);
  const Ran check = Execute({"plan", "check", path, "--output", "json"});
  EXPECT_EQ(check.code, 3);
  EXPECT_NE(check.out.find("last_share_not_100"), std::string::npos) << check.out;
  // Nobody listens at the address: had it been sent, the code were 1.
  const Ran apply = Execute({"plan", "apply", path, "--output", "json"});
  EXPECT_EQ(apply.code, 3);
  EXPECT_EQ(Json(apply.out).fields().at("applied").bool_value(), false);
}

TEST_F(BudgetctlTest, ConvertWritesTheFileAndReadsItBack) {
  const std::string path = Write("plan.yaml", kPlan);
  const std::string copy = folder_ / "copy.yaml";
  const Ran run = Execute({"plan", "convert", path, "-o", copy, "--output", "json"});
  EXPECT_EQ(run.code, 0) << run.err;
  EXPECT_EQ(run.out, Execute({"plan", "check", path, "--output", "json"}).out);
  EXPECT_EQ(run.out, Execute({"plan", "check", copy, "--output", "json"}).out);
  std::ostringstream content;
  content << std::ifstream(copy).rdbuf();
  EXPECT_EQ(Execute({"plan", "convert", path}).out, content.str());
}

TEST_F(BudgetctlTest, AMissingFileIsAFailure) {
  const Ran run = Execute({"plan", "check", folder_ / "none.yaml"});
  EXPECT_EQ(run.code, 1);
  EXPECT_EQ(run.out, "");
  EXPECT_NE(run.err.find("none.yaml"), std::string::npos);
  EXPECT_EQ(Execute({"payment", "import", folder_ / "none.csv"}).code, 1);
}

TEST_F(BudgetctlTest, NobodyThereNamesTheAddressAndTheCure) {
  const Ran run = Execute({"--timeout", "0.2", "--lang", "en", "admin", "info"}, "", "127.0.0.1:1");
  EXPECT_EQ(run.code, 1);
  EXPECT_NE(run.err.find("127.0.0.1:1"), std::string::npos) << run.err;
  EXPECT_NE(run.err.find("budgetwatchd"), std::string::npos) << run.err;
  EXPECT_EQ(run.out, "");
}

TEST_F(BudgetctlTest, ImportCountsRowsAndRejectsOneByOne) {
  FakePaymentService service;
  const FakeServer server(&service);
  const std::string path = Write("payments.csv", kPayments);
  const Ran first =
      Execute({"--server", server.address(), "payment", "import", path, "--output", "json"});
  EXPECT_EQ(first.code, 3) << first.err;
  const auto json = Json(first.out).fields();
  EXPECT_EQ(json.at("recordedCount").string_value(), "2");
  EXPECT_EQ(json.at("rejectedCount").string_value(), "2");
  EXPECT_EQ(json.at("amountFen").string_value(), "9500");
  const auto& rejections = json.at("rejections").list_value();
  ASSERT_EQ(rejections.values_size(), 2);
  const auto& zero = rejections.values(0).struct_value().fields();
  EXPECT_EQ(zero.at("row").string_value(), "3");
  EXPECT_EQ(zero.at("reason").string_value(), "ZERO_AMOUNT");
  EXPECT_EQ(zero.at("field").string_value(), "amount");
  const auto& decimals = rejections.values(1).struct_value().fields();
  EXPECT_EQ(decimals.at("row").string_value(), "4");
  EXPECT_EQ(decimals.at("reason").string_value(), "INVALID_AMOUNT");
  EXPECT_EQ(first.err, "");  // no progress bar in a pipe

  // Under another name the file is still the same payments.
  const std::string renamed = Write("renamed.csv", kPayments);
  const Ran second =
      Execute({"payment", "import", renamed, "--output", "json"}, "", server.address());
  EXPECT_EQ(Json(second.out).fields().at("duplicateCount").string_value(), "2");
  EXPECT_EQ(Json(second.out).fields().at("amountFen").string_value(), "0");
}

TEST_F(BudgetctlTest, ImportSaysThatItCanBeRepeatedAfterAFailure) {
  FakePaymentService service;
  service.set_break_status(grpc::Status(grpc::StatusCode::INTERNAL, "boom"));
  service.BreakStreamsAfter({1});
  const FakeServer server(&service);
  const Ran run = Execute({"--lang", "en", "--server", server.address(), "payment", "import",
                           Write("payments.csv", kPayments)});
  EXPECT_EQ(run.code, 1);
  EXPECT_NE(run.err.find("boom"), std::string::npos) << run.err;
  EXPECT_NE(run.err.find("again is safe"), std::string::npos) << run.err;
}

}  // namespace
}  // namespace budgetwatch::ctl
