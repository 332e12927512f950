#include "transport/monitor_service.h"

#include "transport/call.h"
#include "transport/convert.h"
#include "transport/page_token.h"
#include "transport/result_message.h"

namespace budgetwatch {
namespace {

Result<Warnings::Filter> FilterOf(const v1::ListWarningsRequest& request) {
  Warnings::Filter filter;
  filter.department_code = request.department_code();
  filter.subject_code = request.subject_code();
  filter.fiscal_year = request.fiscal_year();
  if (!v1::WarningState_IsValid(request.state())) {
    return Refusal(Reason::kInvalidField, "state", "state must be one of WarningState");
  }
  if (!v1::Severity_IsValid(request.severity())) {
    return Refusal(Reason::kInvalidField, "severity", "severity must be one of Severity");
  }
  if (request.state() != v1::WARNING_STATE_UNSPECIFIED) {
    filter.open = request.state() == v1::WARNING_STATE_OPEN;
  }
  if (!request.rule().empty()) {
    filter.rule = RuleFromName(request.rule());
    if (!filter.rule) {
      return Refusal(Reason::kInvalidField, "rule",
                     "rule must be the name of a rule, such as behind_plan");
    }
  }
  if (request.severity() != v1::SEVERITY_UNSPECIFIED) {
    filter.severity = static_cast<Severity>(request.severity());
  }
  return filter;
}

// The requests for reports have the same fields.
template <typename Message>
Result<Reports::Request> RequestOf(const Message& message) {
  const auto as_of = OptionalDate(message.as_of_date(), "as_of_date");
  if (!as_of.ok()) return as_of.error();
  const auto known_at = FromMessage(message.known_at());
  if (!known_at.ok()) return known_at.error();
  return Reports::Request{message.department_code(), message.fiscal_year(), as_of.value(),
                          known_at.value()};
}

// Memory that the answer takes until it is with the client, for what the plan of a
// department has.
struct ReportCost {
  size_t project_bytes;
  size_t indicator_bytes;
};

// Objects, message and encoding; at most 2.8 and 1.4 KiB were measured, and 9.7 and 5.8 for
// a new review, which is recorded besides.
constexpr ReportCost kReport{3072, 1536};
constexpr ReportCost kNewReview{10240, 6144};

// For each byte of a review that is there: it, its message and the encoding.
constexpr size_t kReviewCost = 5;

// For a day of the totals that are rebuilt for an earlier moment, and for a project of them.
constexpr size_t kRebuiltDayBytes = 64;
constexpr size_t kRebuiltProjectBytes = 256;

Status Reserve(const Reports& reports, const Reports::Request& request, const ReportCost& cost,
               int earlier_years, UnaryCall& call) {
  const auto largest = reports.LargestSize(request, earlier_years);
  if (!largest.ok()) return largest.error();
  const Reports::Size& size = largest.value();
  return call.ReserveAnswer(
      size.projects * cost.project_bytes + size.indicators * cost.indicator_bytes +
          size.rebuilt_projects * kRebuiltProjectBytes + size.rebuilt_days * kRebuiltDayBytes,
      "a report of " + std::to_string(size.projects) + " projects with " +
          std::to_string(size.indicators) + " indicators" +
          (size.rebuilt_days > 0 ? ", as of an earlier moment of knowledge," : ""));
}

Status ReadReview(const std::string& content, v1::Review* review) {
  if (review->ParseFromString(content)) return {};
  return Refusal(Reason::kDataDamaged, "", "the content of the review is no message");
}

}  // namespace

grpc::ServerUnaryReactor* MonitorServiceHandler::GetExecutionReport(
    grpc::CallbackServerContext* context, const v1::GetExecutionReportRequest* request,
    v1::GetExecutionReportResponse* response) {
  return calls_.Answer(
      context, request, response, Lane::kReads, "MonitorService/GetExecutionReport",
      [this, request, response](UnaryCall& call) { return Report(*request, response, call); });
}

Status MonitorServiceHandler::Report(const v1::GetExecutionReportRequest& request,
                                     v1::GetExecutionReportResponse* response,
                                     UnaryCall& call) const {
  const auto read = RequestOf(request);
  if (!read.ok()) return read.error();
  const Status reserved = Reserve(reports_, read.value(), kReport, 0, call);
  if (!reserved.ok()) return reserved;
  const auto report = reports_.Execution(read.value());
  if (!report.ok()) return report.error();
  *response->mutable_report() = ToMessage(report.value());
  return {};
}

grpc::ServerUnaryReactor* MonitorServiceHandler::GetPerformanceReport(
    grpc::CallbackServerContext* context, const v1::GetPerformanceReportRequest* request,
    v1::GetPerformanceReportResponse* response) {
  return calls_.Answer(
      context, request, response, Lane::kReads, "MonitorService/GetPerformanceReport",
      [this, request, response](UnaryCall& call) { return Performance(*request, response, call); });
}

Status MonitorServiceHandler::Performance(const v1::GetPerformanceReportRequest& request,
                                          v1::GetPerformanceReportResponse* response,
                                          UnaryCall& call) const {
  const auto read = RequestOf(request);
  if (!read.ok()) return read.error();
  const Status reserved = Reserve(reports_, read.value(), kReport, kEarlierYears, call);
  if (!reserved.ok()) return reserved;
  const auto report = reports_.Performance(read.value());
  if (!report.ok()) return report.error();
  *response->mutable_report() = ToMessage(report.value());
  return {};
}

grpc::ServerUnaryReactor* MonitorServiceHandler::GetScorecard(
    grpc::CallbackServerContext* context, const v1::GetScorecardRequest* request,
    v1::GetScorecardResponse* response) {
  return calls_.Answer(
      context, request, response, Lane::kReads, "MonitorService/GetScorecard",
      [this, request, response](UnaryCall& call) { return Scores(*request, response, call); });
}

Status MonitorServiceHandler::Scores(const v1::GetScorecardRequest& request,
                                     v1::GetScorecardResponse* response, UnaryCall& call) const {
  const auto read = RequestOf(request);
  if (!read.ok()) return read.error();
  const Status reserved = Reserve(reports_, read.value(), kReport, kEarlierYears, call);
  if (!reserved.ok()) return reserved;
  const auto scored = reports_.Scores(read.value());
  if (!scored.ok()) return scored.error();
  *response->mutable_scorecard() = ToMessage(scored.value().first, scored.value().second);
  return {};
}

grpc::ServerUnaryReactor* MonitorServiceHandler::ListWarnings(
    grpc::CallbackServerContext* context, const v1::ListWarningsRequest* request,
    v1::ListWarningsResponse* response) {
  return calls_.Answer(context, request, response, Lane::kCommands, "MonitorService/ListWarnings",
                       [this, request, response] { return List(*request, response); });
}

Status MonitorServiceHandler::List(const v1::ListWarningsRequest& request,
                                   v1::ListWarningsResponse* response) {
  const auto filter = FilterOf(request);
  if (!filter.ok()) return filter.error();
  const auto page_size = PageSize(request.page_size());
  if (!page_size.ok()) return page_size.error();
  v1::ListWarningsRequest unpaged = request;
  unpaged.clear_page_size();
  unpaged.clear_page_token();
  const std::string list = unpaged.SerializeAsString();
  std::string after_id;
  if (!request.page_token().empty()) {
    auto position = DecodePageToken(list, request.page_token());
    if (!position.ok()) return position.error();
    after_id = std::move(position).value();
  }
  const auto page = warnings_.List(filter.value(), after_id, page_size.value());
  if (!page.ok()) return page.error();
  for (const Warning& warning : page.value().warnings) {
    *response->add_warnings() = ToMessage(warning);
  }
  if (!page.value().next_id.empty()) {
    response->set_next_page_token(EncodePageToken(list, page.value().next_id));
  }
  return {};
}

grpc::ServerWriteReactor<v1::WatchWarningsResponse>* MonitorServiceHandler::WatchWarnings(
    grpc::CallbackServerContext* context, const v1::WatchWarningsRequest* request) {
  return WarningStream::Start(warnings_, streams_, calls_, context, *request);
}

grpc::ServerUnaryReactor* MonitorServiceHandler::ExplainWarning(
    grpc::CallbackServerContext* context, const v1::ExplainWarningRequest* request,
    v1::ExplainWarningResponse* response) {
  return calls_.Answer(context, request, response, Lane::kCommands, "MonitorService/ExplainWarning",
                       [this, request, response]() -> Status {
                         const auto explanation = FromMessage(request->explanation());
                         if (!explanation.ok()) return explanation.error();
                         const auto warning =
                             warnings_.Explain(request->warning_id(), explanation.value());
                         if (!warning.ok()) return warning.error();
                         *response->mutable_warning() = ToMessage(warning.value());
                         return {};
                       });
}

grpc::ServerUnaryReactor* MonitorServiceHandler::RunReview(grpc::CallbackServerContext* context,
                                                           const v1::RunReviewRequest* request,
                                                           v1::RunReviewResponse* response) {
  return calls_.Answer(
      context, request, response, Lane::kCommands, "MonitorService/RunReview",
      [this, request, response](UnaryCall& call) { return Review(*request, response, call); });
}

Status MonitorServiceHandler::Review(const v1::RunReviewRequest& request,
                                     v1::RunReviewResponse* response, UnaryCall& call) {
  const auto read = RequestOf(request);
  if (!read.ok()) return read.error();
  const Status reserved = Reserve(reports_, read.value(), kNewReview, kEarlierYears, call);
  if (!reserved.ok()) return reserved;
  const auto frozen = reviews_.Run(read.value());
  if (!frozen.ok()) return frozen.error();
  *response->mutable_summary() = ToMessage(frozen.value().review);
  response->set_created(frozen.value().created);
  return ReadReview(frozen.value().content, response->mutable_review());
}

grpc::ServerUnaryReactor* MonitorServiceHandler::ListReviews(grpc::CallbackServerContext* context,
                                                             const v1::ListReviewsRequest* request,
                                                             v1::ListReviewsResponse* response) {
  return calls_.Answer(context, request, response, Lane::kHere, "MonitorService/ListReviews",
                       [this, request, response] { return ListAll(*request, response); });
}

Status MonitorServiceHandler::ListAll(const v1::ListReviewsRequest& request,
                                      v1::ListReviewsResponse* response) const {
  const auto page_size = PageSize(request.page_size());
  if (!page_size.ok()) return page_size.error();
  v1::ListReviewsRequest unpaged = request;
  unpaged.clear_page_size();
  unpaged.clear_page_token();
  const std::string list = unpaged.SerializeAsString();
  std::optional<ReviewId> after;
  if (!request.page_token().empty()) {
    const auto position = DecodePageToken(list, request.page_token());
    if (!position.ok()) return position.error();
    after = ReviewId::Parse(position.value());
    if (!after) {
      return Refusal(Reason::kInvalidPageToken, "page_token", "page_token is not one of this list");
    }
  }
  const Reviews::Page page =
      reviews_.List({request.department_code(), request.fiscal_year()}, after, page_size.value());
  for (const RecordedReview& review : page.reviews) *response->add_reviews() = ToMessage(review);
  if (page.next) response->set_next_page_token(EncodePageToken(list, page.next->ToString()));
  return {};
}

grpc::ServerUnaryReactor* MonitorServiceHandler::GetReview(grpc::CallbackServerContext* context,
                                                           const v1::GetReviewRequest* request,
                                                           v1::GetReviewResponse* response) {
  return calls_.Answer(
      context, request, response, Lane::kReads, "MonitorService/GetReview",
      [this, request, response](UnaryCall& call) { return Find(*request, response, call); });
}

Status MonitorServiceHandler::Find(const v1::GetReviewRequest& request,
                                   v1::GetReviewResponse* response, UnaryCall& call) const {
  const auto detail = reviews_.Get(request.review_id());
  if (!detail.ok()) return detail.error();
  const RecordedReview& recorded = detail.value().review;
  const Status reserved =
      call.ReserveAnswer(kReviewCost * recorded.content_bytes, "review " + request.review_id());
  if (!reserved.ok()) return reserved;
  const auto content = reviews_.ReadContent(recorded);
  if (!content.ok()) return content.error();
  *response->mutable_summary() = ToMessage(recorded);
  for (const Warning& warning : detail.value().warnings) {
    *response->add_warnings() = ToMessage(warning);
  }
  return ReadReview(content.value(), response->mutable_review());
}

}  // namespace budgetwatch
