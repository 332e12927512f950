// Goal: the commands about results: what is sent for the flags, how a file of
// observations is counted, exit codes, pages put together, and answers beyond gRPC's
// default size.
// Method: whole commands in this process against a fake on a loopback port.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "example_results.h"
#include "fake_result_service.h"
#include "run_budgetctl.h"

namespace budgetwatch::ctl {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class ResultCommandTest : public InFolderTest {
 protected:
  // Starts the server with the first command: the fake is set up by then.
  Ran Run(const std::vector<std::string>& arguments) {
    if (!server_) server_.emplace(&service_);
    return Execute(arguments, "", server_->address());
  }

  FakeResultService service_;
  std::optional<FakeServer> server_;
};

constexpr char kObservations[] =
    "observation_id,project_code,indicator_id,observed_date,value,unit,satisfied,asked,percent\n"
    "o1,p,1,2020-06-30,92.5,%,,,\n"
    "o2,p,2,2020-06-30,完成,,,,\n"
    "o3,p,3,2020-06-30,部分达成,,,,99\n"
    "o4,p,4,2020-06-30,,,57,60,\n"
    "o5,p,9,2020-06-30,是,,,,\n"
    "o6,p,5,2020-06-30,2020-06-01,,,,\n";

TEST_F(ResultCommandTest, WrongUsageIsTwo) {
  for (const std::vector<std::string>& arguments : std::vector<std::vector<std::string>>{
           {"observation"},
           {"observation", "import"},
           {"observation", "list"},
           {"observation", "list", "--year", "2020", "--indicator", "1"},
           {"observation", "list", "--year", "2020", "--from", "2020-02-30"},
           {"report", "performance", "--year", "2020"},
           {"report", "score", "--department", "1"},
           {"review"},
           {"review", "run", "--department", "1"},
           {"review", "show"},
           {"review", "export", "2020/1/2020-06-30/1"},
           {"review", "export", "2020/1/2020-06-30/1", "-o", "form.pdf"},
           {"review", "export", "2020/1/2020-06-30/1", "-o", "form.csv", "--form", "annual"},
           {"review", "run", "--department", "1", "--year", "2020", "--known-at", "soon"}}) {
    const Ran run = Run(arguments);
    EXPECT_EQ(run.code, 2) << run.err;
    EXPECT_EQ(run.out, "");
    EXPECT_NE(run.err, "");
  }
}

TEST_F(ResultCommandTest, ImportCountsRowsAndRejectsOneByOne) {
  service_.suspended_indicators = {"p#9"};
  service_.rejections = {{"o3", "INVALID_VALUE"}};
  const std::string path = Write("observations.csv", kObservations);
  const Ran first = Run({"observation", "import", path, "--output", "json"});
  EXPECT_EQ(first.code, 3) << first.err;
  const auto json = Json(first.out).fields();
  EXPECT_EQ(json.at("recordedCount").string_value(), "3");
  EXPECT_EQ(json.at("suspendedCount").string_value(), "1");
  EXPECT_EQ(json.at("duplicateCount").string_value(), "0");
  EXPECT_EQ(json.at("rejectedCount").string_value(), "2");
  const auto& rejections = json.at("rejections").list_value();
  ASSERT_EQ(rejections.values_size(), 2);
  const auto& word = rejections.values(0).struct_value().fields();
  EXPECT_EQ(word.at("row").string_value(), "3");
  EXPECT_EQ(word.at("field").string_value(), "value");
  EXPECT_THAT(word.at("message").string_value(), HasSubstr("部分达成"));
  const auto& percent = rejections.values(1).struct_value().fields();
  EXPECT_EQ(percent.at("row").string_value(), "4");
  EXPECT_EQ(percent.at("field").string_value(), "percent");  // the name of the column
  EXPECT_EQ(first.err, "");                                  // no progress bar in a pipe

  ASSERT_EQ(service_.recorded.size(), 4u);
  EXPECT_EQ(service_.recorded[0].number(), "92.5");
  EXPECT_EQ(service_.recorded[0].unit(), "%");
  EXPECT_EQ(service_.recorded[1].survey().satisfied_count(), 57);
  EXPECT_TRUE(service_.recorded[2].yes());
  EXPECT_EQ(service_.recorded[3].completed_date(), "2020-06-01");

  const Ran again = Run({"observation", "import", path, "--output", "json"});
  EXPECT_EQ(Json(again.out).fields().at("duplicateCount").string_value(), "4");
  const Ran other = Run({"observation", "import", path, "--source", "b", "--output", "json"});
  EXPECT_EQ(Json(other.out).fields().at("recordedCount").string_value(), "3");
}

TEST_F(ResultCommandTest, ImportTellsRowsColumnsAndCures) {
  service_.suspended_indicators = {"p#9"};
  const std::string path = Write("observations.csv", kObservations);
  const Ran run = Run({"observation", "import", path});
  EXPECT_EQ(run.code, 3);
  EXPECT_THAT(run.out, HasSubstr("入账 4 条，待核 1 条，重复 0 条，拒绝 1 行。"));
  EXPECT_THAT(run.out, HasSubstr("还没有这些指标"));
  EXPECT_THAT(run.out, HasSubstr("INVALID_VALUE"));
  EXPECT_THAT(run.out, HasSubstr("达成/部分达成/未达成"));
  const Ran csv = Run({"observation", "import", path, "--output", "csv"});
  EXPECT_EQ(csv.out.substr(0, csv.out.find(",\"")),
            "row,reason,field,message\r\n3,INVALID_VALUE,value");
}

TEST_F(ResultCommandTest, ImportOfGoodRowsIsDone) {
  const std::string path = Write("good.csv",
                                 "observation_id,project_code,indicator_id,observed_date,value\n"
                                 "o1,p,1,2020-06-30,是\n");
  EXPECT_EQ(Run({"observation", "import", path}).code, 0);
}

TEST_F(ResultCommandTest, ImportRefusesAFileItCannotRead) {
  const Ran header = Run({"observation", "import", Write("bad.csv", "编号,完成值\n1,2\n")});
  EXPECT_EQ(header.code, 1);
  EXPECT_EQ(header.out, "");
  EXPECT_THAT(header.err, HasSubstr("编号"));
  EXPECT_EQ(Run({"observation", "import", folder_ / "none.csv"}).code, 1);
  EXPECT_TRUE(service_.recorded.empty());
}

TEST_F(ResultCommandTest, ImportDoesNotSendWhatIsTooLong) {
  const std::string path = Write(
      "long.csv",
      "observation_id,project_code,indicator_id,observed_date,value,note\no1,p,1,2020-06-30,是," +
          std::string(20'000, 'x') + "\n");
  const Ran run = Run({"observation", "import", path, "--output", "json"});
  EXPECT_EQ(run.code, 3);
  EXPECT_THAT(run.out, HasSubstr("FIELD_TOO_LONG"));
  EXPECT_TRUE(service_.recorded.empty());
}

TEST_F(ResultCommandTest, ImportSendsBatchesAndOutlastsAStart) {
  service_.unavailable_calls = 1;
  std::string text = "observation_id,project_code,indicator_id,observed_date,value\n";
  for (int i = 0; i < 2'500; ++i) text += "o" + std::to_string(i) + ",p,1,2020-06-30,1\n";
  const Ran run = Run({"observation", "import", Write("many.csv", text), "--output", "json"});
  EXPECT_EQ(run.code, 0) << run.err;
  EXPECT_EQ(Json(run.out).fields().at("recordedCount").string_value(), "2500");
  EXPECT_THAT(service_.batch_sizes, ElementsAre(1'000, 1'000, 500));
}

TEST_F(ResultCommandTest, ImportSaysThatItCanBeRepeatedAfterAFailure) {
  service_.unavailable_calls = 1'000'000;
  const Ran run = Run({"--lang", "en", "--timeout", "0.2", "observation", "import",
                       Write("observations.csv", kObservations)});
  EXPECT_EQ(run.code, 1);
  EXPECT_THAT(run.err, HasSubstr("again is safe"));
  EXPECT_THAT(run.err, HasSubstr("of the rest it is not known"));
}

TEST_F(ResultCommandTest, ListPutsPagesTogether) {
  service_.suspended_indicators = {"p#9"};
  ASSERT_EQ(Run({"observation", "import", Write("o.csv", kObservations)}).code, 3);
  const Ran table =
      Run({"observation", "list", "--year", "2020", "--project", "p", "--indicator", "1", "--from",
           "2020-01-01", "--to", "2020-06-30", "--suspended", "--known-at", "7"});
  EXPECT_EQ(table.code, 0) << table.err;
  for (const char* part : {"92.5 %", "部分达成 99%", "95.00%（57/60）", "待核", "共 5 条。"}) {
    EXPECT_THAT(table.out, HasSubstr(part));
  }
  const v1::ListObservationsRequest& request = service_.list_request;
  EXPECT_EQ(request.fiscal_year(), 2020);
  EXPECT_EQ(request.project_code(), "p");
  EXPECT_EQ(request.indicator_id(), "1");
  EXPECT_EQ(request.from_date(), "2020-01-01");
  EXPECT_EQ(request.to_date(), "2020-06-30");
  EXPECT_TRUE(request.suspended_only());
  EXPECT_EQ(request.known_at().sequence(), 7);
  const Ran json = Run({"observation", "list", "--year", "2020", "--output", "json"});
  EXPECT_EQ(Json(json.out).fields().at("observations").list_value().values_size(), 5);
  const Ran csv = Run({"observation", "list", "--year", "2020", "--output", "csv"});
  EXPECT_THAT(csv.out, HasSubstr("o1,p,1,2020-06-30,92.5,%,,,,"));
  EXPECT_THAT(csv.out, HasSubstr("o3,p,3,2020-06-30,部分达成,,,,99,"));
  EXPECT_THAT(csv.out, HasSubstr("o4,p,4,2020-06-30,,,57,60,,"));
}

TEST_F(ResultCommandTest, ReportsInEveryFormat) {
  service_.performance = ExamplePerformance();
  service_.scorecard = ExampleScorecard();
  const std::vector<std::string> flags = {"--department", "990002",     "--year",     "2020",
                                          "--as-of",      "2020-06-30", "--known-at", "42"};
  const auto report = [&](const std::string& verb, const std::string& output) {
    std::vector<std::string> arguments = {"report", verb, "--output", output};
    arguments.insert(arguments.end(), flags.begin(), flags.end());
    const Ran run = Run(arguments);
    EXPECT_EQ(run.code, 0) << run.err;
    return run.out;
  };
  EXPECT_THAT(report("performance", "table"), HasSubstr("绩效目标实现程度"));
  EXPECT_EQ(service_.performance_request.department_code(), "990002");
  EXPECT_EQ(service_.performance_request.as_of_date(), "2020-06-30");
  EXPECT_EQ(service_.performance_request.known_at().sequence(), 42);
  const auto performance = Json(report("performance", "json")).fields();
  EXPECT_EQ(performance.at("suspendedCount").string_value(), "2");
  EXPECT_EQ(performance.at("projects").list_value().values_size(), 2);
  EXPECT_THAT(report("performance", "csv"), HasSubstr("169/253"));
  EXPECT_THAT(report("score", "table"), HasSubstr("扣分原因"));
  EXPECT_EQ(Json(report("score", "json")).fields().at("grade").string_value(), "中");
  EXPECT_THAT(report("score", "csv"), HasSubstr("SCORE_ITEM_KIND_INDICATOR"));
}

TEST_F(ResultCommandTest, ReviewsAreExportedAsForms) {
  service_.review = ExampleReview();
  const std::string id = service_.review.summary().review_id();
  const auto read = [this](const std::string& name) {
    std::ifstream file(folder_ / name, std::ios::binary);
    return std::string(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
  };
  const auto path = [this](const std::string& name) { return (folder_ / name).string(); };
  const Ran html = Run({"review", "export", id, "-o", path("form.HTML")});
  EXPECT_EQ(html.code, 0) << html.err;
  EXPECT_THAT(html.out, HasSubstr("项目支出绩效目标执行监控表（3 张）已写入 " + path("form.HTML")));
  EXPECT_THAT(read("form.HTML"), HasSubstr("到货延期"));
  EXPECT_EQ(Run({"review", "export", id, "-o", path("form.xlsx")}).code, 0);
  EXPECT_TRUE(read("form.xlsx").starts_with("PK"));
  // The flag goes before the name of the file.
  const Ran csv = Run({"review", "export", id, "--form", "evaluation", "--format", "csv", "-o",
                       path("form.html"), "--output", "json"});
  EXPECT_EQ(Json(csv.out).fields().at("format").string_value(), "csv");
  EXPECT_THAT(read("form.html"), HasSubstr("项目支出绩效自评表"));

  const Ran missing = Run({"review", "export", "2020/1/2020-06-30/1", "-o", path("form.html")});
  EXPECT_EQ(missing.code, 1);
  EXPECT_THAT(read("form.html"), HasSubstr("项目支出绩效自评表"));
  const Ran nowhere = Run({"review", "export", id, "-o", path("none/form.csv"), "--lang", "en"});
  EXPECT_EQ(nowhere.code, 1);
  EXPECT_THAT(nowhere.err, HasSubstr("cannot write " + path("none/form.csv")));
  const Ran unclear = Run({"review", "export", id, "-o", path("form.pdf"), "--lang", "en"});
  EXPECT_EQ(unclear.code, 2);
  EXPECT_THAT(unclear.err, HasSubstr("--format"));
}

TEST_F(ResultCommandTest, ReviewsRunListAndShow) {
  service_.review = ExampleReview();
  for (int i = 0; i < 5; ++i) service_.reviews.push_back(service_.review.summary());
  const std::string id = service_.review.summary().review_id();
  const Ran run =
      Run({"review", "run", "--department", "990002", "--year", "2020", "--as-of", "2020-06-30"});
  EXPECT_EQ(run.code, 0) << run.err;
  EXPECT_THAT(run.out, HasSubstr("已生成绩效运行监控。"));
  EXPECT_THAT(run.out, HasSubstr("review show " + id));
  EXPECT_EQ(service_.run_request.as_of_date(), "2020-06-30");
  EXPECT_FALSE(service_.run_request.has_known_at());
  const Ran json =
      Run({"review", "run", "--department", "990002", "--year", "2020", "--output", "json"});
  EXPECT_TRUE(Json(json.out).fields().at("created").bool_value());

  const Ran list = Run({"review", "list"});
  EXPECT_THAT(list.out, HasSubstr("共 5 次。"));
  EXPECT_THAT(list.out, HasSubstr(id));
  EXPECT_THAT(Run({"review", "list", "--output", "csv"}).out, HasSubstr("REVIEW_TRIGGER_SCHEDULE"));

  const Ran show = Run({"review", "show", id});
  EXPECT_EQ(show.code, 0) << show.err;
  EXPECT_THAT(show.out, HasSubstr("整改已完成：已全部到货"));
  const Ran whole = Run({"review", "show", id, "--output", "json"});
  EXPECT_EQ(Json(whole.out).fields().at("warnings").list_value().values_size(), 1);
  const Ran missing = Run({"review", "show", "2020/1/2020-06-30/1"});
  EXPECT_EQ(missing.code, 1);
  EXPECT_EQ(missing.out, "");
}

TEST_F(ResultCommandTest, AReviewThatWasThereIsSaidToBe) {
  service_.review = ExampleReview();
  service_.review_created = false;
  const Ran run = Run({"review", "run", "--department", "990002", "--year", "2020"});
  EXPECT_THAT(run.out, HasSubstr("沿用已有的"));
}

TEST_F(ResultCommandTest, LargeReviewsAndReportsArrive) {
  service_.review = ExampleReview();
  const std::string text(5 << 20, 'x');  // gRPC's default is 4 MiB
  service_.review.mutable_review()->mutable_performance()->mutable_projects(0)->set_project_name(
      text);
  service_.performance = service_.review.review().performance();
  const std::string id = service_.review.summary().review_id();
  EXPECT_GT(Run({"review", "show", id, "--output", "json"}).out.size(), text.size());
  EXPECT_GT(
      Run({"report", "performance", "--department", "990002", "--year", "2020", "--output", "json"})
          .out.size(),
      text.size());
}

TEST_F(ResultCommandTest, ExplainCarriesTheRectification) {
  const Ran run = Run({"warning", "explain", "w", "--cause", "funding", "--text", "t", "--measure",
                       "m", "--measure-done", "--measure-result", "已整改"});
  EXPECT_EQ(run.code, 0) << run.err;
  EXPECT_TRUE(service_.explain_request.explanation().measure_done());
  EXPECT_EQ(service_.explain_request.explanation().measure_result(), "已整改");
  EXPECT_THAT(run.out, HasSubstr("整改已完成：已整改"));
  (void)Run({"warning", "explain", "w", "--cause", "funding", "--text", "t"});
  EXPECT_FALSE(service_.explain_request.explanation().measure_done());
}

}  // namespace
}  // namespace budgetwatch::ctl
