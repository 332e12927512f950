// Goal: whatever texts a form holds, HTML and CSV show them as texts: no markup, no
// formula, no record torn apart; and the bytes of a workbook are the same each time.
// Method: one sheet with hostile cells; the CSV is read back by a reader of its own.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "forms/csv_writer.h"
#include "forms/html_writer.h"
#include "forms/sheet_builder.h"
#include "forms/xlsx_writer.h"

namespace budgetwatch::forms {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

Form FormOf(const std::vector<std::string>& texts) {
  SheetBuilder sheet("表", {10, 20});
  for (const std::string& text : texts) {
    sheet.Put(0, 1, Role::kText, text);
    sheet.Put(1, 1, Role::kNumber, Number{-5, NumberKind::kDecimal});
    sheet.EndRow();
  }
  Form form;
  form.created_second = 1'593'561'600;  // of 0 a workbook takes the time of its writing
  form.title = "<i>&";
  form.page_header = "\"示例局\"";
  form.page_footer = "</footer><script>";
  form.sheets.push_back(sheet.Take());
  return form;
}

// Records of RFC 4180.
std::vector<std::vector<std::string>> ReadCsv(const std::string& text) {
  std::vector<std::vector<std::string>> records = {{""}};
  bool quoted = false;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (quoted && c == '"' && i + 1 < text.size() && text[i + 1] == '"') {
      records.back().back() += text[++i];
    } else if (c == '"') {
      quoted = !quoted;
    } else if (!quoted && c == ',') {
      records.back().emplace_back();
    } else if (!quoted && c == '\r') {
      EXPECT_EQ(text.at(++i), '\n');
      records.push_back({""});
    } else {
      records.back().back() += c;
    }
  }
  EXPECT_FALSE(quoted);
  records.pop_back();
  return records;
}

TEST(HtmlWriterTest, EscapesEveryText) {
  const std::string html =
      WriteHtml(FormOf({"<script>alert(1)</script>", "a\"b'c&d", "\"><img src=x onerror=y>"}));
  EXPECT_THAT(html, HasSubstr("&lt;script&gt;alert(1)&lt;/script&gt;"));
  EXPECT_THAT(html, HasSubstr("a&quot;b&#39;c&amp;d"));
  EXPECT_THAT(html, HasSubstr("<title>&lt;i&gt;&amp; &quot;示例局&quot;</title>"));
  EXPECT_THAT(html, HasSubstr("&lt;/footer&gt;&lt;script&gt;"));
  EXPECT_THAT(html, Not(HasSubstr("<script")));
  EXPECT_THAT(html, Not(HasSubstr("<img")));
  EXPECT_THAT(html, HasSubstr("default-src 'none'"));
}

TEST(HtmlWriterTest, KeepsLinesAndFourByteCharacters) {
  const std::string html = WriteHtml(FormOf({"𠮷野\n二期"}));
  EXPECT_THAT(html, HasSubstr(">𠮷野\n二期</td>"));
  EXPECT_THAT(html, HasSubstr("white-space: pre-line"));
}

TEST(CsvWriterTest, TextsAreNoFormulasAndNumbersStay) {
  const std::vector<std::string> formulas = {
      "=cmd|' /C calc'!A0", "+1", "-1+2", "@SUM(A1)", "＝1＋1", "－5", "\t=1"};
  const std::string csv = WriteCsv(FormOf(formulas));
  ASSERT_TRUE(csv.starts_with("\xEF\xBB\xBF"));
  const auto records = ReadCsv(csv.substr(3));
  ASSERT_EQ(records.size(), formulas.size());
  for (const auto& record : records) {
    ASSERT_EQ(record.size(), 2U);
    EXPECT_EQ(record[0].front(), '\'') << record[0];
    EXPECT_EQ(record[1], "-0.05");
  }
}

TEST(CsvWriterTest, QuotesCommasAndLinesSurvive) {
  const std::string hostile = "甲,\"乙\"\n丙";
  const auto records = ReadCsv(WriteCsv(FormOf({hostile, "a<b", "≥95%"})).substr(3));
  ASSERT_EQ(records.size(), 3U);
  EXPECT_EQ(records[0][0], hostile);
  EXPECT_EQ(records[1][0], "a<b");
  EXPECT_EQ(records[2][0], "≥95%");
}

TEST(CsvWriterTest, CellsOfTheBodyOverSeveralRowsAreRepeated) {
  SheetBuilder sheet("表", {10, 10});
  sheet.Put(0, 1, Role::kCentre, "产出指标", 2);
  sheet.Put(1, 1, Role::kText, "甲");
  sheet.EndRow();
  sheet.Put(1, 1, Role::kText, "乙");
  sheet.EndRow();
  Form form;
  form.sheets = {sheet.Take()};
  form.sheets.push_back(form.sheets.front());
  EXPECT_THAT(
      ReadCsv(WriteCsv(form).substr(3)),
      ElementsAre(ElementsAre("产出指标", "甲"), ElementsAre("产出指标", "乙"), ElementsAre("", ""),
                  ElementsAre("产出指标", "甲"), ElementsAre("产出指标", "乙")));
}

TEST(XlsxWriterTest, IsAZipAndTheSameEachTime) {
  const Form form = FormOf({"=1+1", "http://example.org", std::string(40'000, 'x')});
  std::string first;
  std::string second;
  std::string error;
  ASSERT_TRUE(WriteXlsx(form, &first, &error)) << error;
  ASSERT_TRUE(WriteXlsx(form, &second, &error)) << error;
  EXPECT_TRUE(first.starts_with("PK\x03\x04"));
  EXPECT_THAT(first, HasSubstr("xl/worksheets/sheet1.xml"));
  EXPECT_EQ(first, second);
}

TEST(XlsxWriterTest, SaysWhyItFails) {
  Form form = FormOf({"a"});
  form.sheets.front().name = "a/b";
  std::string bytes;
  std::string error;
  EXPECT_FALSE(WriteXlsx(form, &bytes, &error));
  EXPECT_NE(error, "");
}

}  // namespace
}  // namespace budgetwatch::forms
