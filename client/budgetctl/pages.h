#pragma once

#include "lib/connection.h"

namespace budgetwatch::ctl {

// Lists every page of `request` into one response.
template <typename Request, typename Response>
client::CallStatus ListAll(const client::ConnectionOptions& settings,
                           client::CallStatus (client::Connection::*list)(const Request&,
                                                                          Response*),
                           Request request, Response* all) {
  request.set_page_size(1'000);
  client::Connection connection(settings);
  do {
    Response page;
    client::CallStatus status = (connection.*list)(request, &page);
    if (!status.ok()) return status;
    request.set_page_token(page.next_page_token());
    page.clear_next_page_token();
    all->MergeFrom(page);
  } while (!request.page_token().empty());
  return client::CallStatus();
}

}  // namespace budgetwatch::ctl
