#include "transport/observation_service.h"

#include <charconv>

#include "transport/convert.h"
#include "transport/page_token.h"
#include "transport/result_message.h"

namespace budgetwatch {
namespace {

// Position of a page: "<date> <sequence>\n<project code>\n<indicator id>"; neither code
// holds a line break.
std::string EncodePosition(const ObservationBook::Place& place) {
  return place.date.ToString() + ' ' + std::to_string(place.sequence) + '\n' + place.project_code +
         '\n' + place.indicator_id;
}

std::optional<ObservationBook::Place> DecodePosition(int fiscal_year, const std::string& text) {
  ObservationBook::Place place;
  place.fiscal_year = fiscal_year;
  const size_t first = text.find('\n');
  const size_t second = text.find('\n', first + 1);
  if (first == std::string::npos || second == std::string::npos || first < 12) return std::nullopt;
  const auto date = Date::Parse(text.substr(0, 10));
  const char* end = text.data() + first;
  const auto parsed = std::from_chars(text.data() + 11, end, place.sequence);
  if (!date || parsed.ec != std::errc() || parsed.ptr != end) return std::nullopt;
  place.date = *date;
  place.project_code = text.substr(first + 1, second - first - 1);
  place.indicator_id = text.substr(second + 1);
  return place;
}

Result<Observations::Filter> FilterOf(const v1::ListObservationsRequest& request) {
  Observations::Filter filter;
  const auto fiscal_year = FiscalYear(request.fiscal_year());
  if (!fiscal_year.ok()) return fiscal_year.error();
  const auto from = OptionalDate(request.from_date(), "from_date");
  if (!from.ok()) return from.error();
  const auto to = OptionalDate(request.to_date(), "to_date");
  if (!to.ok()) return to.error();
  filter.fiscal_year = fiscal_year.value();
  filter.project_code = request.project_code();
  filter.indicator_id = request.indicator_id();
  filter.from = from.value();
  filter.to = to.value();
  filter.suspended_only = request.suspended_only();
  return filter;
}

}  // namespace

grpc::ServerUnaryReactor* ObservationServiceHandler::RecordObservations(
    grpc::CallbackServerContext* context, const v1::RecordObservationsRequest* request,
    v1::RecordObservationsResponse* response) {
  return calls_.Answer(context, request, response, Lane::kCommands,
                       "ObservationService/RecordObservations",
                       [this, request, response] { return Record(*request, response); });
}

Status ObservationServiceHandler::Record(const v1::RecordObservationsRequest& request,
                                         v1::RecordObservationsResponse* response) {
  std::vector<Observations::Item> items;
  items.reserve(static_cast<size_t>(request.observations_size()));
  for (const v1::ObservationEvent& event : request.observations()) {
    items.push_back(FromMessage(event));
  }
  const auto outcomes = observations_.Record(request.source(), std::move(items));
  if (!outcomes.ok()) return outcomes.error();
  for (const ObservationOutcome& outcome : outcomes.value()) {
    *response->add_outcomes() = ToMessage(outcome);
  }
  return {};
}

grpc::ServerUnaryReactor* ObservationServiceHandler::ListObservations(
    grpc::CallbackServerContext* context, const v1::ListObservationsRequest* request,
    v1::ListObservationsResponse* response) {
  return calls_.Answer(context, request, response, Lane::kReads,
                       "ObservationService/ListObservations",
                       [this, request, response] { return List(*request, response); });
}

Status ObservationServiceHandler::List(const v1::ListObservationsRequest& request,
                                       v1::ListObservationsResponse* response) const {
  const auto filter = FilterOf(request);
  if (!filter.ok()) return filter.error();
  const auto page_size = PageSize(request.page_size());
  if (!page_size.ok()) return page_size.error();
  const auto moment = FromMessage(request.known_at());
  if (!moment.ok()) return moment.error();
  const auto known_at = reports_.Resolve(moment.value());
  if (!known_at.ok()) return known_at.error();
  v1::ListObservationsRequest unpaged = request;
  unpaged.clear_page_size();
  unpaged.clear_page_token();
  const std::string list = unpaged.SerializeAsString();
  std::optional<ObservationBook::Place> after;
  if (!request.page_token().empty()) {
    const auto position = DecodePageToken(list, request.page_token());
    if (!position.ok()) return position.error();
    after = DecodePosition(filter.value().fiscal_year, position.value());
    if (!after) {
      return Refusal(Reason::kInvalidPageToken, "page_token", "page_token is not one of this list");
    }
  }
  const auto page = observations_.List(filter.value(), known_at.value(), after, page_size.value());
  if (!page.ok()) return page.error();
  for (const Observations::Listed& listed : page.value().observations) {
    *response->add_observations() = ToMessage(listed.observation, listed.suspended);
  }
  if (page.value().next) {
    response->set_next_page_token(EncodePageToken(list, EncodePosition(*page.value().next)));
  }
  return {};
}

}  // namespace budgetwatch
