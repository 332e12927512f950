#include "storage/journal_chain.h"

#include <openssl/evp.h>

#include <algorithm>
#include <memory>

#include "base/check.h"

namespace budgetwatch {
namespace {

// Field 4, 32 bytes.
constexpr std::string_view kHashTag = "\x22\x20";

struct FreeContext {
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};

}  // namespace

ChainHash NextChainHash(const ChainHash& previous, std::string_view content) {
  thread_local const std::unique_ptr<EVP_MD_CTX, FreeContext> context(EVP_MD_CTX_new());
  ChainHash hash;
  unsigned int size = 0;
  BW_CHECK(EVP_DigestInit_ex(context.get(), EVP_sha256(), nullptr) == 1 &&
           EVP_DigestUpdate(context.get(), previous.data(), previous.size()) == 1 &&
           EVP_DigestUpdate(context.get(), content.data(), content.size()) == 1 &&
           EVP_DigestFinal_ex(context.get(), hash.data(), &size) == 1 && size == hash.size());
  return hash;
}

void AppendChainHash(const ChainHash& hash, std::string* record) {
  record->append(kHashTag);
  record->append(reinterpret_cast<const char*>(hash.data()), hash.size());
}

std::optional<ChainedRecord> SplitChainedRecord(std::string_view record) {
  constexpr size_t kHashFieldBytes = kHashTag.size() + std::tuple_size_v<ChainHash>;
  if (record.size() < kHashFieldBytes) return std::nullopt;
  const std::string_view field = record.substr(record.size() - kHashFieldBytes);
  if (!field.starts_with(kHashTag)) return std::nullopt;
  ChainedRecord parts{record.substr(0, record.size() - kHashFieldBytes), {}};
  std::copy(field.begin() + kHashTag.size(), field.end(), parts.hash.begin());
  return parts;
}

std::string ChainHashText(const ChainHash& hash) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  for (const unsigned char byte : hash) {
    text.push_back(kDigits[byte >> 4]);
    text.push_back(kDigits[byte & 15]);
  }
  return text;
}

}  // namespace budgetwatch
