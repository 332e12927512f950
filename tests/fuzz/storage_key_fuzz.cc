// Input: the bytes of a key, or of a small value, of the store. What decodes is encoded
// as the same bytes.

#include "fuzz/fuzz_input.h"
#include "storage/key_codec.h"

namespace budgetwatch {
namespace {

void CheckKey(std::string_view bytes) {
  if (const auto key = DecodeSequenceKey(bytes)) BW_CHECK(SequenceKey(*key) == bytes);
  if (const auto key = DecodeProjectNumberKey(bytes)) BW_CHECK(ProjectNumberKey(*key) == bytes);
  if (const auto key = DecodeProjectKey(bytes)) BW_CHECK(EncodeProjectKey(*key) == bytes);
  if (const auto key = DecodeTotalKey(bytes)) BW_CHECK(EncodeTotalKey(*key) == bytes);
  if (const auto value = DecodeInt64(bytes)) BW_CHECK(EncodeInt64(*value) == bytes);
}

}  // namespace
}  // namespace budgetwatch

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  budgetwatch::CheckKey(budgetwatch::FuzzInput(data, size).Rest());
  return 0;
}
