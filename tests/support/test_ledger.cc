#include "support/test_ledger.h"

#include <future>
#include <sstream>

#include "support/builders.h"

namespace budgetwatch {

TestLedger::TestLedger(Store& store, const Committer::Options& options)
    : store_(store), options_(options), calendar_(Day("2020-07-01")) {
  Open();
}

void TestLedger::Open() {
  auto services = Services::Open(store_, clock_, calendar_, options_);
  BW_CHECK(services.ok());
  services_ = std::move(services).value();
  committer().Start();
}

void TestLedger::Restart() {
  services_.reset();
  Open();
}

Result<std::vector<PaymentOutcome>> TestLedger::TryRecord(const std::vector<PaymentEvent>& events,
                                                          const std::string& source) {
  PaymentBatch batch;
  batch.source = source;
  batch.events.assign(events.begin(), events.end());
  std::promise<Result<std::vector<PaymentOutcome>>> promise;
  committer().SubmitPayments(std::move(batch),
                             [&promise](Result<std::vector<PaymentOutcome>> outcomes) {
                               promise.set_value(std::move(outcomes));
                             });
  return promise.get_future().get();
}

std::vector<PaymentOutcome> TestLedger::Record(const std::vector<PaymentEvent>& events,
                                               const std::string& source) {
  auto outcomes = TryRecord(events, source);
  BW_CHECK(outcomes.ok());
  return std::move(outcomes).value();
}

std::string TestLedger::RecordOne(const PaymentEvent& event, const std::string& source) {
  return OutcomeText(Record({event}, source).front());
}

Plans::ApplyResult TestLedger::Apply(Plan plan, std::string_view effective_date) {
  Plans::ApplyRequest request;
  request.plan = std::move(plan);
  if (!effective_date.empty()) request.effective_date = Day(effective_date);
  auto result = plans().Apply(std::move(request));
  BW_CHECK(result.ok());
  BW_CHECK(result.value().applied);
  return std::move(result).value();
}

ExecutionReport TestLedger::Report(const std::string& department_code, std::string_view as_of,
                                   std::optional<Sequence> known_at) {
  const Date date = Day(as_of);
  auto report = reports().Execution({department_code, date.year(), date, {known_at, std::nullopt}});
  BW_CHECK(report.ok());
  return std::move(report).value();
}

Sequence TestLedger::sequence() const {
  return services_->ledger().View([](const LedgerState& state) { return state.sequence(); });
}

std::string OutcomeText(const PaymentOutcome& outcome) {
  switch (outcome.kind) {
    case PaymentOutcome::Kind::kRecorded: return "recorded";
    case PaymentOutcome::Kind::kDuplicate: return "duplicate";
    case PaymentOutcome::Kind::kSuspended: return "suspended";
    case PaymentOutcome::Kind::kRejected: return std::string(ReasonName(outcome.refusal->reason));
  }
  return "";
}

namespace {

class ReportWriter {
 public:
  std::string Write(const ExecutionReport& report) {
    out_ << report.department_code << ' ' << report.department_name << ' ' << report.fiscal_year
         << ' ' << report.as_of.ToString() << " known " << report.known_at << " revision "
         << (report.revision ? report.revision->sequence : 0);
    Add(report.time_progress);
    Add(report.totals);
    out_ << '\n';
    for (const ProjectReport& project : report.projects) Add(project);
    for (const SubtotalReport& subtotal : report.subtotals) {
      out_ << "subtotal " << (subtotal.kind ? static_cast<int>(*subtotal.kind) : 0) << ' '
           << (subtotal.source ? static_cast<int>(*subtotal.source) : 0);
      Add(subtotal.figures);
      out_ << '\n';
    }
    for (const DepartmentReport& department : report.departments) {
      out_ << department.department_code << ' ' << department.department_name;
      Add(department.figures);
      out_ << '\n';
    }
    out_ << "suspense " << report.suspense.payment_count << ' ' << report.suspense.amount_fen;
    Add(report.findings);
    return out_.str();
  }

 private:
  void Add(const Share& share) { out_ << ' ' << share.numerator << '/' << share.denominator; }

  void Add(const ExecutionFigures& figures) {
    out_ << ' ' << figures.budget_fen << ' ' << figures.disbursed_fen << ' ' << figures.planned_fen;
  }

  void Add(const ProjectReport& project) {
    const LineExecution& line = project.execution;
    out_ << project.project->project_code << ' ' << project.project->project_name;
    Add(line.figures);
    out_ << ' ' << line.payment_count << ' ' << static_cast<int>(line.status);
    Add(line.position.planned);
    Add(line.position.next);
    out_ << ' ' << line.position.next_checkpoint.ToString() << ' '
         << (line.position.last_checkpoint ? line.position.last_checkpoint->ToString() : "-");
    Add(project.findings);
    out_ << '\n';
  }

  void Add(const std::vector<RuleFinding>& findings) {
    for (const RuleFinding& finding : findings) {
      out_ << " [" << RuleName(finding.rule) << ' ' << static_cast<int>(finding.severity) << ' '
           << (finding.checkpoint ? finding.checkpoint->ToString() : "-") << ' '
           << DescribeEn(finding) << ' ' << DescribeZh(finding) << ']';
    }
  }

  std::ostringstream out_;
};

}  // namespace

std::string ReportText(const ExecutionReport& report) { return ReportWriter().Write(report); }

}  // namespace budgetwatch
