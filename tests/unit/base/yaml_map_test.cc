// Goal: the reader of mappings accepts exactly the forms it documents, names line,
// key and cure for every other, and stays within its bounds on hostile input.
// Method: tables of good and bad texts for each getter, and random bytes.

#include "base/yaml_map.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "base/text.h"

namespace budgetwatch {
namespace {

// A parsed document together with what its map refers to.
struct Document {
  explicit Document(const std::string& text, std::vector<std::string_view> keys = {})
      : root(ParseYaml(text, YamlLimits(), &errors)),
        map(root ? *root : kEmpty, "", std::move(keys), &errors) {}

  static inline const YamlValue kEmpty{YamlValue::Type::kMapping, 1, "", {}, {}};
  std::vector<YamlError> errors;
  std::optional<YamlValue> root;
  YamlMap map;
};

std::string ErrorsOf(const Document& document) {
  std::string text;
  for (const YamlError& error : document.errors) {
    text += error.id + " at " + YamlPlace(error) + "\n";
  }
  return text;
}

TEST(YamlMapTest, ScalarsKeepTheirText) {
  const Document document("a: 50.00\nb: '是'\nc: 0x1F\nd: true\ne: \"\"\nf:\ng: ~\nh: 001\n");
  EXPECT_EQ(document.map.Text("a"), "50.00");
  EXPECT_EQ(document.map.Text("b"), "是");
  EXPECT_EQ(document.map.Text("c"), "0x1F");
  EXPECT_EQ(document.map.Text("d"), "true");
  EXPECT_EQ(document.map.Text("e"), "");
  EXPECT_EQ(document.map.Text("f"), std::nullopt);
  EXPECT_EQ(document.map.Text("g"), std::nullopt);
  EXPECT_EQ(document.map.Text("h"), "001");
  EXPECT_EQ(document.map.Text("absent"), std::nullopt);
  EXPECT_TRUE(document.map.Has("e"));
  EXPECT_FALSE(document.map.Has("f"));
  EXPECT_EQ(ErrorsOf(document), "");
}

TEST(YamlMapTest, TypedGetters) {
  const Document document(
      "yes: true\nno: false\nmaybe: yes\nnumber: -12\nlarge: 11\nfraction: 1.5\nempty: ''\n"
      "date: 2020-06-30\nday: 06-30\nword: June\nlist: [a, b]\nnested: {x: {y: 1}}\n");
  const YamlMap& map = document.map;
  EXPECT_EQ(map.Boolean("yes"), true);
  EXPECT_EQ(map.Boolean("no"), false);
  EXPECT_EQ(map.Integer("number", -12, 10), -12);
  EXPECT_EQ(map.DateText("date"), "2020-06-30");
  EXPECT_EQ(map.DateText("day"), "06-30");
  EXPECT_EQ(map.Texts("list"), (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(map.Texts("absent"), std::vector<std::string>());
  EXPECT_EQ(map.Map("nested", {"x"})->Map("x", {"y"})->PathOf("y"), "nested.x.y");
  EXPECT_EQ(ErrorsOf(document), "");

  EXPECT_EQ(map.Boolean("maybe"), std::nullopt);
  EXPECT_EQ(map.Integer("large", -12, 10), std::nullopt);
  EXPECT_EQ(map.Integer("fraction", 0, 10), std::nullopt);
  EXPECT_EQ(map.Integer("empty", 0, 10), std::nullopt);
  EXPECT_EQ(map.DateText("word"), std::nullopt);
  EXPECT_EQ(map.Text("list"), std::nullopt);
  EXPECT_TRUE(map.Items("word").empty());
  EXPECT_FALSE(map.Map("word", {"x"}).has_value());
  EXPECT_EQ(map.RequiredText("empty"), std::nullopt);
  EXPECT_EQ(map.RequiredText("absent"), std::nullopt);
  EXPECT_EQ(ErrorsOf(document),
            "bad_boolean at line 3, maybe\n"
            "bad_integer at line 5, large\n"
            "bad_integer at line 6, fraction\n"
            "bad_integer at line 7, empty\n"
            "bad_date at line 10, word\n"
            "wrong_type at line 11, list\n"
            "wrong_type at line 10, word\n"
            "wrong_type at line 10, word\n"
            "missing_key at line 7, empty\n"
            "missing_key at line 1, absent\n");
}

TEST(YamlMapTest, UnknownKeyNamesTheNearestAndAll) {
  const Document document("listne: x\n", {"listen", "data_dir"});
  ASSERT_EQ(document.errors.size(), 1u);
  EXPECT_EQ(document.errors[0].id, "unknown_key");
  EXPECT_EQ(document.errors[0].line, 1);
  EXPECT_EQ(document.errors[0].message_en,
            "unknown key \"listne\"; did you mean \"listen\"? Known keys: listen, data_dir");
  EXPECT_NE(document.errors[0].message_zh.find("listen"), std::string::npos);
}

TEST(YamlMapTest, FirstOfTwoKeysCounts) {
  const Document document("a: 1\nb: 2\na: 3\n", {"a", "b"});
  EXPECT_EQ(document.map.Text("a"), "1");
  EXPECT_EQ(ErrorsOf(document), "duplicate_key at line 3, a\n");
}

TEST(YamlMapTest, ItemsCarryTheirPath) {
  const Document document("list:\n  - {a: 1}\n  -\n    a: x\n");
  const auto items = document.map.Items("list");
  ASSERT_EQ(items.size(), 2u);
  std::vector<YamlError> errors;
  const YamlMap second(*items[1].value, items[1].path, {"a"}, &errors);
  second.Fail("a", "some_id", "en", "zh");
  second.Fail("b", "some_id", "en", "zh");
  EXPECT_EQ(YamlPlace(errors.at(0)), "line 4, list[1].a");
  EXPECT_EQ(YamlPlace(errors.at(1)), "line 4, list[1].b");
}

TEST(YamlMapTest, RootMustBeAMapping) {
  for (const char* text : {"- a\n", "text\n", "~\n"}) {
    const Document document(text);
    EXPECT_EQ(ErrorsOf(document), "wrong_type at line 1\n") << text;
  }
}

TEST(YamlMapTest, RefusesWhatIsNoSimpleDocument) {
  const std::string deep(400, '[');
  const std::string deeper(100'000, '[');
  const struct {
    std::string text;
    int line;
  } kCases[] = {
      {"", 0},
      {"# only a comment\n", 0},
      {"a: [1\n", 0},
      {"a: 'open\nb: 1\n", 0},
      {"a: \"open\nb: 1\n\n", 0},
      {"a: 1\n  b: 2\n", 0},
      {"a: &x 1\nb: *x\n", 2},
      {"a: *nowhere\n", 0},
      {"a: !!str 1\n", 1},
      {"a: 1\n---\nb: 2\n", 0},
      {"[a]: 1\n", 1},
      {"{a: 1}: 1\n", 1},
      {"a: 1\nb: \x01\n", 2},
      {std::string("a: 1\n\nb: \0\n", 10), 3},
      {"a: \x04\n", 1},
      {"a: 1\nb: \xff\n", 2},
      {"a: " + deep, 1},
      {"a: " + deeper, 1},
  };
  for (const auto& test_case : kCases) {
    SCOPED_TRACE(test_case.text.substr(0, 30));
    std::vector<YamlError> errors;
    EXPECT_FALSE(ParseYaml(test_case.text, YamlLimits(), &errors).has_value());
    ASSERT_EQ(errors.size(), 1u);
    EXPECT_EQ(errors[0].id, "bad_yaml");
    if (test_case.line != 0) {
      EXPECT_EQ(errors[0].line, test_case.line);
    }
    EXPECT_FALSE(errors[0].message_en.empty() || errors[0].message_zh.empty());
  }
}

TEST(YamlMapTest, BoundsHold) {
  std::vector<YamlError> errors;
  YamlLimits limits;
  limits.bytes_max = 10;
  EXPECT_TRUE(ParseYaml("a: 1234567", limits, &errors).has_value());
  EXPECT_FALSE(ParseYaml("a: 12345678", limits, &errors).has_value());
  limits = YamlLimits();
  limits.values_max = 4;  // mapping, key, list, item
  EXPECT_TRUE(ParseYaml("a: [1]", limits, &errors).has_value());
  EXPECT_FALSE(ParseYaml("a: [1, 2]", limits, &errors).has_value());
  limits = YamlLimits();
  limits.depth_max = 2;
  EXPECT_TRUE(ParseYaml("a: [1]", limits, &errors).has_value());
  EXPECT_FALSE(ParseYaml("a: [[1]]", limits, &errors).has_value());
}

TEST(YamlMapTest, DateForms) {
  for (const char* text : {"2020-06-30", "06-30", "13-99"}) EXPECT_TRUE(HasDateForm(text));
  for (const char* text :
       {"", "6-30", "2020-6-30", "2020/06/30", "20-06-30", "2020-06-3x", "0630"}) {
    EXPECT_FALSE(HasDateForm(text)) << text;
  }
}

TEST(YamlMapTest, NearestWordIsNearOrNone) {
  const std::vector<std::string_view> words = {"budget", "fundings", "checkpoints"};
  EXPECT_EQ(NearestWord("bugdet", words), "budget");
  EXPECT_EQ(NearestWord("checkpoint", words), "checkpoints");
  EXPECT_EQ(NearestWord("zzzzzzz", words), "");
  EXPECT_EQ(NearestWord(std::string(1'000'000, 'b'), words), "");
}

TEST(YamlMapTest, SurvivesRandomText) {
  const std::vector<std::string> pieces = {"a",  ": ", "\n", "  ",  "- ",  "[",    "]",  "{",
                                           "}",  ",",  "'",  "\"",  "&a",  "*a",   "!t", "|",
                                           ">",  "#",  "%",  "---", "...", "\t",   "? ", "~",
                                           "示", "\\", "\r", "<<",  "@",   "\xe7", "`",  "\n\n"};
  for (unsigned seed = 1; seed <= 5000; ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937 random(seed);
    std::string text;
    for (uint_fast32_t i = 0, count = random() % 40; i < count; ++i) {
      text += pieces[random() % pieces.size()];
    }
    std::vector<YamlError> errors;
    const auto root = ParseYaml(text, YamlLimits(), &errors);
    EXPECT_EQ(root.has_value(), errors.empty());
    for (const YamlError& error : errors) EXPECT_TRUE(IsValidUtf8(error.message_en));
  }
}

}  // namespace
}  // namespace budgetwatch
