#include <memory>

#include "budgetctl/command_line.h"
#include "budgetctl/csv.h"
#include "budgetctl/figures.h"
#include "budgetctl/import_output.h"
#include "budgetctl/json.h"
#include "budgetctl/known_at.h"
#include "budgetctl/observation_import.h"
#include "budgetctl/pages.h"
#include "budgetctl/table.h"

namespace budgetwatch::ctl {
namespace {

struct ListFlags {
  int year = 0;
  std::string project;
  std::string indicator;
  std::string from;
  std::string to;
  bool suspended = false;
  std::string known_at;
};

std::string SurveyText(const Speech& say, const v1::SurveyCounts& survey) {
  std::optional<double> share;
  if (survey.asked_count() > 0) {
    share =
        static_cast<double>(survey.satisfied_count()) / static_cast<double>(survey.asked_count());
  }
  return FormatShare(share) + say("（", " (") + std::to_string(survey.satisfied_count()) + "/" +
         std::to_string(survey.asked_count()) + say("）", ")");
}

// The value as it was reported, for a person.
std::string ValueText(const Speech& say, const v1::ObservationEvent& event) {
  switch (event.value_case()) {
    case v1::ObservationEvent::kNumber:
      return event.number() + (event.unit().empty() ? "" : " " + event.unit());
    case v1::ObservationEvent::kYes: return event.yes() ? say("是", "yes") : say("否", "no");
    case v1::ObservationEvent::kAchievement: {
      const std::string degree = Word(say, event.achievement());
      return event.achieved_percent().empty() ? degree
                                              : degree + " " + event.achieved_percent() + "%";
    }
    case v1::ObservationEvent::kSurvey: return SurveyText(say, event.survey());
    case v1::ObservationEvent::kCompletedDate: return event.completed_date();
    case v1::ObservationEvent::VALUE_NOT_SET: break;
  }
  return "-";
}

// The value as the column of an observation CSV takes it; empty for a survey.
std::string ValueCell(const v1::ObservationEvent& event) {
  if (event.has_survey()) return "";
  if (event.has_number()) return event.number();
  const Speech chinese(Language::kChinese);
  return event.has_achievement() ? Word(chinese, event.achievement()) : ValueText(chinese, event);
}

std::string Marks(const Speech& say, const v1::Observation& observation) {
  std::string marks;
  if (observation.suspended()) marks += say("待核", "suspended");
  if (observation.corrected_by_sequence() != 0) {
    marks += (marks.empty() ? "" : " ") + say("已更正", "corrected");
  }
  return marks;
}

void PrintObservations(const Context& context, const v1::ListObservationsResponse& response) {
  const Speech& say = context.say;
  if (response.observations().empty()) {
    context.out() << say("没有观测。", "No observations.") << '\n';
    return;
  }
  Table table({{say("日期", "Date"), Align::kLeft, 0},
               {say("项目编码", "Project"), Align::kLeft, 10},
               {say("指标", "Indicator"), Align::kLeft, 4},
               {say("编号", "Id"), Align::kLeft, 8},
               {say("完成值", "Value"), Align::kLeft, 10},
               {say("监测单位", "Observed by"), Align::kLeft, 6},
               {say("依据", "Evidence"), Align::kLeft, 6},
               {say("备注", "Note"), Align::kLeft, 6},
               {say("标记", "Marks"), Align::kLeft, 0}});
  for (const v1::Observation& observation : response.observations()) {
    const v1::ObservationEvent& event = observation.event();
    table.AddRow({event.observed_date(), event.project_code(), event.indicator_id(),
                  event.observation_id(), ValueText(say, event), event.observed_by(),
                  event.evidence(), event.note(), Marks(say, observation)});
  }
  context.out() << table.Render(context.terminal.out_width);
  const std::string count = std::to_string(response.observations_size());
  context.out() << say("共 " + count + " 条。", count + " observations.") << '\n';
}

// The columns of an import, then what the ledger adds.
void WriteObservationsCsv(std::ostream& out, const v1::ListObservationsResponse& response) {
  WriteCsvRecord(out, {"observation_id", "project_code", "indicator_id", "observed_date", "value",
                       "unit", "satisfied", "asked", "percent", "evidence", "note", "observed_by",
                       "corrects_observation_id", "source", "sequence", "recorded_time",
                       "suspended", "corrected_by_sequence"});
  for (const v1::Observation& observation : response.observations()) {
    const v1::ObservationEvent& event = observation.event();
    const bool survey = event.has_survey();
    const int64_t corrected_by = observation.corrected_by_sequence();
    WriteCsvRecord(
        out,
        {event.observation_id(), event.project_code(), event.indicator_id(), event.observed_date(),
         ValueCell(event), event.unit(),
         survey ? std::to_string(event.survey().satisfied_count()) : "",
         survey ? std::to_string(event.survey().asked_count()) : "", event.achieved_percent(),
         event.evidence(), event.note(), event.observed_by(), event.corrects_observation_id(),
         observation.source(), std::to_string(observation.sequence()), observation.recorded_time(),
         CsvBool(observation.suspended()), corrected_by == 0 ? "" : std::to_string(corrected_by)});
  }
}

ExitCode List(const Context& context, const ListFlags& flags) {
  v1::ListObservationsRequest request;
  request.set_fiscal_year(flags.year);
  request.set_project_code(flags.project);
  request.set_indicator_id(flags.indicator);
  request.set_from_date(flags.from);
  request.set_to_date(flags.to);
  request.set_suspended_only(flags.suspended);
  if (const auto known_at = ParseKnownAt(flags.known_at)) *request.mutable_known_at() = *known_at;
  v1::ListObservationsResponse all;
  const client::CallStatus status =
      ListAll(context.ConnectionSettings(), &client::Connection::ListObservations, request, &all);
  if (!status.ok()) return context.Fail(status);
  switch (context.options.output) {
    case OutputFormat::kJson: context.out() << ToJson(all); break;
    case OutputFormat::kCsv: WriteObservationsCsv(context.out(), all); break;
    case OutputFormat::kTable: PrintObservations(context, all); break;
  }
  return ExitCode::kDone;
}

void AddImport(CommandLine* line, CLI::App* noun) {
  const Speech& say = line->say();
  auto path = std::make_shared<std::string>();
  auto source = std::make_shared<std::string>();
  CLI::App* import = line->AddVerb(
      noun, "import",
      say("导入完成值 CSV（可重复运行）", "Import an observation CSV; safe to repeat"),
      [path, source](const Context& context) {
        return ImportObservations(context, *path, *source);
      });
  constexpr char kColumns[] =
      "observation_id,project_code,indicator_id,observed_date,value[,unit,satisfied,asked,"
      "percent,evidence,note,observed_by,corrects_observation_id]";
  import
      ->add_option("FILE", *path,
                   say("CSV 文件：", "CSV file: ") + kColumns +
                       say("。value 为数字、是/否、达成/部分达成/未达成或完成日期；满意度调查留空，"
                           "填 satisfied（满意人数）和 asked（调查人数）",
                           ". value is a number, 是/否, 达成/部分达成/未达成 or a day of "
                           "completion; a survey leaves it empty and fills satisfied and asked"))
      ->required();
  AddSource(say, import, source.get());
}

void AddList(CommandLine* line, CLI::App* noun) {
  const Speech& say = line->say();
  auto flags = std::make_shared<ListFlags>();
  CLI::App* list = line->AddVerb(noun, "list", say("列出完成值", "List observations"),
                                 [flags](const Context& context) { return List(context, *flags); });
  AddYear(say, list, &flags->year)->required();
  CLI::Option* project =
      list->add_option("--project", flags->project,
                       say("项目编码（默认全部）", "Code of the project (default all)"));
  list->add_option("--indicator", flags->indicator,
                   say("指标编号；与 --project 同用", "Indicator; together with --project"))
      ->needs(project);
  AddDate(list, "--from", &flags->from, say("起始日期（含）", "First date, included"));
  AddDate(list, "--to", &flags->to, say("截止日期（含）", "Last date, included"));
  list->add_flag("--suspended", flags->suspended, say("只列待核", "Only what is in suspense"));
  AddKnownAt(say, list, &flags->known_at);
}

}  // namespace

void AddObservationCommands(CommandLine* line) {
  CLI::App* noun = line->AddNoun(
      "observation", line->say()("绩效指标完成值：导入、查看", "Observations of indicators"));
  AddImport(line, noun);
  AddList(line, noun);
}

}  // namespace budgetwatch::ctl
