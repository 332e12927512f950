#include "budgetctl/target_table.h"

#include <iterator>

namespace budgetwatch::ctl {

std::vector<Column> TargetColumns(const Speech& say) {
  return {{say("指标值", "Target"), Align::kLeft, 12}, {say("类型", "Kind"), Align::kLeft, 0},
          {say("比较", "Sign"), Align::kLeft, 0},      {say("写明", "Written"), Align::kLeft, 0},
          {say("数值", "Value"), Align::kRight, 0},    {say("上限", "Upper"), Align::kRight, 0},
          {say("单位", "Unit"), Align::kLeft, 6},      {say("说明", "Notes"), Align::kLeft, 8}};
}

std::vector<std::string> TargetCells(const Speech& say, const std::string& text,
                                     const v1::Target& target) {
  return {text,
          Word(say, target.kind()),
          target.has_comparator() ? ComparatorSign(target.comparator()) : "-",
          target.comparator_written() ? say("是", "yes") : say("否", "no"),
          target.value(),
          target.upper_value(),
          target.unit(),
          JoinedNotes(target)};
}

std::string JoinedNotes(const v1::Target& target) {
  std::string notes;
  for (const std::string& note : target.notes()) notes += (notes.empty() ? "" : ";") + note;
  return notes;
}

void PrintTargets(std::ostream& out, const Speech& say, const v1::Plan& plan,
                  std::optional<int> width) {
  std::vector<Column> columns = {{say("项目编码", "Project"), Align::kLeft, 0},
                                 {say("指标", "Indicator"), Align::kLeft, 0}};
  for (Column& column : TargetColumns(say)) columns.push_back(std::move(column));
  Table table(std::move(columns));
  int count = 0;
  for (const v1::Project& project : plan.projects()) {
    for (const v1::Indicator& indicator : project.indicators()) {
      std::vector<std::string> cells = {project.project_code(), indicator.indicator_id()};
      std::vector<std::string> reading =
          TargetCells(say, indicator.target_text(), indicator.target());
      std::move(reading.begin(), reading.end(), std::back_inserter(cells));
      table.AddRow(std::move(cells));
      ++count;
    }
  }
  if (count == 0) return;
  const std::string number = std::to_string(count);
  out << '\n'
      << say("指标值 " + number + " 个，读法如下；读错的，在计划文件中用 reading 写明。",
             number +
                 " targets and how they are read; where one is wrong, give its reading in "
                 "the plan.")
      << '\n'
      << table.Render(width) << '\n';
}

}  // namespace budgetwatch::ctl
