#include "transport/plan_message.h"

#include "domain/money.h"

namespace budgetwatch {
namespace {

// The API's enums have UNSPECIFIED at 0, so the domain's values from 0 shift by 1.
v1::TargetKind ToMessage(TargetKind kind) {
  return static_cast<v1::TargetKind>(static_cast<int>(kind) + 1);
}

v1::Comparator ToMessage(Comparator comparator) {
  switch (comparator) {
    case Comparator::kGe: return v1::COMPARATOR_GE;
    case Comparator::kGt: return v1::COMPARATOR_GT;
    case Comparator::kLe: return v1::COMPARATOR_LE;
    case Comparator::kLt: return v1::COMPARATOR_LT;
    case Comparator::kEq: return v1::COMPARATOR_EQ;
    case Comparator::kRange: return v1::COMPARATOR_RANGE;
  }
  return v1::COMPARATOR_UNSPECIFIED;
}

std::optional<Comparator> FromMessage(v1::Comparator comparator) {
  for (const Comparator candidate : {Comparator::kGe, Comparator::kGt, Comparator::kLe,
                                     Comparator::kLt, Comparator::kEq, Comparator::kRange}) {
    if (ToMessage(candidate) == comparator) return candidate;
  }
  return std::nullopt;
}

void ToMessage(const Indicator& indicator, v1::Indicator* message) {
  message->set_indicator_id(indicator.indicator_id);
  message->set_level1(indicator.level1);
  message->set_level2(indicator.level2);
  message->set_level3(indicator.level3);
  message->set_description(indicator.description);
  message->set_target_text(indicator.target_text);
  message->set_basis(indicator.basis);
  message->set_weight(indicator.weight);
  *message->mutable_target() = ToMessage(indicator.target);
}

void ToMessage(const Project& project, v1::Project* message) {
  message->set_project_code(project.project_code);
  message->set_project_name(project.project_name);
  message->set_kind(static_cast<v1::ProjectKind>(project.kind));
  message->set_budget_fen(project.budget_fen);
  for (const Funding& funding : project.fundings) {
    v1::Funding* item = message->add_fundings();
    item->set_source(static_cast<v1::FundingSource>(funding.source));
    item->set_amount_fen(funding.amount_fen);
  }
  for (const Checkpoint& checkpoint : project.checkpoints) {
    v1::Checkpoint* item = message->add_checkpoints();
    item->set_date(checkpoint.date.ToString());
    if (checkpoint.cumulative_ppm) {
      item->set_cumulative_percent(FormatPercent(*checkpoint.cumulative_ppm));
    }
  }
  for (const Indicator& indicator : project.indicators) {
    ToMessage(indicator, message->add_indicators());
  }
}

// Reads a plan message and collects what has no meaning in the domain.
class PlanReader {
 public:
  PlanFromMessage Read(const v1::Plan& message) {
    Plan& plan = result_.plan;
    plan.department_code = message.department_code();
    plan.department_name = message.department_name();
    plan.parent_department_code = message.parent_department_code();
    plan.fiscal_year = message.fiscal_year();
    for (int i = 0; i < message.projects_size(); ++i) {
      place_ = "projects[" + std::to_string(i) + "]";
      ReadProject(message.projects(i));
    }
    project_code_.clear();
    for (int i = 0; i < message.stated_totals_size(); ++i) {
      place_ = "stated_totals[" + std::to_string(i) + "]";
      ReadStatedTotal(message.stated_totals(i));
    }
    return std::move(result_);
  }

 private:
  void Error(const char* id, const std::string& place, const char* zh, const char* en) {
    result_.findings.push_back({id, Severity::kError, project_code_, place, zh, en});
  }

  std::optional<ProjectKind> ReadKind(v1::ProjectKind kind) {
    if (v1::ProjectKind_IsValid(kind) && kind != v1::PROJECT_KIND_UNSPECIFIED) {
      return static_cast<ProjectKind>(kind);
    }
    Error("bad_kind", place_ + ".kind", "项目类别不明。请核对。",
          "the kind is unknown; use one of ProjectKind.");
    return std::nullopt;
  }

  std::optional<FundingSource> ReadSource(v1::FundingSource source, const char* field) {
    if (v1::FundingSource_IsValid(source) && source != v1::FUNDING_SOURCE_UNSPECIFIED) {
      return static_cast<FundingSource>(source);
    }
    Error("bad_source", place_ + field, "资金来源不明。请核对。",
          "the funding source is unknown; use one of FundingSource.");
    return std::nullopt;
  }

  void ReadProject(const v1::Project& message) {
    Project project;
    project_code_ = message.project_code();
    project.project_code = message.project_code();
    project.project_name = message.project_name();
    project.budget_fen = message.budget_fen();
    if (message.kind() != v1::PROJECT_KIND_UNSPECIFIED) {
      project.kind = ReadKind(message.kind()).value_or(ProjectKind::kProject);
    }
    for (const v1::Funding& funding : message.fundings()) {
      if (const auto source = ReadSource(funding.source(), ".fundings")) {
        project.fundings.push_back({*source, funding.amount_fen()});
      }
    }
    for (int i = 0; i < message.checkpoints_size(); ++i) {
      ReadCheckpoint(message.checkpoints(i), place_ + ".checkpoints[" + std::to_string(i) + "]",
                     &project);
    }
    for (int i = 0; i < message.indicators_size(); ++i) {
      ReadIndicator(message.indicators(i), place_ + ".indicators[" + std::to_string(i) + "]",
                    &project);
    }
    result_.plan.projects.push_back(std::move(project));
  }

  void ReadCheckpoint(const v1::Checkpoint& message, const std::string& place, Project* project) {
    const auto date = Date::Parse(message.date());
    if (!date) {
      Error("bad_date", place + ".date", "计划节点日期无效。请写成 2020-06-30。",
            "the date is none; write it like 2020-06-30.");
      return;
    }
    Checkpoint checkpoint{*date, std::nullopt};
    if (message.has_cumulative_percent()) {
      checkpoint.cumulative_ppm = ParsePercent(message.cumulative_percent());
      if (!checkpoint.cumulative_ppm) {
        Error("bad_percent", place + ".cumulative_percent",
              "累计比例无效。请填 0 至 100 的数，最多四位小数。",
              "the share must be a decimal from 0 to 100 with at most four fractional digits.");
        return;
      }
    }
    project->checkpoints.push_back(checkpoint);
  }

  void ReadIndicator(const v1::Indicator& message, const std::string& place, Project* project) {
    Indicator indicator;
    indicator.indicator_id = message.indicator_id();
    indicator.level1 = message.level1();
    indicator.level2 = message.level2();
    indicator.level3 = message.level3();
    indicator.description = message.description();
    indicator.target_text = message.target_text();
    indicator.basis = message.basis();
    indicator.weight = message.weight();
    if (message.has_target()) {
      ReadTargetMessage(message.target(), place, &indicator.target);
      // To say that a text which could be read is to be judged by a person is a reading too;
      // it must not equal none at all.
      const bool qualitative = message.target().kind() == v1::TARGET_KIND_QUALITATIVE;
      if (qualitative && indicator.target == Target() &&
          ReadTarget(indicator.target_text) != Target()) {
        indicator.target.comparator_written = true;
      }
    }
    project->indicators.push_back(std::move(indicator));
  }

  void ReadTargetMessage(const v1::Target& message, const std::string& place, Target* target) {
    if (!v1::TargetKind_IsValid(message.kind()) || message.kind() == v1::TARGET_KIND_UNSPECIFIED) {
      Error("bad_target", place + ".target.kind", "指标类型不明。请核对。",
            "the kind of the target is unknown; use one of TargetKind.");
      return;
    }
    target->kind = static_cast<TargetKind>(static_cast<int>(message.kind()) - 1);
    if (message.has_comparator()) {
      target->comparator = FromMessage(message.comparator());
      if (!target->comparator) {
        Error("bad_target", place + ".target.comparator", "比较符号不明。请核对。",
              "the comparator is unknown; leave it out or use one of Comparator.");
      }
    }
    target->value = message.value();
    target->upper_value = message.upper_value();
    target->unit = message.unit();
    target->comparator_written = message.comparator_written();
    target->notes.assign(message.notes().begin(), message.notes().end());
  }

  void ReadStatedTotal(const v1::StatedTotal& message) {
    StatedTotal total;
    total.amount_fen = message.amount_fen();
    if (message.kind() != v1::PROJECT_KIND_UNSPECIFIED) total.kind = ReadKind(message.kind());
    if (message.source() != v1::FUNDING_SOURCE_UNSPECIFIED) {
      total.source = ReadSource(message.source(), ".source");
    }
    if (total.kind && total.source) {
      Error("bad_stated_total", place_, "合计只能按类别或按来源之一。请删去一项。",
            "a stated total is of one kind or one source; leave one out.");
    }
    result_.plan.stated_totals.push_back(total);
  }

  PlanFromMessage result_;
  std::string place_;
  std::string project_code_;
};

}  // namespace

v1::Target ToMessage(const Target& target) {
  v1::Target message;
  message.set_kind(ToMessage(target.kind));
  if (target.comparator) message.set_comparator(ToMessage(*target.comparator));
  message.set_value(target.value);
  message.set_upper_value(target.upper_value);
  message.set_unit(target.unit);
  message.set_comparator_written(target.comparator_written);
  for (const std::string& note : target.notes) message.add_notes(note);
  return message;
}

v1::Plan ToMessage(const Plan& plan) {
  v1::Plan message;
  message.set_department_code(plan.department_code);
  message.set_department_name(plan.department_name);
  message.set_parent_department_code(plan.parent_department_code);
  message.set_fiscal_year(plan.fiscal_year);
  for (const Project& project : plan.projects) ToMessage(project, message.add_projects());
  for (const StatedTotal& total : plan.stated_totals) {
    v1::StatedTotal* item = message.add_stated_totals();
    if (total.kind) item->set_kind(static_cast<v1::ProjectKind>(*total.kind));
    if (total.source) item->set_source(static_cast<v1::FundingSource>(*total.source));
    item->set_amount_fen(total.amount_fen);
  }
  return message;
}

v1::Finding ToMessage(const Finding& finding) {
  v1::Finding message;
  message.set_id(finding.id);
  message.set_severity(static_cast<v1::Severity>(finding.severity));
  message.set_project_code(finding.project_code);
  message.set_place(finding.place);
  message.set_message(finding.message_zh);
  message.set_message_en(finding.message_en);
  return message;
}

PlanFromMessage FromMessage(const v1::Plan& message) { return PlanReader().Read(message); }

}  // namespace budgetwatch
