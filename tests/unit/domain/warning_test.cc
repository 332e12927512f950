// Goal: a warning opens once, keeps its history and its identity, and changes only
// in ways that fit its state. Method: scripts of changes.

#include "domain/warning.h"

#include <gtest/gtest.h>

#include <set>

#include "support/builders.h"

namespace budgetwatch {
namespace {

WarningEntry Change(WarningChange change, std::string code = "P1",
                    std::string_view checkpoint = "2020-06-30") {
  WarningEntry entry;
  entry.id = {Rule::kBehindPlan, SubjectKind::kProject, std::move(code), 2020, Day(checkpoint)};
  entry.change = change;
  entry.date = Day("2020-07-01");
  entry.department_code = "100";
  entry.figures.gap_fen = 5;
  if (change == WarningChange::kExplained) {
    entry.explanation = Explanation{CauseClass::kOther, "why", "", std::nullopt, ""};
  }
  return entry;
}

TEST(WarningId, SpellsItsParts) {
  const WarningId id = Change(WarningChange::kOpened).id;
  EXPECT_EQ(id.ToString(), "behind_plan/2020/project:P1/2020-06-30");
  EXPECT_EQ((WarningId{Rule::kSuspensePending, SubjectKind::kSuspense, "", 2021, std::nullopt})
                .ToString(),
            "suspense_pending/2021/suspense");
  for (const Rule rule : kAllRules) EXPECT_EQ(RuleFromName(RuleName(rule)), rule);
  EXPECT_EQ(RuleFromName("no_such_rule"), std::nullopt);
}

TEST(IndicatorSubject, IsPartedAtItsLastMark) {
  EXPECT_EQ(IndicatorSubject("P1", "3"), "P1#3");
  EXPECT_EQ(IndicatorSubject("P1", "98%"), "P1#98%");
  EXPECT_EQ(IndicatorSubject("P1", "3#"), "P1#3%23");
  std::set<std::string> subjects;
  for (const std::string project : {"P", "P#", "P#1", "P%23"}) {
    for (const std::string id : {"1", "#", "##", "1#1", "%", "%23", "%2523", "%25", "%#", "%2#"}) {
      const std::string subject = IndicatorSubject(project, id);
      EXPECT_EQ(ProjectOfSubject(subject), project) << subject;
      EXPECT_TRUE(subjects.insert(subject).second) << subject << " stands for two indicators";
    }
  }
}

TEST(WarningBook, OpensResolvesAndReopensOneRecord) {
  WarningBook book;
  book.Apply(1, 10, Change(WarningChange::kOpened));
  book.Apply(2, 20, Change(WarningChange::kExplained));
  book.Apply(3, 30, Change(WarningChange::kResolved));
  book.Apply(5, 50, Change(WarningChange::kReopened));
  const Warning* warning = book.Find("behind_plan/2020/project:P1/2020-06-30");
  ASSERT_NE(warning, nullptr);
  EXPECT_TRUE(warning->open);
  EXPECT_EQ(warning->reopen_count, 1);
  EXPECT_FALSE(warning->resolved_date.has_value());
  EXPECT_EQ(warning->explanation->text, "why");
  EXPECT_EQ(warning->history.size(), 4u);
  const Warning resolved = WarningAsOf(*warning, 3);
  EXPECT_FALSE(resolved.open);
  EXPECT_EQ(resolved.resolved_date, Day("2020-07-01"));
  EXPECT_EQ(resolved.reopen_count, 0);
  EXPECT_EQ(resolved.history.size(), 3u);
  EXPECT_FALSE(WarningAsOf(*warning, 1).explanation.has_value());
}

TEST(WarningBook, ChangesMustFitTheState) {
  using C = WarningChange;
  const struct {
    std::vector<C> before;
    C change;
    bool fits;
  } cases[] = {{{}, C::kOpened, true},
               {{}, C::kReopened, false},
               {{}, C::kResolved, false},
               {{}, C::kSuperseded, false},
               {{}, C::kExplained, false},
               {{C::kOpened}, C::kOpened, false},
               {{C::kOpened}, C::kReopened, false},
               {{C::kOpened}, C::kResolved, true},
               {{C::kOpened}, C::kSuperseded, true},
               {{C::kOpened}, C::kExplained, true},
               {{C::kOpened, C::kResolved}, C::kOpened, false},
               {{C::kOpened, C::kResolved}, C::kReopened, true},
               {{C::kOpened, C::kResolved}, C::kResolved, false},
               {{C::kOpened, C::kResolved}, C::kExplained, true},
               {{C::kOpened, C::kSuperseded}, C::kReopened, true}};
  for (const auto& test : cases) {
    WarningBook book;
    Sequence sequence = 0;
    for (const C change : test.before) book.Apply(++sequence, 0, Change(change));
    EXPECT_EQ(book.WhyNot(Change(test.change)).empty(), test.fits)
        << test.before.size() << " then " << static_cast<int>(test.change);
  }
  WarningBook book;
  book.Apply(1, 0, Change(C::kOpened));
  WarningEntry without = Change(C::kExplained);
  without.explanation.reset();
  EXPECT_FALSE(book.WhyNot(without).empty());
  EXPECT_DEATH(book.Apply(2, 0, without), "broken invariant");
}

TEST(WarningBook, FindsTheOpenOnesOfASubjectOnly) {
  WarningBook book;
  book.Apply(1, 0, Change(WarningChange::kOpened, "P1", "2020-03-31"));
  book.Apply(2, 0, Change(WarningChange::kOpened, "P1", "2020-06-30"));
  book.Apply(3, 0, Change(WarningChange::kOpened, "P10", "2020-06-30"));
  book.Apply(4, 0, Change(WarningChange::kSuperseded, "P1", "2020-03-31"));
  const auto open = book.FindOpen(Change(WarningChange::kOpened, "P1", "2020-12-31").id);
  ASSERT_EQ(open.size(), 1u);
  EXPECT_EQ(open[0]->id.ToString(), "behind_plan/2020/project:P1/2020-06-30");
}

TEST(WarningBook, ListsChangesInOrder) {
  WarningBook book;
  EXPECT_EQ(book.last_change(), 0);
  book.Apply(3, 0, Change(WarningChange::kOpened));
  book.Apply(5, 0, Change(WarningChange::kOpened, "P2"));
  book.Apply(9, 0, Change(WarningChange::kResolved));
  EXPECT_EQ(book.last_change(), 9);
  const auto changes = book.ChangesAfter(3, 10);
  ASSERT_EQ(changes.size(), 2u);
  EXPECT_EQ(changes[0].first, 5);
  EXPECT_EQ(changes[1].second, "behind_plan/2020/project:P1/2020-06-30");
  EXPECT_EQ(book.ChangesAfter(0, 1).size(), 1u);
  EXPECT_TRUE(book.ChangesAfter(9, 10).empty());
}

}  // namespace
}  // namespace budgetwatch
