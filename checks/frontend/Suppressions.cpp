//===- Suppressions.cpp - NOLINT comments ---------------------------------===//
//
// As clang-tidy has them: NOLINT on a line, NOLINTNEXTLINE above one,
// NOLINTBEGIN and NOLINTEND around some; each may name checks by globs in
// parentheses. Only comments count, so the file is raw-lexed, if the word
// occurs in it at all.
//
//===----------------------------------------------------------------------===//

#include "checks/frontend/ModuleBuilder.h"

namespace runnel::frontend {

using namespace clang;

namespace {

struct Open {
  ir::Suppression What;
};

std::vector<ir::Name> globs(llvm::StringRef &Rest) {
  std::vector<ir::Name> Out;
  if (!Rest.starts_with("("))
    return Out;
  size_t End = Rest.find(')');
  if (End == llvm::StringRef::npos)
    return Out;
  llvm::StringRef List = Rest.substr(1, End - 1);
  Rest = Rest.drop_front(End + 1);
  while (!List.empty()) {
    auto [First, After] = List.split(',');
    if (!First.trim().empty())
      Out.emplace_back(First.trim());
    List = After;
  }
  // NOLINT() names nothing and so suppresses nothing.
  if (Out.empty())
    Out.emplace_back("(none)");
  return Out;
}

} // namespace

void findSuppressions(Sources &Where, FileID File,
                      std::vector<ir::Suppression> &Out) {
  const SourceManager &SM = Where.manager();
  bool Invalid = false;
  llvm::StringRef Text = SM.getBufferData(File, &Invalid);
  if (Invalid || !Text.contains("NOLINT"))
    return;
  Lexer Raw(SM.getLocForStartOfFile(File), Where.language(), Text.begin(),
            Text.begin(), Text.end());
  Raw.SetCommentRetentionState(true);
  std::vector<ir::Suppression> Begun;
  Token Tok;
  for (bool End = false; !End;) {
    End = Raw.LexFromRawLexer(Tok);
    if (Tok.isNot(tok::comment))
      continue;
    unsigned Offset = SM.getFileOffset(Tok.getLocation());
    llvm::StringRef Comment = Text.substr(Offset, Tok.getLength());
    size_t At = 0;
    while ((At = Comment.find("NOLINT", At)) != llvm::StringRef::npos) {
      SourceLocation Loc = Tok.getLocation().getLocWithOffset(At);
      llvm::StringRef Rest = Comment.drop_front(At + 6);
      At += 6;
      ir::Suppression S;
      S.Comment = Where.range({Tok.getLocation(), Tok.getLocation()});
      unsigned Line = SM.getLineNumber(File, SM.getFileOffset(Loc));
      S.FirstLine = S.LastLine = Line;
      bool Begin = false, Ends = false;
      if (Rest.consume_front("NEXTLINE")) {
        S.How = ir::Suppression::NextLine;
        S.FirstLine = S.LastLine = Line + 1;
      } else if (Rest.consume_front("BEGIN")) {
        S.How = ir::Suppression::Region;
        Begin = true;
      } else if (Rest.consume_front("END")) {
        Ends = true;
      } else if (!Rest.empty() &&
                 (llvm::isAlnum(Rest.front()) || Rest.front() == '_')) {
        continue; // NOLINTED
      }
      S.Globs = globs(Rest);
      S.Reason = ir::Name(Rest.ltrim(" :-*/").rtrim(" */\n\r").take_front(200));
      if (Begin) {
        Begun.push_back(std::move(S));
      } else if (Ends) {
        for (size_t I = Begun.size(); I-- > 0;)
          if (Begun[I].Globs == S.Globs) {
            Begun[I].LastLine = Line;
            Out.push_back(std::move(Begun[I]));
            Begun.erase(Begun.begin() + I);
            break;
          }
      } else {
        Out.push_back(std::move(S));
      }
    }
  }
}

} // namespace runnel::frontend
