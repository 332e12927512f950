#include "budgetctl/score_table.h"

#include <string>

#include "budgetctl/csv.h"
#include "budgetctl/display_width.h"
#include "budgetctl/table.h"

namespace budgetwatch::ctl {
namespace {

std::string ItemName(const Speech& say, const v1::ScoreItem& item) {
  return item.kind() == v1::SCORE_ITEM_KIND_EXECUTION ? say("预算执行率", "budget execution")
                                                      : item.name();
}

std::string ScoreText(const Speech& say, const v1::ProjectScore& project) {
  return say("得分 ", "score ") + project.score() + "/" + project.full_score() + "  " +
         project.grade();
}

Table ItemTable(const Speech& say, const v1::Scorecard& scorecard) {
  Table table({{say("编号", "No."), Align::kLeft, 4},
               {say("类别", "Section"), Align::kLeft, 4},
               {say("指标", "Indicator"), Align::kLeft, 12},
               {say("指标值", "Target"), Align::kLeft, 8},
               {say("完成值", "Observed"), Align::kLeft, 8},
               {say("分值", "Full"), Align::kRight, 0},
               {say("得分", "Score"), Align::kRight, 0}});
  for (const v1::ProjectScore& project : scorecard.projects()) {
    if (!table.empty()) table.AddRule();
    table.AddLine(project.project_code() + "  " + project.project_name());
    for (const v1::ScoreItem& item : project.items()) {
      table.AddRow({item.indicator_id(), item.section(), ItemName(say, item), item.target_text(),
                    item.observed_text(), item.full_score(), item.score()});
    }
    const std::string unobserved = std::to_string(project.unobserved_count());
    table.AddLine("  " + ScoreText(say, project) +
                  (project.unobserved_count() == 0
                       ? ""
                       : say("；未监测 " + unobserved + " 项，计 0 分",
                             "; " + unobserved + " unobserved, counted as 0")));
  }
  return table;
}

// The head line is cut like a table's; the reason is not.
void PrintLostPoints(std::ostream& out, const Speech& say, const v1::Scorecard& scorecard,
                     std::optional<int> width) {
  bool headed = false;
  for (const v1::ProjectScore& project : scorecard.projects()) {
    for (const v1::ScoreItem& item : project.items()) {
      const std::string reason = OneLine(say(item.lost_reason_zh(), item.lost_reason_en()));
      if (reason.empty()) continue;
      if (!headed) out << '\n' << say("扣分原因：", "Lost points:") << '\n';
      headed = true;
      const std::string head =
          OneLine("- " + item.score() + "/" + item.full_score() + "  " + project.project_code() +
                  (item.indicator_id().empty() ? "" : "#" + item.indicator_id()) + "  " +
                  ItemName(say, item));
      out << (width ? Shorten(head, *width) : head) << "\n    " << reason << '\n';
    }
  }
}

void PrintNotes(std::ostream& out, const Speech& say, const v1::Scorecard& scorecard) {
  bool headed = false;
  const auto print = [&](const std::string& text) {
    if (text.empty()) return;
    if (!headed) out << '\n' << say("说明：", "Notes:") << '\n';
    headed = true;
    out << "- " << OneLine(text) << '\n';
  };
  for (const std::string& note : say.chinese() ? scorecard.notes_zh() : scorecard.notes_en()) {
    print(note);
  }
  for (const v1::ProjectScore& project : scorecard.projects()) {
    const std::string& weights = say.chinese() ? project.weights_zh() : project.weights_en();
    if (!weights.empty()) print(project.project_code() + say("：", ": ") + weights);
  }
}

}  // namespace

void PrintScorecard(std::ostream& out, const Speech& say, const v1::Scorecard& scorecard,
                    std::optional<int> width) {
  out << say("绩效自评得分  ", "Scorecard  ")
      << OneLine(scorecard.department_code() + " " + scorecard.department_name()) << '\n';
  out << say("年度 ", "Year ") << scorecard.fiscal_year() << say("，截至 ", ", as of ")
      << scorecard.as_of_date() << say("，账本序号 ", ", known at sequence ")
      << scorecard.known_at_sequence() << '\n';
  out << say("评分规则 ", "Rules ") << OneLine(scorecard.profile_name()) << "\n\n";
  if (scorecard.projects().empty()) {
    out << say("本级没有可评分的项目。", "No line of its own to score.") << '\n';
  } else {
    out << ItemTable(say, scorecard).Render(width);
    out << say("部门得分（按预算加权） ", "Department, weighted by budget: ")
        << OneLine(scorecard.score() + "  " + scorecard.grade()) << '\n';
  }
  PrintLostPoints(out, say, scorecard, width);
  PrintNotes(out, say, scorecard);
}

void PrintScores(std::ostream& out, const Speech& say, const v1::Scorecard& scorecard,
                 std::optional<int> width) {
  Table table({{say("项目编码", "Project"), Align::kLeft, 0},
               {say("项目名称", "Name"), Align::kLeft, 8},
               {say("得分", "Score"), Align::kRight, 0},
               {say("满分", "Full"), Align::kRight, 0},
               {say("等级", "Grade"), Align::kLeft, 0},
               {say("未监测", "Unobserved"), Align::kRight, 0}});
  for (const v1::ProjectScore& project : scorecard.projects()) {
    table.AddRow({project.project_code(), project.project_name(), project.score(),
                  project.full_score(), project.grade(),
                  std::to_string(project.unobserved_count())});
  }
  if (!table.empty()) table.AddRule();
  table.AddRow({say("部门", "Department"), "", scorecard.score().empty() ? "-" : scorecard.score(),
                "", scorecard.grade()});
  out << table.Render(width);
}

void WriteScoreCsv(std::ostream& out, const v1::Scorecard& scorecard) {
  WriteCsvRecord(out, {"department_code",   "fiscal_year",    "as_of_date",
                       "known_at_sequence", "profile_name",   "project_code",
                       "project_name",      "project_score",  "project_full_score",
                       "project_grade",     "kind",           "section",
                       "indicator_id",      "name",           "target_text",
                       "observed_text",     "full_score",     "score",
                       "weight_from_plan",  "lost_reason_zh", "lost_reason_en"});
  for (const v1::ProjectScore& project : scorecard.projects()) {
    for (const v1::ScoreItem& item : project.items()) {
      WriteCsvRecord(out, {scorecard.department_code(),
                           std::to_string(scorecard.fiscal_year()),
                           scorecard.as_of_date(),
                           std::to_string(scorecard.known_at_sequence()),
                           scorecard.profile_name(),
                           project.project_code(),
                           project.project_name(),
                           project.score(),
                           project.full_score(),
                           project.grade(),
                           v1::ScoreItemKind_Name(item.kind()),
                           item.section(),
                           item.indicator_id(),
                           item.name(),
                           item.target_text(),
                           item.observed_text(),
                           item.full_score(),
                           item.score(),
                           CsvBool(item.weight_from_plan()),
                           item.lost_reason_zh(),
                           item.lost_reason_en()});
    }
  }
}

}  // namespace budgetwatch::ctl
