// Goal: every record of a payment file comes out exactly once, as a row or as a
// rejection that names row, field and cure, in memory that does not grow.
// Method: tables of good and bad files; generated records written with random
// quoting and read back; random bytes; a file larger than all buffers.

#include "import/payment_csv.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <random>
#include <sstream>
#include <string>
#include <vector>

#include "base/text.h"

namespace budgetwatch {
namespace {

const char kHeader[] =
    "payment_id,project_code,pay_date,amount,payee,memo,kind,original_payment_id\n";

Result<std::unique_ptr<PaymentCsvReader>> OpenText(const std::string& text) {
  return PaymentCsvReader::FromStream(std::make_unique<std::istringstream>(text),
                                      static_cast<int64_t>(text.size()));
}

std::vector<PaymentRecord> ReadAll(const std::string& text) {
  std::vector<PaymentRecord> records;
  auto reader = OpenText(text);
  EXPECT_TRUE(reader.ok()) << reader.error().message;
  if (!reader.ok()) return records;
  while (true) {
    auto next = reader.value()->Next();
    EXPECT_TRUE(next.ok());
    if (!next.ok() || !next.value()) break;
    records.push_back(*std::move(next.value()));
  }
  EXPECT_EQ(reader.value()->bytes_consumed(), static_cast<int64_t>(text.size()));
  EXPECT_EQ(reader.value()->bytes_total(), static_cast<int64_t>(text.size()));
  return records;
}

// One line for each record: "2 id|code|date|fen|payee|memo|kind|original", or
// "2 REASON field".
std::string Summary(const std::string& text) {
  std::string summary;
  for (const PaymentRecord& record : ReadAll(text)) {
    if (const auto* rejection = std::get_if<RowRejection>(&record)) {
      EXPECT_FALSE(rejection->message.empty());
      EXPECT_TRUE(IsValidUtf8(rejection->message));
      summary += std::to_string(rejection->row_number) + " " + rejection->reason + " " +
                 rejection->field + "\n";
      continue;
    }
    const auto& row = std::get<PaymentRow>(record);
    summary += std::to_string(row.row_number) + " " + row.payment_id + "|" + row.project_code +
               "|" + row.pay_date + "|" + std::to_string(row.amount_fen) + "|" + row.payee + "|" +
               row.memo + "|" + std::to_string(static_cast<int>(row.kind)) + "|" +
               row.original_payment_id + "\n";
  }
  return summary;
}

TEST(PaymentCsvTest, ReadsEveryColumn) {
  EXPECT_EQ(Summary(std::string(kHeader) + "p1,990-1,2020-06-30,1234.50,示例,备注,payment,\n"
                                           "p2,990-1,2020-07-01,-0.01,,,退款,p1\n"
                                           "p3,990-2,2020-07-02,\"1,234.5\",,,correction,p1\n"
                                           "p4,990-2,2020-07-03,0,,,,\n"),
            "2 p1|990-1|2020-06-30|123450|示例|备注|1|\n"
            "3 p2|990-1|2020-07-01|-1|||2|p1\n"
            "4 p3|990-2|2020-07-02|123450|||3|p1\n"
            "5 p4|990-2|2020-07-03|0|||1|\n");
}

TEST(PaymentCsvTest, FormDoesNotMatter) {
  const struct {
    const char* name;
    std::string text;
    std::string summary;
  } kCases[] = {
      {"any order", "amount,pay_date,payment_id,project_code\n5,d,p,c\n", "2 p|c|d|500|||1|\n"},
      {"byte order mark", "\xef\xbb\xbfpayment_id,project_code,pay_date,amount\np,c,d,5\n",
       "2 p|c|d|500|||1|\n"},
      {"CRLF", "payment_id,project_code,pay_date,amount\r\np,c,d,5\r\nq,c,d,6\r\n",
       "2 p|c|d|500|||1|\n3 q|c|d|600|||1|\n"},
      {"CR", "payment_id,project_code,pay_date,amount\rp,c,d,5\rq,c,d,6",
       "2 p|c|d|500|||1|\n3 q|c|d|600|||1|\n"},
      {"no newline at the end", "payment_id,project_code,pay_date,amount\np,c,d,5",
       "2 p|c|d|500|||1|\n"},
      {"quoted header", "\"payment_id\", project_code ,\"pay_date\",amount\np,c,d,5\n",
       "2 p|c|d|500|||1|\n"},
      {"quotes",
       "payment_id,project_code,pay_date,amount,memo\np,\"c\",d,\"5\",\"a \"\"b\"\", c\"\n",
       "2 p|c|d|500||a \"b\", c|1|\n"},
      {"line break in a cell counts as one row",
       "payment_id,project_code,pay_date,amount,memo\np,c,d,5,\"a\r\nb\nc\"\nq,c,d,6,\n",
       "2 p|c|d|500||a\r\nb\nc|1|\n3 q|c|d|600|||1|\n"},
      {"blank lines count as rows", "payment_id,project_code,pay_date,amount\n\np,c,d,5\n\n\n",
       "3 p|c|d|500|||1|\n"},
      {"header only", "payment_id,project_code,pay_date,amount", ""},
  };
  for (const auto& test_case : kCases) {
    EXPECT_EQ(Summary(test_case.text), test_case.summary) << test_case.name;
  }
}

TEST(PaymentCsvTest, RejectsWhatCannotBeDecoded) {
  const struct {
    std::string record;
    const char* rejection;
  } kCases[] = {
      {"p,c,d,1.234,,,,", "INVALID_AMOUNT amount"},
      {"p,c,d,1e9,,,,", "INVALID_AMOUNT amount"},
      {"p,c,d,NaN,,,,", "INVALID_AMOUNT amount"},
      {"p,c,d,inf,,,,", "INVALID_AMOUNT amount"},
      {"p,c,d,,,,,", "INVALID_AMOUNT amount"},
      {"p,c,d,--1,,,,", "INVALID_AMOUNT amount"},
      {"p,c,d,+1,,,,", "INVALID_AMOUNT amount"},
      {"p,c,d,１２,,,,", "INVALID_AMOUNT amount"},
      {"p,c,d, 1,,,,", "INVALID_AMOUNT amount"},
      {"p,c,d,\"12,34\",,,,", "INVALID_AMOUNT amount"},
      {"p,c,d,xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx元,,,,", "INVALID_AMOUNT amount"},
      {"p,c,d,10000000000000.01,,,,", "AMOUNT_OUT_OF_RANGE amount"},
      {"p,c,d,-99999999999999999999999999,,,,", "AMOUNT_OUT_OF_RANGE amount"},
      {"p,c,d,1,,,Payment,", "INVALID_KIND kind"},
      {"p,c,d,1,,,付款,", "INVALID_KIND kind"},
      {"p,c,d,1,\xff,,,", "INVALID_UTF8 payee"},
      {"\xc0\x80,c,d,x,,,y,", "INVALID_UTF8 payment_id"},
      {"p,c,d,1,,,", "INVALID_FIELD "},
      {"p,c,d,1,,,,,", "INVALID_FIELD "},
      {"p", "INVALID_FIELD "},
      {"\"\"", "INVALID_FIELD "},
      {"p,c,d,1,a\"b,,,", "INVALID_FIELD payee"},
      {"p,c,d,1,\"a\"b,,,", "INVALID_FIELD payee"},
      {"p,c,d,1,,,,,,\"a\"b,", "INVALID_FIELD "},
      {"p,c,d,1," + std::string(PaymentCsvReader::kMaxCellBytes + 1, 'x') + ",,,",
       "FIELD_TOO_LONG payee"},
  };
  for (const auto& test_case : kCases) {
    const std::string good = "q,c,d,1,,,,\n";
    EXPECT_EQ(Summary(kHeader + good + test_case.record + "\n" + good),
              "2 q|c|d|100|||1|\n3 " + std::string(test_case.rejection) + "\n4 q|c|d|100|||1|\n")
        << test_case.record.substr(0, 60);
  }
}

TEST(PaymentCsvTest, OpenQuoteIsOneRejectionThatNamesItsLines) {
  const std::string text = std::string(kHeader) + "p,c,d,1,\"open,,,\nq,c,d,1,,,,\n";
  const auto records = ReadAll(text);
  ASSERT_EQ(records.size(), 1u);
  const auto& rejection = std::get<RowRejection>(records[0]);
  EXPECT_EQ(rejection.reason, "INVALID_FIELD");
  EXPECT_EQ(rejection.field, "payee");
  EXPECT_NE(rejection.message.find("lines 2 to 4"), std::string::npos) << rejection.message;

  std::string long_text = std::string(kHeader) + "p,c,d,1,\"open,,,\n";
  for (int i = 0; i < 200'000; ++i) long_text += "q,c,d,1,,,,\n";
  EXPECT_EQ(Summary(long_text), "2 FIELD_TOO_LONG payee\n");
  // What stands in quotes is never taken for rows, and reading goes on behind them.
  EXPECT_EQ(Summary(long_text + "\",,,\nr,c,d,1,,,,\n"),
            "2 FIELD_TOO_LONG payee\n3 r|c|d|100|||1|\n");
}

TEST(PaymentCsvTest, LongestCellIsRead) {
  const std::string memo(PaymentCsvReader::kMaxCellBytes, 'x');
  const auto records = ReadAll(std::string(kHeader) + "p,c,d,1,," + memo + ",,\n");
  ASSERT_EQ(records.size(), 1u);
  EXPECT_EQ(std::get<PaymentRow>(records[0]).memo, memo);
}

TEST(PaymentCsvTest, RefusesABadHeader) {
  const struct {
    std::string header;
    const char* reason;
    const char* field;
  } kCases[] = {
      {"", "FILE_EMPTY", "file"},
      {"\n", "INVALID_FIELD", ""},
      {"payment_id,project_code,pay_date", "INVALID_FIELD", "amount"},
      {"project_code,pay_date,amount", "INVALID_FIELD", "payment_id"},
      {"payment_id,project_code,pay_date,amount,colour", "INVALID_FIELD", "colour"},
      {"payment_id,project_code,pay_date,amount,", "INVALID_FIELD", ""},
      {"payment_id,project_code,pay_date,amount,amount", "INVALID_FIELD", "amount"},
      {"payment_id;project_code;pay_date;amount", "INVALID_FIELD",
       "payment_id;project_code;pay_date;amount"},
      {"p1,990-1,2020-06-30,1234.50", "INVALID_FIELD", "p1"},
      {"\xff,b", "INVALID_FIELD", "header"},
      {"\"payment_id,project_code", "INVALID_FIELD", ""},
      {std::string(100, ','), "INVALID_FIELD", ""},
      {"PK\x03\x04", "FILE_FORMAT_UNKNOWN", "file"},
      {std::string("\xff\xfep\0", 4), "FILE_FORMAT_UNKNOWN", "file"},
  };
  for (const auto& test_case : kCases) {
    const auto reader = OpenText(test_case.header);
    ASSERT_FALSE(reader.ok()) << test_case.header;
    EXPECT_EQ(reader.error().reason, test_case.reason) << test_case.header;
    EXPECT_EQ(reader.error().field, test_case.field) << test_case.header;
    EXPECT_FALSE(reader.error().message.empty());
  }
}

TEST(PaymentCsvTest, OpensFiles) {
  const std::filesystem::path folder =
      std::filesystem::path(testing::TempDir()) / "budgetwatch_payment_csv_test";
  std::filesystem::create_directories(folder);
  const std::string path = (folder / "payments.csv").string();
  std::ofstream(path) << kHeader << "p,c,d,1,,,,\n";
  auto reader = PaymentCsvReader::Open(path);
  ASSERT_TRUE(reader.ok()) << reader.error().message;
  EXPECT_EQ(reader.value()->bytes_total(), static_cast<int64_t>(std::filesystem::file_size(path)));
  EXPECT_TRUE(reader.value()->Next().value().has_value());
  EXPECT_FALSE(reader.value()->Next().value().has_value());
  EXPECT_FALSE(reader.value()->Next().value().has_value());

  const std::string empty = (folder / "empty.csv").string();
  std::ofstream(empty).flush();
  EXPECT_EQ(PaymentCsvReader::Open(empty).error().reason, "FILE_EMPTY");
  EXPECT_EQ(PaymentCsvReader::Open(folder.string()).error().reason, "FILE_UNREADABLE");
  EXPECT_EQ(PaymentCsvReader::Open((folder / "missing").string()).error().reason, "FILE_NOT_FOUND");
  std::filesystem::remove_all(folder);
}

std::string Cell(const std::string& text, std::mt19937* random) {
  const bool must_quote = text.find_first_of(",\"\r\n") != std::string::npos;
  if (!must_quote && (*random)() % 2) return text;
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"') quoted += '"';
    quoted += c;
  }
  return quoted + "\"";
}

// Records large enough in sum to cross the borders of the reader's blocks many
// times, at every kind of byte.
TEST(PaymentCsvTest, ReadsBackWhatWasWritten) {
  const std::vector<std::string> pieces = {"a", ",", "\"", "\n", "\r", "\r\n", "示例", " ", "\"\""};
  std::mt19937 random(7);
  std::string text = kHeader;
  std::vector<std::string> memos;
  for (int i = 0; i < 60'000; ++i) {
    std::string memo;
    for (uint_fast32_t j = 0, count = random() % 8; j < count; ++j) {
      memo += pieces[random() % pieces.size()];
    }
    text.append("p").append(std::to_string(i));
    text += ",c,d," + Cell(std::to_string(i), &random) + ",," + Cell(memo, &random) + ",," +
            (random() % 2 ? "\r\n" : "\n");
    memos.push_back(memo);
  }
  const auto records = ReadAll(text);
  ASSERT_EQ(records.size(), memos.size());
  for (size_t i = 0; i < records.size(); ++i) {
    const auto& row = std::get<PaymentRow>(records[i]);
    ASSERT_EQ(row.memo, memos[i]);
    ASSERT_EQ(row.amount_fen, static_cast<int64_t>(i) * 100);
    ASSERT_EQ(row.row_number, static_cast<int64_t>(i) + 2);
  }
}

TEST(PaymentCsvTest, SurvivesRandomBytes) {
  const std::vector<std::string> pieces = {"a", ",",         "\"",   "\n", "\r",
                                           "1", ",,,,,,,\n", "\xff", "示"};
  for (unsigned seed = 1; seed <= 3000; ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937 random(seed);
    std::string text = kHeader;
    for (uint_fast32_t i = 0, count = random() % 60; i < count; ++i) {
      text += pieces[random() % pieces.size()];
    }
    int64_t row_number = 1;
    for (const PaymentRecord& record : ReadAll(text)) {
      const int64_t number =
          std::visit([](const auto& either) { return either.row_number; }, record);
      EXPECT_GT(number, row_number);
      row_number = number;
    }
  }
}

#ifdef BW_SHARED_DIR
TEST(PaymentCsvTest, ReadsTheRealPayments) {
  const std::string path = std::string(BW_SHARED_DIR) + "/data/oxford/payments.csv";
  // The example is no part of the project; without it there is nothing to compare.
  if (!std::filesystem::exists(path)) return;
  auto reader = PaymentCsvReader::Open(path);
  ASSERT_TRUE(reader.ok()) << reader.error().message;
  int64_t row_count = 0;
  int64_t refund_count = 0;
  int64_t amount_fen = 0;
  while (true) {
    const auto next = reader.value()->Next();
    ASSERT_TRUE(next.ok());
    if (!next.value()) break;
    const auto* row = std::get_if<PaymentRow>(&*next.value());
    ASSERT_NE(row, nullptr);
    ++row_count;
    refund_count += row->amount_fen < 0 ? 1 : 0;
    amount_fen += row->amount_fen;
  }
  EXPECT_EQ(row_count, 57'692);
  EXPECT_EQ(refund_count, 71);
  EXPECT_EQ(amount_fen, 21'404'426'812);
}
#endif  // BW_SHARED_DIR

}  // namespace
}  // namespace budgetwatch
