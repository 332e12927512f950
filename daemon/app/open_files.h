#pragma once

#include "base/result.h"

namespace budgetwatch {

// Files that the store, the log and the metrics endpoint may have open beside the
// connections of clients.
inline constexpr int kFilesBesideConnections = 1'024;

// Makes sure that the process may open `max_connections` and the files above; raises
// the soft limit as far as needed. Errors: INVALID_FIELD, naming the limit and the cure.
Status AllowOpenFiles(int max_connections);

}  // namespace budgetwatch
