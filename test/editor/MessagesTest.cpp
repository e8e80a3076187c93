//===- MessagesTest.cpp - Between the editor and clangd -------------------===//

#include "tool/clangd/Messages.h"

#include <gtest/gtest.h>

using namespace runnel::clangd;

static std::string wire(const std::string &Content) {
  return "Content-Length: " + std::to_string(Content.size()) + "\r\n\r\n" +
         Content;
}

// Feeds Bytes in pieces of one size.
static std::string through(const std::string &Bytes, size_t Piece,
                           std::function<std::string(std::string)> Each) {
  std::string Out;
  MessageStream S(std::move(Each), [&](llvm::StringRef B) { Out += B; });
  for (size_t At = 0; At < Bytes.size(); At += Piece)
    S.feed(llvm::StringRef(Bytes).substr(At, Piece));
  return Out;
}

static std::string same(std::string Content) { return Content; }

TEST(MessageStream, PassesBytesInPiecesOfAnySize) {
  const std::string Bytes =
      wire("{\"id\":1}") + wire("") +
      "content-type: application/vscode-jsonrpc; charset=utf-8\r\n"
      "CONTENT-LENGTH: 4\r\n\r\nabcd" +
      wire(std::string(5000, 'x') + "\r\n\r\n");
  for (size_t Piece = 1; Piece < 80; ++Piece)
    EXPECT_EQ(through(Bytes, Piece, same), Bytes) << Piece;
}

TEST(MessageStream, WritesTheNewLength) {
  auto Longer = [](std::string Content) { return Content + "!!"; };
  for (size_t Piece : {1, 7, 1000})
    EXPECT_EQ(through(wire("one") + wire("two"), Piece, Longer),
              wire("one!!") + wire("two!!"));
}

TEST(MessageStream, PassesWhatIsNoMessage) {
  auto Never = [](std::string) -> std::string { return "changed"; };
  for (const std::string &Bytes :
       {std::string("Debian clangd version 22\n"),
        std::string("Content-Oddity: 3\r\n\r\nabc"),
        std::string("Content-Length: many\r\n\r\nabc") + wire("x")})
    for (size_t Piece : {1, 5, 1000})
      EXPECT_EQ(through(Bytes, Piece, Never), Bytes);
  // What follows the first of it is no message either.
  EXPECT_EQ(through(wire("x") + "oops" + wire("x"), 3, Never),
            wire("changed") + "oops" + wire("x"));
}

namespace {
class Hover : public testing::Test {
protected:
  Messages Between{[](llvm::StringRef Check) {
    return Check == "runnel-scope-join" ? "file:///join.md" : "";
  }};
  void publish(const char *Check) {
    Published = Between.fromClangd(
        std::string("{\"method\":\"textDocument/publishDiagnostics\","
                    "\"params\":{\"uri\":\"file:///a.cpp\",\"diagnostics\":[{"
                    "\"code\":\"") +
        Check +
        "\",\"codeDescription\":{\"href\":\"https://else.where\"},\"range\":{"
        "\"start\":{\"line\":3,\"character\":4},"
        "\"end\":{\"line\":3,\"character\":9}}}]}}");
  }
  std::string ask(int Line, int Column, const char *Result,
                  const char *Id = "7", const char *AnswerTo = "7") {
    Between.fromEditor(
        std::string("{\"method\":\"textDocument/hover\",\"id\":") + Id +
        ",\"params\":{\"textDocument\":{\"uri\":\"file:///a.cpp\"},"
        "\"position\":{\"line\":" +
        std::to_string(Line) + ",\"character\":" + std::to_string(Column) +
        "}}}");
    return Between.fromClangd(std::string("{\"id\":") + AnswerTo +
                              ",\"result\":" + Result + "}");
  }
  std::string Published;
};
} // namespace

TEST_F(Hover, GivesThePageWhereTheFindingIs) {
  publish("runnel-scope-join");
  for (int Column : {4, 6, 9})
    EXPECT_NE(ask(3, Column, "null").find("# runnel-scope-join"),
              std::string::npos)
        << Column;
  for (auto [Line, Column] : {std::pair(3, 3), {3, 10}, {2, 6}, {4, 0}})
    EXPECT_EQ(ask(Line, Column, "null"), "{\"id\":7,\"result\":null}");
}

TEST_F(Hover, KeepsWhatClangdSays) {
  publish("runnel-scope-join");
  const std::string Answer =
      ask(3, 5, "{\"contents\":{\"kind\":\"markdown\",\"value\":\"its own\"}}");
  EXPECT_NE(Answer.find("# runnel-scope-join"), std::string::npos);
  EXPECT_NE(Answer.find("its own"), std::string::npos);
  EXPECT_NE(Answer.find("\"kind\":\"markdown\""), std::string::npos);
}

TEST_F(Hover, OfOtherChecksIsLeftAlone) {
  publish("bugprone-branch-clone");
  EXPECT_NE(Published.find("https://else.where"), std::string::npos);
  EXPECT_EQ(ask(3, 5, "null"), "{\"id\":7,\"result\":null}");
}

TEST_F(Hover, AnswersAreTakenByTheirId) {
  publish("runnel-scope-join");
  EXPECT_EQ(ask(3, 5, "null", "8", "9"), "{\"id\":9,\"result\":null}");
  EXPECT_NE(Between.fromClangd("{\"id\":8,\"result\":null}").find("# runnel"),
            std::string::npos);
  // Answered once.
  EXPECT_EQ(Between.fromClangd("{\"id\":8,\"result\":null}"),
            "{\"id\":8,\"result\":null}");
  EXPECT_NE(ask(3, 5, "null", "\"a\"", "\"a\"").find("# runnel"),
            std::string::npos);
}

TEST_F(Hover, SlashesMayBeEscaped) {
  publish("runnel-scope-join");
  Between.fromEditor("{\"method\":\"textDocument\\/hover\",\"id\":7,"
                     "\"params\":{\"textDocument\":{\"uri\":\"file:\\/\\/"
                     "\\/a.cpp\"},\"position\":{\"line\":3,\"character\":5}"
                     "}}");
  EXPECT_NE(Between.fromClangd("{\"id\":7,\"result\":null}").find("# runnel"),
            std::string::npos);
}

TEST_F(Hover, LinksLeadToThePageOrNowhere) {
  publish("runnel-scope-join");
  EXPECT_NE(Published.find("\"href\":\"file:///join.md\""), std::string::npos);
  publish("runnel-lock-exposed");
  EXPECT_EQ(Published.find("codeDescription"), std::string::npos);
}

TEST_F(Hover, DamagedMessagesPass) {
  publish("runnel-scope-join");
  Between.fromEditor("{\"method\":\"textDocument/hover\",\"id\":7");
  Between.fromEditor("{\"method\":\"textDocument/hover\",\"id\":7,\"params\":"
                     "{\"textDocument\":3,\"position\":[]}}");
  for (const char *Content :
       {"{\"method\":\"textDocument/publishDiagnostics\"", "{\"id\":7",
        "{\"method\":\"textDocument/publishDiagnostics\",\"params\":[]}"})
    EXPECT_EQ(Between.fromClangd(Content), Content);
}
