#pragma once

#include <string>

#include "service/reviews.h"

namespace budgetwatch {

// Freezes a review as the API's message Review. Thread-safe.
class ReviewMessageFormat final : public ReviewFormat {
 public:
  std::string Encode(const ReviewContent& content) const override;
  std::string HashOf(const std::string& bytes) const override;
};

}  // namespace budgetwatch
