// Input: the filter of a list and a token that a client sends with it. A token that is
// taken is the one that was given out, and is good for no other list.

#include "fuzz/fuzz_input.h"
#include "transport/page_token.h"

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  budgetwatch::FuzzInput input(data, size);
  const std::string filter(input.Text());
  const std::string_view token = input.Rest();
  const auto position = budgetwatch::DecodePageToken(filter, token);
  if (position.ok()) BW_CHECK(budgetwatch::EncodePageToken(filter, position.value()) == token);

  const std::string made = budgetwatch::EncodePageToken(filter, token);
  const auto decoded = budgetwatch::DecodePageToken(filter, made);
  BW_CHECK(decoded.ok() && decoded.value() == token);
  BW_CHECK(!budgetwatch::DecodePageToken(filter + "x", made).ok());
  return 0;
}
