#pragma once

#include <memory>
#include <string>

#include "lib/connection.h"

namespace budgetwatch::crash {

// A connection of its own to the server (gRPC shares one between equal channels
// otherwise). Calls are tried once, and fail when they take half a minute.
std::unique_ptr<client::Connection> ConnectSeparately(const std::string& server);

}  // namespace budgetwatch::crash
